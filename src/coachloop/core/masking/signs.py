"""Which turns are worth a closer look: found by three patterns in one pass each over a whole conversation."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import re2

_SINGLE = "(?:zero|one|two|three|four|five|six|seven|eight|nine|nought)"
_NUMBER = (
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|double|triple|oh)"
)
_GAP = r"[ ,.\-]{1,3}(?:(?:uh|um|er|and|dash|hyphen)[ ,]+)?"
_ASIDE = "(?:uh|um|er|okay|ok|and|yes|yeah|then|it's)"
_ENDINGS = "(?:com|org|net|edu|gov|co|uk|de|fr|it|es|eu|io|us|ca|au|info|biz|me|ac|ie|nz)"


def _compiled(source: str) -> re.Pattern[bytes]:
    options = re2.Options()
    options.never_capture = True
    options.encoding = re2.Options.Encoding.LATIN1
    found: re.Pattern[bytes] = re2.compile(f"(?m){source}".encode(), options)
    return found


NUMBERS = _compiled(
    rf"\d(?:[^\da-z\n]{{0,3}}\d){{3}}|\b(?:{_SINGLE}|double|triple|treble){_GAP}(?:{_SINGLE}|oh|o|double|triple)\b"
    rf"|\b{_NUMBER}{_GAP}{_NUMBER}{_GAP}{_NUMBER}\b"
    rf"|^\W*(?:{_ASIDE}[ .,!\-]+)*(?:{_NUMBER}|\d{{1,3}})(?:[ .,!\-]+(?:{_NUMBER}|\d{{1,3}}|{_ASIDE}))*\W*$"
    r"|[a-z]\d+[a-z]+\d|\d[a-z]+\d+[a-z]"
)
"""Four digits as written, two or three as said, or a turn of nothing else."""

BIRTHS = _compiled(r"\b(?:born|date of birth|birth ?date|dob|d\.o\.b|(?:my|your|his|her|their|whose) birth ?day)\b")

WORDS = _compiled(
    rf"[a-z0-9]@[a-z0-9]|\bat (?:the )?(?:g ?mail|hot ?mail|yahoo|outlook|i ?cloud|aol|proton ?mail|gmx|msn)\b"
    rf"|\bat [a-z0-9 .\-]{{1,40}}(?: dot |\.){_ENDINGS}\b"
    r"|\b(?:pass ?word|pass ?phrase|pass ?code|pin|secret word|maiden name|security (?:word|answer))(?: number)?"
    r"(?: (?:is|was|would|should|will)\b|'s| ?[:=])|\b(?:cv[vc]2?|security (?:code|number)|on the back)\b"
)
"""Addresses, and the names of secrets."""


class Page:
    """A conversation's plain turns as one text that the patterns look through."""

    def __init__(self, turns: Sequence[str]) -> None:
        self._text = "\n".join(turns).encode("latin-1", "replace")
        self._turns = turns
        self._starts: list[int] | None = None

    def having(self, pattern: re.Pattern[bytes]) -> set[int]:
        """The turns in which a pattern finds something."""
        return set(self._turns_at(match.end() for match in pattern.finditer(self._text)))

    def saying(self, words: Iterable[str]) -> set[int]:
        """The turns that hold one of these, be it inside a word."""
        known = [word for word in words if word.encode("latin-1", "replace") in self._text]
        return (
            {number for number, turn in enumerate(self._turns) if any(word in turn for word in known)}
            if known
            else set()
        )

    def _turns_at(self, ends: Iterable[int]) -> Iterator[int]:
        for end in ends:
            if self._starts is None:
                self._starts = [0, *accumulate(len(turn) + 1 for turn in self._turns)]
            yield bisect_right(self._starts, end - 1) - 1
