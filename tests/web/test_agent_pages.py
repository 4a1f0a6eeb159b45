"""An agent's own page: what to work on, how it goes, and asking for a conversation."""

import pytest
from django.test import Client

from coachloop.app.models import AuditEntry, CoachingRequest, Session
from web.cast import HOSTILE, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def tom(cast: Cast, client: Client) -> Client:
    """The browser of the agent with an open focus."""
    client.force_login(cast.other_agent)
    return client


def seen(client: Client, path: str) -> str:
    """A page's source."""
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def browser(user: object) -> Client:
    """Somebody's browser."""
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


@pytest.mark.usefixtures("ids")
def test_the_page_says_today_this_week_and_where_it_was_done(cast: Cast, tom: Client) -> None:
    page = seen(tom, "/me")
    for words in ("Your one focus", "Today", "This week", "There it was", "Your commitment", "What went well"):
        assert words in page
    assert "How did you arrive at that number?" in page
    looked = AuditEntry.objects.filter(action="conversation.look", actor=cast.other_agent)
    assert looked.filter(subject__startswith="conversation:tom-").exists()


@pytest.mark.usefixtures("ids")
def test_what_was_agreed_stays_between_the_two(cast: Cast) -> None:
    """An adviser sees the focus, not the words."""
    assert "before I show anything" in seen(browser(cast.leader), "/agents/tom")
    page = seen(browser(cast.qa_lead), "/agents/tom")
    assert "one focus" in page
    assert "before I show anything" not in page
    assert "I jump straight to what we have" not in page


def test_asking_reaches_the_leaders_week_and_opens_a_conversation(cast: Cast, client: Client) -> None:
    client.force_login(cast.agent)
    page = client.post("/me/ask", {"words": f"About closing. {HOSTILE}"}, follow=True).content.decode()
    assert "You asked for a conversation" in page
    assert "<script>alert" not in page
    leader = browser(cast.leader)
    assert "Asks for a conversation" in (week := seen(leader, "/week"))
    assert "About closing." in week
    assert "Asks for a conversation" not in seen(browser(cast.qa_lead), "/week?team=north")
    assert "About closing." not in seen(browser(cast.qa_lead), "/agents/lea")
    assert "Lea Rossi asks for a conversation" in seen(leader, "/agents/lea")
    answer = leader.post("/agents/lea/answer")
    session = Session.objects.get(agent__key="lea")
    assert answer.headers["Location"] == f"/sessions/{session.pk}"
    assert CoachingRequest.objects.get().answered_at
    assert "A conversation of your own" in seen(client, "/me")
    assert "had an answer already" in leader.post("/agents/lea/answer", follow=True).content.decode()


def test_asking_twice_or_without_a_word_says_why(cast: Cast, client: Client) -> None:
    client.force_login(cast.agent)
    empty = client.post("/me/ask", {"words": " "})
    assert (empty.status_code, "A few words are enough" in empty.content.decode()) == (422, True)
    client.post("/me/ask", {"words": "About closing"})
    again = client.post("/me/ask", {"words": "And again"})
    assert (again.status_code, CoachingRequest.objects.get().words) == (422, "About closing")
