"""Words and stretches of letters as numbers: whole batches at a time, by arithmetic on bytes instead of loops over strings."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

LETTERS = (2, 3, 4, 5)
"""Lengths, in bytes, of the stretches of letters that are counted."""

_NOT_A_WORD = re.compile(r"[^\w'?\x00]+")
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SPACE, _END = 32, 0


class Found(NamedTuple):
    """What many texts hold: which text each find is in, in order, and the find's hash."""

    text: Ints
    hash: Hashes


class Folded:
    """Texts as lower-case words with one space between them, ready to be cut by position.

    A rolling hash (Karp & Rabin 1987) over all bytes gives every stretch its number in one subtraction.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Fold the texts; characters that cannot be encoded are kept as they are."""
        joined = " \x00 ".join(text.replace("\x00", " ") for text in texts).lower().replace("\u2019", "'")
        spaced = f" {_NOT_A_WORD.sub(' ', joined).replace('?', ' ? ')} "
        data = np.frombuffer(re.sub(" +", " ", spaced).encode("utf-8", "surrogatepass"), np.uint8)
        self._bytes = data
        self._text = np.cumsum(data == _END)
        self._inverse = _powers(_INVERSE, len(data) + 1)
        self._until = np.concatenate([[np.uint64(0)], np.cumsum((data + np.uint64(1)) * _powers(_BASE, len(data)))])

    def words(self) -> Found:
        """Every word, and every question mark."""
        blank = (self._bytes == _SPACE) | (self._bytes == _END)
        starts = np.flatnonzero(blank[:-1] & ~blank[1:]) + 1
        ends = np.flatnonzero(~blank[:-1] & blank[1:]) + 1
        return Found(self._text[starts], self._hash(starts, ends))

    def letters(self, lengths: Iterable[int] = LETTERS) -> Found:
        """Every stretch of letters inside a word, the spaces around it included."""
        found = [self._stretches(length) for length in lengths]
        return Found(np.concatenate([one.text for one in found]), np.concatenate([one.hash for one in found]))

    def _stretches(self, length: int) -> Found:
        count = max(0, len(self._bytes) - length + 1)
        starts = np.arange(count)
        whole = np.ones(count, bool)
        for place in range(length):
            here = self._bytes[place : place + count]
            whole &= here != _END
            if 0 < place < length - 1:
                whole &= here != _SPACE
        starts = starts[whole]
        return Found(self._text[starts], self._hash(starts, starts + length))

    def _hash(self, starts: Ints, ends: Ints) -> Hashes:
        return mixed((self._until[ends] - self._until[starts]) * self._inverse[starts])


def hashes_of(words: Iterable[str]) -> Hashes:
    """The hashes of single words, as `Folded.words` gives them."""
    return Folded(list(words)).words().hash


def pairs(words: Found) -> Found:
    """Every two words that follow each other in a text."""
    together = np.flatnonzero(words.text[1:] == words.text[:-1])
    joined = mixed(words.hash[together] * np.uint64(31) + words.hash[together + 1])
    return Found(words.text[together], joined)


def mixed(hashes: Hashes) -> Hashes:
    """Spread over all bits (splitmix64's finaliser; Steele, Lea & Flood 2014)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _MIX[0]
    hashes = (hashes ^ (hashes >> np.uint64(27))) * _MIX[1]
    return hashes ^ (hashes >> np.uint64(31))


def _powers(base: int, count: int) -> Hashes:
    powers = np.full(max(1, count), base, np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)
