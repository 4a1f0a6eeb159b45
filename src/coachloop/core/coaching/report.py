"""What is worth saying, and how: reports to agents, digests to those who lead. Facts in, plain words out, or nothing.

Observations with their proof, never a judgement of the person; no overall percentage, no rank, nobody beside them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from coachloop.core.stats.proportions import difference

ENOUGH = 5
"""Below so many calls no interval is written out: it would say nothing."""

MOST = 8
"""The most behaviours that a week's summary lists."""

PATIENCE = timedelta(hours=4)
"""So long after its time a report may still be sent; then it is on the page only."""

SPACE = "\N{NO-BREAK SPACE}"


class Kind(StrEnum):
    """What people may be told, and how often."""

    DAILY = "daily"
    WEEKLY = "weekly"
    PLAN = "plan"
    MOVED = "moved"
    MONTHLY = "monthly"


class Change(StrEnum):
    """What two weeks' counts allow to say."""

    UP = "up"
    DOWN = "down"
    NOT_CLEAR = "no clear change"


@dataclass(frozen=True, slots=True)
class Counted:
    """Met in `met` of `n` calls, likely between `low` and `high`; `unscored` more could not be judged."""

    met: int
    n: int
    low: float = 0.0
    high: float = 1.0
    unscored: int = 0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One behaviour's counts: of the period told about, and of the one to read it beside (this week; the week before).

    `comparable` is false where the two were scored by different versions.
    """

    key: str
    title: str
    now: Counted
    beside: Counted
    comparable: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """Words of the agent's own that show a behaviour, with where to read them; `at` is local."""

    behaviour: str
    title: str
    quote: str
    at: datetime | None
    path: str
    call: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A missed moment of the focus: what the customer said, what the agent said next, and the better sentence."""

    customer: str
    agent: str
    better: str
    at: datetime | None
    path: str
    call: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What was agreed and is not looked back on yet."""

    action: str
    by_when: date | None
    review_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an agent's day or week: `behaviours` in the template's order, `proofs` newest first."""

    title: str
    first_day: date
    last_day: date
    calls: int
    behaviours: tuple[Behaviour, ...]
    focus: str | None = None
    proofs: tuple[Proof, ...] = ()
    moment: Moment | None = None
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a call, and whose."""

    text: str
    whose: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing with its figures in words."""

    title: str
    words: str
    more: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part under its heading. `quotes` and `better` are words of calls, or about them; `path` leads to the place."""

    heading: str
    words: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    better: str = ""
    lines: tuple[Line, ...] = ()
    path: str = ""
    path_words: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody is told, as a page, a mail or a line in a chat. `subject` holds no figure: it shows on locked screens."""

    subject: str
    lead: str
    sections: tuple[Section, ...]

    @property
    def calls(self) -> tuple[str, ...]:
        """The conversations whose words it holds."""
        return tuple(dict.fromkeys(section.call for section in self.sections if section.call))

    def without_quotes(self) -> "Report":
        """The same without words of calls."""
        return replace(self, sections=tuple(map(_without_quotes, self.sections)))


def _without_quotes(section: Section) -> Section:
    """What it is about and the way there stay; a better sentence may repeat the customer's words, so it goes too."""
    return replace(section, quotes=(), better="", call="")


def is_time(at: time, local: datetime) -> bool:
    """Whether something that is wanted at `at` may go out now, by the clock on the wall.

    An hour that a change of the clocks leaves out is made up for right after it; one that comes twice counts the first time.
    """
    wanted = datetime.combine(local.date(), at)
    return timedelta(0) <= local.replace(tzinfo=None) - wanted < PATIENCE


def change(now: Counted, before: Counted, *, compared: int = 1) -> Change:
    """Up or down only where the interval of the difference leaves out zero, with `compared` behaviours looked at together.

    Raises:
        ValueError: `compared` is below 1.
    """
    if compared < 1:
        raise ValueError(f"compared must be 1 or more, got {compared}")
    if not now.n or not before.n:
        return Change.NOT_CLEAR
    found = difference((now.met, now.n), (before.met, before.n), confidence=1 - 0.05 / compared)
    if found.low > 0:
        return Change.UP
    return Change.DOWN if found.high < 0 else Change.NOT_CLEAR


def daily(facts: Facts) -> Report | None:
    """The report of one day; None where no behaviour applied in any call."""
    if not any(row.now.n for row in facts.behaviours):
        return None
    focus = _focus(facts)
    parts = [_well(facts), _moment(facts, focus), _day_in_numbers(facts), _promise(facts.promise)]
    lead = _focus_day(focus) if focus else _looked_at(facts.calls)
    return _report(f"{facts.title}: {long_day(facts.first_day)}", lead, parts)


def weekly(facts: Facts) -> Report | None:
    """The summary of one week; None where no behaviour applied in any call."""
    if not any(row.now.n for row in facts.behaviours):
        return None
    compared = [row for row in facts.behaviours if row.comparable and row.now.n and row.beside.n]
    changed = {row.key: change(row.now, row.beside, compared=len(compared)) for row in compared}
    focus = _focus(facts)
    lead = _focus_week(focus, changed) if focus else _looked_at(facts.calls)
    parts = [_well(facts), _week_in_numbers(facts, changed), _promise(facts.promise)]
    return _report(f"Your week from {long_day(facts.first_day)}", lead, parts)


def _report(subject: str, lead: str, parts: Iterable[Section | None]) -> Report:
    return Report(subject, lead, tuple(part for part in parts if part))


def _focus(facts: Facts) -> Behaviour | None:
    return next((row for row in facts.behaviours if row.key == facts.focus), None)


def _looked_at(calls: int) -> str:
    return f"{calls} {_calls(calls)} of yours {'was' if calls == 1 else 'were'} looked at."


def _focus_day(row: Behaviour) -> str:
    if row.now.n:
        return f"Your focus, {row.title}: you did it in {of_calls(row.now)}."
    if row.now.unscored:
        return f"Your focus, {row.title}: the {_calls(row.now.unscored)} where it may have fitted could not be judged."
    return f"Your focus, {row.title}, did not come up."


def _focus_week(row: Behaviour, changed: dict[str, Change]) -> str:
    if not row.now.n:
        return _focus_day(row)
    words = f"Your focus, {row.title}: you did it in {with_interval(row.now)}."
    if not row.beside.n:
        return words
    told = {
        Change.UP: "more often now, and clearly so",
        Change.DOWN: "less often now, and clearly so",
        Change.NOT_CLEAR: "no clear change",
    }[changed.get(row.key, Change.NOT_CLEAR)]
    return f"{words} The week before it was {of_calls(row.beside)}: {told}."


READ_IT = "Read it in the call"


def shown_proof(facts: Facts) -> Proof | None:
    """The proof that is shown: the newest of the focus, else the newest."""
    return min(facts.proofs, key=lambda proof: proof.behaviour != facts.focus, default=None)


def _well(facts: Facts) -> Section:
    """Something that went well, and is true: words of a call, else a count, else that they were there."""
    heading = "What went well"
    proof = shown_proof(facts)
    if proof:
        when = f", {moment(proof.at)}" if proof.at else ""
        words = (f"{proof.title}{when}.",)
        said = (Quote(proof.quote, "You"),)
        return Section(heading, words, said, path=proof.path, path_words=READ_IT, call=proof.call)
    done = [row for row in facts.behaviours if row.now.met]
    if done:
        best = max(done, key=lambda row: (row.key == facts.focus, row.now.met))
        return Section(heading, (f"{best.title}: you did it in {of_calls(best.now)}.",))
    return Section(heading, (f"You were there for customers in {facts.calls} {_calls(facts.calls)}.",))


def _moment(facts: Facts, focus: Behaviour | None) -> Section | None:
    """At most one, and on the focus alone."""
    missed = facts.moment
    if missed is None or focus is None or focus.now.met == focus.now.n:
        return None
    said = [Quote(missed.customer, "The customer"), Quote(missed.agent, "You")]
    quotes = tuple(quote for quote in said if quote.text)
    words = (f"{focus.title}{f', {moment(missed.at)}' if missed.at else ''}.",)
    return Section(
        "One moment to look at", words, quotes, missed.better, path=missed.path, path_words=READ_IT, call=missed.call
    )


def _day_in_numbers(facts: Facts) -> Section:
    rows = sorted(facts.behaviours, key=lambda row: row.key != facts.focus)
    lines = tuple(Line(row.title, of_calls(row.now), _beside_day(row)) for row in rows if row.now.n)
    return Section("In numbers", lines=lines)


def _beside_day(row: Behaviour) -> str:
    parts = [f"{row.now.unscored} more could not be judged"] if row.now.unscored else []
    if row.beside.n > row.now.n:
        parts.append(f"this week so far {with_interval(row.beside)}")
    return "; ".join(parts)


def _week_in_numbers(facts: Facts, changed: dict[str, Change]) -> Section:
    """The behaviours that came up most, the focus first; what is not said to have changed has not clearly changed."""
    rows = [row for row in facts.behaviours if row.now.n]
    most = sorted(rows, key=lambda row: (row.key != facts.focus, -row.now.n))[:MOST]
    lines = tuple(Line(row.title, with_interval(row.now), _beside_week(row, changed.get(row.key))) for row in most)
    return Section("In numbers", lines=lines)


def _beside_week(row: Behaviour, changed: Change | None) -> str:
    if not row.beside.n:
        return ""
    clearly = {Change.UP: ", clearly more often now", Change.DOWN: ", clearly less often now"}
    return f"the week before {of_calls(row.beside)}{clearly.get(changed, '') if changed else ''}"


def _promise(promise: Promise | None) -> Section | None:
    if promise is None:
        return None
    by = f"By {day(promise.by_when)}. " if promise.by_when else ""
    return Section("What you want to try", (promise.action, f"{by}You look back together on {day(promise.review_on)}."))


def of_calls(counted: Counted) -> str:
    """`2 of 3 calls`."""
    return f"{counted.met} of {counted.n} {_calls(counted.n)}"


def with_interval(counted: Counted) -> str:
    """`9 of 14 calls, likely between 39 and 84 %`; with few calls that they are few."""
    if counted.n < ENOUGH:
        return f"{of_calls(counted)}, too few to say more"
    low, high = f"{counted.low * 100:.0f}", f"{counted.high * 100:.0f}"
    between = f"about {low}{SPACE}%" if low == high else f"between {low} and {high}{SPACE}%"
    return f"{of_calls(counted)}, likely {between}"


def day(value: date) -> str:
    """`Tue 4 May`."""
    return f"{value:%a} {value.day} {value:%b}"


def long_day(value: date) -> str:
    """`Tuesday 4 May`."""
    return f"{value:%A} {value.day} {value:%B}"


def moment(value: datetime) -> str:
    """`Tue 4 May, 11:23`."""
    return f"{day(value)}, {value:%H:%M}"


def _calls(count: int) -> str:
    return "call" if count == 1 else "calls"
