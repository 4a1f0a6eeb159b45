from datetime import timedelta

import pytest

from builders import NOW, agreement, calls, person, publish, score, take
from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import Agent, AuditEntry, Conversation, JudgeReply, Review, Session, Team, User
from coachloop.app.queries import export, how_i_coach, recordings
from coachloop.app.queries.viewing import OPERATOR, Viewer, viewer
from coachloop.app.services import coaching
from coachloop.app.services import recordings as services
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

pytestmark = pytest.mark.django_db
TEMPLATE = """\
key: coaches
title: Coaches
applies_to: {channel: [coaching]}
behaviours:
  - {key: asks, title: Asks, question: Asked?, good: What do you think?, target: 0.9, score_with: [{phrases: {any: [what do you think]}}]}
  - {key: dates, title: Dates, question: A date?, score_with: [{phrases: {any: [by friday]}}]}
"""
NOTES = "Coach: What do you think?\nAgent: I rush.\nAda: Fine, then slow down.\n"
LATER = NOW + timedelta(hours=1)


class House:
    """Ada held a session with Lea; Ben leads another team, Quinn is QA lead."""

    def __init__(self) -> None:
        publish()
        publish(TEMPLATE)
        take(*calls("lea", 0, 30), *calls("tom", 0, 3))
        score()
        ada, lea = person("Ada Lindholm", Role.TEAM_LEADER), person("Lea Rossi", Role.AGENT)
        Team.objects.update(leader=ada)
        Agent.objects.filter(key="lea").update(user=lea, name="Lea Rossi")
        Agent.objects.filter(key="tom").update(user=person("Tom", Role.AGENT))
        self.ada, self.lea = viewer(ada), viewer(lea)
        self.tom = viewer(User.objects.get(name="Tom"))
        self.ben, self.quinn = (viewer(person(*one)) for one in (("Ben", Role.TEAM_LEADER), ("Quinn", Role.QA_LEAD)))
        session = coaching.accept_focus(viewer=self.ada, agent_key="lea", now=NOW).sessions.get()
        self.session, day = session.pk, NOW.date()
        coaching.hold_session(viewer=self.ada, session_id=session.pk, agreement=agreement(day), held_on=day, now=NOW)

    def hand_in(self, **change: object) -> int:
        """What was said, scored; its recording."""
        given = {"viewer": self.ada, "session_id": self.session, "notes": NOTES, "both_agreed": True, "now": NOW}
        services.hand_in(**{**given, **change})
        score()
        return recordings.own(self.ada).get().pk

    def everybody(self) -> dict[str, Viewer]:
        """By name."""
        return {"ada": self.ada, "lea": self.lea, "tom": self.tom, "ben": self.ben, "quinn": self.quinn, "op": OPERATOR}


@pytest.fixture
def house() -> House:
    """As above."""
    return House()


def seen(house: House, pk: int) -> dict[str, set[str]]:
    """Who sees which part of a recording."""
    parts = {
        "whole": lambda who: recordings.whole(who, pk),
        "words": lambda who: recordings.words(who, pk),
        "compared": lambda who: recordings.compared(who, pk),
        "practice": how_i_coach.practices,
    }
    return {name: {part for part, look in parts.items() if look(who)} for name, who in house.everybody().items()}


def test_the_leader_sees_it_first_and_alone(house: House) -> None:
    """Handed in, scored and found in the leader's own numbers; nobody else sees a word, and no export holds one."""
    pk = house.hand_in()
    nobody = {name: set() for name in house.everybody()}
    assert seen(house, pk) == nobody | {"ada": {"whole", "compared", "practice"}}
    asks, dates = how_i_coach.practices(house.ada)
    assert (asks.met, asks.n, asks.words.text, asks.target) == (1, 1, "What do you think?", 0.9)
    assert (dates.met, dates.n, dates.words) == (0, 1, None)
    assert (dates.low, 0.7 < dates.high < 0.9) == (0, True)
    assert [row.agent_name for row in recordings.handed(house.ada)] == ["Lea Rossi"]
    assert not any(row["id"].startswith("coaching") for row in export.conversations(OPERATOR))
    assert not any(row["template"] == "coaches" for row in export.verdicts(OPERATOR))


def test_shared_it_is_answered_blind_and_only_then_open(house: House) -> None:
    """Others read the words without names, answer all of it once, and then see what the machine and the others say."""
    pk = house.hand_in()
    services.share(viewer=house.ada, recording_id=pk, now=NOW)
    services.share(viewer=house.ada, recording_id=pk, now=NOW)
    assert seen(house, pk)["ben"] == seen(house, pk)["quinn"] == {"words"}
    assert seen(house, pk)["lea"] == seen(house, pk)["tom"] == set()
    view = recordings.words(house.ben, pk)
    assert view is not None
    assert (view.agent_name, view.customer_name, view.scored) == ("Leader", "Agent", ())
    assert recordings.agreements(house.ben) == []
    asks, dates = (one.id for one in recordings.questions(pk))
    with pytest.raises(RefusedError, match="still open: Dates"):
        services.answer(viewer=house.ben, recording_id=pk, outcomes={asks: Outcome.MET}, now=NOW)
    said = {asks: Outcome.MET, dates: Outcome.MET}
    services.answer(viewer=house.ben, recording_id=pk, outcomes=said, now=NOW)
    services.answer(viewer=house.quinn, recording_id=pk, outcomes=said | {dates: Outcome.NOT_MET}, now=LATER)
    with pytest.raises(WrongStateError, match="you have answered"):
        services.answer(viewer=house.ben, recording_id=pk, outcomes=said, now=NOW)
    for who in (house.lea, house.ada, house.tom):
        with pytest.raises(recordings.SessionRecording.DoesNotExist):
            services.answer(viewer=who, recording_id=pk, outcomes=said, now=NOW)
    one, two = recordings.compared(house.ben, pk)
    assert [(s.who, s.outcome) for s in two.said] == [("The machine", "not_met"), ("Ben", "met"), ("Quinn", "not_met")]
    assert {s.outcome for s in one.said} == {Outcome.MET}
    _, on_dates = recordings.agreements(house.ada)
    assert (on_dates.machine.n, on_dates.machine.differ, on_dates.machine.low) == (2, 1, None)
    assert (on_dates.people.n, on_dates.people.differ) == (1, 1)
    assert [row.answered for row in recordings.to_answer(house.ben)] == [True]
    assert how_i_coach.practices(house.ada)[1].met == 0  # the newest answer counts
    services.unshare(viewer=house.ada, recording_id=pk, now=NOW)
    assert seen(house, pk)["ben"] == set()
    actions = AuditEntry.objects.filter(action__startswith="recording.").order_by("id").values_list("action", flat=True)
    assert list(actions) == [
        "recording.hand_in",
        "recording.share",
        "recording.answer",
        "recording.answer",
        "recording.unshare",
    ]


def test_the_agent_sees_that_it_is_there_and_takes_it_back(house: House) -> None:
    """Its words, verdicts and answers are gone from the database; this session is never handed in again."""
    pk = house.hand_in()
    services.share(viewer=house.ada, recording_id=pk, now=NOW)
    ids = [one.id for one in recordings.questions(pk)]
    services.answer(viewer=house.ben, recording_id=pk, outcomes=dict.fromkeys(ids, Outcome.MET), now=NOW)
    talk = Conversation.objects.get(channel="coaching")
    JudgeReply.objects.create(
        digest="d", conversation=talk, model="m", body="b", tokens_in=1, tokens_out=1, cost=0, asked_at=NOW
    )
    note = recordings.beside(house.lea, house.session)
    assert note is not None
    assert (note.mine, note.live, note.shared, note.may_hand_in) == (False, True, True, False)
    for who in (house.tom, house.ben, house.quinn, OPERATOR):
        assert recordings.beside(who, house.session) is None
        with pytest.raises(recordings.SessionRecording.DoesNotExist):
            services.take_back(viewer=who, recording_id=pk, now=NOW)
    services.take_back(viewer=house.lea, recording_id=pk, now=LATER)
    assert not Conversation.objects.filter(channel="coaching").exists()
    assert not Review.objects.exists()
    assert not JudgeReply.objects.exists()
    assert all(not parts for parts in seen(house, pk).values())
    told = recordings.beside(house.ada, house.session)
    assert told is not None
    assert (told.live, told.by_agent, told.withdrawn_at, told.may_hand_in) == (False, True, LATER, False)
    with pytest.raises(RefusedError, match="took back their consent"):
        services.hand_in(viewer=house.ada, session_id=house.session, notes=NOTES, both_agreed=True, now=LATER)


def test_the_leader_takes_it_back_and_may_hand_it_in_again(house: House) -> None:
    """A slip of the pen is no end."""
    pk = house.hand_in()
    with pytest.raises(RefusedError, match="has a recording already"):
        house.hand_in(now=LATER)
    services.take_back(viewer=house.ada, recording_id=pk, now=NOW)
    assert [row.agent_name for row in recordings.without(house.ada, today=NOW.date())] == []
    note = recordings.beside(house.ada, house.session)
    assert note is not None
    assert note.may_hand_in
    assert house.hand_in(now=LATER) != pk


def test_nothing_is_handed_in_that_should_not_be(house: House) -> None:
    """Not without both, not by others, not before it was held, not what nobody can read."""
    assert [row.id for row in recordings.without(house.ada, today=NOW.date())] == [house.session]
    with pytest.raises(RefusedError, match="ask Lea"):
        house.hand_in(both_agreed=False)
    with pytest.raises(RefusedError, match="names nobody"):
        house.hand_in(notes="We talked.")
    with pytest.raises(NotYoursError):
        house.hand_in(viewer=house.lea)
    with pytest.raises(Session.DoesNotExist):
        house.hand_in(viewer=house.ben)
    planned = coaching.open_developmental(viewer=house.ada, agent_key="lea", now=NOW)
    planned.leader = house.ada.user
    planned.save()
    with pytest.raises(WrongStateError, match="agreed first"):
        house.hand_in(session_id=planned.pk)
    assert recordings.beside(house.ada, planned.pk) is None
