"""What leaders' and operations' digests stand on."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse

from coachloop.app.models import AgentDay, Behaviour, Conversation, FollowUp, Session, Team
from coachloop.app.queries import agent_page, sites, viewing
from coachloop.app.queries.coverage import coverage, month_end
from coachloop.app.queries.drift import open_alerts
from coachloop.app.queries.report import weekly_report
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.week import week
from coachloop.core.coaching import digest as core
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.coaching.digest import LookBack, Month, Plan, Slipped, TeamWeek, ToHold
from coachloop.core.coaching.report import Behaviour as Told
from coachloop.core.coaching.report import Counted, Kind, Report
from coachloop.core.model.conversation import COACHING
from coachloop.core.stats.proportions import wilson


def digest(viewer: Viewer, kind: Kind, *, today: date) -> Report | None:
    """The week or the month as it would be sent to somebody now; None where there is nothing to say."""
    monday = today - timedelta(days=today.weekday())
    if kind is Kind.PLAN:
        return plan(viewer, today=today)
    if kind is Kind.MOVED:
        return moved(viewer, monday=monday)
    if kind is Kind.MONTHLY:
        return month(viewer, first_day=(today.replace(day=1) - timedelta(days=1)).replace(day=1))
    key = agent_page.own_key(viewer)
    seen = weekly_report(viewer, key, monday=monday - timedelta(weeks=1)) if key else None
    return seen.report if seen else None


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
            slipped=tuple(
                Slipped(row.agent_name, row.title, row.onset, row.met, row.n, row.low, row.high, row.usually)
                for row in open_alerts(viewer)
            ),
            slipped_path=reverse("drift"),
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
    last = month_end(first_day)
    kept = coverage(viewer, first_day=first_day, today=last + timedelta(days=1)).total
    scored = Conversation.objects.filter(day__range=(first_day, last), evaluations__attempt__isnull=False)
    scored = viewing.within(viewer, scored.exclude(channel=COACHING))
    return core.monthly(
        Month(
            first_day=first_day,
            calls=scored.distinct().count(),
            due=kept.in_time.of,
            in_time=kept.in_time.number,
            held=kept.held,
            developmental=kept.developmental,
            look_backs_due=kept.looked_back.of,
            look_backs_closed=kept.looked_back.number,
            worked=kept.worked.number,
            path=f"{reverse('rules')}?month={first_day:%Y-%m}",
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
