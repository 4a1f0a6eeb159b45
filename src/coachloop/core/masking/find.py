"""Finds what is to be masked in what is said: rules in linear time, quick where there is nothing to find."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from coachloop.core.masking import signs
from coachloop.core.masking.cues import asks_for_birth
from coachloop.core.masking.dates import birth_dates
from coachloop.core.masking.digits import runs
from coachloop.core.masking.kinds import Found
from coachloop.core.masking.mails import is_about_mail, mails
from coachloop.core.masking.names import parts_of, said_names
from coachloop.core.masking.numbers import ASKED, Looked, numbers
from coachloop.core.masking.plain import plain
from coachloop.core.masking.secrets import codes, ibans, secrets

AROUND = 3
"""Turns before and behind one with a number in which it may begin or go on."""


def find(text: str, *, names: Sequence[str] = ()) -> tuple[Found, ...]:
    """What is to be masked in one text.

    Args:
        text: as it was written or said.
        names: of the customer.

    Returns:
        Places in order, none of which overlap.
    """
    return find_in([("", text)], names=names).get(0, ())


def find_in(turns: Sequence[tuple[str, str]], *, names: Sequence[str] = ()) -> dict[int, tuple[Found, ...]]:
    """What is to be masked in a conversation: a number goes on over several turns, and an answer is known by its question.

    Args:
        turns: speaker and text.
        names: of the customer.

    Returns:
        By turn, where there is anything, places in order, none of which overlap.
    """
    low = [plain(text) for _, text in turns]
    page = signs.Page(low)
    looked = [Looked(speaker, text) for (speaker, _), text in zip(turns, low, strict=True)]
    found: dict[int, list[Found]] = defaultdict(list)
    for turn, one in (*_numbers(page, looked), *_births(page, looked), *_words(page, looked)):
        found[turn].append(one)
    whose = parts_of(tuple(names))
    for turn in page.saying(whose.hints):
        found[turn] += said_names(low[turn], turns[turn][1], whose)
    return {turn: _apart(some) for turn, some in found.items() if some}


def find_each(texts: Sequence[str], *, names: Sequence[str] = ()) -> dict[int, tuple[Found, ...]]:
    """What is to be masked in texts that have nothing to do with each other, by their number."""
    page, whose = signs.Page([plain(text) for text in texts]), parts_of(tuple(names))
    worth = page.having(signs.NUMBERS) | page.having(signs.BIRTHS) | page.having(signs.WORDS) | page.saying(whose.hints)
    found = {number: find(texts[number], names=names) for number in worth}
    return {number: places for number, places in found.items() if places}


def _numbers(page: signs.Page, turns: Sequence[Looked]) -> Iterator[tuple[int, Found]]:
    seeds = page.having(signs.NUMBERS)
    for turn in seeds:
        for one in (*codes(turns[turn].text, turns[turn].cues), *ibans(turns[turn].text)):
            yield turn, one
    near = sorted({turn for seed in seeds for turn in range(max(0, seed - AROUND), min(len(turns), seed + AROUND + 1))})
    for turn in near:
        turns[turn].runs = runs(turn, turns[turn].text)
    for chain, kind in numbers(turns, near):
        for run in chain:
            yield run.turn, Found(_begin(turns[run.turn].text, run.start), run.end, kind)


def _births(page: signs.Page, turns: Sequence[Looked]) -> Iterator[tuple[int, Found]]:
    about = page.having(signs.BIRTHS)
    asking = {turn for turn in about if asks_for_birth(turns[turn].text)}
    soon = {turn for seed in asking for turn in range(seed + 1, min(len(turns), seed + ASKED + 1))}
    for turn in sorted(about | soon):
        before = (one for one in range(turn - 1, max(-1, turn - ASKED - 1), -1) if one in asking)
        asked = next((one for one in before if turns[one].speaker != turns[turn].speaker), turn)
        for found in birth_dates(turns[turn].text, turns[turn].cues, asked=turn - asked):
            yield turn, found


def _words(page: signs.Page, turns: Sequence[Looked]) -> Iterator[tuple[int, Found]]:
    given = -ASKED
    for turn in sorted(page.having(signs.WORDS)):
        text = turns[turn].text
        asked = turn - given < ASKED or any(is_about_mail(one.text) for one in turns[max(0, turn - ASKED) : turn])
        for one in mails(text, asked=asked):
            given = turn
            yield turn, one
        for one in secrets(text):
            yield turn, one


def _begin(text: str, start: int) -> int:
    """A number begins with its plus or bracket."""
    while start and text[start - 1] in "+(":
        start -= 1
    return start


def _apart(found: list[Found]) -> tuple[Found, ...]:
    """In order; where two overlap they are one, of the kind of the one that begins first."""
    apart: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if apart and one.start < apart[-1].end:
            apart[-1] = apart[-1]._replace(end=max(one.end, apart[-1].end))
        else:
            apart.append(one)
    return tuple(apart)
