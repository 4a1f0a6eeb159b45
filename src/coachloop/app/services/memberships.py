"""Where agents belong over time; calls that name no team are counted where the agent was on that day."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery

from coachloop.app.errors import WrongStateError
from coachloop.app.models import Agent, Conversation, DirtyDay, Membership, Revision
from coachloop.app.queries import sites
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping
from coachloop.core.model.stays import ALWAYS, FOR_GOOD, Stay, joined, team_on, without

AT_ONCE = 500
"""Calls that are looked at in one transaction, and the rest of the last one's day."""

AHEAD = timedelta(days=366)
"""How far ahead a move may lie: later than that nobody knows."""


@transaction.atomic
def join_team(
    *,
    viewer: Viewer,
    agent_id: int,
    team_id: int,
    first_day: date | None,
    now: datetime,
    last_day: date | None = None,
) -> bool:
    """Put an agent into a team from a day on; the stay before ends the day before.

    Args:
        viewer: an admin.
        agent_id: who.
        team_id: where to.
        first_day: from when on; None for always.
        now: when this is written down.
        last_day: up to when; without it up to the next stay that is known, else for good.

    Returns:
        Whether that changed anything.

    Raises:
        NotYoursError: admins do.
        WrongStateError: the days are in the wrong order, too far ahead, or after they left.
    """
    agent, team = keeping.agent(viewer, agent_id), keeping.team(viewer, team_id)
    changed = put(agent, team.pk, first=first_day, last=last_day, now=now)
    if changed:
        detail = {"team": team.key, "from": _iso(first_day), "until": _iso(last_day)}
        audit.record(viewer, "agent.join", f"agent:{agent.key}", now=now, detail=detail)
    return changed


@transaction.atomic
def remove_membership(*, viewer: Viewer, membership_id: int, now: datetime) -> int:
    """Take out a stay that was a mistake; the one that ended before it goes on.

    Returns:
        Whose it was.

    Raises:
        NotYoursError: admins do.
    """
    row = Membership.objects.select_related("team").get(pk=membership_id)
    agent = keeping.agent(viewer, row.agent_id)
    before = stays_of(agent)
    keep(agent, before, without(before, _stay(row)), now=now)
    audit.record(viewer, "agent.unjoin", f"agent:{agent.key}", now=now, detail={"team": row.team.key})
    return agent.pk


def put(agent: Agent, team_id: int, *, first: date | None, last: date | None, now: datetime) -> bool:
    """The same of a locked agent, as part of a transaction; whether it changed anything.

    Raises:
        WrongStateError: the days are in the wrong order, too far ahead, or after they left.
    """
    begins, furthest = first or ALWAYS, sites.first_local_date(now) + AHEAD
    if begins > furthest or (last and last > furthest):
        raise WrongStateError(f"choose days up to {furthest:%-d %B %Y}: nobody plans further ahead")
    if last and last < begins:
        raise WrongStateError(f"the last day must not be before the first, {begins:%-d %B %Y}")
    if agent.left_on and max(begins, last or begins) > agent.left_on:
        raise WrongStateError(f"{agent.name} left on {agent.left_on:%-d %B %Y}: note first that they came back")
    before, last = begun(agent), last or agent.left_on
    return keep(agent, before, joined(before, team=team_id, first=begins, last=last), now=now)


def begun(agent: Agent) -> tuple[Stay, ...]:
    """Their stays; of whom none was ever written down, the team that their calls say they are in, since always."""
    stays = stays_of(agent)
    if not stays and agent.team_id and not agent.memberships.exists():
        return (Stay(ALWAYS, FOR_GOOD, agent.team_id),)
    return stays


def stays_of(agent: Agent) -> tuple[Stay, ...]:
    """What is written down of where they belong, in order."""
    return tuple(sorted(_stay(row) for row in agent.memberships.all()))


def keep(agent: Agent, before: Sequence[Stay], after: Sequence[Stay], *, now: datetime) -> bool:
    """Write down where an agent belongs, and that their calls that name no team are to follow; whether anything changed."""
    stored = {_stay(row): row for row in agent.memberships.all()}
    wanted = set(after)
    if wanted == stored.keys():
        return False
    Membership.objects.filter(pk__in=[row.pk for stay, row in stored.items() if stay not in wanted]).delete()
    Membership.objects.bulk_create(_row(agent, stay) for stay in sorted(wanted - stored.keys()))
    _bring_up(agent, team_on(after, sites.first_local_date(now)))
    place_from(agent, _first_difference(before, after))
    return True


def settle(*, now: datetime) -> int:
    """Put every agent where they belong today; run by the worker, harmless to repeat. Returns how many moved."""
    today = sites.first_local_date(now)
    theirs = Membership.objects.filter(agent=OuterRef("pk"))
    current = theirs.filter(Q(first_day=None) | Q(first_day__lte=today), Q(last_day=None) | Q(last_day__gte=today))
    kept = Agent.objects.filter(Exists(theirs)).annotate(belongs=Subquery(current.values("team")[:1]))
    moved = kept.exclude(team=F("belongs")).exclude(team=None, belongs=None)
    with transaction.atomic():
        found = list(moved.select_for_update(of=("self",)))
        for agent in found:
            _bring_up(agent, agent.belongs)
    return len(found)


def _bring_up(agent: Agent, team_id: int | None) -> None:
    if agent.team_id != team_id:
        agent.team_id = team_id
        agent.save(update_fields=["team"])


def place_calls(*, enough: Callable[[], bool] = lambda: False) -> int:
    """Put the calls that name no team where their agents belong, of whom that has changed; returns how many moved.

    In blocks of whole days, each a transaction of its own that notes how far it has come: safe to break off, and to run twice at once.

    Args:
        enough: whether to break off; the rest is done the next time.
    """
    moved = 0
    waiting = Agent.objects.filter(place_from__isnull=False).order_by("pk").values_list("pk", flat=True)
    while not enough() and (agent_id := waiting.first()) is not None:
        moved += _place_some(agent_id)
    return moved


@transaction.atomic
def _place_some(agent_id: int) -> int:
    agent = Agent.objects.select_for_update(no_key=True).get(pk=agent_id)
    if agent.place_from is None:  # somebody else was quicker
        return 0
    stays = begun(agent)
    calls = Conversation.objects.filter(agent=agent, day__gte=agent.place_from).order_by("day")
    last = calls.values_list("day", flat=True)[AT_ONCE - 1 : AT_ONCE].first()
    elsewhere = [
        call for call in (calls.filter(day__lte=last) if last else calls) if call.team_id != team_on(stays, call.day)
    ]
    moved = list(_without_a_team(elsewhere))
    for call in moved:
        call.team_id = team_on(stays, call.day)
    Conversation.objects.bulk_update(moved, ["team"], batch_size=AT_ONCE)
    DirtyDay.objects.bulk_create(
        DirtyDay(agent=agent, day=day) for day in sorted({call.day for call in moved if call.day})
    )
    agent.place_from = last + timedelta(days=1) if last else None
    agent.save(update_fields=["place_from"])
    return len(moved)


def place_from(agent: Agent, day: date | None) -> None:
    """Note that calls of a locked agent are to be put where they belong, from this day on; as part of a transaction."""
    if day is not None and (agent.place_from is None or day < agent.place_from):
        agent.place_from = day
        agent.save(update_fields=["place_from"])


def _first_difference(before: Sequence[Stay], after: Sequence[Stay]) -> date | None:
    edges = {stay.first for stay in (*before, *after)}
    edges |= {stay.last + timedelta(days=1) for stay in (*before, *after) if stay.last != FOR_GOOD}
    return min((day for day in edges if team_on(before, day) != team_on(after, day)), default=None)


def _without_a_team(calls: Sequence[Conversation]) -> Iterator[Conversation]:
    """Those that came in on a line that names none; of scores without words, those of no team."""
    current = Revision.objects.filter(conversation__in=calls, number=F("conversation__revision"))
    documents = dict(current.values_list("conversation_id", "document"))
    for call in calls:
        named = str(json.loads(documents[call.pk]).get("team") or "").strip() if call.revision else call.team_id
        if not named:
            yield call


def _stay(row: Membership) -> Stay:
    return Stay(row.first_day or ALWAYS, row.last_day or FOR_GOOD, row.team_id)


def _row(agent: Agent, stay: Stay) -> Membership:
    return Membership(
        agent=agent,
        team_id=stay.team,
        first_day=None if stay.first == ALWAYS else stay.first,
        last_day=None if stay.last == FOR_GOOD else stay.last,
    )


def placed(agents: Iterable[Agent]) -> dict[int, tuple[Stay, ...]]:
    """The stays of these agents by their numbers, in one query; none for those of whom nothing is written down."""
    found: dict[int, list[Stay]] = {}
    for row in Membership.objects.filter(agent__in=agents):
        found.setdefault(row.agent_id, []).append(_stay(row))
    return {pk: tuple(sorted(stays)) for pk, stays in found.items()}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
