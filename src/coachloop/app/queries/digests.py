"""What leaders' and operations' digests stand on."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Sum
from django.urls import reverse

from coachloop.app.errors import NotYoursError
from coachloop.app.models import AgentDay, Behaviour, Conversation, Focus, FollowUp, Session, Team
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.week import week
from coachloop.core.coaching import digest as core
from coachloop.core.coaching.agreement import DidWork, SessionKind, SessionStatus
from coachloop.core.coaching.digest import LookBack, Month, Plan, TeamWeek, ToHold
from coachloop.core.coaching.report import Behaviour as Told
from coachloop.core.coaching.report import Counted, Report
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.people import Role
from coachloop.core.stats.proportions import wilson


def plan(viewer: Viewer, *, today: date) -> Report | None:
    """A leader's week as it stands this morning; None where nothing is to do."""
    seen, zone = week(viewer, today=today), sites.zone()
    sunday = today + timedelta(days=6 - today.weekday())
    return core.plan(
        Plan(
            today=today,
            last_day=sunday,
            to_hold=tuple(
                ToHold(
                    agent=row.agent_name,
                    title=row.title,
                    planned_for=row.planned_for.astimezone(zone) if row.planned_for else None,
                    days_left=row.days_left,
                    path=reverse("session", args=[row.session_id]),
                )
                for row in seen.under_way
            ),
            look_backs=tuple(
                LookBack(row.agent_name, row.title, row.due_on, reverse("follow-up", args=[row.follow_up_id]))
                for row in seen.look_backs
            ),
            to_begin=len(seen.to_coach),
            path=reverse("week"),
        )
    )


def moved(viewer: Viewer, *, monday: date) -> Report | None:
    """What moved in the teams they lead, in the week from this Monday; None where nothing was scored and nothing done."""
    teams = [team for team in viewing.teams(viewer).order_by("name") if team.pk in viewer.team_ids]
    return core.moved([_team_week(team, monday) for team in teams], monday=monday)


def month(viewer: Viewer, *, first_day: date) -> Report:
    """How the loop ran in a month: counts of the whole centre.

    Raises:
        NotYoursError: for operations alone.
    """
    if not viewer.has(Role.OPERATIONS):
        raise NotYoursError("how the loop runs is for operations")
    last = (first_day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    period = (first_day, last)
    due = Focus.objects.filter(due_on__range=period)
    held = Session.objects.filter(status=SessionStatus.HELD, held_on__range=period)
    asked = FollowUp.objects.filter(due_on__range=period)
    closed = asked.filter(closed_at__isnull=False)
    in_time = due.filter(sessions__status=SessionStatus.HELD, sessions__held_on__lte=F("due_on"))
    scored = Conversation.objects.filter(day__range=period, evaluations__attempt__isnull=False)
    scored = scored.exclude(channel=COACHING)
    return core.monthly(
        Month(
            first_day=first_day,
            calls=scored.distinct().count(),
            due=due.count(),
            in_time=in_time.distinct().count(),
            held=held.count(),
            developmental=held.filter(kind=SessionKind.DEVELOPMENTAL).count(),
            look_backs_due=asked.count(),
            look_backs_closed=closed.count(),
            worked=closed.filter(did_work=DidWork.YES).count(),
            path=f"{reverse('heatmap')}",
        )
    )


def _team_week(team: Team, monday: date) -> TeamWeek:
    last, before = monday + timedelta(days=6), monday - timedelta(weeks=1)
    now, then = _counted(team, monday, last), _counted(team, before, monday - timedelta(days=1))
    cells = AgentDay.objects.filter(team=team, day__range=(before, last)).values_list("behaviour_id")
    mixed = {pk for pk, several in cells.annotate(several=Count("version", distinct=True)).order_by() if several > 1}
    behaviours = Behaviour.objects.filter(pk__in=now, retired=False).order_by("template__title", "position")
    sessions = Session.objects.filter(agent__team=team, status=SessionStatus.HELD, held_on__range=(monday, last))
    closed = FollowUp.objects.filter(session__agent__team=team, closed_at__date__range=(monday, last))
    return TeamWeek(
        name=team.name,
        behaviours=tuple(
            Told(str(row.pk), row.title, now[row.pk], then[row.pk], comparable=row.pk not in mixed)
            for row in behaviours
        ),
        held=sessions.count(),
        closed=closed.count(),
    )


def _counted(team: Team, first: date, last: date) -> dict[int, Counted]:
    cells = AgentDay.objects.filter(team=team, day__range=(first, last))
    rows: list[Any] = list(
        cells.values_list("behaviour_id").annotate(Sum("met"), Sum("not_met"), Sum("unscored")).order_by()
    )
    interval = wilson([row[1] for row in rows], [row[1] + row[2] for row in rows])
    ends = zip(rows, interval.low, interval.high, strict=True)
    return defaultdict(
        lambda: Counted(0, 0),
        {pk: Counted(met, met + missed, float(low), float(high), left) for (pk, met, missed, left), low, high in ends},
    )
