"""Teams: what they are called, where they sit, who leads them."""

from datetime import datetime

from django.db import transaction

from coachloop.app.errors import RefusedError, WrongStateError
from coachloop.app.models import Site, Team, User
from coachloop.app.queries import programmes, viewing
from coachloop.app.queries.people import must_keep
from coachloop.app.queries.sites import at_hand, first_site
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping
from coachloop.app.services.users import named
from coachloop.core.model.people import Role


@transaction.atomic
def add_team(
    *,
    viewer: Viewer,
    key: str,
    name: str,
    now: datetime,
    site_id: int | None = None,
    leader_id: int | None = None,
) -> Team:
    """Make a team; without a site it is at the first one.

    Args:
        viewer: an admin.
        key: what exports call it; it stays.
        name: what people call it.
        now: when.
        site_id: where it sits.
        leader_id: who leads it.

    Raises:
        NotYoursError: admins do.
        RefusedError: the key is taken or can't be one, or the person can't lead.
    """
    must_keep(viewer)
    said = keyed(key)
    keeping.must_be_free("team", said)
    site = _site(viewer, site_id) if site_id is not None else first_site()
    row = Team.objects.create(
        key=said, name=named(name), site=site, programme_id=programmes.of(viewer), leader=_leader(viewer, leader_id)
    )
    audit.record(viewer, "team.add", f"team:{row.key}", now=now, detail={"leader": leader_id})
    return row


@transaction.atomic
def change_team(*, viewer: Viewer, team_id: int, name: str, site_id: int, leader_id: int | None, now: datetime) -> Team:
    """Call a team otherwise, or give it another site or leader. Sessions that are planned stay with whom they were planned with.

    Raises:
        NotYoursError: admins do.
        RefusedError: the name can't be one, or the person can't lead.
    """
    must_keep(viewer)
    row = keeping.team(viewer, team_id)
    leader = row.leader if row.leader_id == leader_id else _leader(viewer, leader_id)
    site = row.site if row.site_id == site_id else _site(viewer, site_id)
    was = {"name": row.name, "site": row.site.name, "leader": row.leader_id}
    row.name, row.site, row.leader = named(name), site, leader
    changed = {
        field: [was[field], new]
        for field, new in {"name": row.name, "site": site.name, "leader": leader_id}.items()
        if new != was[field]
    }
    if changed:
        row.save(update_fields=["name", "site", "leader"])
        audit.record(viewer, "team.change", f"team:{row.key}", now=now, detail=changed)
    return row


def _site(viewer: Viewer, site_id: int) -> Site:
    """Where it is to sit: one of theirs.

    Raises:
        Site.DoesNotExist: there is none, or one of other programmes alone.
    """
    return at_hand(viewer).get(pk=site_id)


def _leader(viewer: Viewer, user_id: int | None) -> User | None:
    """Who is to lead.

    Raises:
        WrongStateError: they are no team leader here.
    """
    if user_id is None:
        return None
    row = viewing.people(viewer, Role.TEAM_LEADER).filter(pk=user_id).first()
    if row is None:
        raise WrongStateError("this person is no team leader here: give them this role first")
    return row


def keyed(given: str) -> str:
    """An id that exports use.

    Raises:
        RefusedError: it is empty or too long.
    """
    said = given.replace("\0", "").strip()
    if not 0 < len(said) <= 200:
        raise RefusedError(f"an id has 1 to 200 characters, got {len(said)}")
    return said
