"""Dates of birth: any date where somebody says, or was asked, when they were born."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from coachloop.core.masking.cues import Cue
from coachloop.core.masking.kinds import Found, Kind

NEAR, BEHIND = 80, 30
"""Characters in which a date stands behind the words about birth, or before them."""

NEAR_YEAR = 25
"""The same for a year alone."""

MOST_WORDS = 8
"""Words of an answer in which a year alone is the answer."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_UNIT = "(?:one|two|three|four|five|six|seven|eight|nine)"
_ORDINAL = (
    r"(?:(?:twenty|thirty)[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    r"|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_CARDINAL = (
    rf"(?:(?:twenty|thirty)[ -]{_UNIT}|{_UNIT}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|twenty|thirty)"
)
_TENS = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_LATE = (
    rf"(?:(?:oh|o|zero)[ -]{_UNIT}|{_TENS}(?:[ -]{_UNIT})?|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
_YEAR = (
    rf"(?:(?:19|20)\d\d|'\d\d|(?:nineteen|twenty)[ -]{_LATE}|two thousand(?: and)?(?: {_CARDINAL})?|{_TENS}[ -]{_UNIT})"
)
_DAY = rf"(?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?|{_ORDINAL}|{_CARDINAL})"
_DATE = re.compile(
    rf"(?<![\w/])(?:\d{{1,4}}[/.\-]\d{{1,2}}[/.\-]\d{{2,4}}|{_DAY}(?: of)?[ -]{_MONTH}(?:,? (?:of )?{_YEAR})?"
    rf"|{_MONTH} {_DAY}(?:,? (?:of )?{_YEAR})?|{_MONTH} {_YEAR}|(?P<year>{_YEAR}))(?![\w/])"
)


def birth_dates(text: str, cues: tuple[Cue, ...], *, asked: int) -> Iterator[Found]:
    """Dates in a plain text that say when somebody was born.

    Args:
        text: of one turn.
        cues: of the same turn.
        asked: how many turns before somebody was asked for it; 0 where nobody was.
    """
    dates = [_Date(*match.span(), match["year"] is not None) for match in _DATE.finditer(text)]
    short = 0 < asked <= 2 and len(text.split()) <= MOST_WORDS
    told = {_beside(cue, dates) for cue in cues if cue.kind is Kind.BIRTH_DATE} if dates else ()
    for date in dates:
        if date in told or (short if date.is_year else asked > 0):
            yield Found(date.start, date.end, Kind.BIRTH_DATE)


class _Date(NamedTuple):
    start: int
    end: int
    is_year: bool


def _beside(cue: Cue, dates: Sequence[_Date]) -> _Date | None:
    """The date that the words about birth are about: the first behind them, else the last before."""
    number = bisect_left(dates, cue.end, key=attrgetter("start"))
    behind, before = dates[number : number + 1], dates[max(0, number - 1) : number]
    if behind and behind[0].start - cue.end <= (NEAR_YEAR if behind[0].is_year else NEAR):
        return behind[0]
    return next((date for date in before if 0 <= cue.start - date.end <= BEHIND), None)
