"""The people whom the demonstration centre lets a visitor be."""

from django.db.models import Count, Q

from coachloop.app.models import User
from coachloop.core.model.people import Role


def person_in(role: Role) -> User | None:
    """Somebody active who holds this role, with as much under way as anybody; the same one as long as nothing changes."""
    people = User.objects.filter(is_active=True, grants__role=role)
    open_ = {
        Role.AGENT: Count("agent__foci", filter=Q(agent__foci__closed_at__isnull=True), distinct=True)
        + Count(
            "agent__sessions__follow_up", filter=Q(agent__sessions__follow_up__closed_at__isnull=True), distinct=True
        ),
        Role.TEAM_LEADER: Count(
            "led_teams__agents__sessions__follow_up",
            filter=Q(led_teams__agents__sessions__follow_up__closed_at__isnull=True),
            distinct=True,
        )
        + Count("led_teams", distinct=True),
    }.get(role)
    return people.annotate(open=open_).order_by("-open", "id").first() if open_ else people.order_by("id").first()
