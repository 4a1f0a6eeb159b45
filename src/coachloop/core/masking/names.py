"""The customer's name where it is said, as their record gives it; a model that finds other names can stand behind a port."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from coachloop.core.masking.kinds import Found, Kind
from coachloop.core.masking.plain import plain, words
from coachloop.core.model.phrase import EVERYDAY, TITLES

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NO_NAMES = frozenset(
    [
        "customer",
        "caller",
        "unknown",
        "anonymous",
        "guest",
        "user",
        "client",
        "none",
        "null",
        "test",
        "private",
        "withheld",
        "name",
        "not",
        "available",
        "the",
        "and",
        "of",
        "ltd",
        "inc",
        "llc",
        "gmbh",
        "company",
    ]
)


class NameFinder(Protocol):
    """Finds the names of people that no record gives: where a model is at hand that knows what a name is."""

    @property
    def name(self) -> str:
        """Which model; another name where the same text may get other names."""

    def find(self, texts: Sequence[str]) -> Sequence[Sequence[tuple[int, int]]]:
        """For each text the places of names: half-open character offsets, in order."""


class Names(NamedTuple):
    """The words that somebody's name is made of, plain and without apostrophes; `hints`: one of these is said where the name is."""

    parts: frozenset[str] = frozenset()
    hints: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def parts_of(names: tuple[str, ...]) -> Names:
    """The words to look for; titles, and what records hold where nobody gave a name, are none."""
    said = {word.group().replace("'", "") for name in names for word in _WORD.finditer(plain(name))}
    parts = frozenset(word for word in said if len(word) > 1 and word not in TITLES and word not in _NO_NAMES)
    return Names(parts, frozenset(word for name in names for word in words(plain(name)) if len(word) > 1))


def said_names(text: str, written: str, names: Names) -> Iterator[Found]:
    """The name, or any part of it, in a turn; with its 's, which belongs to the word.

    Args:
        text: the turn's text, plain.
        written: the same as it was written: a name that is a word too has a capital, or stands beside another part or a title.
        names: whose.
    """
    found: list[tuple[int, int, bool]] = []
    for match in _WORD.finditer(text):
        word = match.group().replace("'", "")
        if word in names.parts or (match.group().endswith("'s") and word[:-1] in names.parts):
            sure = word not in EVERYDAY or written[match.start()].isupper() or _after_title(text, match.start())
            found.append((*match.span(), sure))
    for start, end, sure in _joined(text, found):
        if sure:
            yield Found(start, end, Kind.CUSTOMER_NAME)


def _joined(text: str, found: Iterable[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    """Neighbouring parts are one name; two together are sure."""
    joined: list[tuple[int, int, bool]] = []
    for start, end, sure in found:
        if joined and not text[joined[-1][1] : start].strip(" -."):
            joined[-1] = (joined[-1][0], end, True)
        else:
            joined.append((start, end, sure))
    return joined


def _after_title(text: str, start: int) -> bool:
    before = text[max(0, start - 12) : start].replace(".", " ").split()
    return bool(before) and (before[-1] in TITLES or before[-1] in {"mister", "missus"})
