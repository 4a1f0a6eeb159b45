from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from coachloop.app.models import Conversation, SessionRecording
from coachloop.core.model.verdict import Outcome
from web.cast import HOSTILE, PLAYBOOKS, Cast, coached, publish, score_all
from web.signed_in import signed_in

pytestmark = pytest.mark.django_db
NOTES = "Coach: What went well in that call?\nAgent: I asked why.\nCoach: What will you try, and by when?\nAgent: It, by Friday.\n"


@pytest.fixture
def held(cast: Cast) -> int:
    """Tom's session with Ada, which was held; the playbook is published."""
    publish((PLAYBOOKS / "coaching-conversation.yaml").read_text(), cast.now)
    return coached(cast)["held"]


def text(client: Client, path: str) -> str:
    """The page's text."""
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def hand_in(client: Client, session: int, **sent: object) -> str:
    """Send the form; the page it leads to."""
    given = {"notes": NOTES, "both_agreed": "yes", **sent}
    return client.post(f"/sessions/{session}/recording", given, follow=True).content.decode()


def test_from_the_session_to_ones_own_page_to_comparing(cast: Cast, held: int) -> None:
    """The leader hands in, sees it alone, shares; the QA lead answers blind; both compare; the agent takes it back."""
    leader, agent, quinn = (signed_in(user) for user in (cast.leader, cast.other_agent, cast.qa_lead))
    assert "Nothing handed in yet" in text(leader, "/how-i-coach")
    assert "You see it first and alone" in text(leader, f"/sessions/{held}")
    assert "Nothing of what was said here is stored" in text(agent, f"/sessions/{held}")
    assert "How did you coach?" not in text(quinn, f"/sessions/{held}")
    assert "Ask Tom Okafor first" in hand_in(leader, held, both_agreed="")
    assert "Waits to be scored" in hand_in(leader, held)
    score_all(cast.now + timedelta(minutes=1))
    page = text(leader, "/how-i-coach")
    assert "What went well in that call?" in page
    assert "1 of 1, likely between 21 and 100" in page
    pk = SessionRecording.objects.get().pk
    assert "What will you try, and by when?" in text(leader, f"/how-i-coach/{pk}")
    assert "It is about Ada Lindholm" in text(agent, f"/sessions/{held}")
    assert "Nobody else sees it." in text(agent, f"/sessions/{held}")
    assert "it waits here for your answers" in text(quinn, "/shared-coaching")
    leader.post(f"/how-i-coach/{pk}/share")
    assert "The QA lead and other leaders may read it" in text(agent, f"/sessions/{held}")
    blind = text(quinn, f"/shared-coaching/{pk}")
    assert "What will you try, and by when?" in blind
    for hidden in ("Tom Okafor", "Ada Lindholm", "The machine", "word-met", "<mark"):
        assert hidden not in blind
    names = [part.split('"')[0] for part in blind.split('type="radio"')[1:] for part in part.split('name="')[1:2]]
    assert quinn.post(f"/shared-coaching/{pk}", {names[0]: "met"}).status_code == 422
    sent = dict.fromkeys(names, Outcome.MET.value)
    assert "Who says what" in quinn.post(f"/shared-coaching/{pk}", sent, follow=True).content.decode()
    assert "Quinn Abara" in text(leader, f"/how-i-coach/{pk}")
    assert "How far we agree" in text(quinn, "/shared-coaching")
    answer = agent.post(f"/how-i-coach/{pk}/take-back", follow=True).content.decode()
    assert "You took back your consent" in answer
    assert not Conversation.objects.filter(channel="coaching").exists()
    assert "took back their consent on" in text(leader, f"/sessions/{held}")
    assert leader.get(f"/how-i-coach/{pk}").status_code == 404
    assert quinn.get(f"/shared-coaching/{pk}").status_code == 404


def test_a_file_serves_as_well_and_nothing_in_it_breaks_the_page(cast: Cast, held: int) -> None:
    """Text in UTF-8; markup in it stays text; what is no text is refused."""
    leader = signed_in(cast.leader)
    image = SimpleUploadedFile("a.txt", b"\xff\xd8\xff")
    assert "no plain text in UTF-8" in hand_in(leader, held, notes="", file=image)
    assert "Both have to speak" in hand_in(leader, held, notes="")
    notes = SimpleUploadedFile("a.txt", f"\ufeffCoach: {HOSTILE} what went well?\nAgent: {HOSTILE}\n".encode())
    hand_in(leader, held, notes="", file=notes)
    score_all(cast.now)
    page = text(leader, f"/how-i-coach/{SessionRecording.objects.get().pk}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    leader.post(f"/how-i-coach/{SessionRecording.objects.get().pk}/unshare")
    leader.post(f"/how-i-coach/{SessionRecording.objects.get().pk}/take-back")
    assert "How did you coach?" in text(leader, f"/sessions/{held}")
