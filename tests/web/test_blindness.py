"""Whoever is asked to answer blind finds nothing of it anywhere: not the words, not what was found in them, not what others say.

Every call that somebody may see is made one that they are asked about; then every page is opened as them. Numbers of many calls may stay.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from coachloop.app.models import Assignment, AuditEntry, Conversation, Grant, Review, Room, Template, User, Verdict
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import assignments as services
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind
from house import Houses
from web.cast import PLAYBOOKS, Cast, asked_blind
from web.settled import settled_in
from web.test_permissions import QUERY, RULES

pytestmark = pytest.mark.django_db

LEFT_OUT = {"review", "new-template", "agent-trend", "impact-chart", "effect-chart", "rooms-chart", "trust-chart"}
LEFT_OUT |= {"media"}
"""The form itself, which shows the words and nothing else; a page without calls; pictures; the sound, which a form has too."""

WORDS = (
    "from Harbour Homes",
    "am I speaking with",
    "have you got a minute",
    "with the second baby",
    "I see. What would have to be different this time?",
    "I see. Is Thursday at four good for you?",
    "That somebody calls us back",
    "It is what we still owe",
)
"""Something of the turns, beside what templates have as their own examples."""

KEY = re.compile(r"\b(?:lea|tom|mia|jon|ava|sam|kim)-\d+\b")
MORE = (
    "/conversations?verdict=met",
    "/conversations?verdict=not_met&behaviour=discovery/why_after_budget",
    "/conversations?behaviour=discovery/why_after_budget&low=90",
    "/conversations?words=baby",
    "/conversations?agent=lea&days=90",
    "/agents/lea",
    "/agents/tom",
    "/agents/jon/suggest?behaviour=discovery/why_after_budget",
    "/clips?behaviour=discovery/why_after_budget",
    "/clips/candidates?behaviour=discovery/why_after_budget",
    "/clips/{clip_shared}",
    "/sessions/{held}",
    "/gatherings/{gathering_held}",
    "/me/digests/weekly",
    "/heatmap?template=discovery",
    "/drift?days=90",
)


@pytest.fixture
def house(houses: Houses) -> Iterator[tuple[Cast, dict[str, Any]]]:
    """Something of everything, built on the calls that are asked about next."""
    with settled_in(houses) as found:
        yield found


def ask_everything(who: User) -> int:
    """Every call with a customer becomes one that they answer blind, in a room that is not open."""
    template = Template.objects.get(key="discovery")
    room = Room.objects.create(
        template=template, title="All of them", chosen="random", answer_by="2026-07-01", made_at="2026-06-09T08:00:00Z"
    )
    asked = list(template.behaviours.order_by("position").values_list("id", flat=True))
    Assignment.objects.filter(reviewer=who).delete()
    made = Assignment.objects.bulk_create(
        Assignment(
            conversation=one, template=template, asked=asked, reviewer=who, kind=ReviewKind.CALIBRATION, room=room,
            assigned_at=room.made_at, due_on=room.answer_by,
        )
        for one in Conversation.objects.exclude(channel=COACHING)
    )  # fmt: skip
    return made[0].pk


def found_in(page: str) -> list[str]:
    """What a page says that it must not."""
    text = unescape(page)
    return [words for words in WORDS if words in text] + sorted(set(KEY.findall(text)))


def addresses(who: str, ids: dict[str, Any]) -> dict[str, str]:
    """Every page that they may open, and some that filter."""
    rules = {
        name: reverse(name, kwargs={key: ids.get(value, value) for key, value in rule.args.items()})
        + QUERY.get(name, "")
        for name, rule in RULES.items()
        if not rule.post and who in (*rule.ok, *rule.hidden) and name not in LEFT_OUT
    }
    return rules | {path: path.format(**ids) for path in MORE}


def leaks(client: Client, who: str, ids: dict[str, Any]) -> dict[str, list[str]]:
    """What pages say that they must not, by page."""
    found = {}
    for name, address in addresses(who, ids).items():
        response = client.get(address)
        if response.status_code in {200, 404}:
            found[name] = found_in(response.content.decode())
    return {name: words for name, words in found.items() if words}


def test_no_page_tells_a_qa_lead_anything_of_a_call_that_they_answer_blind(
    house: tuple[Cast, dict[str, Any]], client: Client
) -> None:
    """Nor does the studio try, label, or compare with labels."""
    cast, ids = house
    client.force_login(cast.qa_lead)
    assert found_in(client.get("/conversations?words=baby").content.decode()), "it is looked for rightly"
    ids["assignment"] = ask_everything(cast.qa_lead)
    assert leaks(client, "qa_lead", ids) == {}
    text = (PLAYBOOKS / "discovery.yaml").read_text()
    for name in ("studio-try", "studio-backtest", "studio-check"):
        response = client.post(reverse(name, kwargs={"key": "discovery"}), {"text": text, "judge": ""})
        assert found_in(response.content.decode()) == [], name
    one = Conversation.objects.get(key="lea-1").pk
    given = {"text": text, "conversation": one, "behaviour": "why_after_budget", "outcome": "met", "answer": "met"}
    client.post(reverse("studio-label", kwargs={"key": "discovery"}), given)
    assert not Review.objects.filter(conversation=one).exists()


def test_no_page_tells_a_leader_in_a_room_anything_of_its_calls(
    house: tuple[Cast, dict[str, Any]], client: Client
) -> None:
    """Also when they have submitted, until it is opened for everybody; the call's own page leads to the form."""
    cast, ids = house
    client.force_login(cast.leader)
    ids["assignment"] = ask_everything(cast.leader)
    assert leaks(client, "leader", ids) == {}
    leader, row = viewer(cast.leader), Assignment.objects.get(reviewer=cast.leader, conversation__key="lea-1")
    hidden = client.get("/conversations/lea-1")
    assert hidden.status_code == 404
    assert "asked to answer about this call blind" in hidden.content.decode()
    assert f'href="/reviews/{row.pk}"' in hidden.content.decode()
    said = {str(one): {"outcome": "met"} for one in row.asked}
    services.submit(viewer=leader, assignment_id=row.pk, answers=said, saves=0, now=cast.now)
    page = client.get(f"/reviews/{row.pk}").content.decode()
    assert "sealed" in page
    assert found_in(page) == []
    assert client.get("/conversations/lea-1").status_code == 404


def test_the_form_says_nothing_of_what_was_found(cast: Cast, client: Client) -> None:
    """The same page whatever the machine and others say: only what was asked and what is said differ."""
    row = Assignment.objects.select_related("conversation").get(pk=asked_blind(cast)["assignment"])
    client.force_login(cast.evaluator)
    address = f"/reviews/{row.pk}"

    def shown() -> str:
        return re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", client.get(address).content.decode())

    before = shown()
    Review.objects.create(
        conversation=row.conversation, behaviour_id=row.asked[0], kind="label", rank=3, outcome="not_met",
        reviewer=cast.qa_lead, reviewer_name="Quinn Abara", reviewed_at=cast.now, fingerprint="f", note="No.",
    )  # fmt: skip
    assert shown() == before
    reasons = Verdict.objects.filter(attempt__evaluation__conversation=row.conversation).exclude(reason="")
    assert not [one.reason for one in reasons if one.reason in before]
    assert "Quinn Abara" not in before


def test_an_admin_who_answers_blind_reads_no_details_in_the_log(cast: Cast, client: Client) -> None:
    """They say what somebody answered."""
    Grant.objects.create(user=cast.evaluator, role=Role.ADMIN)
    AuditEntry.objects.create(
        at=cast.now, actor_name="Quinn", action="label.answer", subject="conversation:lea-1", detail={"outcome": "met"}
    )
    client.force_login(cast.evaluator)
    assert "outcome met" in client.get("/audit").content.decode()
    asked_blind(cast)
    assert "outcome met" not in client.get("/audit").content.decode()
