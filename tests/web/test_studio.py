"""The template studio: from a playbook to a published version, and nothing of a call or a text that breaks the page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from coachloop.app.models import (
    AuditEntry,
    Behaviour,
    Conversation,
    Evaluation,
    LearnedModel,
    Review,
    Template,
    TemplateVersion,
)
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services.labels import answer as answered
from coachloop.app.services.templates import add_template
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.judge.rehearsal import Plan, Rehearsal
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Finding, Scorer
from coachloop.web.pages import studio
from web.cast import HOSTILE, Cast, hostile_call, take_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
STUDIO = "/templates/discovery/studio"
CALLS = re.compile(r'name="calls" value="([0-9,]+)"')


@pytest.fixture
def lead(cast: Cast, client: Client) -> Client:
    """The QA lead at the bench."""
    client.force_login(cast.qa_lead)
    return client


def text(key: str = "discovery") -> str:
    """The newest version's text."""
    found: str = TemplateVersion.objects.filter(template__key=key).latest("number").text
    return found


def post(client: Client, part: str, key: str = "discovery", **given: Any) -> Any:
    """What HTMX would send."""
    return client.post(f"/templates/{key}/studio/{part}", {"text": text(key), **given}, headers=HTMX)


def said(response: Any) -> str:
    """What is on the page, in one line."""
    return " ".join(response.content.decode().split())


def test_the_studio_shows_the_text_that_scores(lead: Client) -> None:
    page = said(lead.get(STUDIO))
    assert "Version 1, which scores now" in page
    assert "key: discovery" in page
    assert "No mistake found: 3 behaviours." in page
    assert "Press “Try on twenty calls”" in page


def test_a_template_begins_with_a_playbook_or_with_nothing(lead: Client) -> None:
    page = said(lead.get("/templates/+new"))
    assert "Here already: open it" in page
    begun = lead.post("/templates/+new", {"playbook": "closing"})
    assert begun.headers["Location"] == "/templates/closing/studio"
    assert "nothing scores yet" in said(lead.get("/templates/closing/studio"))
    again = lead.post("/templates/+new", {"playbook": "closing"})
    assert (again.status_code, "there is a template &#x27;closing&#x27; already" in said(again).lower()) == (422, True)
    given = {"title": 'Ümlaut: "quoted" #1', "behaviour": "Says: 'thank you' & {more}"}
    assert lead.post("/templates/+new", given).headers["Location"] == "/templates/umlaut-quoted-1/studio"
    assert Template.objects.get(key="umlaut-quoted-1").title == 'Ümlaut: "quoted" #1'
    empty = lead.post("/templates/+new", {})
    assert (empty.status_code, "Give it a name." in said(empty)) == (422, True)
    assert AuditEntry.objects.filter(action="template.add", actor_name="Quinn Abara").count() == 2


def test_mistakes_are_listed_with_their_place(lead: Client) -> None:
    wrong = text().replace("question:", "qestion:", 1)
    page = said(post(lead, "check", text=wrong))
    assert re.search(r'data-line="\d+" data-column="\d+">Line \d+, column \d+</a>: <code>behaviours\[0\].qestion', page)
    assert "did you mean `question`?" in page
    tried = post(lead, "try", text=wrong)
    assert (tried.status_code, "Nothing tried" in said(tried)) == (422, True)
    kept = post(lead, "draft", text=wrong)
    assert (kept.status_code, "Not saved" in said(kept)) == (422, True)
    assert post(lead, "backtest", text=wrong).status_code == 422
    assert post(lead, "label", text=wrong).status_code == 422
    other = post(lead, "check", text=text().replace("key: discovery", "key: other", 1))
    assert "this is the studio of &#x27;discovery&#x27;, whose key stays" in said(other)
    whole = lead.post(f"{STUDIO}/draft", {"text": "<b>"})
    assert (whole.status_code, "&lt;b&gt;</textarea>" in said(whole)) == (422, True)
    assert not TemplateVersion.objects.filter(published_at=None).exists()


def test_twenty_calls_stay_the_same_while_one_writes(lead: Client) -> None:
    first = post(lead, "try")
    ids = CALLS.search(said(first))
    assert ids
    assert len(ids[1].split(",")) == 20
    assert all(word in said(first) for word in ("word-met", "word-not_met", "Decided by words"))
    assert AuditEntry.objects.filter(action="conversation.look", actor_name="Quinn Abara").count() == 20
    changed = text().replace("target: 0.9", "target: 0.85")
    same, other = post(lead, "try", calls=ids[1], text=changed), post(lead, "try", calls=ids[1], other="1")
    assert f'value="{ids[1]}"' in said(same)
    assert f'value="{ids[1]}"' not in said(other)
    assert 'name="draw" value="2"' in said(other)
    assert not Review.objects.exists()


def test_a_call_of_nobody_and_of_nothing_is_passed_over(lead: Client) -> None:
    """Ids that are none are drawn anew; an answer about what is not there is a 404."""
    ids = CALLS.search(said(post(lead, "try", calls="1e9,-1,999999999,x")))
    assert ids
    assert len(ids[1].split(",")) == 20
    for answer in ("", "x:y:z", "1:open_questions:unscored", "999999999:open_questions:met", f"{ids[1][:3]}:none:met"):
        assert post(lead, "label", answer=answer).status_code == 404


def test_one_key_labels_and_kappa_moves(lead: Client, cast: Cast) -> None:
    calls = list(Conversation.objects.order_by("-key").values_list("id", flat=True)[:96:8])
    behaviour = parse_template(text()).behaviours[2]
    for number, pk in enumerate(calls[:8]):
        answer = (Outcome.MET, Outcome.NOT_MET)[number % 2]
        given = {"template": "discovery", "behaviour": behaviour, "conversation": pk, "outcome": answer}
        answered(viewer=viewer(cast.qa_lead), now=timezone.now(), **given)
    page = said(post(lead, "label", answer=f"{calls[8]}:open_questions:met"))
    assert re.search(r"<b>Kappa -?\d\.\d\d</b> so far <span class=\"soft\">· 9 answered calls", page)
    page = said(post(lead, "label", answer=f"{calls[9]}:open_questions:not_met"))
    assert '<div id="agreement-open_questions" hx-swap-oob="innerHTML">' in page
    assert re.search(r"<b>Kappa -?\d\.\d\d</b>, likely between", page)
    assert "Not met kept. Kappa" in page
    row = Review.objects.latest("id")
    assert (row.kind, row.reviewer, row.behaviour.key) == ("label", cast.qa_lead, "open_questions")
    assert AuditEntry.objects.filter(action="label.answer").count() == 10
    assert AuditEntry.objects.filter(action="conversation.look").count() == 2
    post(lead, "label", answer=f"{calls[9]}:open_questions:not_met")
    assert Review.objects.count() == 10
    post(lead, "label", answer=f"{calls[9]}:open_questions:not_applicable")
    assert Review.objects.count() == 11
    assert "10 answered" in said(post(lead, "try"))


def test_a_behaviour_can_be_labelled_before_it_is_published(lead: Client) -> None:
    """It has an identity then, and is not scored."""
    written = (
        text() + "  - {key: thanks, title: Thanks, question: Thanks?, score_with: [{phrases: {any: [thank you]}}]}\n"
    )
    pk = Conversation.objects.order_by("id").values_list("id", flat=True)[0]
    assert post(lead, "label", text=written, answer=f"{pk}:thanks:met").status_code == 200
    assert Behaviour.objects.get(key="thanks").retired
    assert "thanks" not in said(lead.get("/templates/discovery"))


def test_a_draft_is_kept_compared_and_published(lead: Client) -> None:
    """What is confirmed is what is published, whoever saves meanwhile."""
    written = text().replace("target: 0.9", "target: 0.85")
    assert "nothing to save" in said(post(lead, "draft"))
    assert "Saved: draft of version 2 · version 1 scores now" in said(post(lead, "draft", text=written))
    on = lead.post(f"{STUDIO}/draft", {"text": written.replace("\n", "\r\n"), "then": "publish"})
    assert on.headers["Location"] == f"{STUDIO}/confirm"
    page = said(lead.get(f"{STUDIO}/confirm"))
    assert f"{7 * 24} stored calls will be scored anew" in page
    assert "0.85" in page
    assert "the same verdicts as before" in page
    sha = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)
    assert sha
    post(lead, "draft", text=written + "# later\n")
    refused = lead.post(f"{STUDIO}/publish", {"sha256": sha[1]}, follow=True)
    assert "The draft has changed since you looked" in said(refused)
    post(lead, "draft", text=written)
    Evaluation.objects.update(state="done")
    done = lead.post(f"{STUDIO}/publish", {"sha256": sha[1]}, follow=True)
    assert "Version 2 is published." in said(done)
    assert Evaluation.objects.filter(template__key="discovery", state="pending").count() == 7 * 24
    assert "There is nothing to publish" in said(lead.get(f"{STUDIO}/confirm", follow=True))
    assert AuditEntry.objects.filter(action="template.publish", actor_name="Quinn Abara").count() == 1


def test_a_retrained_model_is_published_alone(lead: Client) -> None:
    """Without a new text; the bridge compares the two models on one version."""
    behaviour = Behaviour.objects.get(template__key="discovery", key="pain_mirror")
    for number, published in ((1, timezone.now()), (2, None)):
        LearnedModel.objects.create(
            behaviour=behaviour,
            number=number,
            trained_at=timezone.now(),
            published_at=published,
            labels=60,
            threshold=0.5,
        )
    page = said(lead.get(f"{STUDIO}/confirm"))
    assert "What changes with the re-trained models?" in page
    assert "The re-trained model of Pain Mirror goes live with it." in page
    bridge = said(lead.get("/templates/discovery/bridge?old=1&new=1&candidate=1", headers=HTMX))
    assert "The models that score now, and the re-trained ones" in bridge
    assert "Version 1 is published." in said(lead.post(f"{STUDIO}/publish", {"sha256": ""}, follow=True))
    assert LearnedModel.objects.get(number=2).published_at


def test_versions_and_the_bridge_between_them(lead: Client, cast: Cast) -> None:
    post(lead, "draft", text=text().replace("any:\n", "any:\n            - got a minute\n", 1))
    page = said(lead.get("/templates/discovery/history"))
    assert "Draft, kept" in page
    assert "got a minute" in page
    bridge = "/templates/discovery/bridge?old=1&new=2"
    whole, part = said(lead.get(bridge)), said(lead.get(bridge, headers=HTMX))
    assert "Versions 1 and 2 on all 168 stored calls" in part
    assert part in whole
    assert "Carries over" in part
    assert lead.get("/templates/discovery/bridge?old=1&new=9").status_code == 404
    lead.force_login(cast.leader)
    page = said(lead.get("/templates/discovery/history"))
    assert "Draft" not in page
    assert "Version 1" in page


def test_a_period_is_scored_with_any_version(lead: Client) -> None:
    since = (timezone.localdate() - timedelta(days=5)).isoformat()
    page = said(post(lead, "backtest", since=since, version="1"))
    assert re.search(r"Version 1 on \d+ calls from \w+ \d+ \w+\.", page)
    assert re.search(r"\d+ of \d+, likely between", page)
    assert "words" not in page
    assert "phrases" in page
    assert "on 168 calls." in said(post(lead, "backtest", since="yesterday"))
    assert "No call in this period" in said(post(lead, "backtest", until="2020-01-01"))


class Judge(Scorer):
    """Says not met, once it is asked."""

    name, version = "judge", "1"

    def score(self, questions: Any) -> list[Finding]:
        return [Finding(Outcome.NOT_MET, "it went on to the rooms") for _ in questions]


def test_a_judge_is_asked_on_request_alone(lead: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cost stands beside the button; without one the page says so."""
    assert "left open for a judge, and none is configured" in said(post(lead, "try"))
    judged, rehearsal = {"phrases": PhraseScorer(), "judge": Judge()}, Rehearsal("m", None, prices=None)
    rehearsal.plan = Plan(conversations=18, requests=20, tokens_in=9000, tokens_out=800, cost=0.0123)
    monkeypatch.setattr(studio, "scorers", lambda: judged)
    monkeypatch.setattr(studio, "impatient_scorers", lambda: judged)
    monkeypatch.setattr(studio, "rehearsing", lambda: ({}, rehearsal))
    asked = said(post(lead, "try"))
    assert "18 calls left open for the judge: 20 requests with about 9800 tokens, about 0.012 USD" in asked
    assert "it went on to the rooms" not in asked
    answered = said(post(lead, "try", judge="1"))
    assert "it went on to the rooms" in answered
    assert "Decided by a language-model judge" in answered
    assert "Ask the judge too" not in answered


def test_without_javascript_the_whole_page_comes_back(lead: Client) -> None:
    given = {"text": text(), "version": "0"}
    tried = lead.post(f"{STUDIO}/try", given)
    ids = CALLS.search(said(tried))
    assert ids
    assert "<h1>Does it hear what you mean?</h1>" in said(tried)
    pk = ids[1].split(",")[0]
    answered = lead.post(f"{STUDIO}/label", {**given, "calls": ids[1], "answer": f"{pk}:open_questions:met"})
    assert "1 answer so far" in said(answered)
    assert f'value="{ids[1]}"' in said(answered)
    assert "<h1>" in said(lead.post(f"{STUDIO}/backtest", given))
    saved = lead.post(f"{STUDIO}/draft", given | {"text": text() + "# more\n"}, follow=True)
    assert "Kept as a draft" in said(saved)


def test_what_is_said_and_written_stays_text(lead: Client) -> None:
    """A hostile call and a hostile template: no tag of theirs reaches the page."""
    now = timezone.now()
    take_in([hostile_call(now)], now)
    Conversation.objects.exclude(key__startswith="hostile").filter(agent__key__in=["lea", "tom"]).update(turn_count=0)
    wild = f'key: wild\ntitle: "<script>x</script>"\nbehaviours:\n  - key: wild\n    title: "<img src=x>"\n    question: "</textarea>?"\n    score_with: [{{phrases: {{any: ["good morning", "{HOSTILE[:8]}"]}}}}]\n'  # fmt: skip
    add_template(viewer=OPERATOR, text=wild, now=now)
    for response in (
        lead.get("/templates/wild/studio"),
        post(lead, "try", "wild", calls=str(Conversation.objects.get(key__startswith="hostile").pk)),
        lead.get("/templates/wild/studio/confirm"),
        lead.get("/templates/wild/history"),
    ):
        page = response.content.decode()
        assert response.status_code == 200
        assert not re.search(r"<script>|<img src|</textarea>\?", page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in post(lead, "try", "wild", calls=str(Conversation.objects.get(key__startswith="hostile").pk)).content.decode()  # fmt: skip


def test_no_call_fits_yet(lead: Client) -> None:
    nowhere = text().replace("queue: [seller-leads,", "queue: [nowhere,").replace("buyer-leads, landlord-leads]", "x]")
    assert "No stored call fits" in said(post(lead, "try", text=nowhere))
    post(lead, "draft", text=nowhere)
    assert "carries over" not in said(lead.get("/templates/discovery/bridge", headers=HTMX)).lower()


def test_nothing_is_inline(lead: Client) -> None:
    for page in ("/templates/+new", STUDIO, "/templates/discovery/history", "/templates/discovery/bridge?old=1&new=1"):
        response = lead.get(page)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert not re.search(r" style=|<style| on[a-z]+=|<script>", response.content.decode())
