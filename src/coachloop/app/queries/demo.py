"""The people whom the demonstration centre lets a visitor be, and what they find."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from coachloop.app.models import Focus, Session, User
from coachloop.core.model.people import Role


def person_in(role: Role) -> User | None:
    """Somebody active who holds this role, with much under way; the agent is one of the leader's."""
    people = User.objects.filter(is_active=True, grants__role=role)
    if role is Role.TEAM_LEADER:
        return _leader(people)
    return _agent(people) if role is Role.AGENT else people.order_by("id").first()


def _leader(people: QuerySet[User]) -> User | None:
    leading = people.filter(led_teams__agents__isnull=False)
    busy = leading.annotate(open=_open("led_teams__agents__sessions__follow_up")).order_by("-open", "id")
    return busy.first() or people.order_by("id").first()


def _agent(people: QuerySet[User]) -> User | None:
    theirs = Case(When(agent__team__leader=person_in(Role.TEAM_LEADER), then=1), default=0)
    busy = people.annotate(theirs=theirs, open=_open("agent__sessions__follow_up")).order_by("-theirs", "-open", "id")
    return busy.first()


def _open(follow_up: str) -> Count:
    """How many follow-ups at the end of this path wait."""
    return Count(follow_up, filter=Q(**{f"{follow_up}__closed_at__isnull": True}), distinct=True)


def people_with(role: Role) -> list[User]:
    """Everybody active who holds this role, the one a visitor can be first."""
    return list(User.objects.filter(is_active=True, grants__role=role).order_by("id"))


@dataclass(frozen=True, slots=True)
class Shown:
    """The example of an open focus, with the agent who may challenge it.

    `theirs` where the visitor leads them, `me` where the visitor is them, `planned` where the session is still to be held.
    """

    user: User
    verdict_id: int
    call: str
    behaviour: str
    theirs: bool
    me: bool
    planned: bool


def shown_examples(*, landed_before: datetime) -> list[Shown]:
    """Examples of open foci that agents may challenge."""
    leader, agent = person_in(Role.TEAM_LEADER), person_in(Role.AGENT)
    rows = Focus.objects.filter(
        closed_at=None, agent__user__isnull=False, example__attempt__stored_at__lt=landed_before
    ).annotate(planned=Exists(Session.objects.filter(focus=OuterRef("pk"), status="planned")))
    rows = rows.select_related(
        "agent__user", "agent__team__leader", "behaviour", "example__attempt__evaluation__conversation"
    )
    return [
        Shown(
            user=row.agent.user,
            verdict_id=row.example.pk,
            call=row.example.attempt.evaluation.conversation.key,
            behaviour=row.behaviour.key,
            theirs=row.agent.team is not None and row.agent.team.leader == leader,
            me=row.agent.user == agent,
            planned=row.planned,
        )
        for row in rows.order_by("id")
        if row.agent.user and row.example
    ]
