"""Somebody of everybody whom admins keep: for pages about people, agents, teams and sites."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from coachloop.app.models import Agent, Membership, SiteClosure, Team
from web.cast import Cast, person


def kept(cast: Cast) -> dict[str, Any]:
    """Their numbers, by name."""
    spare, team = person("Spare Person"), Team.objects.get(key="north")
    here = Agent.objects.create(key="kept", name="Kit Moor", team=team)
    met = Agent.objects.create(key="4711", name="4711", known=False)
    today = timezone.localdate()
    stay = Membership.objects.create(agent=here, team=team, first_day=today - timedelta(days=30))
    closed = SiteClosure.objects.create(site=team.site, day=today + timedelta(days=30), name="Stocktaking")
    return {
        "kept_person": spare.pk,
        "kept_leader": cast.leader.pk,
        "kept_agent": here.pk,
        "met_agent": met.pk,
        "kept_team": team.pk,
        "kept_stay": stay.pk,
        "kept_closure": closed.pk,
        "kept_site": team.site_id,
    }
