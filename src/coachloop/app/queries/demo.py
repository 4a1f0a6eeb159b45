"""The people whom the demonstration centre lets a visitor be."""

from django.db.models import Case, Count, Q, QuerySet, When

from coachloop.app.models import User
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
