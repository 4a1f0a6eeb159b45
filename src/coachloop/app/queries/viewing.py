"""Who looks, and what they may see. Every other query starts from one of these."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from coachloop.app.errors import NotYoursError
from coachloop.app.models import Agent, Assignment, Conversation, FollowUp, Grant, Programme, Session, Team, User
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: their roles, the teams they lead, and the agent they are, where they are one.

    Where the site is divided into programmes, they look at one at a time, and hold the roles that they hold there; `programme_id` is
    empty where it is not. `keeps_all`: what they hold, they hold in all of them, or they are an admin there. `everything` is the operator
    at the command line of the machine itself.
    """

    user: User | None
    roles: frozenset[Role]
    team_ids: frozenset[int] = frozenset()
    agent_id: int | None = None
    everything: bool = False
    programme_id: int | None = None
    keeps_all: bool = True
    called: str = "command line"

    def has(self, *roles: Role) -> bool:
        """Whether they hold one of these roles."""
        return self.everything or not self.roles.isdisjoint(roles)

    @property
    def name(self) -> str:
        """What the audit log calls them."""
        return self.user.name if self.user else self.called

    @property
    def person(self) -> User:
        """Who they are, where only somebody with an account can do what is asked."""
        if self.user is None:
            raise NotYoursError("the command line has no account of its own")
        return self.user


NEWEST_CALLS = (F("started_at").desc(nulls_last=True), "-id")
"""The order of conversations; those whose time nobody knows come last."""

OPERATOR = Viewer(user=None, roles=frozenset(), everything=True)


def centre(viewer: Viewer) -> Viewer:
    """All of the programme that somebody looks at, for figures that name nobody."""
    return all_of(viewer.programme_id)


def all_of(programme_id: int | None) -> Viewer:
    """All of a programme; of the site where it is not divided."""
    return replace(OPERATOR, programme_id=programme_id)


def viewer(user: User, *, now: datetime | None = None, programme: int | None = None) -> Viewer:
    """The viewer that a signed-in user is.

    Args:
        user: who.
        now: with it they also lead the teams in which they stand in on that day.
        programme: where the site is divided, the programme that they look at; else, or where it is none of theirs, their first.
    """
    every = list(Programme.objects.order_by("name", "pk").values_list("pk", flat=True))
    held = list(user.grants.all())
    everywhere = {grant.role for grant in held if grant.programme_id is None}
    theirs = every if everywhere else [pk for pk in every if any(grant.programme_id == pk for grant in held)]
    chosen = programme if programme in theirs else next(iter(theirs), None)
    roles = frozenset(Role(grant.role) for grant in held if grant.programme_id in {None, chosen})
    found = Viewer(
        user=user,
        roles=roles,
        programme_id=chosen if theirs else _NOWHERE if every else None,
        keeps_all=Role.ADMIN in everywhere or (bool(everywhere) and roles <= everywhere),
    )
    led = within(found, user.led_teams.all()).values_list("id", flat=True)
    stands_in = _standing_in(found, user, now)
    own = within(found, Agent.objects.filter(user=user)).values_list("id", flat=True).first()
    return replace(found, team_ids=frozenset(led) | stands_in, agent_id=own)


def viewers(user: User, *, now: datetime | None = None) -> list[Viewer]:
    """The same of each programme in which they hold a role; one where the site is not divided."""
    return [viewer(user, now=now, programme=one.pk) for one in programmes(user)] or [viewer(user, now=now)]


_NOWHERE = 0
"""A programme that there is none of: whoever has no part in a divided site sees nothing of it."""


def programmes(user: User) -> QuerySet[Programme]:
    """The programmes in which somebody holds a role, by name; none where the site is not divided."""
    everywhere = user.grants.filter(programme=None)
    return Programme.objects.filter(Exists(everywhere) | Q(grants__user=user)).distinct().order_by("name", "pk")


def people(viewer: Viewer, *roles: Role) -> QuerySet[User]:
    """Everybody active who holds one of these roles in the programme that the viewer looks at."""
    held = within_or_everywhere(viewer, Grant.objects.filter(user=OuterRef("pk"), role__in=roles))
    return User.objects.filter(Exists(held), is_active=True)


def within_or_everywhere[M: Model](viewer: Viewer, rows: QuerySet[M]) -> QuerySet[M]:
    """Rows of the programme that they look at, and those that are for all of them."""
    if viewer.programme_id is None:
        return rows
    return rows.filter(Q(programme=None) | Q(programme=viewer.programme_id))


def within[M: Model](viewer: Viewer, rows: QuerySet[M], path: str = "programme") -> QuerySet[M]:
    """Rows of the programme that they look at; all where the site is not divided.

    Args:
        viewer: who looks.
        rows: of any table.
        path: how these rows reach their programme, `agent__programme`.
    """
    if viewer.programme_id is None:
        return rows
    return rows.filter(**{f"{path}_id": viewer.programme_id})


def _standing_in(viewer: Viewer, user: User, now: datetime | None) -> frozenset[int]:
    """Teams that are theirs today, at the team's own site, in their leader's place."""
    if now is None:
        return frozenset()
    recent = user.stands_in.filter(last_day__gte=(now - timedelta(days=1)).date())
    rows = within(viewer, recent, "team__programme")
    return frozenset(
        team
        for team, first, last, zone in rows.values_list("team_id", "first_day", "last_day", "team__site__timezone")
        if first <= now.astimezone(ZoneInfo(zone)).date() <= last
    )


def leaders() -> list[Viewer]:
    """Everybody who leads a team, in the order of their teams."""
    rows = Team.objects.filter(leader__isnull=False).select_related("leader").order_by("key")
    return [viewer(team.leader, programme=team.programme_id) for team in rows if team.leader]


def teams(viewer: Viewer) -> QuerySet[Team]:
    """Teams whose agents they may see by name."""
    if viewer.has(Role.QA_LEAD):
        return within(viewer, Team.objects.all())
    return Team.objects.filter(id__in=viewer.team_ids if viewer.has(Role.TEAM_LEADER) else ())


def agents(viewer: Viewer) -> QuerySet[Agent]:
    """Agents whose scores they may see: their own, their team's, or everyone's for a QA lead."""
    if viewer.has(Role.QA_LEAD):
        return within(viewer, Agent.objects.all())
    mine = Q(id=viewer.agent_id) if viewer.has(Role.AGENT) else Q(pk__in=())
    return Agent.objects.filter(mine | (Q(team_id__in=_led(viewer))))


def conversations(viewer: Viewer) -> QuerySet[Conversation]:
    """Conversations with customers whose words they may see: leaders by the agent's team at the time of the call.

    Coaching conversations are none of these, for nobody: queries.recordings says who sees which. Nor are calls that they are asked to
    answer blind: queries.assignments shows their words alone.
    """
    calls = within(viewer, Conversation.objects.exclude(channel=COACHING))
    calls = calls.exclude(pk__in=hidden(viewer).values("conversation"))
    if viewer.has(Role.QA_LEAD):
        return calls
    mine = Q(agent_id=viewer.agent_id) if viewer.has(Role.AGENT) and viewer.agent_id else Q(pk__in=())
    return calls.filter(mine | Q(team_id__in=_led(viewer)))


def of_calls(viewer: Viewer, path: str) -> Exists:
    """Rows whose call, by this path, is one of `conversations`: asked of each row, so that a page of few never reads all calls."""
    return Exists(conversations(viewer).filter(pk=OuterRef(path)))


def blind(user: User) -> QuerySet[Assignment]:
    """What somebody is asked to answer without seeing what the machine or anybody else says: until they submit, in a room until it opens."""
    waiting = Q(submitted_at__isnull=True) | Q(room__isnull=False, room__opened_at__isnull=True)
    return Assignment.objects.filter(waiting, reviewer=user, passed_on_at__isnull=True)


def hidden(viewer: Viewer) -> QuerySet[Assignment]:
    """The same of a viewer: whatever shows a conversation leaves these out."""
    return blind(viewer.user) if viewer.user is not None else Assignment.objects.none()


def sessions(viewer: Viewer) -> QuerySet[Session]:
    """Sessions they may open; a QA lead sees focus and status, never the private notes."""
    return Session.objects.filter(agent__in=agents(viewer))


def follow_ups(viewer: Viewer) -> QuerySet[FollowUp]:
    """Follow-ups of the sessions they may open."""
    return FollowUp.objects.filter(session__agent__in=agents(viewer))


def _led(viewer: Viewer) -> frozenset[int]:
    return viewer.team_ids if viewer.has(Role.TEAM_LEADER) else frozenset()
