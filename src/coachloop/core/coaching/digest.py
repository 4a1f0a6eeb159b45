"""What those who lead are told: on Monday the plan, at the end of the week what moved, each month how the loop runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from coachloop.core.coaching.report import (
    Behaviour,
    Change,
    Counted,
    Line,
    Report,
    Section,
    change,
    day,
    long_day,
    moment,
    of_calls,
    with_interval,
)


@dataclass(frozen=True, slots=True)
class ToHold:
    """A session that is still to be held; `days_left` is empty where no clock runs, `planned_for` local."""

    agent: str
    title: str
    planned_for: datetime | None
    days_left: int | None
    path: str


@dataclass(frozen=True, slots=True)
class LookBack:
    """A follow-up that is not closed yet."""

    agent: str
    title: str
    due_on: date
    path: str


@dataclass(frozen=True, slots=True)
class Slipped:
    """A drift alert that stands: `met` of `n` since `onset`, usually `usually` of ten."""

    agent: str
    title: str
    onset: date
    met: int
    n: int
    low: float
    high: float
    usually: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A leader's week: sessions and look-backs, what has slipped, and for how many agents something to coach is certain."""

    today: date
    last_day: date
    to_hold: tuple[ToHold, ...]
    look_backs: tuple[LookBack, ...]
    to_begin: int
    path: str
    slipped: tuple[Slipped, ...] = ()
    slipped_path: str = ""


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """What moved in a team, and what was done for it."""

    name: str
    behaviours: tuple[Behaviour, ...]
    held: int
    closed: int


@dataclass(frozen=True, slots=True)
class Month:
    """How the loop ran in a month, in the whole centre; no names, no words of calls.

    `due` are the foci whose fifth working day was in the month, and the suggestions that nobody had taken up by theirs; `in_time` those
    of them with a session held by it.
    """

    first_day: date
    calls: int
    due: int
    in_time: int
    held: int
    developmental: int
    look_backs_due: int
    look_backs_closed: int
    worked: int
    path: str


def plan(week: Plan) -> Report | None:
    """The plan of a leader's week; None where nothing is to do."""
    due = [row for row in week.look_backs if row.due_on <= week.last_day]
    if not (week.to_hold or due or week.to_begin or week.slipped):
        return None
    parts = [_to_hold(week.to_hold), _look_backs(due, week.today), _slipped(week), _to_begin(week)]
    lead = _counted_parts(
        [
            (len(week.to_hold), "session to hold", "sessions to hold"),
            (len(due), "follow-up due", "follow-ups due"),
            (len(week.slipped), "rate that slipped", "rates that slipped"),
            (week.to_begin, "agent to begin with", "agents to begin with"),
        ]
    )
    return Report(f"Your week from {long_day(week.today)}", lead, tuple(part for part in parts if part))


def moved(teams: Iterable[TeamWeek], *, monday: date) -> Report | None:
    """What moved in a leader's teams; None where nothing was scored and nothing done."""
    told = [team for team in teams if team.held or team.closed or any(row.now.n for row in team.behaviours)]
    if not told:
        return None
    found = [change for team in told for change in _changes(team).values()]
    lead = f"Clearly up: {found.count(Change.UP)}. Clearly down: {found.count(Change.DOWN)}."
    return Report(f"What moved in the week from {long_day(monday)}", lead, (*map(_team, told), HOW_TO_READ))


def monthly(month: Month) -> Report:
    """The loop's health in one month, for operations."""
    lines = (
        Line("Scored", f"{month.calls:,} calls"),
        Line("Coached within five working days", _of(month.in_time, month.due, "due")),
        Line("Sessions held", f"{month.held}", f"{month.developmental} of them led by the agent"),
        Line("Followed up", _of(month.look_backs_closed, month.look_backs_due, "due")),
        Line("The agent and leader say it worked", _of(month.worked, month.look_backs_closed, "followed up")),
    )
    section = Section("From scores to follow-up", lines=lines, path=month.path, path_words="Team by team")
    name = f"{month.first_day:%B} {month.first_day.year}"
    return Report(f"How the coaching loop ran in {name}", "Counts of the whole centre, without names.", (section,))


HOW_TO_READ = Section(
    "How to read it",
    (
        "Up or down is said only where the calls of both weeks make it clear. A change of call mix may still be behind it.",
    ),
)


def _to_hold(rows: tuple[ToHold, ...]) -> Section | None:
    lines = tuple(Line(row.agent, _clock(row.days_left), _what(row), row.path) for row in rows)
    return Section("Sessions to hold", lines=lines) if rows else None


def _what(row: ToHold) -> str:
    when = moment(row.planned_for) if row.planned_for else "no time yet"
    return f"{row.title or 'developmental conversation'}, {when}"


def _clock(left: int | None) -> str:
    if left is None:
        return "no clock"
    if left < 0:
        return f"{-left} working {'day' if left == -1 else 'days'} late"
    return "due today" if left == 0 else f"{left} working {'day' if left == 1 else 'days'} left"


def _look_backs(rows: list[LookBack], today: date) -> Section | None:
    lines = tuple(Line(row.agent, _due(row.due_on, today), row.title, row.path) for row in rows)
    return Section("Follow-ups due", lines=lines) if rows else None


def _due(due_on: date, today: date) -> str:
    return f"since {day(due_on)}" if due_on < today else "today" if due_on == today else f"on {day(due_on)}"


def _slipped(week: Plan) -> Section | None:
    lines = tuple(
        Line(
            row.agent,
            f"{row.title}: {with_interval(Counted(row.met, row.n, row.low, row.high))} since about {day(row.onset)}",
            f"was usually {row.usually} of 10",
        )
        for row in week.slipped
    )
    words = "Who has slipped, with the calls that show it"
    return Section("Slipped", lines=lines, path=week.slipped_path, path_words=words) if lines else None


def _to_begin(week: Plan) -> Section | None:
    if not week.to_begin:
        return None
    agents = "1 agent" if week.to_begin == 1 else f"{week.to_begin} agents"
    words = f"For {agents} one gap is certain, with an example to begin with."
    return Section("To begin with", (words,), path=week.path, path_words="Who to coach this week")


def _counted_parts(parts: list[tuple[int, str, str]]) -> str:
    said = [f"{count} {one if count == 1 else many}" for count, one, many in parts if count]
    return f"{', '.join(said)}."


def _team(team: TeamWeek) -> Section:
    rows, found = [row for row in team.behaviours if row.now.n], _changes(team)
    told = [row for row in rows if found.get(row.key, Change.NOT_CLEAR) is not Change.NOT_CLEAR]
    lines = tuple(
        Line(f"{row.title}: {found[row.key]}", with_interval(row.now), f"the week before {of_calls(row.beside)}")
        for row in told
    )
    rest = [row.title for row in rows if row not in told]
    words = [f"No clear change: {', '.join(rest)}."] if rest else []
    words.append(f"{_times(team.held, 'session')} held, {_times(team.closed, 'follow-up')} closed.")
    return Section(f"Team {team.name}", tuple(words), lines=lines)


def _changes(team: TeamWeek) -> dict[str, Change]:
    compared = [row for row in team.behaviours if row.comparable and row.now.n and row.beside.n]
    return {row.key: change(row.now, row.beside, compared=len(compared)) for row in compared}


def _times(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _of(done: int, asked: int, what: str) -> str:
    return f"{done} of {asked} {what}" if asked else f"none {what}"
