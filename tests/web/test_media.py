"""The sound of a call: for whom, for how long, and what of it is written down."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core import signing
from django.test import Client

from coachloop.app.models import Assignment, Audio, AuditEntry, Conversation, Dispute, SessionRecording, Team, User
from coachloop.app.queries import audio, listening
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import assignments
from coachloop.web import links
from house import Houses
from sounds import lying
from web.cast import Cast, asked_blind
from web.heard import heard
from web.settled import settled_in
from web.signed_in import signed_in
from web.test_permissions import PEOPLE

pytestmark = pytest.mark.django_db


def address(who: User, row: Audio) -> str:
    """Where they hear it."""
    return links.link(viewer(who), audio.listenable(row))


def test_a_part_is_played_and_the_look_is_written_down_once(cast: Cast, leader: Client) -> None:
    """However often the browser asks for the next part in an hour."""
    row = heard("lea-1")
    url = address(cast.leader, row)
    for part in ("bytes=0-99", "bytes=100-199"):
        response: Any = leader.get(url, headers={"Range": part})
        assert response.status_code == 206
    assert b"".join(response.streaming_content) == lying(audio.copy_of(row)).read_bytes()[100:200]
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Type"] == "audio/mp4"
    assert response["X-Content-Type-Options"] == "nosniff"
    looks = AuditEntry.objects.filter(actor=cast.leader, action="conversation.look", subject="conversation:lea-1")
    assert looks.count() == 1


def test_a_link_expires(cast: Cast, leader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url, now = address(cast.leader, heard("lea-1")), signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + links.LINK_SECONDS + 1)
    response = leader.get(url)
    assert response.status_code == 410
    assert b"Load the page again" in response.content


def test_a_link_is_for_one_person(cast: Cast) -> None:
    """Another one who may hear the call has a link of their own."""
    url = address(cast.leader, heard("lea-1"))
    assert signed_in(cast.qa_lead).get(url).status_code == 404
    assert signed_in(cast.leader).get(url[:-1] + ("a" if url[-1] != "a" else "b")).status_code == 404


def test_whoever_may_not_read_any_more_hears_nothing(cast: Cast, leader: Client) -> None:
    """The permission is asked for at every request, not when the link is made."""
    row = heard("lea-1")
    url = address(cast.leader, row)
    Conversation.objects.filter(pk=row.conversation_id).update(team=Team.objects.get(key="south"))
    assert leader.get(url).status_code == 404


def test_another_copy_has_another_link(cast: Cast, leader: Client) -> None:
    """What was heard before something was muted is not heard after."""
    row = heard("lea-1")
    url = address(cast.leader, row)
    Audio.objects.filter(pk=row.pk).update(copied=audio.copy_name(row, [(1.0, 2.0)]))
    assert leader.get(url).status_code == 404


def test_a_copy_that_is_gone_is_not_found(cast: Cast, leader: Client) -> None:
    row = heard("lea-1")
    row.copied = audio.copy_name(row, [(8.0, 9.0)])
    row.save()
    assert not lying(audio.copy_of(row)).exists()
    assert leader.get(address(cast.leader, row)).status_code == 404
    assert not address(cast.leader, Audio(conversation=row.conversation))


def hears(who: User, key: str) -> bool:
    """Whether they may hear it."""
    return listening.of(viewer(who), key) is not None


def test_a_blind_reviewer_hears_the_call_as_long_as_they_read_it(cast: Cast) -> None:
    """Until they have submitted; whoever else was not asked hears nothing of it."""
    row = Assignment.objects.get(pk=asked_blind(cast)["assignment"])
    heard(row.conversation.key)
    assert hears(cast.evaluator, row.conversation.key)
    answers = {str(pk): {"outcome": "not_applicable", "note": "", "quotes": []} for pk in row.asked}
    assignments.submit(
        viewer=viewer(cast.evaluator), assignment_id=row.pk, answers=answers, saves=row.saves, now=cast.now
    )
    assert not hears(cast.evaluator, row.conversation.key)


@pytest.fixture
def house(houses: Houses) -> Iterator[tuple[Cast, dict[str, Any]]]:
    """Something of everything."""
    with settled_in(houses) as found:
        yield found


def test_whoever_reads_a_call_somewhere_hears_it_and_nobody_else(house: tuple[Cast, dict[str, Any]]) -> None:
    """On its page, in a blind form, in a dispute, in an open room, in coaching that they led: all people, all ways."""
    cast, ids = house
    row, other = Assignment.objects.get(pk=ids["assignment"]), Conversation.objects.get(pk=ids["room_call"])
    asked = {
        "lea-1": (),
        row.conversation.key: (f"/reviews/{row.pk}",),
        Dispute.objects.get(pk=ids["dispute"]).conversation.key: (f"/disputes/{ids['dispute']}",),
        other.key: (f"/rooms/{ids['room_open']}/calls/{other.pk}/{ids['room_behaviour']}",),
        SessionRecording.objects.get(pk=ids["recording"]).conversation.key: (f"/how-i-coach/{ids['recording']}",),
    }
    for key in asked:
        if not Audio.objects.filter(conversation__key=key).exists():
            heard(key)
    people = [who for who in PEOPLE if who != "visitor"]
    found, read = {}, {}
    for who in people:
        client = signed_in(cast.who(who))
        for key, ways in asked.items():
            pages = [client.get(way) for way in (f"/conversations/{quote(key)}", *ways)]
            read[who, key] = any(page.status_code == 200 and b'class="turns"' in page.content for page in pages)
            found[who, key] = hears(cast.who(who), key)
    assert found == read
    assert {who for (who, _), yes in read.items() if yes} == {"agent", "evaluator", "leader", "other_leader", "qa_lead"}


def test_the_command_line_hears_what_is_there() -> None:
    assert listening.of(OPERATOR, "none-such") is None
