"""The clocks of suggestions: what newer calls do not renew, and where none runs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from coachloop.app.models import Agent, Focus, Suggested
from coachloop.app.queries import sites
from coachloop.app.queries.examples import Example, Wanted
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.coaching.workdays import due


class Clock(NamedTuple):
    """Day 0, and the fifth working day after it."""

    day: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Clocks:
    """Reads the five-day clock of each agent's site and absences; it stands still for those who work on a focus already.

    `standing` are the clocks that run already, `freed` the day on which each agent's last agreement was closed: an agent with an
    open agreement is not due, so no clock starts before.
    """

    agents: dict[int, Agent]
    busy: frozenset[int]
    standing: dict[Wanted, Clock]
    freed: dict[int, date]

    def read(self, gap: Wanted, example: Example | None) -> Clock | None:
        """The earlier of the clock that runs already and the example's own; None where neither does."""
        if gap.agent_id in self.busy:
            return None
        found = (self.standing.get(gap), self.own(gap.agent_id, example))
        runs = [clock for clock in found if clock is not None]
        return Clock(min(clock.day for clock in runs), min(clock.due_on for clock in runs)) if runs else None

    def own(self, agent_id: int, example: Example | None) -> Clock | None:
        """The clock that an example starts by itself; None where it starts none."""
        if example is None or example.landed_at is None:
            return None
        agent = self.agents[agent_id]
        landed = sites.local_date(agent, example.landed_at)
        day = max(landed, self.freed.get(agent_id, landed))
        return Clock(day, due(day, sites.calendar_of(agent, around=day)))

    def days_left(self, agent_id: int, clock: Clock, *, today: date) -> int:
        """Working days of the agent's after today; negative when it has run out."""
        return sites.calendar_of(self.agents[agent_id], around=clock.day).until(today, clock.due_on)


def clocks(agent_ids: Collection[int]) -> Clocks:
    """The clocks of these agents, in a few queries."""
    agents = (
        Agent.objects.select_related("team__site")
        .prefetch_related("absences", "team__site__closures")
        .in_bulk(agent_ids)
    )
    foci = Focus.objects.filter(agent__in=agents).values_list("agent_id").order_by()
    counted = list(foci.annotate(Max("closed_at"), open=Count("id", filter=Q(closed_at__isnull=True))))
    return Clocks(
        agents=agents,
        busy=frozenset(pk for pk, _, is_open in counted if is_open),
        standing={Wanted(row.agent_id, row.behaviour_id): Clock(row.clock_day, row.due_on) for row in _of(agents)},
        freed={pk: sites.local_date(agents[pk], last) for pk, last, _ in counted if last is not None},
    )


def _of(agent_ids: Iterable[int]) -> QuerySet[Suggested]:
    return Suggested.objects.filter(agent__in=agent_ids, ended_on__isnull=True)


def unheard(viewer: Viewer, *, first_day: date, last_day: date, today: date) -> list[Suggested]:
    """Suggestions whose fifth working day is in this time and over, and that stood there without anybody taking them up.

    One that a leader was no longer shown when it ran out is left out. Of several gaps of one agent that stood at a time the one
    that ran out first counts: whoever waits counts once. One that was taken up late counts with its focus, which has its clock.
    """
    over = Q(ended_on__isnull=True) | Q(ended_on__gt=F("due_on"))
    every = within(viewer, Suggested.objects.all(), "agent__programme")
    ran_out = every.filter(over, due_on__lt=today, last_suggested_on__gte=F("due_on"))
    before = Q(due_on__lt=OuterRef("due_on")) | Q(due_on=OuterRef("due_on"), pk__lt=OuterRef("pk"))
    still = Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("first_suggested_on"))
    earlier = ran_out.filter(before, still, agent=OuterRef("agent"))
    rows = ran_out.filter(due_on__range=(first_day, last_day)).exclude(how=Suggested.End.TAKEN)
    return list(rows.filter(~Exists(earlier)).select_related("agent"))
