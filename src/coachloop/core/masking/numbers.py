"""Numbers that somebody gives out: in one go, in groups, over several turns with an `uh-huh` between."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from coachloop.core.masking.cues import Cue, cues
from coachloop.core.masking.digits import FILLERS, SPOKEN, Digits, Run
from coachloop.core.masking.kinds import Kind
from coachloop.core.masking.plain import words

NEAR, BEHIND = 80, 24
"""Characters in which a cue stands before a number, or behind it."""

ASKED = 4
"""Turns for which a question waits for its answer."""

ANSWER = 4
"""Digits beside a cue that answer it already."""

ASIDE = 4
"""Words of another speaker, echoed digits apart, that do not end a number which is given in pieces."""

LONGEST = 40
"""Digits after which no number goes on in another turn."""

SHORT = 25
"""Characters of a question that only asks back."""

CARD_DIGITS = range(13, 20)
_CARDS = {(4, 4, 4, 4), (4, 6, 5)}
_PHONES = {(3, 3, 4), (1, 3, 3, 4)}
_NATIONAL = re.compile(r"0\d{8,10}|1?[2-9]\d{2}[2-9]\d{6}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATED = re.compile(r"\b(?:in|since|year|until|by|of)$")
_SAID = re.compile(r"(?: (?:number )?(?:is|was|will be)|'s| ?[:=]) ?\w")
_COUNTING = "1234567890"


class Looked:
    """A turn as the rules see it: plain, with its runs of digits and its cues."""

    def __init__(self, speaker: str, text: str) -> None:
        self.speaker, self.text = speaker, text
        self.runs: list[Run] = []

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        """What it says about numbers; looked for when first asked."""
        return cues(self.text)

    @cached_property
    def _ends(self) -> list[int]:
        return [cue.end for cue in self.cues]

    def cue_before(self, place: int) -> Cue | None:
        """The cue that a number which begins there follows."""
        number = bisect_right(self._ends, place) - 1
        return self.cues[number] if number >= 0 and place - self._ends[number] <= NEAR else None

    def cue_behind(self, place: int) -> Cue | None:
        """The cue that follows a number which ends there."""
        number = bisect_right(self._ends, place)
        return self.cues[number] if number < len(self.cues) and 0 <= self.cues[number].start - place <= BEHIND else None

    @property
    def asks(self) -> tuple[Cue, ...]:
        """Those of its cues that it says nothing more about."""
        return tuple(cue for cue in self.cues if "?" in self.text[cue.end :] or not _SAID.match(self.text, cue.end))


type Chain = list[Run]
"""Runs of one speaker that make one number."""


def numbers(turns: Sequence[Looked], worth: Sequence[int]) -> Iterator[tuple[Chain, Kind]]:
    """The numbers that are given out, with what they are.

    Args:
        turns: all of them.
        worth: those whose runs of digits are read, in order, with all that are near one.
    """
    known: dict[str, Kind] = {}
    open_ones = []
    for chain in _chains(turns, worth):
        kind = _by_cue(chain, turns) or _by_question(chain, turns) or _by_shape(chain, turns)
        if kind is None:
            open_ones.append(chain)
        else:
            known[_value(chain)] = kind
            yield chain, kind
    for chain in open_ones:
        if len(value := _value(chain)) >= ANSWER and value in known:
            yield chain, known[value]


def _chains(turns: Sequence[Looked], worth: Sequence[int]) -> list[Chain]:
    chains: list[Chain] = []
    waiting: dict[str, Chain] = {}
    before = -1
    for turn in worth:
        if turn > before + 1:
            waiting.clear()
        before = turn
        _go_on(turns[turn], waiting, chains)
    return chains


def _go_on(looked: Looked, waiting: dict[str, Chain], chains: list[Chain]) -> None:
    """Put each run of a turn to what it goes on with, or let it begin a chain."""
    for run in looked.runs:
        chain = waiting.pop(looked.speaker, None)
        if run.first and chain is not None and not _is_whole(_value(chain)):
            chain.append(run)
        else:
            chain = [run]
            chains.append(chain)
        if run.last:
            waiting[looked.speaker] = chain
    if waiting:
        _interrupt(waiting, looked)


def _is_whole(value: str) -> bool:
    return len(value) > LONGEST or (len(value) in CARD_DIGITS and _is_card(value))


def _interrupt(waiting: dict[str, Chain], looked: Looked) -> None:
    """What else is said ends the numbers that may have gone on."""
    others = sum(word not in FILLERS and word not in SPOKEN and not word.isdigit() for word in words(looked.text))
    if others > ASIDE or looked.cues:
        for speaker in [speaker for speaker in waiting if speaker != looked.speaker]:
            del waiting[speaker]
    if others > 1 and not looked.runs:
        waiting.pop(looked.speaker, None)


def _parts(chain: Chain) -> list[Digits]:
    return [part for run in chain for part in run.parts]


def _value(chain: Chain) -> str:
    return "".join(part.value for part in _parts(chain))


def _by_cue(chain: Chain, turns: Sequence[Looked]) -> Kind | None:
    """What the words nearest before it say it is, or those right behind it."""
    size, first, last = len(_value(chain)), chain[0], chain[-1]
    before, behind = turns[first.turn].cue_before(first.start), turns[last.turn].cue_behind(last.end)
    for cue in filter(None, (before, behind)):
        if cue.fits(size) and not _is_dated(chain, turns):
            return cue.kind if cue.kind is not Kind.NUMBER else _by_shape(chain, turns) or Kind.NUMBER
    return None


def _by_question(chain: Chain, turns: Sequence[Looked]) -> Kind | None:
    """What somebody else asked for shortly before, or what was announced in the turn before, as far as it can be this long."""
    first, size = chain[0].turn, len(_value(chain))
    asked = _asked(first, turns)
    kinds = {cue.kind for cue in asked if cue.fits(size)}
    if not kinds or _is_dated(chain, turns):
        return None
    order = [Kind.BIRTH_DATE, Kind.CARD, Kind.PHONE, Kind.ACCOUNT, Kind.NUMBER]
    order.insert(0 if size <= 4 else len(order), Kind.SECRET)
    return next(kind for kind in order if kind in kinds)


def _asked(first: int, turns: Sequence[Looked]) -> tuple[Cue, ...]:
    """What was asked for before this turn and not given yet; a question about something else ends the wait for an answer."""
    speaker, answered = turns[first].speaker, False
    for turn in range(first - 1, max(-1, first - 1 - ASKED), -1):
        looked = turns[turn]
        if looked.speaker == speaker:
            answered = answered or _gives(looked)
            if looked.cues and turn == first - 1 and not answered:
                return looked.cues
        elif looked.cues:
            return () if answered or _gives(looked) else looked.asks
        elif "?" in looked.text and len(looked.text) > SHORT:
            return ()
    return ()


def _gives(looked: Looked) -> bool:
    """Whether a turn holds a number that may be the answer."""
    return any(len(_value([run])) >= ANSWER for run in looked.runs)


def _is_dated(chain: Chain, turns: Sequence[Looked]) -> bool:
    """Whether it is a year: `in 2019`."""
    first = chain[0]
    before = turns[first.turn].text[max(0, first.start - 8) : first.start].rstrip()
    return _YEAR.fullmatch(_value(chain)) is not None and _DATED.search(before) is not None


def _by_shape(chain: Chain, turns: Sequence[Looked]) -> Kind | None:
    """What it is by itself, where nobody says so: only what hardly anything but a number that is given out looks like."""
    parts, value = _parts(chain), _value(chain)
    if len(value) < 6 or all(_YEAR.fullmatch(part.value) for part in parts):
        return None
    if turns[chain[0].turn].text[max(0, chain[0].start - 1)] == "+" and 8 <= len(value) <= 15:
        return Kind.PHONE
    sizes = tuple(len(part.value) for part in parts)
    if sizes in _CARDS or any(map(_is_card, _windows(parts))):
        return Kind.CARD
    if sum(part.said for part in parts) * 2 >= len(parts):
        return _said(value, singles=sum(len(part.value) for part in parts if len(set(part.value)) == 1))
    return _written(value, sizes, chain)


def _windows(parts: Sequence[Digits]) -> Iterator[str]:
    """Neighbouring parts that are as long as a card's number."""
    for first in range(len(parts)):
        value = ""
        for part in parts[first : first + CARD_DIGITS[-1]]:
            value += part.value
            if len(value) in CARD_DIGITS:
                yield value


def _is_card(value: str) -> bool:
    return value[0] in "23456" and luhn(value)


def luhn(value: str) -> bool:
    """Whether the last digit checks the others, as on every payment card (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(value))]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def _said(value: str, *, singles: int) -> Kind | None:
    if singles < 5 or _COUNTING.startswith(value):
        return None
    return Kind.PHONE if len(value) in {7, 10, 11} else Kind.NUMBER


def _written(value: str, sizes: tuple[int, ...], chain: Chain) -> Kind | None:
    marks = "".join(run.marks for run in chain)
    if "," in marks or "." in marks:
        dotted = sizes in _PHONES and "," not in marks
        one_by_one = max(sizes) == 1 and not _COUNTING.startswith(value)
        return Kind.PHONE if dotted else Kind.NUMBER if one_by_one else None
    if sizes in _PHONES or (_NATIONAL.fullmatch(value) and len(sizes) <= 5):
        return Kind.PHONE
    if sizes == (3, 4) and "-" in marks and not value.endswith("00"):
        return Kind.PHONE
    if len(value) < 9 or value.endswith("000") or _are_round(chain) or any(len(_value([run])) < 3 for run in chain):
        return None
    return Kind.NUMBER


def _are_round(chain: Chain) -> bool:
    """Hundreds, one after the other."""
    return all(part.value.endswith("00") for part in _parts(chain))
