"""Both kinds of coaching: what each team does of which, who is due a conversation of their own, and with whom to start."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Q

from coachloop.app.models import Agent, Session, Team
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.focus import Suggestion
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.week import Week
from coachloop.core.coaching.agreement import SessionKind, SessionStatus
from coachloop.core.coaching.cadence import MIX_WEEKS, Mix, counted, turn
from coachloop.core.model.people import Role

TOOK_PLACE = (SessionStatus.HELD, SessionStatus.IMPORTED)
FEW = 3
"""Names to start with: more than that is no start."""


@dataclass(frozen=True, slots=True)
class TeamMix:
    """Sessions of the last `weeks` weeks by kind. `lacks` is the kind a team does not do, `start_with` names of agents to begin with."""

    key: str
    name: str
    mix: Mix
    start_with: tuple[str, ...] = ()
    weeks: int = MIX_WEEKS

    @property
    def lacks(self) -> SessionKind | None:
        """The kind that is missing."""
        return self.mix.lacks


@dataclass(frozen=True, slots=True)
class Offer:
    """An agent without a certain gap.

    `last` was their last developmental conversation, the next is due on `due_on`; both empty before the first. `talked_on` is
    their last session of any kind.
    """

    agent_key: str
    agent_name: str
    team_key: str | None
    last: date | None
    due_on: date | None
    talked_on: date | None


@dataclass(frozen=True, slots=True)
class Offers:
    """Whose turn it is, longest waiting first, and whose turn comes later."""

    due: tuple[Offer, ...] = ()
    later: tuple[Offer, ...] = ()


def mixes(viewer: Viewer, *, today: date) -> tuple[TeamMix, ...]:
    """Every team they may see the numbers of, by name: leaders their own, advisers and operations all; nobody is named."""
    everything = viewer.has(Role.OPERATIONS, Role.QA_LEAD)
    return _mixes(viewing.within(viewer, Team.objects.all()) if everything else viewing.teams(viewer), today)


def of_week(week: Week, offers: Offers, *, today: date) -> tuple[TeamMix, ...]:
    """The mix of the teams that a week is about, with whom to start where one kind is missing."""
    keys = [week.team.key] if week.team else [team.key for team in week.teams]
    rows = _mixes(Team.objects.filter(key__in=keys), today)
    return tuple(_with_names(row, week, offers) for row in rows)


def offers(rows: Sequence[Suggestion], *, today: date) -> Offers:
    """Agents without a certain gap by whose turn it is at their site's cadence."""
    agents = Agent.objects.select_related("team__site").in_bulk([row.agent_key for row in rows], field_name="key")
    grown, talked = _last(agents, kind=SessionKind.DEVELOPMENTAL), _last(agents)
    turns = [
        (turn(grown.get(key), weeks=max(1, sites.site_of(agent).developmental_weeks)), agent)
        for key, agent in agents.items()
    ]
    turns.sort(key=lambda one: (one[0].order, talked.get(one[1].key, date.min), one[1].name))
    teams = {row.agent_key: row.team_key for row in rows}
    made = [
        (each.is_due(today), Offer(a.key, a.name, teams[a.key], each.last, each.due_on, talked.get(a.key)))
        for each, a in turns
    ]
    return Offers(tuple(one for due, one in made if due), tuple(one for due, one in made if not due))


def _last(agents: Mapping[str, Agent], *, kind: SessionKind | None = None) -> dict[str, date]:
    """The day of each agent's last session, of one kind or of any."""
    which = Q(kind=kind) if kind else Q()
    held = Session.objects.filter(which, agent__in=list(agents.values()), status__in=TOOK_PLACE)
    rows = held.filter(held_on__isnull=False).order_by().values_list("agent__key").annotate(last=Max("held_on"))
    return dict(rows)


def _mixes(teams: Iterable[Team], today: date) -> tuple[TeamMix, ...]:
    held = Session.objects.filter(
        status__in=TOOK_PLACE, held_on__gt=today - timedelta(weeks=MIX_WEEKS), held_on__lte=today
    )
    kinds: dict[int | None, list[str]] = {}
    for team, kind in held.values_list("agent__team", "kind"):
        kinds.setdefault(team, []).append(kind)
    ordered = sorted(teams, key=lambda team: (team.name, team.key))
    return tuple(TeamMix(team.key, team.name, counted(kinds.get(team.pk, ()))) for team in ordered)


def _with_names(row: TeamMix, week: Week, offers: Offers) -> TeamMix:
    if row.lacks is SessionKind.DEVELOPMENTAL:
        theirs = [each for each in (*offers.due, *offers.later) if each.team_key == row.key]
        waiting = sorted(theirs, key=lambda each: (each.talked_on or date.min, each.agent_name))
        names = [each.agent_name for each in waiting]
    elif row.lacks is SessionKind.PERFORMANCE:
        names = [each.agent_name for each in week.to_coach if each.team_key == row.key]
    else:
        return row
    return TeamMix(row.key, row.name, row.mix, tuple(names[:FEW]))
