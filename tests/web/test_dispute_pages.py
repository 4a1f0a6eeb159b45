"""A verdict is challenged where it is read; the QA lead, whoever decides, the agent and their leader each see their part of it."""

import re

import pytest

from coachloop.app.models import AuditEntry, Dispute, Focus, Message, Verdict
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import disputes
from coachloop.core.model.verdict import Outcome
from web.cast import Cast, coached, disputed
from web.signed_in import signed_in

pytestmark = pytest.mark.django_db

WORDS = "I said why I call, in the words before."
WHY = "The reason is there, in other words than the usual ones."


def text(client, address):
    """A page as it is read."""
    return client.get(address, follow=True).content.decode()


def missed(agent="lea", behaviour="states_purpose"):
    rows = Verdict.objects.filter(behaviour__key=behaviour, outcome="not_met")
    return rows.filter(attempt__evaluation__conversation__agent__key=agent).order_by("-pk")[0]


def key_of(verdict):
    return verdict.attempt.evaluation.conversation.key


def raised(cast, verdict, words=WORDS):
    signed_in(cast.agent).post("/disputes/new", {"verdict": verdict.pk, "words": words})
    return Dispute.objects.get(verdict=verdict)


def given(cast, row, who=None):
    to = (who or cast.evaluator).pk
    return signed_in(cast.qa_lead).post(f"/disputes/{row.pk}/assign", {"to": to, "instead_of": 0}, follow=True)


def decided(cast, row, stands="met"):
    return signed_in(cast.evaluator).post(f"/disputes/{row.pk}/decide", {"stands": stands, "reason": WHY}, follow=True)


def test_an_agent_challenges_a_verdict_in_their_call(cast: Cast):
    verdict, client = missed(), signed_in(cast.agent)
    call = f"/conversations/{key_of(verdict)}"
    assert f'id="challenge-{verdict.pk}"' in text(client, call)
    for who in (cast.leader, cast.qa_lead):
        assert "Challenge this" not in text(signed_in(who), call)
    assert f'name="verdict" value="{verdict.pk}"' in text(client, f"/disputes/new?verdict={verdict.pk}")
    refused = client.post("/disputes/new", {"verdict": verdict.pk, "words": " "})
    assert (refused.status_code, "A sentence or two are enough." in refused.content.decode()) == (422, True)
    kept = client.post("/disputes/new", {"verdict": verdict.pk, "words": "…"})
    assert (kept.status_code, "Say in your own words" in kept.content.decode()) == (422, True)
    sent = client.post("/disputes/new", {"verdict": verdict.pk, "words": WORDS}, follow=True).content.decode()
    assert "Sent. A QA lead gives it to somebody who had nothing to do with it." in sent
    assert '<b class="strong">You</b> challenged “not met”' in sent
    here = text(client, call)
    assert ("You challenged this" in here, f'id="challenge-{verdict.pk}"' in here) == (True, False)
    assert "You challenged this already" in text(client, f"/disputes/new?verdict={verdict.pk}")
    again = client.post("/disputes/new", {"verdict": verdict.pk, "words": WORDS})
    assert (again.status_code, "challenged once" in again.content.decode()) == (422, True)


def test_nobody_challenges_for_somebody_else(cast: Cast):
    given = {"verdict": missed().pk, "words": WORDS}
    assert signed_in(cast.other_agent).post("/disputes/new", given).status_code == 404
    assert signed_in(cast.leader).post("/disputes/new", given).status_code == 403
    assert not Dispute.objects.exists()


def test_an_agents_page_says_what_they_may_do_and_what_became_of_it(cast: Cast):
    client = signed_in(cast.agent)
    assert "choose “Challenge this” beside it" in text(client, "/me")
    coached(cast)
    focus = Focus.objects.get(agent__key="lea")
    assert f'id="challenge-{focus.example_id}"' in text(client, "/me"), "the form, beside the example"
    row = raised(cast, focus.example)
    assert "You challenged this example" in text(client, "/me")
    given(cast, row)
    decided(cast, row)
    page = text(client, "/me")
    assert "Overturned" in page
    assert WHY in page
    assert "Your team leader chooses another example with you" in page


def test_the_qa_lead_gives_it_to_somebody_and_the_second_one_is_told(cast: Cast):
    row, client = raised(cast, missed()), signed_in(cast.qa_lead)
    page = text(client, "/disputes")
    offered = re.findall(r"<option value=\"(\d+)\"[^>]*>([^<]+)</option>", page)
    assert [name for _, name in offered] == ["Eve Tanaka", "Quinn Abara"], "nobody who leads or coached her"
    assert "5 working days left" in page
    assert "Eve Tanaka decides it by" in given(cast, row).content.decode()
    assert "Somebody was faster: Eve Tanaka has this dispute now" in given(cast, row, cast.qa_lead).content.decode()
    assert Dispute.objects.get().assigned_to == cast.evaluator
    wrong = client.post(
        f"/disputes/{row.pk}/assign", {"to": cast.leader.pk, "instead_of": cast.evaluator.pk}, follow=True
    )
    assert "neither scored nor coached it" in wrong.content.decode()


def test_whoever_decides_reads_the_words_the_verdict_and_what_the_agent_says(cast: Cast):
    verdict, client = missed(), signed_in(cast.evaluator)
    row = raised(cast, verdict)
    assert client.get(f"/disputes/{row.pk}").status_code == 404, "it is not theirs yet"
    given(cast, row)
    assert "You decide" in text(client, "/disputes")
    page = text(client, f"/disputes/{row.pk}")
    assert WORDS in page
    assert "I&#x27;m just calling to see if you had any thoughts" in page
    assert "Lea Rossi" not in page, "the words alone, not whose they are"
    assert client.get(f"/conversations/{key_of(verdict)}").status_code == 403
    looked = AuditEntry.objects.filter(action="conversation.look", subject=f"conversation:{key_of(verdict)}")
    assert looked.filter(actor=cast.evaluator).exists()
    empty = client.post(f"/disputes/{row.pk}/decide", {"stands": "met", "reason": ""})
    assert (empty.status_code, "Say why: the agent reads it." in empty.content.decode()) == (422, True)
    said = decided(cast, row).content.decode()
    assert "Decided. The agent is told, and every number follows." in said
    assert "it is “met” now, no longer “not met”" in said
    assert Message.objects.filter(user=cast.agent, subject="News of your dispute").count() == 2
    late = client.post(f"/disputes/{row.pk}/decide", {"stands": "not_met", "reason": "Otherwise."})
    assert (late.status_code, "decided by Eve Tanaka already" in late.content.decode()) == (422, True)


def test_taken_back_before_it_is_decided_whoever_decides_is_told(cast: Cast):
    row = raised(cast, missed())
    given(cast, row)
    back = signed_in(cast.agent).post(f"/disputes/{row.pk}/withdraw", follow=True).content.decode()
    assert "Taken back. What was said of the call stands." in back
    assert "taken back by whoever raised it" in decided(cast, row).content.decode()
    assert "taken back by whoever raised it" in signed_in(cast.agent).post(f"/disputes/{row.pk}/withdraw", follow=True).content.decode()  # fmt: skip
    assert "Taken back" in text(signed_in(cast.qa_lead), "/disputes?show=over")


def test_the_leader_reads_it_and_decides_nothing(cast: Cast):
    row = raised(cast, missed())
    given(cast, row)
    client = signed_in(cast.leader)
    page = text(client, f"/disputes/{row.pk}")
    assert WORDS in page
    for form in ("/decide", "/assign", "/withdraw"):
        assert f"/disputes/{row.pk}{form}" not in page
    decided(cast, row)
    assert WHY in text(client, f"/disputes/{row.pk}")
    assert "Overturned" in text(client, f"/conversations/{row.conversation.key}")


def test_a_session_says_that_its_example_is_challenged_and_the_leader_takes_another(cast: Cast):
    ids, client = coached(cast), signed_in(cast.leader)
    address, focus = f"/sessions/{ids['planned']}", Focus.objects.get(agent__key="lea")
    row, first = raised(cast, focus.example), focus.example_id
    assert "It waits for its decision." in text(client, address)
    assert "waits for its decision" in text(client, "/week")
    refused = client.post(f"{address}/close", follow=True).content.decode()
    assert "The example of this focus holds" in refused
    given(cast, row)
    decided(cast, row)
    page = text(client, address)
    assert "overturned on" in page
    assert "choose another example, or close the focus" in page
    assert "Its example was challenged and overturned" in text(client, "/week")
    assert "choose another example, or close the focus" in text(client, "/agents/lea")
    offered = re.findall(r'name="example" id="example-(\d+)"', text(client, f"{address}/example"))
    assert offered
    assert str(first) not in offered
    assert "choose another" in client.post(f"{address}/example", {"example": first}, follow=True).content.decode()
    taken = client.post(f"{address}/example", {"example": offered[0]}, follow=True).content.decode()
    assert "The session stands on this call now." in taken
    assert "overturned on" not in taken


def test_or_closes_the_focus(cast: Cast):
    ids, client = coached(cast), signed_in(cast.leader)
    row = raised(cast, Focus.objects.get(agent__key="lea").example)
    given(cast, row)
    decided(cast, row, "not_applicable")
    assert "changed to “did not apply”" in text(client, f"/sessions/{ids['planned']}")
    closed = client.post(f"/sessions/{ids['planned']}/close", follow=True).content.decode()
    assert "The focus is closed. Lea Rossi is free for another." in closed
    assert Focus.objects.get(agent__key="lea").closed_at


def test_a_behaviour_that_is_often_overturned_is_shown_to_those_who_word_it(cast: Cast):
    rows, eve = Verdict.objects.filter(behaviour__key="states_purpose", outcome="not_met"), cast.evaluator
    for verdict in rows.filter(attempt__evaluation__conversation__agent__key="lea").order_by("-pk")[:5]:
        row = disputes.raise_dispute(viewer=viewer(cast.agent), verdict_id=verdict.pk, words=WORDS, now=cast.now)
        disputes.assign(viewer=viewer(cast.qa_lead), dispute_id=row.pk, to=eve.pk, instead_of=None, now=cast.now)
        disputes.decide(viewer=viewer(eve), dispute_id=row.pk, stands=Outcome.MET, reason=WHY, now=cast.now)
    page = text(signed_in(cast.qa_lead), "/disputes")
    assert "Often overturned" in page
    assert "5 of 5, likely between 57\xa0% and 100\xa0%" in page
    assert "words <span" in page, "who had said so"
    assert "Often overturned" in text(signed_in(cast.evaluator), "/templates/first-30-seconds")
    assert "Often overturned" not in text(signed_in(cast.evaluator), "/disputes")


def test_everybody_has_their_empty_page(cast: Cast):
    for who, said in ((cast.agent, "one of your calls"), (cast.evaluator, "waits for your decision"), (cast.qa_lead, "comes to you first")):  # fmt: skip
        assert said in text(signed_in(who), "/disputes")
        assert "Nothing decided yet" in text(signed_in(who), "/disputes?show=over")
    assert disputed(cast)["dispute"]
