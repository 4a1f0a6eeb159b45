"""Reports on pages: words only where they may be read, each look in the audit log, choices saved, a roll-out drawn."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from coachloop.app.models import Agent, AgentDay, AuditEntry, ReportChoice, RollOut
from coachloop.app.queries.report import newest_report
from coachloop.app.queries.viewing import OPERATOR
from web.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(cast: Cast, client: Client):
    """A page as somebody sees it."""

    def see(who: str, path: str) -> str:
        client.force_login(cast.who(who))
        response = client.get(path)
        assert response.status_code == 200, path
        return response.content.decode()

    return see


@pytest.fixture
def newest():
    return newest_report(OPERATOR, "lea", today=timezone.localdate())


def test_the_newest_report_is_on_the_agents_page(visit, newest):
    page = visit("agent", "/me")
    assert newest.report.subject in page
    assert "When and how this reaches you" in page
    assert "What Lea Rossi reads" in visit("leader", "/agents/lea")


def test_a_day_has_an_address_and_looking_is_noted(visit, newest, cast):
    AuditEntry.objects.filter(actor=cast.leader).delete()
    page = visit("leader", f"/agents/lea/reports/{newest.day}/{newest.template}")
    assert "This is what Lea Rossi reads." in page
    assert newest.report.calls
    seen = set(
        AuditEntry.objects.filter(actor=cast.leader, action="conversation.look").values_list("subject", flat=True)
    )
    assert seen == {f"conversation:{key}" for key in newest.report.calls}
    assert newest.report.subject in visit("agent", f"/me/reports/{newest.day}/{newest.template}")


def test_a_day_without_calls_says_so(visit):
    assert "Nothing to say" in visit("agent", "/me/reports/2001-01-01/discovery")


@pytest.mark.parametrize(
    "path", ["/me/reports/nonsense/discovery", "/me/reports/2026-05-04/none", "/me/digests/daily", "/me/digests/x"]
)
def test_what_is_not_there_is_not_found(cast, client, path):
    client.force_login(cast.agent)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("who", "kind"), [("agent", "weekly"), ("leader", "plan"), ("leader", "moved"), ("operations", "monthly")]
)
def test_each_summary_can_be_seen_before_it_is_sent(visit, who, kind):
    assert "As it would be sent now" in visit(who, f"/me/digests/{kind}")


def test_an_agent_without_calls_has_no_week(visit, cast):
    AgentDay.objects.all().delete()
    assert "Nothing to say" in visit("agent", "/me/digests/weekly")
    assert "Nothing to say" in visit("other_leader", "/me/digests/moved")
    Agent.objects.filter(user=cast.agent).update(user=None)
    assert "Nothing to say" in visit("agent", "/me/digests/weekly")


def test_choices_are_saved_and_shown_again(visit, cast, client):
    page = visit("agent", "/me/reports")
    assert 'name="daily:discovery-on" checked' in page
    assert "Mail is not set up here yet" in page
    given = {
        "daily:discovery-on": "on",
        "daily:discovery-at": "07:15",
        "daily:discovery-way": "mail",
        "weekly:-at": "nonsense",
    }
    assert client.post("/me/reports", given).status_code == 302
    saved = {
        (row.kind, row.template.key if row.template else ""): row
        for row in ReportChoice.objects.filter(user=cast.agent)
    }
    assert (f"{saved['daily', 'discovery'].at:%H:%M}", saved["daily", "discovery"].ways) == ("07:15", ["mail"])
    assert not saved["weekly", ""].on
    assert f"{saved['weekly', ''].at:%H:%M}" == "08:00"
    again = visit("agent", "/me/reports")
    assert 'value="07:15"' in again
    assert "Saved." in again


def test_a_way_that_is_not_offered_is_refused_in_words(cast, client):
    client.force_login(cast.agent)
    page = client.post("/me/reports", {"daily:discovery-way": "room"}, follow=True).content.decode()
    assert "Choose among mail, got room." in page
    assert not ReportChoice.objects.exists()


def test_a_roll_out_is_shown_before_it_is_set(visit, client):
    monday = timezone.localdate() + timedelta(days=7)
    page = visit("operations", f"/roll-out?template=discovery&first_day={monday}&weeks=3")
    assert "so that we can tell whether it helps" in page
    assert "North" in page
    assert "South" in page
    given = {"template": "discovery", "first_day": str(monday), "weeks": "3"}
    done = client.post("/roll-out/start", given, follow=True).content.decode()
    assert "It is set." in done
    assert "waits until" in done
    assert RollOut.objects.count() == 2
    again = client.post("/roll-out/start", given, follow=True).content.decode()
    assert "is rolled out already" in again


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"template": "none", "first_day": "2099-01-05"}, "No template none is published."),
        ({"template": "discovery"}, "Choose the day"),
    ],
)
def test_what_makes_no_roll_out_is_said(cast, client, *, given, said):
    client.force_login(cast.qa_lead)
    assert said in client.post("/roll-out/start", given, follow=True).content.decode()


def test_a_template_that_is_none_has_no_order(visit):
    page = visit("qa_lead", "/roll-out?template=none")
    assert "No template none is published." in page
    assert "Switch it on in this order" not in page
