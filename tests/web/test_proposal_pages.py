"""A QA lead proposes from where they see it; the leader answers on their week; both pages refuse what is not theirs."""

import pytest
from django.test import Client

from coachloop.app.models import AuditEntry, Focus, Proposal, Session, Verdict
from web.cast import Cast, proposed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids(cast: Cast) -> dict[str, int]:
    return proposed(cast)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def missed(agent, behaviour="states_purpose"):
    rows = Verdict.objects.filter(behaviour__key=behaviour, outcome="not_met")
    return rows.filter(attempt__evaluation__conversation__agent__key=agent).order_by("-pk")[0]


def test_a_qa_lead_proposes_from_a_verdict_with_its_call(cast):
    verdict = missed("lea")
    template, call = verdict.behaviour.template.key, verdict.attempt.evaluation.conversation.key
    client = signed_in(cast.qa_lead)
    address = f"/agents/lea/suggest?behaviour={template}/states_purpose&amp;example={verdict.pk}"
    assert address in client.get(f"/conversations/{call}").content.decode()
    shown = client.get(address.replace("&amp;", "&"))
    assert f'value="{verdict.pk}" checked' in shown.content.decode()
    given = {"behaviour": f"{template}/states_purpose", "example": verdict.pk}
    refused = client.post("/agents/lea/suggest", given)
    assert (refused.status_code, "A sentence is enough." in refused.content.decode()) == (422, True)
    made = client.post("/agents/lea/suggest", {**given, "why": "She starts with herself."}, follow=True)
    page = made.content.decode()
    assert "Proposed. It is in the week of whoever leads Lea Rossi." in page
    assert "She starts with herself." in page
    assert "Waits for an answer" in page
    assert (
        "proposed for Lea Rossi already"
        in client.post("/agents/lea/suggest", {**given, "why": "Again."}).content.decode()
    )
    assert AuditEntry.objects.filter(action="conversation.look", subject=f"conversation:{call}").exists()


def test_ways_to_propose_are_there_for_qa_leads_alone(cast):
    pages = (
        "/agents/lea",
        "/conversations?agent=lea&behaviour=discovery/why_after_budget",
        "/conversations/lea-0",
    )
    for address in pages:
        assert "/agents/lea/suggest" in signed_in(cast.qa_lead).get(address).content.decode()
        assert "/suggest" not in signed_in(cast.leader).get(address).content.decode()


def test_a_leader_takes_it_from_their_week(cast, ids):
    client = signed_in(cast.leader)
    week = client.get("/week").content.decode()
    assert "Proposed by the QA lead" in week
    assert "one question more" in week
    taken = client.post(f"/proposals/{ids['proposal_free']}/take")
    focus = Focus.objects.get(agent__key="jon")
    assert taken.url == f"/sessions/{focus.sessions.get().pk}"
    assert "Quinn Abara proposed it: The reason was there" in client.get(taken.url).content.decode()
    again = client.post(f"/proposals/{ids['proposal_free']}/take", follow=True).content.decode()
    assert "This proposal has had its answer already." in again
    assert "Taken" in signed_in(cast.qa_lead).get("/proposals").content.decode()


def test_one_who_works_on_something_is_not_given_a_second(cast, ids):
    client = signed_in(cast.leader)
    client.post("/agents/jon/focus")
    assert "this can be taken once that is closed" in client.get("/week").content.decode()
    refused = client.post(f"/proposals/{ids['proposal_free']}/take", follow=True).content.decode()
    assert "one behaviour at a time" in refused
    assert "close that" in client.get("/agents/jon/choose").content.decode().lower()


def test_a_leader_declines_in_words_that_the_qa_lead_reads(cast, ids):
    client = signed_in(cast.leader)
    address = f"/proposals/{ids['proposal']}/decline"
    assert "Say why not" in client.post(address, {"because": ""}, follow=True).content.decode()
    assert "Declined." in client.post(address, {"because": "She is new in it."}, follow=True).content.decode()
    assert "She is new in it." in signed_in(cast.qa_lead).get("/proposals").content.decode()


def test_a_qa_lead_answers_nothing_and_owns_no_session(cast, ids):
    """Through every door that a leader has."""
    client = signed_in(cast.qa_lead)
    doors = [f"/proposals/{ids['proposal']}/take", f"/proposals/{ids['proposal']}/decline", "/agents/jon/choose"]
    signed_in(cast.leader).post(f"/proposals/{ids['proposal_free']}/take")
    talk = Session.objects.get(agent__key="jon")
    Session.objects.update(private_notes="PRIVATE")
    doors += [f"/sessions/{talk.pk}/{what}" for what in ("plan", "hold", "cancel", "start", "draft", "questions")]
    assert {client.post(door, {"because": "x"}).status_code for door in doors} == {403}
    page = client.get(f"/sessions/{talk.pk}").content.decode()
    assert "PRIVATE" not in page
    assert "<textarea" not in page
    assert Proposal.objects.filter(answered_at__isnull=True).count() == 1


def test_a_leader_chooses_something_else_and_says_why(cast):
    client = signed_in(cast.leader)
    assert "/agents/jon/choose" in client.get("/week").content.decode()
    shown = client.get("/agents/jon/choose").content.decode()
    assert "Suggested today" in shown
    assert 'name="why"' not in shown
    verdict = missed("jon", "why_after_budget")
    given = {"behaviour": "discovery/why_after_budget", "example": verdict.pk}
    assert 'name="why"' in client.get("/agents/jon/choose?behaviour=discovery/why_after_budget").content.decode()
    assert client.post("/agents/jon/choose", {**given, "example": "1"}).status_code == 422
    went = client.post("/agents/jon/choose", {**given, "why": "He asked for it himself."})
    assert went.status_code == 302
    focus = Focus.objects.get(agent__key="jon")
    assert (focus.behaviour.key, focus.chosen_because) == ("why_after_budget", "He asked for it himself.")
    assert "instead of" in client.get(went.url).content.decode()
    late = client.post("/agents/jon/choose", {**given, "why": "Twice"})
    assert (late.status_code, "one behaviour at a time" in late.content.decode()) == (422, True)


def test_pages_without_anything_say_the_next_step(cast):
    client = signed_in(cast.qa_lead)
    assert "Nothing proposed yet" in client.get("/proposals").content.decode()
    assert "What should Mia Novak be coached on?" in client.get("/agents/mia/suggest").content.decode()
