"""A conversation as the judge sees it: no names, nothing that could pass for the prompt's own marks, each character traceable."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from coachloop.core.masking.shown import masked_by_turn
from coachloop.core.model.conversation import Conversation, Masked
from coachloop.core.model.phrase import EVERYDAY, TITLES, fold, words

AGENT_NAME = "[AGENT_NAME]"
CUSTOMER_NAME = "[CUSTOMER_NAME]"

_PLAIN = {"<": "\u2039", ">": "\u203a", "[": "(", "]": ")", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}
_SHARP = str.maketrans({"<": "\u2039", ">": "\u203a"})
_ROUND = str.maketrans("[]", "()")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """One character as it is shown: white space as a space, what can't be seen not at all, brackets and quotes plain."""
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in _DROPPED else _PLAIN.get(char, char)


def clean(text: str) -> str:
    """A text as turns are shown: one line, without control characters; every turn and every quote goes through it."""
    return " ".join("".join(map(_plain, text)).split())


def harmless(text: str) -> str:
    """A text of the model's own, on one line, without what can't be seen; brackets stay, but those of a server's own marks."""
    return " ".join(
        "".join(" " if char.isspace() else char if _plain(char) else "" for char in text).split()
    ).translate(_SHARP)


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has: four plain letters make one, any other character is one."""
    plain = len(text.encode("ascii", "ignore"))
    return plain // 4 + len(text) - plain + 1


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn's text as it is shown. Its n-th character stands for the original's from `starts[n]` to `ends[n]`, half-open."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def key(self) -> str:
        """The text as quotes are looked up in it; character for character as long as the text."""
        return self.text.translate(_ROUND)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to `end` stand in the original."""
        return self.starts[start], self.ends[end - 1]


class Transcript:
    """A conversation's turns as they are shown, made when asked for."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self._masks = [
            (pattern, token)
            for name, token in ((conversation.agent_name, AGENT_NAME), (conversation.customer_name, CUSTOMER_NAME))
            if (pattern := _name_pattern(name or "")) is not None
        ]

    @cached_property
    def turns(self) -> tuple[ShownTurn, ...]:
        """Every turn, in order; one in which nothing can be seen has an empty text."""
        hidden = masked_by_turn(self.conversation)
        return tuple(
            self._shown(turn.text, hidden.get(number, ())) for number, turn in enumerate(self.conversation.turns)
        )

    def _shown(self, text: str, hidden: Sequence[Masked]) -> ShownTurn:
        shown = _hidden(_traced(text), hidden)
        for pattern, token in self._masks:
            shown = _masked(shown, pattern, token)
        return shown

    def named(self, text: str) -> str:
        """A text of the judge's with the names in their places again, for people to read."""
        for token, name in (
            (AGENT_NAME, self.conversation.agent_name),
            (CUSTOMER_NAME, self.conversation.customer_name),
        ):
            text = text.replace(token, name) if name else text
        return text


def _traced(text: str) -> ShownTurn:
    chars: list[str] = []
    starts: list[int] = []
    for index, char in enumerate(text):
        plain = _plain(char)
        if plain and (plain != " " or (chars and chars[-1] != " ")):
            chars.append(plain)
            starts.append(index)
    if chars and chars[-1] == " ":
        del chars[-1], starts[-1]
    return ShownTurn("".join(chars), tuple(starts), tuple(start + 1 for start in starts))


def _name_pattern(name: str) -> re.Pattern[str] | None:
    """Finds any part of the name, or several in a row, as whole words; titles are no part of it."""
    found = {part for part in words(clean(name)) if len(part) > 1 and part.casefold() not in TITLES}
    forms = {unicodedata.normalize(form, part) for part in found for form in ("NFC", "NFD")}
    if not forms:
        return None
    part = "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
    return re.compile(rf"(?<!\w)(?:{part})(?:[\s.-]+(?:{part}))*(?!\w)", re.IGNORECASE)


def _masked(shown: ShownTurn, pattern: re.Pattern[str], token: str) -> ShownTurn:
    """The turn with the token in the place of each name; the token's every character stands for the whole name."""
    names = (found for found in pattern.finditer(shown.text) if _is_name_here(found.group(), shown.text))
    return _replaced(shown, [(*found.span(), token) for found in names])


def _replaced(shown: ShownTurn, places: Sequence[tuple[int, int, str]]) -> ShownTurn:
    text, starts, ends = "", list[int](), list[int]()
    done = 0
    for start, end, token in places:
        text += shown.text[done:start] + token
        starts += [*shown.starts[done:start], *[shown.starts[start]] * len(token)]
        ends += [*shown.ends[done:start], *[shown.ends[end - 1]] * len(token)]
        done = end
    if not done:
        return shown
    return ShownTurn(text + shown.text[done:], (*starts, *shown.starts[done:]), (*ends, *shown.ends[done:]))


def _hidden(shown: ShownTurn, masks: Sequence[Masked]) -> ShownTurn:
    """The turn with a token in the place of what nobody reads, whose every character stands for all of it."""
    places = []
    for mask in masks:
        first, last = bisect_right(shown.ends, mask.start), bisect_left(shown.starts, mask.end)
        places += [(first, last, f"[{mask.kind}]")] if first < last else []
    return _replaced(shown, places)


def _is_name_here(said: str, text: str) -> bool:
    """Whether this is the name: a name that is an everyday word too has to be written like one, where anything here is."""
    return said != said.lower() or text == text.lower() or not EVERYDAY.issuperset(fold(said).split())
