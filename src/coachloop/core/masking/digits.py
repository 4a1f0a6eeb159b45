"""Digits as they are written and as they are said: what of a turn may be part of a number that somebody gives out."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from coachloop.core.masking.plain import words

SINGLE = {
    **{
        word: str(value)
        for value, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    },
    "oh": "0",
    "o": "0",
    "nought": "0",
    "naught": "0",
    "nil": "0",
}
TEEN = {
    word: str(value)
    for value, word in enumerate(
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
        10,
    )
}
TENS = {
    word: str(value)
    for word, value in zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True
    )
}
TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_LETTERS = frozenset({"o", "oh", "nil"})
SPOKEN = frozenset({*SINGLE, *TEEN, *TENS, *TIMES}) - _LETTERS
"""Words that are digits whatever stands beside them."""

FILLERS = frozenset(
    [
        "uh",
        "um",
        "er",
        "erm",
        "ah",
        "hm",
        "hmm",
        "mhm",
        "like",
        "so",
        "then",
        "okay",
        "ok",
        "yes",
        "yeah",
        "and",
        "dash",
        "hyphen",
        "space",
        "minus",
        "sorry",
        "please",
        "it's",
        "that's",
    ]
)
"""What people say between the digits of one number."""

UNITS = frozenset(
    [
        "dollar",
        "dollars",
        "pound",
        "pounds",
        "euro",
        "euros",
        "cent",
        "cents",
        "pence",
        "quid",
        "bucks",
        "credits",
        "percent",
        "per",
        "hundred",
        "thousand",
        "million",
        "billion",
        "k",
        "m",
        "am",
        "pm",
        "o'clock",
        "minute",
        "minutes",
        "second",
        "seconds",
        "hour",
        "hours",
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
        "night",
        "nights",
        "people",
        "person",
        "mile",
        "miles",
        "km",
        "kilometers",
        "metres",
        "meters",
        "feet",
        "foot",
        "square",
        "sqft",
        "sq",
        "times",
        "degrees",
        "points",
        "kg",
        "lb",
        "lbs",
        "gb",
        "mb",
        "mbps",
        "kwh",
        "bedroom",
        "bedrooms",
        "bathroom",
        "st",
        "nd",
        "rd",
        "th",
        "usd",
        "eur",
        "gbp",
        "yen",
        "rupees",
        "francs",
        "shares",
        "units",
        "items",
        "grand",
        "star",
        "stars",
        "mph",
    ]
)
"""What makes a quantity of a number before it."""

_MONEY = frozenset("$\u20ac\u00a3\u00a5")
_PIECE = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+(?:'[a-z]+)?|[^\s\w]")
_BEGINS = re.compile(rf"(?<![a-z'])(?:{'|'.join(sorted({*SINGLE, *TEEN, *TENS, *TIMES}))})(?![a-z'])|\d")
_DIGIT_NEXT = re.compile(rf"[\s,.\-]*(?:(?:{'|'.join(sorted({*SINGLE, *TIMES}))})(?![a-z'])|\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_GROUPED = re.compile(r"\d{2,4}(?:\.\d{2,4}){2,}$")


class Digits(NamedTuple):
    """Digits in one go: a group as written, or one word as said."""

    start: int
    end: int
    value: str
    said: bool


@dataclass(slots=True)
class Run:
    """Digits of one turn with nothing between them but marks and fillers.

    `first` and `last`: only fillers stand before, or behind, it in the turn. `marks` are what stands between its digits.
    """

    turn: int
    parts: list[Digits]
    marks: str
    first: bool
    last: bool = False

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.parts[0].start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.parts[-1].end


class _Reader:
    """Takes a turn apart from left to right."""

    def __init__(self, turn: int, text: str) -> None:
        self.turn, self.text = turn, text
        self.runs: list[Run] = []
        self.open: Run | None = None
        self.marks = ""
        self.times = 1
        self.times_at = -1
        self.only_fillers = True

    def digits(self, start: int, end: int, value: str, *, said: bool) -> None:
        """Go on with the open run, or begin one."""
        if said and self.times > 1 and len(value) == 1:
            start, value = self.times_at, value * self.times
        self.times = 1
        part = Digits(start, end, value, said)
        if self.open is None:
            self.open = Run(self.turn, [part], "", first=self.only_fillers)
        else:
            self.open.parts.append(part)
            self.open.marks += self.marks
        self.marks = ""

    def next_piece(self, place: int) -> re.Match[str] | None:
        """What comes next; outside of a run the next digit or word that may be one."""
        if self.open is not None or self.times > 1:
            return _PIECE.search(self.text, place)
        begins = _BEGINS.search(self.text, place)
        if begins is None:
            return None
        if self.only_fillers and begins.start() > place:
            self.only_fillers = FILLERS.issuperset(words(self.text[place : begins.start()]))
        return _PIECE.match(self.text, begins.start())

    def close(self) -> None:
        """Something else is said."""
        if self.open is not None:
            self.runs.append(self.open)
        self.open, self.marks, self.times = None, "", 1
        self.only_fillers = False

    def quantity(self) -> None:
        """What was just read counts something: it is no number that is given out."""
        if self.open is not None:
            self.open.parts.pop()
            if not self.open.parts:
                self.open = None
        self.close()

    def word(self, word: str, start: int, end: int) -> None:
        """A word that may be a digit, may go between digits, or ends the run."""
        if word in SINGLE:
            self._single(word, start, end)
        elif word in TEEN:
            self.digits(start, end, TEEN[word], said=True)
        elif word in TENS:
            self.digits(start, end, TENS[word], said=True)
        elif word in TIMES:
            self.times, self.times_at = TIMES[word], start
        elif word in UNITS:
            if word != "hundred" or not self._two_zeros(end):
                self.quantity()
        elif word not in FILLERS:
            self.close()

    def _single(self, word: str, start: int, end: int) -> None:
        """`twenty three` is 23; `oh` is a digit among digits alone."""
        if self.open is not None and word not in _LETTERS and self._after_tens(self.open.parts[-1]):
            tens = self.open.parts[-1]
            self.open.parts[-1] = tens._replace(end=end, value=tens.value[0] + SINGLE[word])
        elif word in _LETTERS and self.open is None and not self._digit_follows(end):
            self.close()
        else:
            self.digits(start, end, SINGLE[word], said=True)

    def _two_zeros(self, end: int) -> bool:
        """`oh seven, nine hundred, four six one`: among digits it counts nothing, and stands for two of them."""
        if self.open is None or len(self.open.parts) < 2 or not _DIGIT_NEXT.match(self.text, end):
            return False
        last = self.open.parts[-1]
        if not last.said or len(last.value) != 1:
            return False
        self.open.parts[-1] = last._replace(end=end, value=last.value + "00")
        return True

    def _after_tens(self, part: Digits) -> bool:
        return self.text[part.start : part.end] in TENS and not self.marks.strip("-")

    def _digit_follows(self, end: int) -> bool:
        follows = _PIECE.search(self.text, end)
        return follows is not None and (follows.group() in SINGLE or follows.group()[0].isdigit())


def runs(turn: int, text: str) -> list[Run]:
    """The runs of digits in a plain text, in order; quantities, prices, dates with strokes and decimals are none."""
    reader = _Reader(turn, text)
    place = 0
    while (match := reader.next_piece(place)) is not None:
        start, place = match.span()
        piece = match.group()
        if piece[0].isdigit():
            _written(reader, piece, start)
        elif piece[0].isalpha():
            reader.word(piece, start, place)
        elif piece in "-.,()+":
            reader.marks += piece
        else:
            reader.close()
    if reader.open is not None:
        reader.open.last = True
        reader.close()
    return reader.runs


def _written(reader: _Reader, piece: str, start: int) -> None:
    text, end = reader.text, start + len(piece)
    glued = (start > 0 and (text[start - 1].isalpha() or text[start - 1] == "_")) or (
        end < len(text) and (text[end].isalpha() or text[end] in "%_")
    )
    if glued or (start > 0 and text[start - 1] in _MONEY) or _THOUSANDS.match(piece):
        reader.close()
        return
    groups = re.split(r"[.,]", piece)
    if len(groups) > 1 and not _GROUPED.match(piece):
        reader.close()
        return
    for group in groups:
        reader.digits(start, start + len(group), group, said=False)
        start += len(group) + 1
