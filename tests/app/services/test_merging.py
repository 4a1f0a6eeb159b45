"""Somebody who was met in calls is somebody we know: everything goes along, or is refused with the reason."""

from datetime import timedelta

import pytest

from app.conftest import Cast
from builders import NOW, agreement, call, calls, coached, publish, score, take
from coachloop.app.errors import NotYoursError, TakenError, WrongStateError
from coachloop.app.models import Absence, Agent, AgentAlias, AgentDay, AuditEntry, Conversation, PackedDay, Session
from coachloop.app.services.agents import add_agent, confirm
from coachloop.app.services.coaching import accept_focus, hold_session
from coachloop.app.services.memberships import place_calls
from coachloop.app.services.merging import MOVED, RECOUNTED, merge, named_in
from coachloop.app.services.rollups import pack_counts, refresh_rollups

TODAY = NOW.date()


def met(key: str) -> Agent:
    """An agent by their id."""
    return Agent.objects.get(key=key)


def is_(cast: Cast, key: str, whom: str) -> int:
    """Say who that is."""
    moved = merge(viewer=cast.admin, agent_id=met(key).pk, into_id=met(whom).pk, now=NOW)
    place_calls()
    return moved


def test_whom_calls_name_first_is_not_known(cast: Cast) -> None:
    take(call("c-1", agent="4711", team=None))
    assert (met("4711").known, met("lea").known) == (False, True)
    add_agent(viewer=cast.admin, key="new", name="New", now=NOW)
    assert met("new").known
    assert (
        confirm(viewer=cast.admin, agent_ids=[met("4711").pk, met("lea").pk], team_id=met("lea").team_id, now=NOW) == 1
    )
    assert (met("4711").known, met("4711").team_id) == (True, met("lea").team_id)
    with pytest.raises(NotYoursError):
        confirm(viewer=cast.ada, agent_ids=[], now=NOW)


def test_calls_and_counts_go_along(cast: Cast) -> None:
    publish()
    take(*calls("4711", 3, 6, team=None), *calls("lea", 1, 2))
    score()
    pack_counts()
    assert is_(cast, "4711", "lea") == 6
    assert not PackedDay.objects.filter(rows__gt=0).exists()
    refresh_rollups()
    greets = AgentDay.objects.filter(behaviour__key="greets")
    assert sum(row.met + row.not_met for row in greets) == 8
    assert {*greets.values_list("agent__key", "team__key")} == {("lea", "north")}
    take(call("later", agent="4711", team=None))
    assert Conversation.objects.get(key="later").agent == met("lea")
    assert not Agent.objects.filter(key="4711").exists()
    row = AuditEntry.objects.get(action="agent.merge")
    assert (row.subject, row.detail) == ("agent:lea", {"from": "4711", "conversations": 6})
    assert take(call("again", agent="4711", team="south")).accepted == 1
    assert AgentAlias.objects.get().agent == met("lea")


def test_the_id_of_somebody_else_is_taken(cast: Cast) -> None:
    take(call("c-1", agent="4711", team=None))
    is_(cast, "4711", "lea")
    with pytest.raises(TakenError, match="'4711' is taken"):
        add_agent(viewer=cast.admin, key="4711", name="Other", now=NOW)


def test_what_hangs_on_them_goes_along(cast: Cast) -> None:
    publish()
    take(*calls("4711", 2, 12, team="north"))
    score()
    accept_focus(viewer=cast.ada, agent_key="4711", now=NOW)
    session = Session.objects.get()
    hold_session(viewer=cast.ada, session_id=session.pk, agreement=agreement(TODAY), held_on=TODAY, now=NOW)
    for key in ("lea", "4711"):
        coached({"agent_id": key, "behaviour": "greets", "template": "manners", "held_on": "2026-01-05"})
        Absence.objects.create(agent=met(key), first_day=TODAY, last_day=TODAY)
    is_(cast, "4711", "lea")
    assert met("lea").foci.count() == 1
    assert met("lea").sessions.count() == 2
    assert met("lea").absences.count() == 1


def test_two_open_foci_are_one_too_many(cast: Cast) -> None:
    publish()
    take(*calls("4711", 2, 12, team="north"), *calls("lea", 2, 12))
    score()
    for key in ("lea", "4711"):
        accept_focus(viewer=cast.ada, agent_key=key, now=NOW)
    with pytest.raises(WrongStateError, match="both have an open focus"):
        is_(cast, "4711", "lea")
    assert (met("4711").conversations.count(), AgentAlias.objects.count()) == (12, 0)


def test_who_can_not_be_one_is_refused(cast: Cast) -> None:
    reasons = ("lea", "lea", "one and the same"), ("lea", "tom", "both sign in"), ("sam", "lea", "a colleague already")
    for key, whom, why in reasons:
        with pytest.raises(WrongStateError, match=why):
            is_(cast, key, whom)
    with pytest.raises(NotYoursError):
        merge(viewer=cast.ada, agent_id=met("sam").pk, into_id=met("lea").pk, now=NOW)


def test_every_table_that_names_agents_is_thought_of() -> None:
    assert {*named_in()} == {(model, "agent") for model in (*MOVED, *RECOUNTED)}


def test_the_days_of_other_calls_stay(cast: Cast) -> None:
    take(call("a", agent="4711", team=None, at=NOW - timedelta(3)), call("b", agent="4711", team=None, at=None))
    assert is_(cast, "4711", "sam") == 2
    assert {*met("sam").conversations.values_list("team__key", flat=True)} == {"south"}
