"""What was said in a session, written down by hand: one line a turn, with who said it before a colon."""

import re

from coachloop.core.model.conversation import Speaker, Turn

LONGEST_NOTES = 200_000
"""Characters; an hour of speech is about a quarter of it."""

COACH = frozenset({"coach", "leader", "team leader", "lead"})
COACHED = frozenset({"agent", "coachee"})

_LINE = re.compile(r"^(?:\[?(?P<at>\d{1,2}(?::\d{2}){1,2})\]?\s*-?\s+)?(?P<who>[^:]{1,80}?)\s*:\s*(?P<said>.*)$")


class BadNotesError(ValueError):
    """Notes that can't be read as a conversation; the text says which line and what would be right."""


def read_notes(text: str, *, coach: str = "", coached: str = "") -> tuple[Turn, ...]:
    """The turns of a conversation written as `Coach: …` and `Agent: …` lines.

    The coach stands as the agent of the conversation, the person coached as the customer. Their names, whole or first, serve as
    well; a time before the name (`[1:05] Coach: …`) is when the turn begins. A line that names neither goes on with the turn before.

    Args:
        text: the lines, at most LONGEST_NOTES characters.
        coach: the leader's name.
        coached: the agent's name.

    Raises:
        BadNotesError: too long, words before the first name, or one of the two never speaks.
    """
    if len(text) > LONGEST_NOTES:
        raise BadNotesError(f"at most {LONGEST_NOTES:,} characters are read, got {len(text):,}")
    if "\0" in text:
        raise BadNotesError("holds a NUL character, which no text has")
    turns: list[Turn] = []
    speakers = _speakers(coach, coached)
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            _take(turns, line.strip(), speakers, number=number)
    spoken = [turn for turn in turns if turn.text]
    if {turn.speaker for turn in spoken} != {Speaker.AGENT, Speaker.CUSTOMER}:
        raise BadNotesError('both have to speak: write "Coach: ..." before your words and "Agent: ..." before theirs')
    return tuple(spoken)


def _speakers(coach: str, coached: str) -> dict[str, Speaker]:
    """Every way to write who speaks; a name that both have names neither."""
    theirs, ours = _names(coached), _names(coach)
    named = dict.fromkeys(theirs - ours, Speaker.CUSTOMER) | dict.fromkeys(ours - theirs, Speaker.AGENT)
    return named | dict.fromkeys(COACH, Speaker.AGENT) | dict.fromkeys(COACHED, Speaker.CUSTOMER)


def _names(name: str) -> frozenset[str]:
    whole = name.casefold().strip()
    return frozenset({whole, *whole.split()[:1]} - {""})


def _take(turns: list[Turn], line: str, speakers: dict[str, Speaker], *, number: int) -> None:
    found = _LINE.match(line)
    who = speakers.get(found["who"].casefold()) if found else None
    if found and who:
        turns.append(Turn(who, found["said"].strip(), _seconds(found["at"])))
    elif turns:
        last = turns[-1]
        turns[-1] = Turn(last.speaker, f"{last.text} {line}".strip(), last.start)
    else:
        raise BadNotesError(f'line {number} names nobody: begin with "Coach: ..." or "Agent: ..."')


def _seconds(at: str | None) -> float | None:
    if at is None:
        return None
    seconds = 0
    for part in at.split(":"):
        seconds = seconds * 60 + int(part)
    return float(seconds)
