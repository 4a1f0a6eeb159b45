"""Agents: who they are, and which of those that calls named are whom."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from coachloop.app.errors import WrongStateError
from coachloop.app.models import Agent
from coachloop.app.queries import programmes, viewing
from coachloop.app.queries.people import kept, must_keep
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping, memberships
from coachloop.app.services.teams import keyed
from coachloop.app.services.users import named


@transaction.atomic
def add_agent(
    *,
    viewer: Viewer,
    key: str,
    name: str,
    now: datetime,
    joined_on: date | None = None,
    team_id: int | None = None,
    first_day: date | None = None,
) -> Agent:
    """Write an agent down before their first call comes in.

    Args:
        viewer: an admin.
        key: the id by which exports know them; it stays.
        name: what people call them.
        now: when.
        joined_on: their first day at the centre.
        team_id: the team they join.
        first_day: from when on; None for always.

    Raises:
        NotYoursError: admins do.
        RefusedError: the id or the name can't be one, or the id is taken.
    """
    must_keep(viewer)
    said = keyed(key)
    keeping.must_be_free("agent", said)
    row = Agent.objects.create(
        key=said, name=named(name), joined_on=joined_on, programme_id=programmes.of(viewer), known=True
    )
    if team_id is not None:
        memberships.put(row, keeping.team(viewer, team_id).pk, first=first_day, last=None, now=now)
    audit.record(viewer, "agent.add", f"agent:{row.key}", now=now)
    return row


@transaction.atomic
def change_agent(
    *, viewer: Viewer, agent_id: int, name: str, joined_on: date | None, user_id: int | None, now: datetime
) -> Agent:
    """Call an agent otherwise, correct their first day, or say who of those that sign in they are.

    Raises:
        NotYoursError: admins do.
        RefusedError: the name can't be one, or the person is another agent.
    """
    row = keeping.agent(viewer, agent_id)
    user = kept(viewer).get(pk=user_id) if user_id is not None else None
    other = Agent.objects.filter(user=user).exclude(pk=row.pk).first() if user else None
    if user and other:
        which = f"agent {other.key!r}" if other.programme_id == row.programme_id else "another agent"
        raise WrongStateError(f"{user.name} is {which} already")
    row.name, row.joined_on, row.user = named(name), joined_on, user
    row.save(update_fields=["name", "joined_on", "user"])
    audit.record(viewer, "agent.change", f"agent:{row.key}", now=now, detail={"user": user_id})
    return row


@transaction.atomic
def confirm(
    *,
    viewer: Viewer,
    agent_ids: Collection[int],
    now: datetime,
    team_id: int | None = None,
    first_day: date | None = None,
) -> int:
    """Those who were met in calls are colleagues of ours, new here; into a team where one is named, since `first_day` or always.

    Returns:
        How many were not known before.

    Raises:
        NotYoursError: admins do.
    """
    must_keep(viewer)
    team = keeping.team(viewer, team_id) if team_id is not None else None
    rows = viewing.within(viewer, Agent.objects.select_for_update().filter(pk__in=agent_ids, known=False))
    met = list(rows.order_by("pk"))
    for row in met:
        row.known = True
        if team is not None:
            memberships.put(row, team.pk, first=first_day, last=None, now=now)
    Agent.objects.bulk_update(met, ["known"])
    if met:
        keys = [row.key for row in met]
        audit.record(
            viewer, "agent.confirm", f"agent:{keys[0]}", now=now, detail={"agents": keys[:AUDITED], "count": len(keys)}
        )
    return len(met)


AUDITED = 200
"""How many ids one line of the audit log names."""
