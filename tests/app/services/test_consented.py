from datetime import timedelta

import pytest
from django.db import IntegrityError

from builders import NOW, agreement, call, calls, person, publish, reasons, score, take
from coachloop.app.models import Agent, AgentDay, Conversation, Evaluation, Session, SessionRecording, Team
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import coaching
from coachloop.core.model.people import Role

pytestmark = pytest.mark.django_db
EVERYBODY = (
    "key: any\ntitle: Any\nbehaviours: [{key: a, title: A, question: A?, score_with: [{phrases: {any: [a]}}]}]\n"
)
COACHES = EVERYBODY.replace("key: any", "key: coaches").replace(
    "behaviours", "applies_to: {channel: [coaching]}\nbehaviours"
)


@pytest.fixture
def held() -> Session:
    """A session of Ada's with Lea that was held."""
    publish()
    take(*calls("lea", 0, 30))
    score()
    ada = person("Ada", Role.TEAM_LEADER)
    Team.objects.update(leader=ada)
    session = coaching.accept_focus(viewer=viewer(ada), agent_key="lea", now=NOW).sessions.get()
    day = NOW.date()
    coaching.hold_session(viewer=viewer(ada), session_id=session.pk, agreement=agreement(day), held_on=day, now=NOW)
    return Session.objects.get(pk=session.pk)


def talk(key: str, session: object, **more: object) -> dict[str, object]:
    """A coaching conversation as a file holds it."""
    return call(key, **{"channel": "coaching", "session_id": session, "both_agreed": True, **more})


def test_a_coaching_conversation_counts_for_nobody(held: Session) -> None:
    """Whatever the line says of agents and teams: no rates, no list; and scored by the template of its channel alone."""
    publish(EVERYBODY)
    publish(COACHES)
    before = set(AgentDay.objects.values_list("agent__key", "behaviour__key", "met", "not_met"))
    receipt = take(talk("t", held.pk, agent="ada", channel=" Coaching "))
    score()
    row = Conversation.objects.get(key="t")
    assert (receipt.accepted, row.agent, row.team, row.channel) == (1, None, None, "coaching")
    assert receipt.notes == {"a coaching conversation: for its leader alone, and left out of every insight": 1}
    assert not Agent.objects.filter(key="ada").exists()
    assert [e.template.key for e in Evaluation.objects.filter(conversation=row)] == ["coaches"]
    assert set(AgentDay.objects.values_list("agent__key", "behaviour__key", "met", "not_met")) >= before
    recording = SessionRecording.objects.get()
    assert (recording.session, recording.conversation, recording.leader) == (held, row, held.leader)
    for who in (OPERATOR, viewer(person("Quinn", Role.QA_LEAD)), viewer(held.leader)):
        assert not viewing.conversations(who).filter(pk=row.pk).exists()
    with pytest.raises(IntegrityError):
        Conversation.objects.filter(pk=row.pk).update(agent=held.agent)


def test_what_nobody_agreed_to_or_no_session_was_is_refused(held: Session) -> None:
    """By line, with the way out."""
    planned = coaching.open_developmental(viewer=viewer(held.leader), agent_key="lea", now=NOW)
    receipt = take(
        talk("a", held.pk) | {"both_agreed": "yes"},
        talk("b", 999),
        talk("c", True),
        talk("d", planned.pk),
        talk("e", held.pk),
        talk("f", held.pk),
        call("g", channel="voice", session_id="their-own-4711"),
    )
    assert receipt.accepted == 2
    assert [reason.split(";")[0] for reason in reasons(receipt)] == [
        "both_agreed: a coaching conversation is taken where both people in it agreed",
        "session_id: no session 999",
        "session_id: no session True",
        f"session_id: session {planned.pk} was not held here",
        f"session_id: session {held.pk} has a recording already, 'e'",
    ]


def test_its_words_may_be_replaced_and_its_kind_may_not(held: Session) -> None:
    """A call never becomes a coaching conversation, nor the other way round."""
    take(talk("t", held.pk))
    again = take(talk("t", held.pk, price=True), replace=True, now=NOW + timedelta(hours=1))
    assert (again.accepted, SessionRecording.objects.count()) == (1, 1)
    wrong = take(call("t"), talk("lea-0", held.pk), replace=True)
    assert list(reasons(wrong)) == [
        "id 't' is stored as a coaching conversation, and stays one",
        "id 'lea-0' is stored as a conversation with a customer, and stays one",
    ]
