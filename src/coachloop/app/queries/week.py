"""A team leader's week: who to coach on what, what is under way, and what is due."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from coachloop.app.models import Agent, Focus, FollowUp, Session, Team
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.flagged import Flag, flags
from coachloop.app.queries.focus import Suggestion, suggestions
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.agreement import SessionKind, SessionStatus
from coachloop.core.coaching.follow_up import Escalation, days_late, escalation
from coachloop.core.model.people import Role

FIRST = 3
"""How many suggestions a leader sees whole; the others a line each."""


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """A team whose week they may see."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A session that is still to be held. `title` is empty for a developmental one, `days_left` where no clock runs.

    `flag` says that the example of its focus was challenged.
    """

    session_id: int
    agent_key: str
    agent_name: str
    kind: SessionKind
    title: str
    planned_for: datetime | None
    due_on: date | None
    days_left: int | None
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class LookBack:
    """A follow-up that is not closed yet; `open` once its day has come.

    `contested` when the agent says that something else was agreed in the session, `session_id` names it. `days_late` counts
    the working days it has waited; `told` is how far that has come. `action` is for whoever leads the agent, no adviser.
    """

    follow_up_id: int
    agent_key: str
    agent_name: str
    title: str
    action: str
    due_on: date
    open: bool
    session_id: int
    contested: bool
    days_late: int = 0
    told: Escalation = Escalation.NOBODY
    team_key: str = ""
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """What a leader needs to know. `led` holds the keys of the teams in which the viewer may act; others are to be read."""

    teams: tuple[TeamChoice, ...]
    team: TeamChoice | None
    led: frozenset[str]
    to_coach: tuple[Suggestion, ...]
    offers: tuple[Suggestion, ...]
    under_way: tuple[UnderWay, ...]
    look_backs: tuple[LookBack, ...]
    agents: int

    @property
    def quoted(self) -> tuple[str, ...]:
        """The conversations whose words the page shows."""
        return tuple(each.example.conversation_key for each in self.to_coach if each.example)

    @property
    def open_look_backs(self) -> int:
        """How many follow-ups wait for their answers."""
        return sum(each.open for each in self.look_backs)

    @property
    def first(self) -> tuple[Suggestion, ...]:
        """Whom to begin with: what can be read in five seconds."""
        return self.to_coach[:FIRST]

    @property
    def then(self) -> tuple[Suggestion, ...]:
        """Who comes after them."""
        return self.to_coach[FIRST:]

    @property
    def pressing(self) -> int:
        """How many agents have to be met today or tomorrow."""
        return sum(0 <= days <= 1 for days in self._clocks())

    @property
    def late(self) -> int:
        """For how many agents the five days have run out."""
        return sum(days < 0 for days in self._clocks())

    def _clocks(self) -> list[int]:
        left = [each.days_left for each in self.to_coach] + [each.days_left for each in self.under_way]
        return [days for days in left if days is not None]


def week(viewer: Viewer, *, team: str = "", today: date) -> Week:
    """The week of one team; of all of theirs for a leader who names none, of the first for a QA lead."""
    visible = list(viewing.teams(viewer).order_by("name"))
    chosen = next((row for row in visible if row.key == team), None)
    if chosen is None and visible and (len(visible) == 1 or viewer.has(Role.QA_LEAD)):
        chosen = visible[0]
    shown = [chosen] if chosen else visible
    agents = {a.pk: a for a in viewing.agents(viewer).filter(team__in=shown)}
    busy, developing = _with_a_focus(agents), _developing(agents)
    flagged = flags(viewer, Focus.objects.filter(agent__in=agents))
    keys = {agent.key: pk for pk, agent in agents.items()}
    free = suggestions(viewer, as_of=today, among=agents.keys() - busy)
    return Week(
        teams=tuple(TeamChoice(row.key, row.name) for row in visible),
        team=TeamChoice(chosen.key, chosen.name) if chosen else None,
        led=_led(viewer, visible),
        to_coach=tuple(sorted((row for row in free if row.kind == "performance"), key=_urgency)),
        offers=tuple(r for r in free if r.kind == "developmental" and keys[r.agent_key] not in developing),
        under_way=_under_way(agents, today, flagged),
        look_backs=_look_backs(agents, _led(viewer, visible), today=today, flagged=flagged),
        agents=len(agents),
    )


def _urgency(row: Suggestion) -> tuple[int, float, str]:
    """The clock first, then what costs most."""
    return (99 if row.days_left is None else row.days_left, -row.expected_gain, row.agent_name)


def _led(viewer: Viewer, visible: list[Team]) -> frozenset[str]:
    leads = viewer.has(Role.TEAM_LEADER)
    return frozenset(row.key for row in visible if leads and row.pk in viewer.team_ids)


def _with_a_focus(agents: dict[int, Agent]) -> set[int]:
    return set(Focus.objects.filter(agent__in=agents, closed_at__isnull=True).values_list("agent_id", flat=True))


def _developing(agents: dict[int, Agent]) -> set[int]:
    """Agents with a developmental conversation planned, or agreed and not looked back on."""
    open_ = Q(status=SessionStatus.PLANNED) | Q(follow_up__closed_at__isnull=True, follow_up__isnull=False)
    sessions = Session.objects.filter(open_, agent__in=agents, kind=SessionKind.DEVELOPMENTAL)
    return set(sessions.values_list("agent_id", flat=True))


def _under_way(agents: dict[int, Agent], today: date, flagged: dict[int, Flag]) -> tuple[UnderWay, ...]:
    planned = (
        Session.objects.filter(agent__in=agents, status=SessionStatus.PLANNED)
        .select_related("agent__team__site", "behaviour", "focus")
        .prefetch_related("agent__absences", "agent__team__site__closures")
    )
    rows = [_session(row, today, flagged) for row in planned]
    return tuple(sorted(rows, key=lambda row: (99 if row.days_left is None else row.days_left, row.agent_name)))


def _session(row: Session, today: date, flagged: dict[int, Flag]) -> UnderWay:
    due_on = row.focus.due_on if row.focus else None
    return UnderWay(
        session_id=row.pk,
        agent_key=row.agent.key,
        agent_name=row.agent.name,
        kind=SessionKind(row.kind),
        title=row.behaviour.title if row.behaviour else "",
        planned_for=row.planned_for,
        due_on=due_on,
        days_left=sites.calendar_of(row.agent, around=today).until(today, due_on) if due_on else None,
        flag=flagged.get(row.focus_id or 0),
    )


def _look_backs(
    agents: dict[int, Agent], led: frozenset[str], *, today: date, flagged: dict[int, Flag]
) -> tuple[LookBack, ...]:
    waiting = FollowUp.objects.filter(session__agent__in=agents, closed_at__isnull=True)
    rows = waiting.select_related("session__agent__team__site", "session__behaviour")
    rows = rows.prefetch_related("session__agent__absences", "session__agent__team__site__closures")
    return tuple(
        _look_back(row, led, today=today, flagged=flagged) for row in rows.order_by("due_on", "session__agent__name")
    )


def _look_back(row: FollowUp, led: frozenset[str], *, today: date, flagged: dict[int, Flag]) -> LookBack:
    calendar = sites.calendar_of(row.session.agent, around=row.due_on)
    team = row.session.agent.team.key if row.session.agent.team else ""
    return LookBack(
        follow_up_id=row.pk,
        agent_key=row.session.agent.key,
        agent_name=row.session.agent.name,
        title=row.session.behaviour.title if row.session.behaviour else "",
        action=row.session.action if team in led else "",
        due_on=row.due_on,
        open=row.opened_at is not None or row.due_on <= today,
        session_id=row.session_id,
        contested=row.session.contested_at is not None and team in led,
        days_late=days_late(row.due_on, today, calendar),
        told=escalation(row.due_on, today, calendar),
        team_key=team,
        flag=flagged.get(row.session.focus_id or 0),
    )
