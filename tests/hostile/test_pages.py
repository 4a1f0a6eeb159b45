"""Nothing that was said, named or answered becomes an element, an attribute or an address of a page."""

import json
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from django.db import transaction
from django.test import Client
from django.urls import reverse

from builders import person
from coachloop.app.models import Agent, Conversation, Focus, Site, Team, User
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import coaching, rollups, scoring, templates
from coachloop.app.services.ingest import ingest
from coachloop.core.model.conversation import Speaker
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line
from coachloop.core.model.verdict import Missed, Outcome, Quote
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Finding, Question, Scorer
from hostile.corpus import MARKUP, QUICK
from hostile.hosts import CARE, KEY, OWN, document
from hostile.page import Page, grown, read
from hostile.proof import stored

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)
CSP = "default-src 'none'"
SHOWN = tuple(attack for attack in QUICK if attack.name != "agents-name-pattern")
EVIL = " ".join(attack.words for attack in MARKUP if not attack.slow and "\x1b" not in attack.words)
PLAIN_KEY = "missed-plain"


class Echo(Scorer):
    """Says back whatever is strange in a conversation: as proof, as a reason and as the better sentence."""

    name, version = "judge", "echo"

    def score(self, questions: Sequence[Question]) -> list[Finding]:
        """One finding a question."""
        return [_echo(question) for question in questions]


def _echo(question: Question) -> Finding:
    turns = question.conversation.turns
    turn, said = next(
        ((n, one) for n, one in enumerate(turns) if (one.speaker.value, one.text) not in OWN and one.text.strip()),
        (2, turns[2]),
    )
    words = (
        said.text if (said.speaker.value, said.text) not in OWN else f"{question.conversation.agent_name} {said.text}"
    )
    if question.behaviour.key == "asks_reason" and said.speaker is Speaker.AGENT:
        return Finding(Outcome.MET, words, probability=0.9, evidence=(Quote(turn, 0, len(said.text), said.text),))
    return Finding(Outcome.NOT_MET, words, probability=0.1, missed=Missed(turn, words))


def publish(text: str) -> None:
    """Add a template and let it score."""
    key = templates.add_template(viewer=OPERATOR, text=text, now=NOW).version.template.key
    templates.publish_template(viewer=OPERATOR, key=key, now=NOW)


def template_saying(key: str, words: str) -> str:
    """A template whose every text says this."""
    document = yaml.safe_load(CARE) | {"key": key, "title": words}
    for behaviour in document["behaviours"]:
        behaviour.update(dict.fromkeys(("title", "question", "good", "why"), words))
        behaviour.update({"examples": {"met": [words], "not_met": [words]}, "score_with": [{"judge": {}}]})
    return yaml.safe_dump(document, allow_unicode=True)


def take(documents: list[dict[str, Any]]) -> None:
    """Ingest and score."""
    rows = [Line("hostile.jsonl", n, json.dumps(row).encode()) for n, row in enumerate(documents, 1)]
    receipt = ingest(rows, viewer=OPERATOR, now=NOW)
    assert not receipt.refused, receipt.refused
    for engine in scoring.engines({"phrases": PhraseScorer(), "judge": Echo()}):
        scoring.score_pending(engine, now=NOW)
    rollups.refresh_rollups()


@pytest.fixture(scope="module")
def leader(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:  # noqa: ARG001 -- fixtures come as arguments
    """The leader of the team that was attacked in every way there is."""
    with django_db_blocker.unblock(), transaction.atomic():
        Site.objects.create(name="Main site", timezone="Europe/Berlin", country="DE")
        publish(CARE)
        take([document("missed", outcome={"sold": True}), *(document("missed", attack) for attack in SHOWN)])
        user = person("Ada Lindholm", Role.TEAM_LEADER)
        Team.objects.update(leader=user)
        Agent.objects.filter(team=None).update(team=Team.objects.get())
        yield user
        transaction.set_rollback(True)


@pytest.fixture
def browser(leader: User, client: Client) -> Client:
    """The leader's browser."""
    client.force_login(leader)
    return client


def page(client: Client, address: str) -> Page:
    """A page, read; with the policy that lets nothing foreign run."""
    response = client.get(address)
    assert response.status_code == 200, address
    policy = response.headers["Content-Security-Policy"]
    assert CSP in policy
    assert "unsafe" not in policy
    return read(response.content.decode())


def address_of(attack_name: str) -> str:
    """The page of an attacked conversation."""
    attack = next(attack for attack in SHOWN if attack.name == attack_name)
    return reverse("conversation", kwargs={"key": document("missed", attack)["id"]})


@pytest.fixture(scope="module")
def plain(leader: User, django_db_blocker: Any) -> Page:
    """The page of a conversation without any attack."""
    client = Client()
    with django_db_blocker.unblock():
        client.force_login(leader)
        return page(client, f"/conversations/{PLAIN_KEY}")


def visible(text: str) -> str:
    """Without white space and what can't be seen, as one looks."""
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf"})


@pytest.mark.parametrize("attack", SHOWN, ids=lambda attack: attack.name)
def test_a_conversations_page_shows_the_attack_as_text(browser: Client, plain: Page, attack: Any) -> None:
    """In the transcript, as a quote, as a reason, as the better sentence, in names and fields."""
    shown = page(browser, address_of(attack.name))
    assert grown(shown, plain) == []
    assert visible(attack.words) in visible(shown.text)


def test_lists_and_figures_show_it_as_text(browser: Client) -> None:
    """Wherever a key, a name or a field of the conversation turns up."""
    for path in ("/conversations", "/conversations?page=2", "/conversations?page=3", "/week", "/heatmap", "/templates"):
        assert page(browser, path).faults == [], path
    listed = [page(browser, f"/conversations?page={number}") for number in (1, 2, 3)]
    assert grown(listed[0], listed[1]) == grown(listed[1], listed[0]) == grown(listed[2], listed[0]) == []


def test_an_agents_page_shows_it_as_text(browser: Client) -> None:
    for agent in Agent.objects.all():
        shown = page(browser, reverse("agent", kwargs={"key": agent.key}))
        assert shown.faults == []
        assert "i" not in shown.elements
        assert not [name for _, name in shown.attributes if name.startswith("on")]


def test_a_session_shows_it_as_text(browser: Client, leader: User) -> None:
    """The example of a coaching session is a call in which somebody attacks."""
    focus = coaching.accept_focus(viewer=viewer(leader), agent_key="lea", now=NOW)
    address = reverse("session", kwargs={"session_id": focus.sessions.get().pk})
    shown = {}
    for name in ("plain", "script", "event-handlers", "template-injection", "html-comment", "fake-turns"):
        call = Conversation.objects.get(key=f"missed-{name}")
        example = call.evaluations.get(template__key=KEY).attempt.verdicts.get(behaviour__key="warm")
        Focus.objects.filter(pk=focus.pk).update(example=example)
        shown[name] = page(browser, address)
    assert {name: grown(found, shown["plain"]) for name, found in shown.items()} == {name: [] for name in shown}
    assert "{{7*7}}" in shown["template-injection"].text


def test_a_templates_page_shows_its_texts_as_text(browser: Client) -> None:
    """A playbook may come from anywhere."""
    publish(template_saying("evil", EVIL))
    publish(template_saying("good", "words"))
    shown = page(browser, "/templates/evil")
    assert grown(shown, page(browser, "/templates/good")) == []
    assert shown.text.count("alert(1)") > 10
    assert "{{7*7}}" in shown.text
    assert page(browser, "/templates").faults == []


def test_the_studio_shows_words_and_templates_as_text(leader: User, browser: Client) -> None:  # noqa: ARG001 -- its calls
    """A template whose texts attack, tried on calls in which somebody attacks, twenty at a time."""
    browser.force_login(person("Quinn Abara", Role.QA_LEAD))
    good, evil = (
        template_saying("studied", words).replace("- judge: {}", "- phrases: {any: [e, you, met]}")
        for words in ("words", EVIL)
    )
    publish(good)
    plain = page(browser, "/templates/studied/studio")
    seen = tuple(_tried(browser, text) for text in (good, evil, evil))
    assert "alert(1)" in seen[1].text
    for shown in (plain, *seen):
        assert shown.faults == []
        assert not shown.elements & {"i", "img", "style", "math", "plaintext", "iframe", "object", "template"}
        assert not [name for _, name in shown.attributes if name.startswith("on")]
        assert not [value for value in shown.addresses if value.startswith(("//", "javascript:", "data:", "http"))]
    checked = browser.post(
        "/templates/studied/studio/check", {"text": evil + "\n<script>: {}"}, headers={"HX-Request": "true"}
    )
    assert "<script>alert" not in checked.content.decode()


def _tried(browser: Client, text: str) -> Page:
    """What the studio makes of twenty calls that it draws."""
    response = browser.post(
        "/templates/studied/studio/try", {"text": text, "other": "1"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 200
    return read(response.content.decode())


@pytest.mark.usefixtures("leader")
def test_what_is_stored_is_proved() -> None:
    """Each quote of each of these verdicts stands where it says, and is the agent's."""
    found = stored()
    assert found.faults == ()
    assert found.quotes >= 2 * len([attack for attack in SHOWN if attack.who == "agent"]) - 2
    assert found.verdicts == 5 * (len(SHOWN) + 1)
