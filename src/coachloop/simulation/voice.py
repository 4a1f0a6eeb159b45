"""How somebody speaks: pace, hesitations, pet phrases, and what a transcriber mishears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coachloop.simulation import language_names as names
from coachloop.simulation.grammar import rendered, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coachloop.simulation.dice import Dice
    from coachloop.simulation.grammar import Pool

_HESITATIONS = ("um", "er", "uh", "erm", "ah")
_OPENERS = (
    "Um",
    "Er",
    "So",
    "Well",
    "I mean",
    "Basically",
    "Obviously",
    "To be fair",
    "Yeah",
    "Like I say",
    "Listen",
    "Look",
)
_REPEATED = frozenset({"i", "the", "we", "a", "it", "so", "and", "that", "you", "is", "to", "in", "what"})
_SLIPS = {
    "valuation": "evaluation", "viewing": "reviewing", "your": "you're", "lease": "least", "two": "to", "there's": "theirs",
    "deposit": "the posit", "tenant": "tenor", "fee": "feet", "calling": "calling in", "we've": "weave", "for": "four",
    "mortgage": "more gauge", "boiler": "broiler", "percent": "present", "hold": "hole", "rent": "rant", "you're": "your",
    "price": "prize", "landlord": "land lord", "asked": "ask", "because": "cos", "help": "held", "reason": "recent",
}  # fmt: skip
_KEEP_CAPITAL = frozenset(
    word
    for group in (names.TOWNS, names.DAYS, names.MONTHS, (names.FIRM,), names.CUSTOMER_FIRST_F,
                  names.CUSTOMER_FIRST_M, names.CUSTOMER_LAST, ("Mr", "Mrs", "Ms", "I", "I'm", "I've", "I'd", "I'll"))
    for name in group
    for word in name.split()
) - {"Upper", "Bay", "Green", "Heath", "Mark", "Frank", "Grace", "Read", "Young"}  # fmt: skip


class Voice:
    """A speaker.

    Attributes:
        pace: words a second.
        hesitant: how often a turn has a hesitation in it.
        clear: how often a transcriber gets a turn right.
    """

    __slots__ = ("_favourites", "_hesitations", "_loyal", "_openers", "clear", "hesitant", "pace")

    def __init__(self, dice: Dice, *, hesitant: float) -> None:
        self.pace = dice.between(2.4, 3.3)
        self.hesitant = hesitant * dice.between(0.3, 1.7)
        self.clear = dice.between(0.93, 0.995)
        self._loyal = dice.between(0.3, 0.75)
        self._hesitations = dice.shuffled(_HESITATIONS)[:2]
        self._openers = dice.shuffled(_OPENERS)[:3]
        self._favourites: dict[int, list[int]] = {}

    def phrase(self, pool: Pool, dice: Dice, slots: Mapping[str, str]) -> str:
        """Says it the way this speaker mostly does: one of two favourites, else any."""
        count = len(pool.patterns)
        if count > 3 and dice.chance(self._loyal):
            if pool.number not in self._favourites:
                self._favourites[pool.number] = [dice.below(count), dice.below(count)]
            place = dice.pick(self._favourites[pool.number])
        else:
            place = dice.below(count)
        return tidy(rendered(pool.patterns[place], dice, slots))

    def spoken(self, text: str, dice: Dice) -> str:
        """The words as they come out and are written down."""
        words = text.split(" ")
        if len(words) > 7 and dice.chance(self.hesitant):
            self._hesitate(words, dice)
        if not dice.chance(self.clear):
            _mishear(words, dice)
        return " ".join(words)

    def _hesitate(self, words: list[str], dice: Dice) -> None:
        place = 1 + dice.below(len(words) - 2)
        plain = words[place].lower()
        if dice.chance(0.4):
            starts = [0, *(n for n in range(1, len(words) - 2) if words[n - 1][-1] in ".?!")]
            place = dice.pick(starts)
            words[place] = f"{dice.pick(self._openers)}, {lowered(words[place])}"
        elif plain in _REPEATED and dice.chance(0.6):
            words[place] = f"{words[place]}{dice.pick((',', ' -', ''))} {words[place] if plain == 'i' else plain}"
        elif words[place - 1][-1] not in ".?!-":
            comma = "" if words[place - 1][-1] in ",:" else ","
            words[place - 1] += f"{comma} {dice.pick(self._hesitations)},"


def _mishear(words: list[str], dice: Dice) -> None:
    heard = [place for place, word in enumerate(words) if word.lower().strip(",.?") in _SLIPS]
    if heard:
        place = dice.pick(heard)
        plain = words[place].lower().strip(",.?")
        slip = words[place].lower().replace(plain, _SLIPS[plain])
        words[place] = slip.capitalize() if words[place][0].isupper() else slip


def lowered(text: str) -> str:
    """The text as it goes on inside a sentence: a small first letter, unless it is a name or "I"."""
    first = text.split(" ", 1)[0].rstrip(",.?!").removesuffix("'s")
    return text if first in _KEEP_CAPITAL else text[:1].lower() + text[1:]
