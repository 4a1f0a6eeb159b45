"""Words to search by: what was said as plain words, what somebody looks for, and where it stands in a text."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_QUERY = 200
"""Characters of what is looked for; the rest is left out."""

MOST_PHRASES = 12

LONGEST_SAID = 400_000
"""Bytes of one conversation's words that are searched: more than a day of talk. PostgreSQL indexes no more in one row."""

WORD = re.compile(r"[^\W_]+")
ASKED = re.compile(r'"([^"]*)"|(\S+)')

type Phrase = tuple[str, ...]
"""Words that stand side by side."""


class Place(NamedTuple):
    """Characters of a text, half-open."""

    start: int
    end: int


def said(texts: Iterable[str]) -> str:
    """What is searched of a conversation: its words in order, without case or marks, one space between them."""
    words = " ".join(word for text in texts for word in _folded(text))
    return words.encode("utf-8", "ignore")[:LONGEST_SAID].decode("utf-8", "ignore")


def looked_for(query: str) -> tuple[Phrase, ...]:
    """What a query asks for: every word of it, and words in "quotes" side by side."""
    found = (quoted or word for quoted, word in ASKED.findall(query[:LONGEST_QUERY]))
    phrases = (tuple(word for word, _ in _words(text)) for text in found)
    return tuple(dict.fromkeys(phrase for phrase in phrases if phrase))[:MOST_PHRASES]


def places(text: str, phrases: Iterable[Phrase]) -> list[Place]:
    """Where the phrases stand in a text, in order; places that overlap are one."""
    words = list(_words(text))
    found = sorted(place for phrase in phrases for place in _standing(words, phrase))
    joined: list[Place] = []
    for place in found:
        if joined and place.start < joined[-1].end:
            joined[-1] = Place(joined[-1].start, max(place.end, joined[-1].end))
        else:
            joined.append(place)
    return joined


def _standing(words: list[tuple[str, Place]], phrase: Phrase) -> Iterator[Place]:
    size = len(phrase)
    for index in range(len(words) - size + 1):
        if tuple(word for word, _ in words[index : index + size]) == phrase:
            yield Place(words[index][1].start, words[index + size - 1][1].end)


def _words(text: str) -> Iterator[tuple[str, Place]]:
    for match in WORD.finditer(text):
        place = Place(*match.span())
        yield from ((word, place) for word in _fold(match.group()))


def _folded(text: str) -> Iterable[str]:
    """The same words without their places; most text is plain ASCII, where one step does it."""
    if text.isascii():
        return WORD.findall(text.lower())
    return (word for found in WORD.findall(text) for word in _fold(found))


@lru_cache(maxsize=1 << 16)
def _fold(word: str) -> tuple[str, ...]:
    """A word without case and compatibility forms, which can make several of it."""
    return tuple(WORD.findall(unicodedata.normalize("NFKC", word).casefold()))
