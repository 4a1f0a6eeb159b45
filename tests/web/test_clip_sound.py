"""A clip is heard on its page and in the library: by whom, for how long, and what its agent is asked."""

import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from coachloop.app.models import Assignment, AuditEntry, Clip, ClipView
from coachloop.core.model.people import Role
from coachloop.web import links
from sounds import lying
from web.cast import Cast
from web.heard import spoken_clip
from web.signed_in import signed_in

pytestmark = pytest.mark.django_db

SOURCE = re.compile(
    r'<audio class="d-block w-100 my-2" controls controlslist="nodownload" preload="none" src="([^"]+)" aria-label="Hear ([^"]+)">'
)


@pytest.fixture
def ids(cast: Cast) -> dict[str, Any]:
    """Lea is asked about a clip that can be heard."""
    return spoken_clip(cast)


def page(client: Client, path: str) -> str:
    """Its source."""
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def sources(client: Client, path: str) -> list[str]:
    """What can be heard on a page."""
    return [source for source, _ in SOURCE.findall(page(client, path))]


def heard(client: Client, source: str, **headers: str) -> Any:
    """What a browser gets."""
    return client.get(source, headers=headers)


def test_from_the_question_to_a_colleague_and_back(
    cast: Cast, ids: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    """The agent listens, says yes to both, a colleague hears it in the library too; taken back it is gone that second, with its file."""
    lea, ada, tom = signed_in(cast.agent), signed_in(cast.leader), signed_in(cast.other_agent)
    address = f"/clips/{ids['spoken_clip']}"
    asked = page(lea, address)
    assert (
        "colleagues hear your voice and the customer&#x27;s" in asked
        or "colleagues hear your voice and the customer's" in asked
    )
    assert "Yes, words and voice" in asked
    assert "Only the words" in asked
    assert heard(lea, sources(lea, address)[0]).status_code == 200
    assert sources(ada, address) == []
    lea.post(f"{address}/consent", {"voice": "yes"})
    ada.post(f"{address}/share", {"with_whom": "agent:tom"})
    assert "Colleagues may see and hear this" in page(lea, address)
    assert SOURCE.search(page(tom, "/clips")).group(2) == "One open question, and silence"  # type: ignore[union-attr]
    source = sources(tom, "/clips")[0]
    part = heard(tom, source, Range="bytes=0-99")
    assert (part.status_code, part["Content-Length"]) == (206, "100")
    assert part["Content-Type"] == "audio/mp4"
    assert part["Cache-Control"] == "private, no-cache"
    assert ClipView.objects.filter(clip_id=ids["spoken_clip"], user=cast.other_agent).count() == 1
    looks = AuditEntry.objects.filter(actor=cast.other_agent, action="conversation.look")
    assert [row.subject for row in looks] == ["conversation:spoken-1"]
    with django_capture_on_commit_callbacks(execute=True):
        lea.post(f"{address}/withdraw")
    assert [heard(one, source).status_code for one in (tom, lea, ada)] == [404, 404, 404]
    assert not list(lying("clips").glob(f"{ids['spoken_clip']}-*"))
    assert sources(lea, address) == []


def test_a_yes_to_the_words_is_none_to_the_voice(cast: Cast, ids: dict[str, Any]) -> None:
    """Its leader reads that; the agent can change their mind either way."""
    lea, ada = signed_in(cast.agent), signed_in(cast.leader)
    address = f"/clips/{ids['spoken_clip']}"
    lea.post(f"{address}/consent")
    assert sources(ada, address) == sources(ada, "/clips") == []
    assert "agreed to the words, not to be heard" in page(ada, address)
    assert "May they hear your voice too?" in page(lea, address)
    lea.post(f"{address}/consent", {"voice": "yes"})
    assert sources(ada, address)
    assert "Only the words from now on" in page(lea, address)
    lea.post(f"{address}/consent")
    assert sources(ada, address) == []


def test_a_clip_without_a_recording_stays_words(cast: Cast, ids: dict[str, Any]) -> None:
    Clip.objects.get(pk=ids["spoken_clip"]).conversation.audio.delete()
    asked = page(signed_in(cast.agent), f"/clips/{ids['spoken_clip']}")
    assert "Yes, they may" in asked
    assert "voice" not in asked.partition("<main")[2].partition("</main>")[0]


def test_a_link_is_for_one_person_for_a_while_and_for_a_clip(
    cast: Cast, ids: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Clip.objects.update(consented_at=cast.now, voice_consented_at=cast.now)
    ada, quinn, address = signed_in(cast.leader), signed_in(cast.qa_lead), f"/clips/{ids['spoken_clip']}"
    source = sources(ada, address)[0]
    assert heard(quinn, source).status_code == 404
    assert heard(ada, source[:-1] + ("a" if source[-1] != "a" else "b")).status_code == 404
    assert heard(ada, source.replace("/clips/sound/", "/media/")).status_code == 404
    assert heard(ada, source).status_code == 200
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + links.LINK_SECONDS + 1)
    assert heard(ada, source).status_code == 410


def test_another_cut_has_another_link(cast: Cast, ids: dict[str, Any]) -> None:
    """What was heard before something was muted is not heard after."""
    ada, address = signed_in(cast.leader), f"/clips/{ids['spoken_clip']}"
    Clip.objects.update(consented_at=cast.now, voice_consented_at=cast.now)
    source = sources(ada, address)[0]
    Clip.objects.filter(pk=ids["spoken_clip"]).update(last_turn=8)
    assert heard(ada, source).status_code == 404
    assert heard(ada, sources(ada, address)[0]).status_code == 200


def test_whoever_answers_the_call_blind_hears_nothing(cast: Cast, ids: dict[str, Any]) -> None:
    Clip.objects.update(consented_at=cast.now, voice_consented_at=cast.now)
    ada, clip = signed_in(cast.leader), Clip.objects.get(pk=ids["spoken_clip"])
    source = sources(ada, f"/clips/{clip.pk}")[0]
    Assignment.objects.create(
        conversation=clip.conversation, template=clip.behaviour.template, reviewer=cast.leader, asked=[clip.behaviour_id],
        kind="adjudication", assigned_at=cast.now, due_on=cast.now.date(),
    )  # fmt: skip
    assert heard(ada, source).status_code == 404
    assert Role.TEAM_LEADER in {Role(grant.role) for grant in cast.leader.grants.all()}
