"""The people whom the demonstration centre lets a visitor be."""

from django.db.models import QuerySet

from coachloop.app.models import User
from coachloop.core.model.people import Role


def person_in(role: Role) -> User | None:
    """Somebody active who holds this role and has something to look at in it; the same one each time."""
    people = User.objects.filter(is_active=True, grants__role=role)
    return _with_something_to_see(people, role).order_by("id").first() or people.order_by("id").first()


def _with_something_to_see(people: QuerySet[User], role: Role) -> QuerySet[User]:
    if role is Role.TEAM_LEADER:
        return people.filter(led_teams__agents__isnull=False).distinct()
    return people.filter(agent__isnull=False) if role is Role.AGENT else people
