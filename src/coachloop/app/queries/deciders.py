"""Who may decide a dispute: people who neither scored nor coached it, and are not to answer the call blind."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import Count, Q

from coachloop.app.models import (
    Assignment,
    Attendance,
    Dispute,
    Focus,
    Proposal,
    Review,
    Session,
    StandIn,
    Team,
    User,
)
from coachloop.app.queries.viewing import Viewer, all_of, within
from coachloop.app.queries.viewing import people as viewing_people
from coachloop.core.model.people import Role

DECIDE = (Role.EVALUATOR, Role.QA_LEAD)


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who may decide; `waiting` counts the disputes that wait for them already."""

    user_id: int
    name: str
    waiting: int


def deciders(rows: Collection[Dispute]) -> dict[int, tuple[Decider, ...]]:
    """Who may decide each of these, by its id: whoever has the fewest to decide first.

    Args:
        rows: disputes with their agent, its team, and the conversation with its team.
    """
    choice = {one: _people(one) for one in {row.agent.programme_id for row in rows}}
    biased, names = _biased(rows), _answered_by_name(rows)
    return {
        row.pk: tuple(
            one
            for one in choice[row.agent.programme_id]
            if one.user_id not in biased[row.pk] and one.name not in names[row.pk]
        )
        for row in rows
    }


def _people(programme: int | None) -> list[Decider]:
    """Everybody in a programme who may decide at all, whoever has the fewest to decide there first."""
    ours = all_of(programme)
    people = list(viewing_people(ours, *DECIDE).order_by("name", "pk"))
    waiting = _waiting(ours, people)
    return [Decider(one.pk, one.name, waiting[one.pk]) for one in sorted(people, key=lambda one: waiting[one.pk])]


def _waiting(viewer: Viewer, people: Iterable[User]) -> Counter[int]:
    open_ = Dispute.objects.filter(assigned_to__in=people, decided_at__isnull=True, withdrawn_at__isnull=True)
    open_ = within(viewer, open_, "agent__programme")
    return Counter(dict(open_.values_list("assigned_to").annotate(Count("id")).order_by()))


def _biased(rows: Collection[Dispute]) -> dict[int, frozenset[int | None]]:
    """Who is the agent, leads or led their team or that of the call, coached them, answered the same, or is asked about the call."""
    calls, agents = [row.conversation_id for row in rows], [row.agent_id for row in rows]
    behaviours = [row.behaviour_id for row in rows]
    teams = {team.pk for row in rows for team in _teams(row)}
    asked = Assignment.objects.filter(conversation__in=calls, passed_on_at__isnull=True)
    answered = Review.objects.filter(conversation__in=calls, behaviour__in=behaviours)
    advised = Proposal.objects.filter(agent__in=agents, behaviour__in=behaviours)
    by_call = _who(asked.values_list("conversation", "reviewer"))
    by_answer = _who(answered.values_list("conversation", "behaviour", "reviewer"))
    by_advice = _who(advised.values_list("agent", "behaviour", "proposed_by"))
    by_agent = _who(
        Session.objects.filter(agent__in=agents).values_list("agent", "leader"),
        Focus.objects.filter(agent__in=agents).values_list("agent", "opened_by"),
        Attendance.objects.filter(agent__in=agents).values_list("agent", "gathering__led_by"),
    )
    by_team = _who(StandIn.objects.filter(team__in=teams).values_list("team", "user"))
    return {
        row.pk: frozenset({row.agent.user_id}).union(
            by_call[row.conversation_id,],
            by_answer[row.conversation_id, row.behaviour_id],
            by_advice[row.agent_id, row.behaviour_id],
            by_agent[row.agent_id,],
            *({team.leader_id} | by_team[team.pk,] for team in _teams(row)),
        )
        for row in rows
    }


def _teams(row: Dispute) -> list[Team]:
    return [team for team in (row.agent.team, row.conversation.team) if team]


def _who(*found: Iterable[tuple[Any, ...]]) -> defaultdict[tuple[int, ...], set[int | None]]:
    """People, the last of each tuple, by what stands before them."""
    people: defaultdict[tuple[int, ...], set[int | None]] = defaultdict(set)
    for *what, person in chain(*found):
        people[tuple(what)].add(person)
    return people


def _answered_by_name(rows: Collection[Dispute]) -> dict[int, set[str]]:
    """Who answered the same in a file, where only names are known."""
    unknown = Q(reviewer__isnull=True) & ~Q(reviewer_name="")
    reviews = Review.objects.filter(unknown, conversation__in=[row.conversation_id for row in rows])
    named = defaultdict(set)
    for call, behaviour, name in reviews.values_list("conversation", "behaviour", "reviewer_name"):
        named[call, behaviour].add(name)
    return {row.pk: named[row.conversation_id, row.behaviour_id] for row in rows}
