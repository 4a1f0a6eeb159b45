"""One call's people, places and numbers, and the two of them speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coachloop.simulation import language_names as names
from coachloop.simulation.grammar import tidy
from coachloop.simulation.language_discovery import ACK
from coachloop.simulation.language_facts import FACTS, FACTS_ANY
from coachloop.simulation.talk import AGENT, CUSTOMER, Talk
from coachloop.simulation.voice import Voice, lowered

if TYPE_CHECKING:
    from coachloop.simulation.calls import Call
    from coachloop.simulation.dice import Dice
    from coachloop.simulation.grammar import Pool

_ONES = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUERS = ("Bex", "Carla", "Dawn", "Moira", "Steph", "Tanya", "Jo", "Bernie")
_FEES = {
    "seller-leads": (
        "1.2 percent",
        "one and a quarter percent",
        "1.4 percent",
        "one and a half percent",
        "1.3 percent",
    ),
    "landlord-leads": ("ten percent", "eleven percent", "twelve percent", "ten and a half percent"),
}
_LOW_FEES = {
    "seller-leads": ("one percent", "0.9 percent", "point eight", "1 percent all in"),
    "landlord-leads": ("eight percent", "nine percent", "seven and a half", "eight"),
}


_TITLES = ("Mr", "Mrs", "Ms", "Miss")
_PARENTS = (
    ("my mum", "she", "her", "her"),
    ("my dad", "he", "his", "him"),
    ("my mother-in-law", "she", "her", "her"),
    ("my father", "he", "his", "him"),
)


class _Slots(dict[str, str]):
    """Values for the phrases; a weekday is another one every time."""

    def __init__(self, values: dict[str, str], dice: Dice) -> None:
        super().__init__(values)
        self._dice = dice

    def __missing__(self, name: str) -> str:
        if name not in {"day", "day2"}:
            raise KeyError(name)
        return self._dice.pick(names.DAYS)


class Customer:
    """Who the call is with: how they are on file, and what they are called to their face."""

    __slots__ = ("first", "on_file", "surname", "title")

    def __init__(self, dice: Dice) -> None:
        female = dice.chance(0.52)
        self.first = dice.pick(names.CUSTOMER_FIRST_F if female else names.CUSTOMER_FIRST_M)
        self.surname = dice.pick(names.CUSTOMER_LAST)
        self.title = dice.pick(("Mrs", "Ms", "Miss")) if female else "Mr"
        full = f"{self.first} {self.surname}"
        self.on_file = dice.weighted({full: 0.7, f"{self.title} {self.surname}": 0.2, f"{self.title} {full}": 0.1})

    def addressed(self, dice: Dice, *, formal: bool) -> str:
        """What an agent calls them; now and then a transcriber spells it differently."""
        known = self.first in self.on_file
        if not known or formal:
            name, said = f"{self.title} {self.surname}", self.surname
        else:
            name, said = dice.weighted({self.first: 0.8, f"{self.first} {self.surname}": 0.2}), self.first
        if said in names.MISHEARD and dice.chance(0.25):
            return name.replace(said, names.MISHEARD[said])
        return name


class Scene:
    """Everything that composing one conversation needs.

    Attributes:
        call: what is to happen.
        dice: where chance comes from.
        slots: values for the phrases.
        talk: the turns so far.
    """

    __slots__ = ("_customer_voice", "_facts", "_voice", "call", "dice", "slots", "talk")

    def __init__(self, call: Call, dice: Dice, *, voice: Voice, agent_name: str, customer: Customer) -> None:
        self.call, self.dice, self._voice = call, dice, voice
        self._customer_voice = Voice(dice, hesitant=0.26)
        self.talk = Talk(dice, agent=voice, customer=self._customer_voice)
        self.slots = _slots(call, dice, agent_name=agent_name, customer=customer)
        self._facts = dice.shuffled([*FACTS.get(call.queue, ()), *dice.shuffled(FACTS_ANY)[:3]])

    def met(self, behaviour: str) -> bool:
        """Whether the agent is to show it."""
        return self.call.verdicts[behaviour] == "met"

    def applies(self, behaviour: str) -> bool:
        """Whether there is to be an occasion for it."""
        return self.call.verdicts[behaviour] != "not_applicable"

    def agent(self, pool: Pool, *shows: str) -> None:
        """The agent says one of these, by habit, which shows these behaviours."""
        self.talk.say(AGENT, self._voice.phrase(pool, self.dice, self.slots), *shows)

    def tells(self, pool: Pool) -> None:
        """The agent says something that may be spoken over."""
        self.talk.tell(self._voice.phrase(pool, self.dice, self.slots))

    def customer(self, *pools: Pool) -> str:
        """The customer says one of each, run together; returns the words."""
        text = ""
        for pool in pools:
            piece = tidy(pool.say(self.dice, self.slots))
            raw_end = text[-1:] in {",", ""} or text[-1:].isalpha()
            text = f"{text} {lowered(piece) if text and raw_end else piece}".strip()
        self.talk.say(CUSTOMER, text)
        return text

    def fact(self) -> bool:
        """The agent asks the next closed question and hears an answer; False when there is none left."""
        if not self._facts:
            return False
        question, answer = self._facts.pop()
        if self.dice.chance(0.55):
            self.agent(ACK)
        self.tells(question)
        self.customer(answer)
        return True

    def say_again(self, slot: str, pool: Pool) -> None:
        """Chooses what a slot says from here on, in this agent's words."""
        self.slots[slot] = self._voice.phrase(pool, self.dice, self.slots)

    def choose(self, slot: str, pool: Pool) -> None:
        """Chooses what a slot says from here on, as a piece of a sentence."""
        self.slots[slot] = pool.say(self.dice, self.slots).strip()


def in_words(number: int) -> str:
    """A number as people say prices: 340 is "three forty", 1250 "twelve fifty", 205 "two oh five"."""
    hundreds, rest = divmod(number, 100)
    if not rest:
        return f"{_below_hundred(hundreds)} hundred"
    return f"{_below_hundred(hundreds)} {'oh ' if rest < 10 else ''}{_below_hundred(rest)}".strip()


def _below_hundred(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")


def _slots(call: Call, dice: Dice, *, agent_name: str, customer: Customer) -> _Slots:
    first = agent_name.split(" ", maxsplit=1)[0]
    street, town = dice.pick(names.STREETS), dice.pick(names.TOWNS)
    when1, when2 = _when(dice), _when(dice)
    while when1.split()[0] == when2.split()[0]:
        when2 = _when(dice)
    home = dice.weighted(names.HOMES)
    parent, she, her, them = dice.pick(_PARENTS)
    addressed = customer.addressed(dice, formal=call.agent % 5 == 0)
    values = {
        "agent": first if dice.chance(0.75) else agent_name,
        "firm": names.FIRM if dice.chance(0.7) else "Fennimores",
        "cname": addressed,
        "cshort": addressed if addressed.split()[0] in _TITLES else addressed.split()[0],
        "cfirst": customer.first,
        "csur": customer.surname,
        "cfull": f"{customer.first} {customer.surname}",
        "daypart": "morning" if call.started_at.hour < 12 else "afternoon",
        "street": street,
        "town": town,
        "town2": dice.pick(names.TOWNS),
        "home": home,
        "parent": parent,
        "she": she,
        "her": her,
        "them": them,
        "beds": dice.weighted(names.BEDS),
        "partner": dice.pick(("husband", "wife", "partner", "partner")),
        "valuer": dice.pick(_VALUERS),
        "month": names.MONTHS[(call.started_at.month + 1 + dice.below(4)) % 12],
        "past": names.MONTHS[(call.started_at.month - 3 - dice.below(5)) % 12],
        "when1": when1,
        "when2": when2,
        "time1": dice.pick(names.TIMES),
        "time2": dice.pick(names.TIMES),
        **_money(call.queue, dice),
    }
    return _Slots(values, dice)


def _when(dice: Dice) -> str:
    day = dice.pick(names.DAYS)
    return dice.weighted(
        {
            f"{day} at {dice.pick(names.TIMES)}": 5,
            f"{day} {dice.pick(('morning', 'afternoon'))}": 2,
            f"{dice.pick(names.TIMES)} on {day}": 1.5,
            f"tomorrow at {dice.pick(names.TIMES)}": 1,
        }
    )


def _money(queue: str, dice: Dice) -> dict[str, str]:
    letting = queue == "landlord-leads"
    number = 50 * (14 + dice.below(38)) if letting else 5 * (36 + dice.below(100))
    ask = number + (50 if letting else 5 * (1 + dice.below(6)))
    words, unit = in_words(number), " a month" if letting else " thousand"
    figure = f"{number:,}" if letting else f"{number}"
    price = dice.weighted(
        {words: 4, figure + ("" if letting else "k"): 1.5, figure + unit: 1.5, f"{words}, {words}-ish": 0.5}
    )
    return {
        "price": price,
        "price_again": words if dice.chance(0.8) else figure,
        "ask": in_words(ask),
        "ask_low": in_words(ask - (25 if letting else 10)),
        "fee": dice.pick(_FEES.get(queue, ("",))),
        "fee_low": dice.pick(_LOW_FEES.get(queue, ("",))),
    }
