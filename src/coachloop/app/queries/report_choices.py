"""What somebody may be told, what they chose, and which reports are rolled out team by team."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time

from coachloop.app.errors import NotYoursError, UnknownNameError, WrongStateError
from coachloop.app.models import AgentDay, ReportChoice, RollOut, Team, Template
from coachloop.app.queries.templates import of_coaching
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.coaching.report import Kind
from coachloop.core.coaching.roll_out import Order, draw
from coachloop.core.model.people import Role

OWNERS = {
    Kind.DAILY: Role.AGENT,
    Kind.WEEKLY: Role.AGENT,
    Kind.PLAN: Role.TEAM_LEADER,
    Kind.MOVED: Role.TEAM_LEADER,
    Kind.MONTHLY: Role.OPERATIONS,
}
"""Whose each kind is."""

TIMES = {Kind.MOVED: time(15)}
MORNING = time(8)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants of one kind: `template` is empty but for daily reports; without ways it is on the page only."""

    kind: Kind
    template: str
    at: time
    ways: tuple[str, ...] = ()
    on: bool = True
    title: str = ""

    @property
    def name(self) -> str:
        """What a form calls it."""
        return f"{self.kind}:{self.template}"


@dataclass(frozen=True, slots=True)
class Placed:
    """One team's place in a roll-out."""

    team: str
    starts_on: date
    on: bool


@dataclass(frozen=True, slots=True)
class RolledOut:
    """One template's roll-out."""

    template: str
    title: str
    seed: int
    decided_by: str
    teams: tuple[Placed, ...]


def choices(viewer: Viewer) -> list[Chosen]:
    """Everything the viewer may be told, as they chose it or as it is by default."""
    kinds = [kind for kind, role in OWNERS.items() if role in viewer.roles]
    rows = ReportChoice.objects.filter(user=viewer.user).select_related("template") if viewer.user else ()
    stored = {(row.kind, row.template.key if row.template else ""): row for row in rows}
    looked_at = _looking_at(viewer) | {key for kind, key in stored if kind == Kind.DAILY}
    daily = [(Kind.DAILY, key, title) for key, title in _published(viewer) if key in looked_at]
    named = daily if Kind.DAILY in kinds else []
    wanted = named + [(kind, "", "") for kind in kinds if kind is not Kind.DAILY]
    return [_chosen(kind, key, title, stored.get((kind, key))) for kind, key, title in wanted]


def roll_outs(viewer: Viewer, *, today: date) -> list[RolledOut]:
    """Every roll-out, teams in their order.

    Raises:
        NotYoursError: for operations and QA leads.
    """
    must_run_the_programme(viewer)
    found: dict[str, list[RollOut]] = defaultdict(list)
    every = within(viewer, RollOut.objects.all(), "template__programme")
    for row in every.select_related("template", "team", "decided_by").order_by("template__title", "position"):
        found[row.template.key].append(row)
    return [
        RolledOut(
            template=key,
            title=rows[0].template.title,
            seed=rows[0].seed,
            decided_by=rows[0].decided_by.name if rows[0].decided_by else "command line",
            teams=tuple(Placed(row.team.name, row.starts_on, on=row.starts_on <= today) for row in rows),
        )
        for key, rows in found.items()
    ]


def to_roll_out(viewer: Viewer) -> list[tuple[str, str]]:
    """Published templates whose daily report is not rolled out yet, by key and title."""
    must_run_the_programme(viewer)
    done = set(RollOut.objects.values_list("template__key", flat=True))
    return [(key, title) for key, title in _published(viewer) if key not in done]


def preview(viewer: Viewer, *, template: str, first_day: date, weeks: int) -> Order:
    """The order in which the teams would get it; steps name the teams by their keys.

    Raises:
        NotYoursError: for operations and QA leads.
        UnknownNameError: no such template is published.
        WrongStateError: there are fewer than two teams with agents.
    """
    must_run_the_programme(viewer)
    if template not in dict(_published(viewer)):
        raise UnknownNameError(f"no template {template} is published")
    keys = within(viewer, Team.objects.all()).filter(agents__isnull=False).distinct().values_list("key", flat=True)
    try:
        return draw(template, keys, first_day=first_day, weeks=weeks)
    except ValueError as error:
        raise WrongStateError(str(error)) from error


def team_names(viewer: Viewer) -> dict[str, str]:
    """Names of teams by key."""
    return dict(within(viewer, Team.objects.all()).values_list("key", "name"))


def must_run_the_programme(viewer: Viewer) -> None:
    """Refuse whoever is neither operations nor a QA lead.

    Raises:
        NotYoursError: they are neither.
    """
    if not viewer.has(Role.OPERATIONS, Role.QA_LEAD):
        raise NotYoursError("a report is rolled out by operations or a QA lead")


def _looking_at(viewer: Viewer) -> set[str]:
    """Templates that have looked at calls of the agent that the viewer is; before the first call, all of them."""
    found = AgentDay.objects.filter(agent=viewer.agent_id).values_list("behaviour__template__key", flat=True)
    return set(found.distinct()) or {key for key, _ in _published(viewer)}


def _published(viewer: Viewer) -> list[tuple[str, str]]:
    current = within(viewer, Template.objects.filter(current__isnull=False))
    rows = current.exclude(pk__in=of_coaching()).order_by("title")
    return list(rows.values_list("key", "title"))


def _chosen(kind: Kind, key: str, title: str, row: ReportChoice | None) -> Chosen:  # noqa: PLR0917 -- as stored
    if row is None:
        return Chosen(kind, key, TIMES.get(kind, MORNING), title=title)
    return Chosen(kind, key, row.at, tuple(row.ways), row.on, title)
