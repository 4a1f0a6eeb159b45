from datetime import timedelta

import pytest

from builders import NOW, calls, publish, score, take
from coachloop.app.errors import AlreadyOpenError, NotYoursError, WrongStateError
from coachloop.app.models import Agent, AuditEntry, CoachingRequest, Session
from coachloop.app.queries.requests import open_request, open_requests
from coachloop.app.services import coaching
from coachloop.app.services.requests import answer_with_planned, ask_for_coaching

WORDS = "I want to get better at the first minute."


def ask(viewer, words=WORDS):
    return ask_for_coaching(viewer=viewer, words=words, now=NOW)


def test_an_agent_asks_once_and_their_leader_sees_it(cast):
    ask(cast.lea, f"  {WORDS} ")
    with pytest.raises(AlreadyOpenError, match="asked already"):
        ask(cast.lea)
    ask(cast.tom)
    assert [(one.agent_key, one.words) for one in open_requests(cast.ada)] == [("lea", WORDS), ("tom", WORDS)]
    assert open_requests(cast.ada, team="south") == ()
    for viewer in (cast.ben, cast.lea, cast.qa_lead, cast.evaluator, cast.operations, cast.admin, cast.nobody):
        assert open_requests(viewer) == ()
    assert AuditEntry.objects.filter(action="coaching.ask", actor=cast.lea.user).count() == 1


def test_only_the_two_of_them_read_it(cast):
    ask(cast.lea)
    lea = Agent.objects.get(key="lea")
    assert open_request(cast.lea, lea).words == open_request(cast.ada, lea).words == WORDS
    for viewer in (cast.ben, cast.tom, cast.qa_lead, cast.operations, cast.admin):
        assert open_request(viewer, lea) is None
    assert open_request(cast.ada, Agent.objects.get(key="tom")) is None


@pytest.mark.parametrize("who", ["ada", "qa_lead", "evaluator", "operations", "admin", "nobody", "operator"])
def test_nobody_else_asks(cast, who):
    with pytest.raises(NotYoursError):
        ask(getattr(cast, who))


def test_it_needs_a_word_and_keeps_a_thousand(cast):
    with pytest.raises(WrongStateError, match="what it is about"):
        ask(cast.lea, "  ")
    assert len(ask(cast.lea, "x" * 2000).words) == 1000


def test_opening_a_conversation_is_the_answer(cast):
    ask(cast.lea)
    assert answer_with_planned(viewer=cast.ada, agent_key="lea", now=NOW) is None
    assert open_requests(cast.ada)
    coaching.open_developmental(viewer=cast.ada, agent_key="lea", now=NOW + timedelta(1))
    assert CoachingRequest.objects.get().answered_at == NOW + timedelta(1)
    assert open_requests(cast.ada) == ()
    assert ask(cast.lea).pk, "and may ask again"


def test_a_focus_is_an_answer_too(cast):
    publish()
    take(*calls("lea", 2, 20))
    score()
    ask(cast.lea)
    ask(cast.tom)
    coaching.accept_focus(viewer=cast.ada, agent_key="lea", now=NOW)
    assert [one.agent_key for one in open_requests(cast.ada)] == ["tom"]


def test_what_is_planned_already_answers(cast):
    planned = coaching.open_developmental(viewer=cast.ada, agent_key="lea", now=NOW)
    ask(cast.lea)
    assert answer_with_planned(viewer=cast.ada, agent_key="lea", now=NOW) == planned.pk
    assert Session.objects.count() == 1
    with pytest.raises(WrongStateError, match="had an answer"):
        answer_with_planned(viewer=cast.ada, agent_key="lea", now=NOW)


@pytest.mark.parametrize("who", ["lea", "qa_lead"])
def test_only_their_leader_answers(cast, who):
    ask(cast.lea)
    with pytest.raises(NotYoursError):
        answer_with_planned(viewer=getattr(cast, who), agent_key="lea", now=NOW)
