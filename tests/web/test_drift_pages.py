"""Drift alerts on their page, on the leader's week, and as a huddle."""

import pytest
from django.test import Client

from coachloop.app.models import Agent, DriftAlert, DriftBudget, Gathering
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import gatherings
from coachloop.app.services.gatherings import Held
from web.cast import Cast, slipped

pytestmark = pytest.mark.django_db


def seen(cast: Cast, who: str, path: str = "/drift") -> str:
    """A page's source, for somebody."""
    client = Client()
    client.force_login(getattr(cast, who))
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def alert(cast: Cast) -> int:
    """Lea has slipped on what is behind a number."""
    return slipped(cast)["drift_alert"]


def test_without_any_the_page_says_what_it_takes(cast: Cast) -> None:
    assert "30 calls on 10 days" in seen(cast, "leader")
    assert "0 alerts stand" in seen(cast, "operations")


def test_an_alert_says_since_when_and_shows_its_calls(cast: Cast, alert: int) -> None:
    page = seen(cast, "leader")
    assert "Lea Rossi" in page
    assert "31 of 52, likely between" in page
    assert "was usually 8 of 10" in page
    assert 'href="/conversations/lea-' in page
    assert "31 of 52" in seen(cast, "leader", "/week")
    assert "Lea Rossi" in seen(cast, "qa_lead")
    assert "I look after it" not in seen(cast, "qa_lead")
    assert alert


def test_nobody_else_sees_who_it_is_about(cast: Cast, alert: int) -> None:
    assert alert
    for who in ("other_leader", "operations", "admin"):
        assert "Lea Rossi" not in seen(cast, who)
    assert "1 alert stands" in seen(cast, "operations")


def test_its_leader_looks_after_it(cast: Cast, alert: int, client: Client) -> None:
    client.force_login(cast.leader)
    page = client.post(f"/drift/{alert}/acknowledge", follow=True).content.decode()
    assert "Ada Lindholm looks after it" in page
    again = client.post(f"/drift/{alert}/acknowledge", follow=True).content.decode()
    assert "looked after already" in again


def test_a_huddle_takes_two_clicks_and_answers_it(cast: Cast, alert: int, client: Client) -> None:
    """The link opens the form filled in; sending it as it is plans the huddle."""
    client.force_login(cast.leader)
    path = "/gatherings/new?kind=huddle&behaviour=discovery/why_after_budget&agent=lea"
    assert path.replace("&", "&amp;") in seen(cast, "leader")
    begun = client.get(path).context["form"].initial
    assert client.post("/gatherings/new", {**begun, "planned_for": "", "note": ""}).status_code == 302
    made = Gathering.objects.get()
    assert "The huddle that is planned" in seen(cast, "leader")
    held = Held(held_on=cast.now.date(), came=("lea",), minutes=5)
    gatherings.hold_gathering(viewer=viewer(cast.leader), gathering_id=made.pk, held=held, now=cast.now)
    assert DriftAlert.objects.get(pk=alert).resolution == "huddle"
    assert "answered by a huddle" in seen(cast, "leader")


def test_operations_change_the_budget_in_plain_words(cast: Cast, client: Client) -> None:
    client.force_login(cast.operations)
    page = client.post("/drift/budget", {"per_hundred": "0.5", "per_team": "2"}, follow=True).content.decode()
    assert "at most 0.5 in 100 pairs" in page
    assert DriftBudget.objects.get().per_team == 2
    refused = client.post("/drift/budget", {"per_hundred": "0", "per_team": "2"})
    assert (refused.status_code, "must be above 0" in refused.content.decode()) == (422, True)


def test_mondays_plan_names_it(cast: Cast, alert: int) -> None:
    """One message a week, not one an alert."""
    assert alert
    page = seen(cast, "leader", "/me/digests/plan")
    assert "1 rate that slipped" in page
    assert "was usually 8 of 10" in page


def test_a_slip_of_an_agent_who_changes_team_goes_with_them(cast: Cast, alert: int) -> None:
    assert alert
    Agent.objects.filter(key="lea").update(team=Agent.objects.get(key="sam").team)
    assert "Lea Rossi" not in seen(cast, "leader")
    page = seen(cast, "other_leader")
    assert "Lea Rossi" in page
    assert 'href="/conversations/lea-' not in page  # calls belong to the team of their time
