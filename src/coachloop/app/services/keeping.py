"""Who keeps people, teams and sites: admins, each within the programme that they look at."""

from django.db.models import Q

from coachloop.app.errors import NotYoursError, TakenError, UnknownNameError
from coachloop.app.models import Agent, AgentAlias, Site, Team, User
from coachloop.app.queries import viewing
from coachloop.app.queries.people import kept, must_keep
from coachloop.app.queries.viewing import Viewer


def user(viewer: Viewer, user_id: int) -> User:
    """One of them, locked.

    Raises:
        NotYoursError: they keep nobody.
        User.DoesNotExist: none of theirs.
    """
    return kept(viewer).select_for_update().get(pk=user_id)


def by_email(viewer: Viewer, email: str) -> User:
    """Whoever signs in by this address, to change what holds everywhere.

    Raises:
        NotYoursError: they keep nobody, or the person works in other programmes too.
        UnknownNameError: nobody has that address.
    """
    row = kept(viewer).filter(email__iexact=email.strip()).first()
    if row is None:
        raise UnknownNameError(f"nobody has the address {email!r}; add them with `coachloop people add FILE`")
    return whole_user(viewer, row.pk)


def whole_user(viewer: Viewer, user_id: int) -> User:
    """One of them, locked, to change what holds everywhere: their name, their address, whether they sign in.

    Raises:
        NotYoursError: they work in other programmes too.
    """
    row = user(viewer, user_id)
    elsewhere = row.grants.filter(Q(programme=None) | ~Q(programme_id=viewer.programme_id or 0))
    if not viewer.keeps_all and elsewhere.exists():
        raise NotYoursError(
            f"{row.name} works in other programmes too: an admin of the whole installation changes this"
        )
    return row


def agent(viewer: Viewer, agent_id: int) -> Agent:
    """An agent, locked.

    Raises:
        NotYoursError: they keep nobody.
        Agent.DoesNotExist: none of theirs.
    """
    must_keep(viewer)
    rows = viewing.within(viewer, Agent.objects.select_for_update(of=("self",)))
    return rows.select_related("team__site", "user").get(pk=agent_id)


def team(viewer: Viewer, team_id: int) -> Team:
    """A team.

    Raises:
        Team.DoesNotExist: none of theirs.
    """
    return viewing.within(viewer, Team.objects.select_related("site")).get(pk=team_id)


def site(site_id: int) -> Site:
    """A site, locked.

    Raises:
        Site.DoesNotExist: there is none.
    """
    return Site.objects.select_for_update().get(pk=site_id)


def must_be_free(what: str, key: str) -> None:
    """Refuse an id that somebody or something has, here or in another programme.

    Raises:
        TakenError: it is.
    """
    there = Team.objects.filter(key=key) if what == "team" else Agent.objects.filter(key=key)
    if there.exists() or (what == "agent" and AgentAlias.objects.filter(key=key).exists()):
        raise TakenError(what, key)
