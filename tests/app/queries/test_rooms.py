"""What rooms show: who agrees how far, from room to room; the machine as it would answer had it not learned from the calls."""

from datetime import timedelta

import pytest

from builders import NOW, call, person, publish, score, take
from coachloop.app.models import Assignment, Room
from coachloop.app.queries import room_page, room_question
from coachloop.app.queries import rooms as queries
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import assignments, rooms
from coachloop.app.services.rooms import Wanted
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

TODAY = NOW.date()


@pytest.fixture
def people(cast):
    """Two evaluators beside the QA lead, and six calls."""
    publish()
    take(*(call(f"c{n}", greets=n < 3, price=True) for n in range(6)))
    score()
    return [cast.evaluator, viewer(person("Uma Evans", Role.EVALUATOR)), cast.qa_lead]


def opened(cast, people, said, *, seed="s", days=0):
    """A room of three calls; `said` holds for each of them the outcomes of the first behaviour, everything else is met."""
    wanted = Wanted("manners", f"Room {seed}", False, 3, [who.user.pk for who in people], TODAY, seed)
    room = rooms.make_room(viewer=cast.qa_lead, wanted=wanted, now=NOW)
    for who, outcomes in zip(people, said, strict=True):
        rows = Assignment.objects.filter(room=room, reviewer=who.user).order_by("conversation_id")
        for row, outcome in zip(rows, outcomes, strict=True):
            answers = {str(pk): {"outcome": "met"} for pk in row.asked} | {str(row.asked[0]): {"outcome": outcome}}
            assignments.submit(viewer=who, assignment_id=row.pk, answers=answers, saves=0, now=NOW)
    return rooms.open_together(viewer=cast.qa_lead, room_id=room.pk, now=NOW + timedelta(days=days))


def test_the_trend_goes_from_the_oldest_room_to_the_newest(cast, people):
    """Where they differ and where they do not, among people and with the machine."""
    opened(cast, people[:2], [("met", "not_met", "met"), ("not_met", "met", "not_met")])
    opened(
        cast,
        [people[2], viewer(person("Rui Costa", Role.EVALUATOR))],
        [("met", "met", "not_met")] * 2,
        seed="t",
        days=7,
    )
    (trend,) = queries.rooms(OPERATOR).trends
    assert [(point.title, point.calls, point.raters) for point in trend.points] == [("Room s", 3, 2), ("Room t", 3, 2)]
    assert trend.points[0].people.value < 0 < trend.points[1].people.value == 1
    assert trend.points[0].everyone.value != trend.points[0].people.value
    assert trend.drawn
    assert queries.rooms(cast.tom).under_way == ()


def test_the_most_contested_question_stands_first_and_what_is_agreed_is_next_no_more(cast, people):
    said = [("met", "not_met", "met"), ("not_met", "not_met", "met"), ("met", "not_met", "not_met")]
    room = opened(cast, people, said)
    view = room_page.room(cast.qa_lead, room.pk, today=TODAY)
    first = view.opened.contested[0]
    assert first.title == "Greets"
    assert dict(first.tally)[Outcome.MET] in {1, 2, 3}
    assert [one.title for one in view.opened.columns] == ["Greets", "Value first", "Warmth"]
    assert [one.differ for one in view.opened.columns][2] == 0
    here = room_question.question(cast.qa_lead, room.pk, first.call, behaviour_id=first.behaviour)
    assert (here.left, here.calls) == (len(view.opened.contested), 3)
    assert here.following == (view.opened.contested[1].call, view.opened.contested[1].behaviour)
    assert here.says[-1].machine
    agreed = rooms.Agreed(first.call, first.behaviour, Outcome.MET)
    rooms.agree(viewer=cast.qa_lead, room_id=room.pk, agreed=agreed, now=NOW)
    after = room_question.question(cast.qa_lead, room.pk, first.call, behaviour_id=first.behaviour)
    assert (after.left, after.decision.by) == (here.left - 1, "Quinn Abara")


def test_a_missed_moment_is_the_machines_evidence(cast, people):
    """Of the behaviour that the machine saw missed, the turn at which it should have happened."""
    room = opened(cast, people[:2], [("met",) * 3, ("not_met",) * 3])
    calls = {row.conversation.key: row.conversation_id for row in Assignment.objects.filter(room=room)}
    greets = room.template.behaviours.get(key="greets").pk
    for key, pk in calls.items():
        machine = room_question.question(cast.qa_lead, room.pk, pk, behaviour_id=greets).says[-1]
        quote = machine.moments[0].quote
        assert (machine.outcome, quote) == (
            ("met", "Good morning!") if key in {"c0", "c1", "c2"} else ("not_met", "Yes?")
        )


@pytest.mark.parametrize("who", ["ben", "lea", "operations", "nobody"])
def test_a_room_is_there_for_those_in_it(cast, people, who):
    room = opened(cast, people[:2], [("met",) * 3, ("not_met",) * 3])
    someone = getattr(cast, who)
    call_id, behaviour = Assignment.objects.filter(room=room).values_list("conversation_id", "asked__0")[0]
    assert room_page.room(someone, room.pk, today=TODAY) is None
    assert room_question.question(someone, room.pk, call_id, behaviour_id=behaviour) is None
    assert room_question.wording(someone, room.pk, behaviour_id=behaviour) is None
    assert room_page.room(people[1], room.pk, today=TODAY).opened.leanings.everybody == ()


def test_nothing_is_told_of_a_room_that_is_not_open(cast, people):
    wanted = Wanted("manners", "Waits", False, 3, [who.user.pk for who in people], TODAY, "s")
    room = rooms.make_room(viewer=cast.qa_lead, wanted=wanted, now=NOW)
    assert queries.told(Room.objects.get(pk=room.pk)) == {}
    view = room_page.room(cast.qa_lead, room.pk, today=TODAY)
    assert (view.opened, view.keys, view.words_wait) == (None, (), False)
    assert next((one.name, one.answered, one.asked) for one in view.row.people) == ("Eve Tanaka", 0, 3)
    assert queries.rooms(OPERATOR).trends == ()
