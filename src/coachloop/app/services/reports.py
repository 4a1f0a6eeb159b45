"""What people want to be told, and a report that is switched on team by team."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from coachloop.app.errors import NotYoursError, UnknownNameError, WrongStateError
from coachloop.app.models import Agent, ReportChoice, RollOut, Team, Template
from coachloop.app.queries import report_choices, sites
from coachloop.app.queries.report_choices import MORNING, OWNERS, Chosen
from coachloop.app.queries.viewing import Viewer, within
from coachloop.app.services import audit
from coachloop.core.coaching.report import Kind
from coachloop.core.coaching.roll_out import Order
from coachloop.core.model.letter import MAIL, Ways


@transaction.atomic
def choose(*, viewer: Viewer, chosen: Iterable[Chosen], ways: Ways, now: datetime) -> None:
    """Store what somebody wants to be told.

    Raises:
        NotYoursError: the command line is nobody, or the kind is not for their role.
        UnknownNameError: a way is not there, or would tell others; or no such template is published.
    """
    if viewer.user is None:
        raise NotYoursError("reports are chosen by those who get them")
    for one in chosen:
        if OWNERS[one.kind] not in viewer.roles:
            raise NotYoursError(f"the {one.kind} report is not for your role")
        _check_ways(one, ways)
        template = _published(viewer, one.template) if one.kind is Kind.DAILY else None
        ReportChoice.objects.update_or_create(
            user=viewer.user,
            kind=one.kind,
            template=template,
            defaults={"at": one.at, "ways": list(one.ways), "on": one.on},
        )
        detail = {"at": f"{one.at:%H:%M}", "ways": list(one.ways), "on": one.on}
        audit.record(viewer, "report.choose", f"report:{one.name}", now=now, detail=detail)


@transaction.atomic
def roll_out(*, viewer: Viewer, template: str, first_day: date, weeks: int, now: datetime) -> Order:
    """Switch a daily report on for all teams, one after the other in random order.

    Raises:
        NotYoursError: for operations and QA leads.
        UnknownNameError: no such template is published.
        WrongStateError: it is rolled out already, there are too few teams, or the day is past.
    """
    order = report_choices.preview(viewer, template=template, first_day=first_day, weeks=weeks)
    if first_day < now.astimezone(sites.zone()).date():
        raise WrongStateError("the first team can't start in the past")
    chosen = _published(viewer, template)
    if RollOut.objects.filter(template=chosen).exists():
        raise WrongStateError(f"{chosen.title} is rolled out already")
    teams = {team.key: team for team in within(viewer, Team.objects.all())}
    RollOut.objects.bulk_create(
        RollOut(
            template=chosen,
            team=teams[step.team],
            position=step.position,
            starts_on=step.starts_on,
            seed=order.seed,
            decided_by=viewer.user,
            decided_at=now,
        )
        for step in order.steps
    )
    detail = {"seed": order.seed, "weeks": weeks, "first_day": str(first_day), "order": [s.team for s in order.steps]}
    audit.record(viewer, "report.roll_out", f"template:{template}", now=now, detail=detail)
    return order


def switch_on(*, now: datetime) -> int:
    """Switch the daily report on for agents whose team's turn has come; what a person chose, on or off, stays."""
    made = 0
    for row in RollOut.objects.select_related("team__site"):
        if row.starts_on <= now.astimezone(sites.site_zone(row.team.site)).date():
            made += _switch_on(row)
    return made


def _switch_on(row: RollOut) -> int:
    chosen = ReportChoice.objects.filter(kind=Kind.DAILY, template=row.template)
    agents = Agent.objects.filter(team=row.team, user__is_active=True).exclude(user__in=chosen.values("user"))
    new = [
        ReportChoice(user_id=pk, kind=Kind.DAILY, template=row.template, at=MORNING, ways=[MAIL])
        for pk in agents.values_list("user_id", flat=True)
    ]
    return len(ReportChoice.objects.bulk_create(new, ignore_conflicts=True)) if new else 0


def _check_ways(one: Chosen, ways: Ways) -> None:
    """Refuse ways that are not there, and rooms that others read for what is about people."""
    offered = ways.personal + (ways.shared if one.kind is Kind.MONTHLY else ())
    for way in one.ways:
        if way not in offered:
            raise UnknownNameError(f"choose among {', '.join(offered)}, got {way}")


def _published(viewer: Viewer, key: str) -> Template:
    found = within(viewer, Template.objects.filter(key=key, current__isnull=False)).first()
    if found is None:
        raise UnknownNameError(f"no template {key} is published")
    return found
