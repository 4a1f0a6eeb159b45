import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coachloop.app.models import AuditEntry, Behaviour, Conversation, Review, Verdict
from web.cast import HOSTILE, Cast, hostile_call, take_in

pytestmark = pytest.mark.django_db


def text(client: Client, path: str, **headers: Any) -> str:
    """A page's source."""
    response = client.get(path, **headers)
    assert response.status_code == 200
    return response.content.decode()


def a_verdict(key: str, outcome: str, agent: str = "lea") -> Verdict:
    """Some verdict of the machine's."""
    found = Verdict.objects.filter(
        behaviour__key=key, outcome=outcome, attempt__evaluation__conversation__agent__key=agent
    )
    return found.select_related("attempt__evaluation__conversation").order_by("id")[0]


def test_evidence_is_marked_at_its_exact_characters(leader: Client) -> None:
    """And the verdict beside it jumps there."""
    verdict = a_verdict("why_after_budget", "met")
    page = text(leader, f"/conversations/{verdict.attempt.evaluation.conversation.key}")
    said = verdict.evidence[0]["quote"]
    assert re.search(
        rf'<mark [^>]*>(<span[^>]*>)*<span id="quote-{verdict.pk}-0">(<span[^>]*>)*{re.escape(said)}<', page
    )
    assert f'href="#quote-{verdict.pk}-0"' in page


def test_a_missed_moment_stands_at_its_turn(leader: Client) -> None:
    verdict = a_verdict("states_purpose", "not_met")
    page = text(leader, f"/conversations/{verdict.attempt.evaluation.conversation.key}")
    turn = page.index(f'id="turn-{verdict.missed["turn"]}"')
    assert turn < page.index(f'id="missed-{verdict.pk}"') < page.index(f'id="turn-{verdict.missed["turn"] + 1}"')
    assert f'href="#missed-{verdict.pk}"' in page


def test_what_nobody_can_score_says_what_it_waits_for(leader: Client) -> None:
    page = text(leader, "/conversations/lea-1")
    assert "Pain Mirror" in page
    assert "waits for a learned scorer or a judge" in page


def test_a_persons_answer_is_the_one_that_shows(cast: Cast, leader: Client) -> None:
    """The machine's stays readable beside it."""
    verdict = a_verdict("open_questions", "met")
    call = verdict.attempt.evaluation.conversation
    Review.objects.create(
        conversation=call,
        behaviour=verdict.behaviour,
        kind="label",
        rank=3,
        outcome="not_met",
        reviewed_at=cast.now,
        fingerprint="x",
    )
    page = text(leader, f"/conversations/{call.key}")
    assert "Answered by a person" in page
    assert "The machine had said “Met”." in page


def test_hostile_words_are_only_words(cast: Cast, client: Client) -> None:
    """In the transcript, in names, in outcomes, in the address and in the list."""
    take_in([hostile_call(cast.now)], cast.now)
    client.force_login(cast.agent)
    page = text(client, f"/conversations/{quote('hostile/<1>?#&', safe='')}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert unescape(page).count(HOSTILE) > 10
    assert "<script>alert" not in text(client, "/conversations")


def test_a_look_is_written_down_once_an_hour(cast: Cast, leader: Client) -> None:
    """However often the page is opened; a page that is not theirs writes nothing."""
    for _ in range(3):
        leader.get("/conversations/lea-2")
        leader.get("/conversations/sam-2")
    looks = AuditEntry.objects.filter(action="conversation.look", actor=cast.leader)
    assert [entry.subject for entry in looks] in (["conversation:lea-2"], ["conversation:lea-2"] * 2)


def test_the_list_narrows_to_what_is_asked(leader: Client) -> None:
    """By agent, behaviour and verdict, as the heatmap's cells link to it."""
    found = Verdict.objects.filter(
        behaviour__key="states_purpose", outcome="not_met", attempt__evaluation__conversation__agent__key="lea"
    ).count()
    page = text(leader, "/conversations?agent=lea&behaviour=first-30-seconds/states_purpose&verdict=not_met")
    assert f"{found} conversation" in page
    assert page.count('class="word word-not_met"') == min(found, 25)
    assert "Tom Okafor</td>" not in page


def test_days_count_back_from_today(leader: Client) -> None:
    since = timezone.localdate(timezone=ZoneInfo("Europe/Berlin")) - timedelta(days=7)
    found = Conversation.objects.filter(agent__key="tom", day__gt=since).count()
    assert f"{found} conversation" in text(leader, "/conversations?agent=tom&days=7")


def test_pages_of_the_list_keep_the_filters(leader: Client) -> None:
    page = unescape(text(leader, "/conversations?verdict=met"))
    assert 'href="?verdict=met&page=2"' in page
    assert "Page 2 of" in text(leader, "/conversations?verdict=met&page=2")


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999999999", "days=9e9", "verdict=odd", "behaviour=no"]
)
def test_nonsense_in_the_address_is_no_error(leader: Client, query: str) -> None:
    text(leader, f"/conversations?{query}")


def test_htmx_gets_the_rows_alone(leader: Client) -> None:
    fragment = text(leader, "/conversations?agent=lea", headers={"HX-Request": "true"})
    assert "<html" not in fragment
    assert "Lea Rossi" in fragment


def test_nothing_fits_says_how_to_get_back(leader: Client) -> None:
    assert "No call fits" in text(leader, "/conversations?agent=nobody-of-this-name")


def test_an_agent_has_nobody_else_to_choose(cast: Cast, client: Client) -> None:
    client.force_login(cast.agent)
    page = text(client, "/conversations")
    assert 'name="agent"' not in page
    assert "Tom Okafor" not in page


@pytest.mark.parametrize(
    "path", ["/conversations", "/conversations/lea-1", "/week", "/heatmap", "/agents/lea", "/templates/discovery"]
)
def test_a_page_asks_the_database_a_bounded_number_of_times(leader: Client, path: str) -> None:
    """However many calls, agents and behaviours there are."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        text(leader, path)
    assert len(queries) < 64, "\n".join(q["sql"][:150] for q in queries)


def test_scores_without_a_transcript_say_so(leader: Client) -> None:
    bare = Conversation.objects.get(key="lea-1")
    bare.pk, bare.key, bare.revision, bare.turn_count = None, "bare", 0, 0
    bare.save()
    page = text(leader, "/conversations/bare")
    assert "came in without a transcript" in page
    assert "Nothing scored" in page


def test_words_are_found_and_shown_where_they_stand(cast: Cast, leader: Client) -> None:
    """Marked, as text, with a link to the turn; and a look at what is shown is written down."""
    page = text(leader, "/conversations?agent=tom&words=%22bedrooms+do+you%22")
    assert '<mark class="mark-found">bedrooms do you</mark>' in page
    assert re.search(r'href="/conversations/tom-\d+#turn-4"', page)
    looks = AuditEntry.objects.filter(
        action="conversation.look", actor=cast.leader, subject__startswith="conversation:tom-"
    )
    assert looks.count() == page.count('<tr class="passages">') > 0
    assert "try fewer words" in text(leader, "/conversations?words=bedrooms+and+bathrooms")


def test_hostile_words_that_are_found_are_only_words(cast: Cast, client: Client) -> None:
    take_in([hostile_call(cast.now)], cast.now)
    client.force_login(cast.agent)
    page = text(client, "/conversations?words=script+alert")
    assert '<mark class="mark-found">script</mark>&gt;' in page
    assert "<script>alert" not in page
    assert "<script>" not in text(client, "/conversations?words=%3Cscript%3E")


def test_words_of_others_are_not_found(cast: Cast, client: Client) -> None:
    """However exactly one asks."""
    client.force_login(cast.agent)
    assert "Sam from Harbour" not in text(client, "/conversations?words=%22Sam+from+Harbour%22").replace(
        "Sam from Harbour&quot;", ""
    )
    assert "No call fits" in text(client, "/conversations?words=%22Sam+from+Harbour+Homes%22")


def test_between_two_days_and_by_probability(leader: Client) -> None:
    """The probability is the machine's, of the behaviour that is asked for."""
    day = timezone.localdate() - timedelta(days=3)
    found = Conversation.objects.filter(agent__key="tom", day=day).count()
    page = text(leader, f"/conversations?agent=tom&since={day}&until={day}")
    assert f"{found} conversation" in page if found else "No call fits" in page
    verdict = a_verdict("states_purpose", "met")
    tried = Behaviour.objects.create(template=verdict.behaviour.template, key="tried", title="Tried", position=99)
    Verdict.objects.create(attempt=verdict.attempt, behaviour=tried, outcome="met", probability=0.8)
    asked = "/conversations?behaviour=first-30-seconds/tried"
    assert "1 conversation<" in text(leader, f"{asked}&low=80&high=100")
    assert "No call fits" in text(leader, f"{asked}&low=81")
    assert "No call fits" in text(leader, "/conversations?behaviour=first-30-seconds/states_purpose&high=99")
    assert "conversation" in text(leader, "/conversations?low=90&high=10&since=odd&until=2026-99-99")
