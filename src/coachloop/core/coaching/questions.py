"""The questions that open a session: they draw the answer out of the agent, and hold nothing of what the leader thinks."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 240
"""Characters of one question; what somebody else wrote into it is cut before that."""

HEARD = 110
"""Characters of a customer's or agent's words inside a question."""

MOST = 6
"""Questions that fit into fifteen minutes."""

WENT_WELL = "What went well for you in this call?"
NOW = "If that moment came again tomorrow, what would you say?"
HARD = "What makes that hard, and what would help you?"

DEVELOPMENTAL = (
    "What do you enjoy most about your calls at the moment?",
    "Where do you want to be in three to six months?",
    "What do you want to work on first to get there?",
    "What would be a first step, and how would you notice that it works?",
    "How can I help, and what should I leave to you?",
)
"""Those of an agent-led conversation: where to, what to work on, how can I help."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the questions of a performance session are about.

    `asks` is the behaviour's own question; `trigger` is what the customer said and `said` what the agent said then, both empty
    without a transcript.
    """

    title: str
    asks: str = ""
    why: str = ""
    trigger: str = ""
    said: str = ""


def opening(moment: Moment) -> tuple[str, ...]:
    """What to ask about a moment, in order: what went well, what was heard, what it is for, what now, what would help."""
    title = one_line(moment.title, most=HEARD)
    return (WENT_WELL, _heard(moment), *_meant(moment, title), _matters(moment, title), NOW, HARD)


def _heard(moment: Moment) -> str:
    if trigger := one_line(moment.trigger, most=HEARD):
        return f"The customer said: “{trigger}” What did you hear in that?"
    if said := one_line(moment.said, most=HEARD):
        return f"You said: “{said}” What was on your mind just then?"
    return "Think of that moment in the call again: what do you notice?"


def _meant(moment: Moment, title: str) -> tuple[str, ...]:
    asks = one_line(moment.asks, most=HEARD)
    if asks:
        return (f"What we listen for: “{asks}” How would you answer that here?",)
    return (f"What does “{title}” mean to you, in your own words?",) if title else ()


def _matters(moment: Moment, title: str) -> str:
    """Where the template says why it matters there is something to find out; elsewhere it is the customer's view that helps."""
    if one_line(moment.why) and title:
        return f"Why might “{title}” matter to the customer?"
    return "What do you think the customer took away from that moment?"


def one_line(text: str, *, most: int = LONGEST) -> str:
    """Somebody else's words as a part of a sentence: no line breaks, nothing invisible, no quotes that close ours, cut at a word."""
    plain = "".join(" " if unicodedata.category(sign) in _SPACES else sign for sign in text if _shows(sign))
    line = " ".join(plain.replace("“", '"').replace("”", '"').split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


_SPACES = {"Cc", "Zs", "Zl", "Zp"}
_HIDDEN = {"Cf", "Co", "Cn", "Cs"}


def _shows(sign: str) -> bool:
    return unicodedata.category(sign) not in _HIDDEN


def taken(written: Iterable[object]) -> tuple[str, ...]:
    """What may be kept of questions that a model or a person wrote: plain single lines that end with a question mark.

    Nothing is trusted: whatever is no text, asks nothing, is too long to be one question, or repeats another is dropped.
    """
    lines = (one_line(one, most=LONGEST + 1) for one in written if isinstance(one, str))
    asked = (line for line in lines if line.endswith("?") and len(line) <= LONGEST)
    return tuple(dict.fromkeys(asked))[:MOST]
