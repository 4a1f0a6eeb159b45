"""Who is the agent was guessed; somebody who knows says so with one click."""

import json
from typing import Any

import pytest

from builders import NOW, call, publish, score, take
from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Audio, AuditEntry, Conversation, Verdict
from coachloop.app.queries.revisions import words_of
from coachloop.app.queries.speakers import speakers
from coachloop.app.services.speakers import confirm

pytestmark = pytest.mark.django_db

GUESSED = {"from": "separated", "confidence": 0.6}
LINE = call("c-1", greets=True, speakers=GUESSED)


@pytest.fixture
def row(cast: Any) -> Conversation:  # noqa: ARG001 -- Lea is on Ada's team
    """A call of Lea's in which it was guessed who speaks."""
    publish()
    take(LINE)
    score()
    row = Conversation.objects.get(key="c-1")
    Audio.objects.create(
        conversation=row, sha256="5" * 64, suffix=".wav", name="c-1.wav", codec="pcm", seconds=9, channels=2,
        sample_rate=8000, size=9, agent_channel=0, state=Audio.State.DONE,
    )  # fmt: skip
    return row


def said(row: Conversation) -> list[str]:
    """Who says each turn, by their first letters."""
    row.refresh_from_db()
    return [turn["speaker"][0] for turn in json.loads(words_of(row))["turns"]]


def greets() -> str:
    """What stands of that behaviour now."""
    score()
    return Verdict.objects.filter(behaviour__key="greets").order_by("-id")[0].outcome


def test_confirmed_as_it_stands(cast: Any, row: Conversation) -> None:
    """What was kept back of the agent is scored, the same file again is a duplicate, and it is written down."""
    assert greets() == "unscored"
    seen = speakers(cast.ada, "c-1")
    assert seen is not None
    assert (seen.sure, seen.confirmed, seen.may_confirm, seen.source) == (False, False, True, "separated")
    confirm(viewer=cast.ada, key="c-1", swapped=False, revision=seen.revision, now=NOW)
    assert said(row) == ["a", "c", "c", "a"]
    assert greets() == "met"
    after = speakers(cast.ada, "c-1")
    assert after is not None
    assert (after.sure, after.confirmed) == (True, True)
    assert take(LINE).duplicates == 1
    entry = AuditEntry.objects.get(action="speakers.confirm")
    assert (entry.subject, entry.detail) == (
        "conversation:c-1",
        {"from": "separated", "confidence": 0.6, "swapped": False},
    )
    assert Audio.objects.get().state == "done"


def test_swapped(cast: Any, row: Conversation) -> None:
    """Every turn and the channel are the other one's; the copy is looked at again."""
    confirm(viewer=cast.qa_lead, key="c-1", swapped=True, revision=row.revision, now=NOW)
    assert said(row) == ["c", "a", "a", "c"]
    assert greets() == "not_met"
    audio = Audio.objects.get()
    assert (audio.agent_channel, audio.state) == (1, "waiting")


def test_two_clicks_swap_once(cast: Any, row: Conversation) -> None:
    """The second one looked at what is no more."""
    confirm(viewer=cast.ada, key="c-1", swapped=True, revision=row.revision, now=NOW)
    with pytest.raises(WrongStateError, match="meanwhile"):
        confirm(viewer=cast.ada, key="c-1", swapped=True, revision=row.revision, now=NOW)
    assert said(row) == ["c", "a", "a", "c"]


def test_whose_it_is_to_say(cast: Any, row: Conversation) -> None:
    """Neither the agent's, nor another leader's."""
    seen = speakers(cast.lea, "c-1")
    assert seen is not None
    assert not seen.may_confirm
    with pytest.raises(NotYoursError, match="team"):
        confirm(viewer=cast.lea, key="c-1", swapped=False, revision=row.revision, now=NOW)
    assert speakers(cast.ben, "c-1") is None
    with pytest.raises(Conversation.DoesNotExist):
        confirm(viewer=cast.ben, key="c-1", swapped=False, revision=row.revision, now=NOW)


@pytest.mark.parametrize("given", [None, {"from": "a crystal ball"}, {"count": 2}, ["agent"]])
def test_where_nothing_was_guessed_there_is_nothing_to_confirm(cast: Any, given: Any) -> None:
    take(call("c-2", speakers=given) if given is not None else call("c-2"))
    assert speakers(cast.ada, "c-2") is None
    assert speakers(cast.ada, "none-such") is None
    if (row := Conversation.objects.filter(key="c-2").first()) is not None:
        with pytest.raises(WrongStateError, match="nothing was guessed"):
            confirm(viewer=cast.ada, key="c-2", swapped=False, revision=row.revision, now=NOW)
