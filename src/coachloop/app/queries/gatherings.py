"""Huddles and workshops: what is planned, who came, and the behaviour before and since."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from coachloop.app.models import AgentDay, Attendance, Behaviour, Focus, Gathering
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.follow_up import RateView, days_before, days_since, rate_of
from coachloop.app.queries.requests import leads
from coachloop.app.queries.templates import of_coaching
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.model.people import Role

SHOWN = 50
ENOUGH = 3
"""Fewer people than this are not shown together to operations, who see no single agent's rate."""


@dataclass(frozen=True, slots=True)
class GatheringRow:
    """One huddle or workshop; `held_on` is empty until it took place."""

    id: int
    kind: GatheringKind
    title: str
    planned_for: datetime | None
    held_on: date | None
    cancelled: bool
    minutes: int
    led_by_name: str
    invited: int
    came: int


@dataclass(frozen=True, slots=True)
class Attendee:
    """An agent in it, for whoever leads them. `contact`: the behaviour is their open focus, so that it counts as contact."""

    key: str
    name: str
    present: bool | None
    contact: bool
    before: RateView | None
    since: RateView | None


@dataclass(frozen=True, slots=True)
class GatheringPage:
    """One gathering: those who came counted together, and one by one only for whoever leads them.

    `may_act` is for whoever holds it; `mine` for whoever planned it, who alone reads the `note`.
    """

    row: GatheringRow
    target: float | None
    may_act: bool
    mine: bool
    note: str
    before: RateView | None
    since: RateView | None
    too_few: bool
    people: tuple[Attendee, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a new one may be about, and for whom: keys with their names."""

    behaviours: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    agents: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """A time at which an agent and their leader met about the focus: a session, or a gathering on the same behaviour."""

    day: date
    kind: str
    session_id: int | None = None


def visible(viewer: Viewer) -> QuerySet[Gathering]:
    """Those they may see: a leader those of their agents and their own, advisers and operations all."""
    if viewer.has(Role.QA_LEAD, Role.OPERATIONS):
        return viewing.within(viewer, Gathering.objects.all(), "behaviour__template__programme")
    if not viewer.has(Role.TEAM_LEADER) or viewer.user is None:
        return Gathering.objects.none()
    theirs = Attendance.objects.filter(agent__team__in=viewer.team_ids).values("gathering")
    seen = Gathering.objects.filter(Q(pk__in=theirs) | Q(led_by=viewer.user))
    return viewing.within(viewer, seen, "behaviour__template__programme")


def may_act(viewer: Viewer, row: Gathering) -> bool:
    """Whether they hold it: whoever planned it and still leads somebody in it, or leads everybody in it today."""
    led = [leads(viewer, one.agent) for one in row.attendances.select_related("agent")]
    return viewer.everything or (any(led) and (planned_by(viewer, row) or all(led)))


def planned_by(viewer: Viewer, row: Gathering) -> bool:
    """Whether they planned it; its note is theirs alone."""
    return viewer.user is not None and row.led_by_id == viewer.user.pk


def gatherings(viewer: Viewer) -> tuple[GatheringRow, ...]:
    """What is to be held first, then the newest."""
    counted = visible(viewer).select_related("behaviour").annotate(invited=Count("attendances", distinct=True))
    rows = counted.annotate(came=Count("attendances", filter=Q(attendances__present=True), distinct=True))
    shown = [_row(row, invited=row.invited, came=row.came) for row in rows.order_by("-created_at", "-pk")[:SHOWN]]
    return tuple(sorted(shown, key=lambda row: bool(row.held_on) or row.cancelled))


def gathering(viewer: Viewer, gathering_id: int, *, today: date) -> GatheringPage | None:
    """One of them; None where they may see no such."""
    row = visible(viewer).select_related("behaviour").filter(pk=gathering_id).first()
    if row is None:
        return None
    attendances = list(row.attendances.select_related("agent").order_by("agent__name"))
    came = [one.agent_id for one in attendances if one.present]
    acts = may_act(viewer, row)
    too_few = not (acts or viewer.has(Role.QA_LEAD)) and len(came) < ENOUGH
    before, since = _windows(row, came, today)
    measured = bool(row.held_on) and not too_few
    return GatheringPage(
        row=_row(row, invited=len(attendances), came=len(came)),
        target=row.behaviour.target,
        may_act=acts,
        mine=planned_by(viewer, row),
        note=row.note if planned_by(viewer, row) else "",
        before=_together(before) if measured else None,
        since=_together(since) if measured else None,
        too_few=bool(row.held_on) and too_few,
        people=_people(viewer, row, attendances, windows=(before, since)) if acts else (),
    )


def choices(viewer: Viewer) -> Choices:
    """Behaviours by template, and the agents they lead."""
    current = Behaviour.objects.filter(retired=False, template__current__isnull=False)
    rows = viewing.within(viewer, current, "template__programme").select_related("template")
    rows = rows.exclude(template__in=of_coaching())
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in rows.order_by("template__title", "position"):
        groups.setdefault(row.template.title, []).append((f"{row.template.key}/{row.key}", row.title))
    led = viewing.agents(viewer).filter(team__in=viewer.team_ids).order_by("name")
    return Choices(
        behaviours=tuple((title, tuple(each)) for title, each in groups.items()),
        agents=tuple(led.values_list("key", "name")) if viewer.has(Role.TEAM_LEADER) else (),
    )


def invitations(agent_id: int) -> tuple[GatheringRow, ...]:
    """What an agent is asked to and is still to be held, the next first; those without a time last."""
    open_ = Gathering.objects.filter(held_on__isnull=True, cancelled_at__isnull=True, attendances__agent=agent_id)
    rows = sorted(open_.select_related("behaviour"), key=lambda row: (row.planned_for is None, str(row.planned_for)))
    return tuple(_row(row, invited=0, came=0) for row in rows)


def contacts(focus: Focus | None) -> tuple[Contact, ...]:
    """When the two met about a focus, oldest first: its sessions, and gatherings on its behaviour that the agent was at."""
    if focus is None:
        return ()
    held = focus.sessions.filter(status=SessionStatus.HELD, held_on__isnull=False).values_list("held_on", "pk")
    attended = Attendance.objects.filter(
        agent=focus.agent_id,
        present=True,
        gathering__behaviour=focus.behaviour_id,
        gathering__held_on__gte=sites.local_date(focus.agent, focus.opened_at),
    )
    if focus.closed_at:
        attended = attended.filter(gathering__held_on__lte=sites.local_date(focus.agent, focus.closed_at))
    met = [Contact(day, "session", pk) for day, pk in held if day]
    met += [Contact(day, kind) for day, kind in attended.values_list("gathering__held_on", "gathering__kind") if day]
    return tuple(sorted(met, key=lambda one: one.day))


type Counts = tuple[Counter[int], Counter[int], tuple[date, date]]
"""Met and asked by agent, over these days."""


def _windows(row: Gathering, agent_ids: Collection[int], today: date) -> tuple[Counts, Counts]:
    held = row.held_on or today
    return (_counts(row, agent_ids, days_before(held)), _counts(row, agent_ids, days_since(held, today)))


def _counts(row: Gathering, agent_ids: Collection[int], days: tuple[date, date]) -> Counts:
    cells = AgentDay.objects.filter(agent__in=agent_ids, behaviour=row.behaviour_id, day__range=days)
    met, asked = Counter[int](), Counter[int]()
    for agent, yes, no in cells.order_by().values_list("agent").annotate(Sum("met"), Sum("not_met")):
        met[agent], asked[agent] = yes, yes + no
    return met, asked, days


def _together(counts: Counts) -> RateView:
    met, asked, days = counts
    return rate_of(met.total(), asked.total(), days)


def _people(
    viewer: Viewer, row: Gathering, attendances: Iterable[Attendance], *, windows: tuple[Counts, Counts]
) -> tuple[Attendee, ...]:
    """One by one, those whom the viewer leads today."""
    foci = Focus.objects.filter(behaviour=row.behaviour_id, closed_at__isnull=True, agent__attendances__gathering=row)
    foci = foci.filter(opened_at__date__lte=row.held_on) if row.held_on else foci
    on_focus = set(foci.values_list("agent_id", flat=True))
    return tuple(
        Attendee(
            key=one.agent.key,
            name=one.agent.name,
            present=one.present,
            contact=one.agent_id in on_focus,
            before=_one(windows[0], one.agent_id) if one.present else None,
            since=_one(windows[1], one.agent_id) if one.present else None,
        )
        for one in attendances
        if leads(viewer, one.agent)
    )


def _one(counts: Counts, agent_id: int) -> RateView:
    met, asked, days = counts
    return rate_of(met[agent_id], asked[agent_id], days)


def _row(row: Gathering, *, invited: int, came: int) -> GatheringRow:
    return GatheringRow(
        id=row.pk,
        kind=GatheringKind(row.kind),
        title=row.behaviour.title,
        planned_for=row.planned_for,
        held_on=row.held_on,
        cancelled=row.cancelled_at is not None,
        minutes=row.minutes,
        led_by_name=row.led_by_name,
        invited=invited,
        came=came,
    )
