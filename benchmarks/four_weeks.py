"""The demonstration centre, advanced through four weeks of daily "First 30 Seconds" reports and weekly coaching; what it claims beside what is true.

usage: python benchmarks/four_weeks.py [--agents 60] [--weeks 4] [--seed 7]

Every day runs as at a real site: calls land in the evening and are scored, reports go out in the morning, leaders plan their week into
protected slots, hold what is due, close the follow-ups that opened; agents confirm. Only people and calls are simulated: three sessions
in five are worth 15 to 25 points from the next day on, the others nothing, and a team's daily report 4 points on what it reports.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import django
import numpy as np

HOME = tempfile.TemporaryDirectory()
os.environ |= {
    "COACHLOOP_HOME": HOME.name,
    "COACHLOOP_TIMEZONE": "Europe/London",
    "COACHLOOP_COUNTRY": "GB",
    "DJANGO_SETTINGS_MODULE": "coachloop.project.settings",
}
django.setup()

from coachloop.app.errors import RefusedError  # noqa: E402 -- Django is set up first
from coachloop.app.models import Conversation, FollowUp, Message, Session, User  # noqa: E402
from coachloop.app.queries import daily, planning, programme, slots, week, worth  # noqa: E402
from coachloop.app.queries.coverage import Kept, coverage  # noqa: E402
from coachloop.app.queries.follow_up import before_since, due_follow_ups  # noqa: E402
from coachloop.app.queries.viewing import OPERATOR, Viewer, leaders, viewer  # noqa: E402
from coachloop.app.services import coaching, confirming, drafts, due_reports, effects, impact, reports  # noqa: E402
from coachloop.app.services.planning import Chosen, confirm  # noqa: E402
from coachloop.cli import demo  # noqa: E402
from coachloop.cli.site import init  # noqa: E402
from coachloop.core.coaching.agreement import (  # noqa: E402
    Agreement,
    Answers,
    DidHappen,
    DidWork,
    NextStep,
    SessionKind,
    SessionStatus,
)
from coachloop.core.model.receipt import Line  # noqa: E402
from coachloop.core.stats.proportions import wilson  # noqa: E402
from coachloop.simulation import BEHAVIOURS, Calls, Plan, simulate_plan, write_plan  # noqa: E402
from coachloop.simulation.plan import OUTBOUND  # noqa: E402

ZONE = ZoneInfo("Europe/London")
FIRST_MONDAY = date(2026, 6, 1)
REPORTED = "first-30-seconds"
REPORT_POINTS, WORKS, POINTS = 0.04, 0.6, (0.15, 0.25)
COLUMN = {behaviour.key: place for place, behaviour in enumerate(BEHAVIOURS)}
HISTORY, TOLD = 60, 12
VALUE, HOUR = 400.0, 30.0


@dataclass
class Centre:
    """What is true, and what has been done to it."""

    plan: Plan
    calls: Calls
    rng: np.random.Generator
    points: dict[int, float] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)
    added: np.ndarray = field(init=False)
    """What coaching adds: agent x behaviour x day, in points of 1."""

    def __post_init__(self) -> None:
        """Begin with the coaching of the history."""
        self.added = np.zeros_like(self.plan.boost)
        for one in self.plan.coachings:
            self.added[one.agent, COLUMN[one.behaviour], one.held + 1 :] += one.points

    @property
    def places(self) -> dict[str, int]:
        """Where each agent stands in the plan."""
        return {agent.agent_id: place for place, agent in enumerate(self.plan.agents)}

    def coached(self, session: Session, day: int) -> None:
        """A session was held on `day`: what it does from the next day on."""
        points = float(self.rng.uniform(*POINTS)) if self.rng.random() < WORKS else 0.0
        self.points[session.pk] = points
        if session.behaviour and session.behaviour.key in COLUMN:
            for boost in (self.plan.boost, self.added):
                boost[self.places[session.agent.key], COLUMN[session.behaviour.key], day + 1 :] += points

    def report(self, team: str, day: int) -> None:
        """A team reads its daily report from `day` on."""
        if team in self.reported:
            return
        self.reported.add(team)
        agents = [place for place, agent in enumerate(self.plan.agents) if agent.team == team]
        for behaviour in BEHAVIOURS:
            if behaviour.template == REPORTED:
                self.plan.boost[agents, COLUMN[behaviour.key], day:] += REPORT_POINTS


def main() -> None:
    """Live through the weeks and print the four tables."""
    asked = _arguments()
    days = HISTORY + 5 * asked.weeks
    last = FIRST_MONDAY + timedelta(weeks=asked.weeks) - timedelta(days=3)
    plan = simulate_plan(
        asked.seed,
        last_day=last,
        agents=asked.agents,
        teams=max(4, asked.agents // 15),
        working_days=days,
        transcript_days=TOLD + 5 * asked.weeks,
    )
    init(name="Harbour Homes")
    files, calls = write_plan(Path(HOME.name) / "demo", plan, days=HISTORY)
    demo.live_through(files, today=plan.days[HISTORY], now=_at(plan.days[HISTORY] - timedelta(days=120), time(8)))
    centre = Centre(plan, calls, np.random.default_rng([asked.seed, 99]))
    _roll_out(plan.days[HISTORY])
    for number in range(HISTORY, days):
        _morning(centre, number)
        _day(centre, number)
        _evening(centre, number)
        print(".", end="", file=sys.stderr, flush=True)
    _tell(centre, asked.weeks)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"agents": 60, "weeks": 4, "seed": 7}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZONE)


def _roll_out(first_day: date) -> None:
    """Operations switch the daily report on, team by team in random order."""
    operations = viewer(User.objects.filter(grants__role="operations").order_by("pk")[0])
    reports.roll_out(viewer=operations, template=REPORTED, first_day=first_day, weeks=1, now=_at(first_day, time(6)))


def _morning(centre: Centre, number: int) -> None:
    """Reports go out, follow-ups open and are closed, the week is planned."""
    day = centre.plan.days[number]
    reports.switch_on(now=_at(day, time(6)))
    for hour in range(7, 11):
        due_reports.put_due(now=_at(day, time(hour, 1)))
    for team in Message.objects.filter(kind="daily").values_list("user__agent__team__name", flat=True).distinct():
        centre.report(team, number)
    now = _at(day, time(8, 30))
    coaching.open_due_follow_ups(now=now)
    for leader in leaders():
        for follow_up in due_follow_ups(leader):
            _look_back(leader, follow_up, now)
        _plan_week(leader, now)


def _look_back(leader: Viewer, follow_up: int, now: datetime) -> None:
    """The answer that the numbers give: it worked, it did not, or it is too early; a second time that is enough."""
    session = FollowUp.objects.get(pk=follow_up).session
    seen = before_since(session, today=now.date())
    again = session.focus is not None and session.focus.sessions.filter(status=SessionStatus.HELD).count() > 1
    worked, then = DidWork.TOO_EARLY, NextStep.CLOSE if again else NextStep.CONTINUE
    if seen.before and seen.since and seen.before.rate is not None and seen.since.n:
        if seen.since.low > seen.before.rate:
            worked, then = DidWork.YES, NextStep.CLOSE
        elif seen.since.high < seen.before.rate:
            worked, then = DidWork.NO, NextStep.CLOSE if again else NextStep.CHANGE_APPROACH
    if session.kind == SessionKind.DEVELOPMENTAL:
        then = NextStep.CLOSE
    answers = Answers(DidHappen.YES, worked, then, "We read two calls together.")
    coaching.close_follow_up(viewer=leader, follow_up_id=follow_up, answers=answers, now=now)


def _plan_week(leader: Viewer, now: datetime) -> None:
    """The plan that the week's page proposes, confirmed whole."""
    for team in slots.led_teams(leader):
        seen = planning.ahead(leader, week.week(leader, team=team.key, today=now.date()), now=now)
        if seen:
            lines = [Chosen(row.wanted.key, row.starts_at) for row in seen.plan]
            confirm(viewer=leader, team_key=team.key, chosen=lines, now=now)


def _day(centre: Centre, number: int) -> None:
    """What is planned for today is held; a leader without protected time takes the most urgent one at half past four."""
    day = centre.plan.days[number]
    for leader in leaders():
        planned = Session.objects.filter(status=SessionStatus.PLANNED, agent__team__in=leader.team_ids)
        today = list(planned.filter(planned_for__date=day).select_related("agent", "behaviour", "focus"))
        waiting = planned.filter(planned_for__isnull=True, focus__due_on__lte=day + timedelta(days=1))
        for session in today or list(waiting.order_by("focus__due_on")[:1]) or _begin(leader, _at(day, time(16, 20))):
            _hold(centre, leader, session, number=number)


def _begin(leader: Viewer, now: datetime) -> list[Session]:
    """Somebody whose five days run out soon, though nobody planned them."""
    for row in week.week(leader, today=now.date()).to_coach:
        if row.days_left is None or row.days_left > 1 or row.example is None or not row.example.quote:
            continue
        try:
            focus = coaching.accept_focus(viewer=leader, agent_key=row.agent_key, now=now, as_of=now.date())
        except RefusedError:
            continue
        return list(focus.sessions.all())
    return []


def _hold(centre: Centre, leader: Viewer, session: Session, *, number: int) -> None:
    day, following = centre.plan.days[number], centre.plan.days[number] + timedelta(days=10)
    began = max(session.planned_for or _at(day, time(16, 30)), _at(day, time(8)))
    drafts.start_session(viewer=leader, session_id=session.pk, now=began)
    agreement = Agreement(
        own_words="I go straight on as if nothing was said. I want to stop there for a moment.",
        action="Use it in the next ten calls and mark each one on the pad.",
        by_when=day + timedelta(days=4),
        how_reviewed="We look at the numbers together and read two calls.",
        review_on=following - timedelta(days=max(0, following.isoweekday() - 5)),
        goal="Lead the Monday huddle by spring." if session.kind == SessionKind.DEVELOPMENTAL else "",
    )
    ended = began + timedelta(minutes=int(centre.rng.integers(11, 19)))
    try:
        coaching.hold_session(viewer=leader, session_id=session.pk, agreement=agreement, held_on=day, now=ended)
    except RefusedError as refusal:
        print(f"{day}: {refusal}", file=sys.stderr)
        return
    if session.kind == SessionKind.PERFORMANCE:
        centre.coached(session, number)
    if session.agent.user and centre.rng.random() < 0.9:
        confirming.confirm_session(viewer=viewer(session.agent.user), session_id=session.pk, now=ended)


def _evening(centre: Centre, number: int) -> None:
    lines = (json.dumps(conversation).encode() for conversation, _ in centre.calls.of_day(number))
    calls = tuple(Line("the day's calls", place, raw) for place, raw in enumerate(lines, 1))
    demo.live(demo.Day(centre.plan.days[number], calls), ZONE)


def _tell(centre: Centre, weeks: int) -> None:
    print("\n\n## The loop, week by week\n")
    print(
        "| week from | held | within five working days, of due | with agreement | confirmed | followed up, of due | led by the agent |"
    )
    print("|---|---|---|---|---|---|---|")
    for number in range(weeks):
        first = FIRST_MONDAY + timedelta(weeks=number)
        seen = coverage(OPERATOR, first_day=first, last_day=first + timedelta(days=6), today=centre.plan.days[-1]).total
        print(f"| {first} | {seen.held} | {_week(seen)} | {seen.developmental} |")
    print("\n## How often the agreed behaviour was met, weeks before and after the session\n")
    print("| week | met | of | rate | likely between |\n|---|---|---|---|---|")
    for name, met, asked in _adherence(centre):
        low, high = (float(end) for end in wilson(met, asked))
        print(f"| {name} | {met} | {asked} | {met / max(asked, 1):.3f} | {low:.3f} and {high:.3f} |")
    now = _at(centre.plan.days[-1] + timedelta(days=1), time(6))
    impact.refresh_impact(now=now)
    effects.measure(now=now)
    _claims(centre)


def _week(seen: Kept) -> str:
    shares = (seen.in_time, seen.agreement, seen.confirmed, seen.looked_back)
    return " | ".join(f"{one.number} of {one.of}" for one in shares)


def _adherence(centre: Centre) -> Iterator[tuple[str, int, int]]:
    """Counts of the coached agents' behaviours by week from their session, each agent's own."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    cells = daily.daily(OPERATOR)
    for session in Session.objects.filter(pk__in=centre.points):
        own = cells.where((cells.agent == session.agent_id) & (cells.behaviour == session.behaviour_id))
        weeks = np.floor_divide((own.day - np.datetime64(session.held_on, "D")).astype(int) - 1, 7)
        for number in range(-4, 4):
            here = weeks == number
            counts[number][0] += int(own.met[here].sum())
            counts[number][1] += int((own.met + own.not_met)[here].sum())
    for number in sorted(counts):
        yield f"{number:+d}" if number < 0 else f"+{number + 1}", *counts[number]


def _claims(centre: Centre) -> None:
    """A table of claims, each with what was simulated."""
    found = programme.stored(OPERATOR)
    if found is None:
        print("\nno effect is worked out yet")
        return
    truth = 100 * float(np.mean(list(centre.points.values())))
    value = worth.Value("converted", VALUE, HOUR, "", found.day)
    shown = worth.view(found, outcome="converted", value=value)
    print("\n## What the product claims, beside what was simulated\n")
    print("| | simulated | claimed | interval | from |\n|---|---|---|---|---|")
    whole = found.overall
    print(
        f"| effect of a session, points | {truth:.1f} | {_points(whole.effect, whole.low, whole.high)} | {whole.sessions} sessions |"
    )
    for one in found.roll_outs:
        claimed = _points(one.effect, one.low, one.high)
        print(f"| effect of the daily report, points | {100 * REPORT_POINTS:.1f} | {claimed} | {one.teams} teams |")
    if shown.worth:
        extra, net = shown.worth.extra, shown.worth.net
        simulated = _extra(centre, shown.first)
        print(
            f"| extra outcomes | {simulated:.0f} | {extra.mean:.0f} | {extra.low:.0f} to {extra.high:.0f} | {found.sessions} sessions |"
        )
        print(
            f"| net worth | {simulated * VALUE - shown.worth.cost:,.0f} | {net.mean:,.0f} | {net.low:,.0f} to {net.high:,.0f} | |"
        )
    print(f"\n{found.funnel}")


def _points(effect: float | None, low: float | None, high: float | None) -> str:
    if effect is None or low is None or high is None:
        return "cannot be told | –"
    return f"{100 * effect:.1f} | {100 * low:.1f} to {100 * high:.1f}"


def _extra(centre: Centre, first: date) -> float:
    """Outcomes expected of the calls there were, with what coaching added and without it."""
    without = replace(centre.plan, boost=centre.plan.boost - centre.added)
    days = {day: number for number, day in enumerate(centre.plan.days)}
    rows = Conversation.objects.filter(day__gte=first, queue__in=OUTBOUND).values_list("agent__key", "day", "queue")
    rng = np.random.default_rng(3)
    return sum(
        _chance(centre.plan, agent, days[day], queue=queue, dice=dice)
        - _chance(without, agent, days[day], queue=queue, dice=dice)
        for key, day, queue in rows
        for agent, dice in [(centre.places[key], rng.random(len(BEHAVIOURS)))]
        if centre.added[agent, :, : days[day] + 1].any()
    )


def _chance(plan: Plan, agent: int, day: int, *, queue: str, dice: np.ndarray) -> float:
    done = [b.key for b, roll in zip(BEHAVIOURS, dice, strict=True) if roll < plan.rate(agent, b.key, day, queue=queue)]
    return plan.outcome(agent, day, queue=queue, done=done)


if __name__ == "__main__":
    main()
