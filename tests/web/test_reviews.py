"""The blind form, as whoever answers it sees it."""

import json
from typing import Any

import pytest
from django.test import Client

from coachloop.app.models import Assignment, Review
from web.cast import Cast, asked_blind

pytestmark = pytest.mark.django_db


@pytest.fixture
def eve(cast: Cast, client: Client) -> tuple[Client, Assignment]:
    """Eve, signed in, and what she is asked first."""
    ids = asked_blind(cast)
    client.force_login(cast.evaluator)
    return client, Assignment.objects.select_related("conversation").get(pk=ids["assignment"])


def sent(row: Assignment, outcome: str = "met", **more: Any) -> dict[str, Any]:
    return {"saves": row.saves, **{f"outcome-{pk}": outcome for pk in row.asked}, **more}


def test_the_queue_leads_to_the_form(eve: tuple[Client, Assignment]) -> None:
    """It is an evaluator's first page; the form shows words and questions, and no verdict."""
    client, row = eve
    assert client.get("/").headers["Location"] == "/reviews"
    queue = client.get("/reviews").content.decode()
    assert f'href="/reviews/{row.pk}"' in queue
    page = client.get(f"/reviews/{row.pk}").content.decode()
    assert "from Harbour Homes" in page
    assert page.count("<fieldset") == len(row.asked)
    assert "word-met" not in page
    assert "<mark" not in page


def test_answers_are_kept_as_they_are_written_and_a_second_window_is_told(eve: tuple[Client, Assignment]) -> None:
    """With what the other one wrote, so that both texts are there to choose from."""
    client, row = eve
    pk, address = row.asked[0], f"/reviews/{row.pk}/answers"
    quote = {"turn": 0, "start": 0, "end": 5, "quote": "Hello"}
    if not client.get(f"/reviews/{row.pk}").content.decode().count("Hello, have you"):
        quote |= {"end": 4, "quote": "Good"}
    first = client.post(
        address, {"saves": 0, f"outcome-{pk}": "met", f"note-{pk}": "One.", f"quotes-{pk}": json.dumps([quote])}
    )
    assert first.json()["saves"] == 1
    second = client.post(address, {"saves": 0, f"outcome-{pk}": "not_met"})
    assert second.status_code == 409
    told = second.json()
    assert (told["saves"], told["fields"][f"outcome-{pk}"], told["fields"][f"note-{pk}"]) == (1, "met", "One.")
    assert json.loads(told["fields"][f"quotes-{pk}"]) == [quote]
    late = client.post(f"/reviews/{row.pk}/submit", sent(row, "not_met", **{f"note-{pk}": "Two."}))
    assert late.status_code == 422
    page = late.content.decode()
    assert "changed in another window" in page
    assert "Two." in page, "what was sent is there to be sent again"
    assert client.post(address, {"saves": 1, f"quotes-{pk}": "no JSON"}).status_code == 422
    assert client.post(address, {"saves": 1, f"quotes-{pk}": "[1]"}).status_code == 422
    assert not Review.objects.filter(conversation=row.conversation_id).exists()


def test_submitted_the_machine_stands_beside(eve: tuple[Client, Assignment]) -> None:
    """Once; and the next call is one press away."""
    client, row = eve
    missing = client.post(f"/reviews/{row.pk}/submit", {"saves": 0})
    assert missing.status_code == 422
    assert "Still without an answer" in missing.content.decode()
    done = client.post(f"/reviews/{row.pk}/submit", sent(row), follow=True)
    page = done.content.decode()
    assert "From now on your answers stand" in page
    assert "The machine" in page
    assert "Next call (" in page
    assert Review.objects.filter(conversation=row.conversation_id, kind="audit").count() == len(row.asked)
    again = client.post(f"/reviews/{row.pk}/submit", sent(row), follow=True)
    assert "submitted these answers already" in again.content.decode()
    assert client.post(f"/reviews/{row.pk}/answers", {"saves": 1}).status_code == 404


def test_without_a_script_words_are_typed(eve: tuple[Client, Assignment]) -> None:
    """And looked for in the transcript."""
    client, row = eve
    pk = row.asked[0]
    wrong = client.post(f"/reviews/{row.pk}/submit", sent(row, **{f"words-{pk}": "never said", f"note-{pk}": "Mine."}))
    page = wrong.content.decode()
    assert "Nobody says “never said”" in page
    assert page.count(" checked> Met") == len(row.asked), "nothing that was written is lost"
    assert ("Mine.</textarea>" in page, 'value="never said"' in page) == (True, True)
    client.post(f"/reviews/{row.pk}/submit", sent(row, **{f"words-{pk}": "Who is this?"}))
    assert Review.objects.get(conversation=row.conversation_id, behaviour=pk).quotes[0]["turn"] == 1


def test_what_cannot_be_answered_is_passed_on(eve: tuple[Client, Assignment]) -> None:
    """With a reason; here nobody else may, so it waits."""
    client, row = eve
    assert client.post(f"/reviews/{row.pk}/pass-on", {"because": ""}).status_code == 422
    page = client.post(f"/reviews/{row.pk}/pass-on", {"because": "I know him."}, follow=True).content.decode()
    assert "Passed on." in page
    assert f'href="/reviews/{row.pk}"' not in page
    assert client.get(f"/reviews/{row.pk}").status_code == 404


def test_an_empty_queue_says_what_comes(cast: Cast, client: Client) -> None:
    """For somebody whom nobody asks."""
    client.force_login(cast.leader)
    assert "Nothing waits for you" in client.get("/reviews").content.decode()
