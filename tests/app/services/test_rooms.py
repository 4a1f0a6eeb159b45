"""Calibration rooms: answered alone, opened together, agreed on, worded anew; nothing is written over unread."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from builders import NOW, call, person, publish, score, take
from coachloop.app.errors import NewerWordsError, NotYoursError, RefusedError, UnknownNameError, WrongStateError
from coachloop.app.models import (
    Assignment,
    AuditEntry,
    Conversation,
    DirtyDay,
    Dispute,
    Message,
    Review,
    RoomDecision,
    RoomWording,
    Template,
    User,
)
from coachloop.app.queries import room_choice
from coachloop.app.queries.verdicts import effective_verdicts
from coachloop.app.queries.viewing import OPERATOR, conversations, viewer
from coachloop.app.services import assignments, audit, rooms, studio
from coachloop.app.services.rooms import Agreed, Wanted, Worded
from coachloop.core.insight.rooms import FEWEST_CALLS
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

DUE = date(2026, 5, 15)
GREETING = {"turn": 0, "start": 0, "end": 12, "quote": "Good morning"}


@pytest.fixture
def template(cast):  # noqa: ARG001 -- the people
    """Six scored calls, three of which greet."""
    publish()
    take(*(call(f"c{n}", agent="tom" if n % 2 else "lea", greets=n < 3, price=True) for n in range(6)))
    score()
    return Template.objects.get(key="manners")


@pytest.fixture
def uma(cast):  # noqa: ARG001 -- beside the others
    """A second evaluator."""
    return viewer(person("Uma Evans", Role.EVALUATOR))


@pytest.fixture
def wanted(cast, uma, template):  # noqa: ARG001 -- its calls
    """Two evaluators and three calls, by chance."""
    people = (cast.evaluator.user.pk, uma.user.pk)
    return Wanted("manners", "Calibration in May", False, 3, people, DUE, "a seed")


@pytest.fixture
def room(cast, wanted):
    """Made, answered by nobody."""
    return rooms.make_room(viewer=cast.qa_lead, wanted=wanted, now=NOW)


def answer(who, room, *outcomes, calls=None, **first):
    """Submit the same outcomes for each of their calls, or for so many."""
    for row in Assignment.objects.filter(room=room, reviewer=who.user).order_by("id")[:calls]:
        said = {str(pk): {"outcome": outcome} for pk, outcome in zip(row.asked, outcomes, strict=True)}
        said[str(row.asked[0])] |= first
        assignments.submit(viewer=who, assignment_id=row.pk, answers=said, saves=0, now=NOW)


@pytest.fixture
def opened(cast, room, uma):
    """Two people who differ about the first behaviour."""
    answer(cast.evaluator, room, "not_met", "met", "met")
    answer(uma, room, "met", "met", "met")
    return rooms.open_together(viewer=cast.qa_lead, room_id=room.pk, now=NOW)


def first_call(room):
    return Conversation.objects.filter(assignments__room=room).order_by("id")[0]


def greets(template):
    return template.behaviours.get(key="greets")


def agreed(room, **more):
    said = Agreed(first_call(room).pk, greets(room.template).pk, Outcome.NOT_MET, "A yes is no greeting.")
    return replace(said, **more)


def stamp_of(row):
    return rooms.queries.stamp(row)


def test_everybody_is_asked_about_the_same_calls_and_told(cast, room, wanted):
    asked = Assignment.objects.filter(room=room)
    assert {row.reviewer_id for row in asked} == set(wanted.people)
    assert {(row.kind, row.due_on, len(row.asked)) for row in asked} == {("calibration", DUE, 3)}
    assert asked.count() == 6
    assert asked.values("conversation").distinct().count() == 3
    assert not conversations(cast.evaluator).filter(assignments__room=room).exists()
    assert Message.objects.filter(kind="room").count() == 2
    entry = AuditEntry.objects.get(action="room.make")
    assert entry.detail == {"template": "manners", "chosen": "random", "seed": "a seed", "calls": 3, "people": 2}


def test_the_same_seed_takes_the_same_calls(template, uma):
    """And another one others, sooner or later."""
    drawn = [room_choice.choose(template, users=[uma.user], contested=False, size=3, seed=seed) for seed in "aabcdef"]
    assert drawn[0] == drawn[1]
    assert len(set(map(tuple, drawn))) > 2


def test_only_calls_that_everybody_can_still_answer_blind(*, cast, uma, template, wanted):
    """One evaluator has looked at four of the six, so three are one too many; the leader has none left of her own team."""
    for key in ("c0", "c1", "c2", "c3"):
        audit.look(uma, key, now=NOW)
    with pytest.raises(RefusedError, match="only 2 calls of the last 56 days can still be answered blind"):
        rooms.make_room(viewer=cast.qa_lead, wanted=wanted, now=NOW)
    assert room_choice.choose(template, users=[cast.ada.user], contested=False, size=3, seed="s") == []
    ben = room_choice.choose(template, users=[cast.ben.user, uma.user], contested=False, size=3, seed="s")
    assert {Conversation.objects.get(pk=pk).key for pk in ben} == {"c4", "c5"}


def test_the_most_contested_calls_come_first(template, uma, cast):
    """A person who sees it otherwise than the machine counts; without any doubt there is no call."""
    assert room_choice.choose(template, users=[uma.user], contested=True, size=3, seed="s") == []
    doubted = Conversation.objects.get(key="c4")
    Review.objects.create(
        conversation=doubted, behaviour=greets(template), kind="label", rank=3, outcome="met", reviewed_at=NOW, fingerprint="f"
    )  # fmt: skip
    assert room_choice.choose(template, users=[uma.user], contested=True, size=3, seed="s") == [doubted.pk]
    Dispute.objects.create(
        conversation=doubted, behaviour=greets(template), agent=doubted.agent, outcome="not_met", words="I did.",
        raised_at=NOW, decide_by=DUE,
    )  # fmt: skip
    assert room_choice.choose(template, users=[uma.user], contested=True, size=3, seed="s") == []
    asked = {user.name: roles for user, roles in room_choice.people(OPERATOR)}
    assert asked["Ada Lindholm"] == (Role.TEAM_LEADER,)
    assert cast.admin.user.name not in asked


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": 2}, "a room has 3 to 10 calls, got 2"),
        ({"size": 11}, "a room has 3 to 10 calls, got 11"),
        ({"title": " "}, "give the room a title"),
        ({"answer_by": date(2026, 5, 10)}, "choose a day from today on"),
        ({"people": (0,)}, "1 of them are no evaluator"),
        ({"people": ()}, "choose at least 2 people"),
        ({"contested": True}, "only 0 contested calls .* or calls by chance"),
        ({"template": "none"}, "no template"),
    ],
)
def test_what_is_no_room_is_refused(*, cast, wanted, change, says):
    with pytest.raises((RefusedError, UnknownNameError), match=says):
        rooms.make_room(viewer=cast.qa_lead, wanted=replace(wanted, **change), now=NOW)
    assert not Assignment.objects.exists()


def test_nobody_but_a_qa_lead_keeps_rooms(cast, wanted, opened):
    for who in (cast.ada, cast.evaluator, cast.admin):
        with pytest.raises(NotYoursError):
            rooms.make_room(viewer=who, wanted=wanted, now=NOW)
        with pytest.raises(NotYoursError):
            rooms.agree(viewer=who, room_id=opened.pk, agreed=agreed(opened), now=NOW)
        with pytest.raises(NotYoursError):
            rooms.take_up(viewer=who, room_id=opened.pk, now=NOW)


def test_who_has_not_answered_is_reminded_once_a_day(cast, room, uma):
    answer(cast.evaluator, room, "met", "met", "met")
    days = (NOW, NOW, NOW + timedelta(days=1))
    assert [rooms.remind(viewer=cast.qa_lead, room_id=room.pk, now=day) for day in days] == [1, 0, 1]
    assert Message.objects.filter(user=uma.user).count() == 3


def test_it_opens_when_all_have_answered_and_not_before(cast, room, uma):
    """By whoever made it; what they said alone becomes their reviews, and counts as labels."""
    with pytest.raises(WrongStateError, match="nobody has answered"):
        rooms.open_together(viewer=cast.qa_lead, room_id=room.pk, now=NOW)
    answer(cast.evaluator, room, "met", "met", "not_applicable", quotes=[])
    with pytest.raises(WrongStateError, match="some have not answered"):
        rooms.open_together(viewer=cast.qa_lead, room_id=room.pk, now=NOW)
    with pytest.raises(WrongStateError, match="not open yet"):
        rooms.agree(viewer=cast.qa_lead, room_id=room.pk, agreed=agreed(room), now=NOW)
    assert not Review.objects.exists()
    answer(uma, room, "met", "not_met", "met")
    other = viewer(person("Rui Costa", Role.QA_LEAD))
    with pytest.raises(NotYoursError, match="whoever made the room"):
        rooms.open_together(viewer=other, room_id=room.pk, now=NOW)
    rooms.open_together(viewer=cast.qa_lead, room_id=room.pk, now=NOW)
    assert {(row.kind, row.reviewer_name) for row in Review.objects.all()} == {
        ("label", "Eve Tanaka"),
        ("label", "Uma Evans"),
    }
    assert Review.objects.count() == 18
    assert DirtyDay.objects.exists()
    for again in (rooms.open_together, rooms.remind):
        with pytest.raises(WrongStateError, match="open"):
            again(viewer=cast.qa_lead, room_id=room.pk, now=NOW)


def test_once_the_day_has_passed_who_has_not_answered_stays_out(cast, room, uma):
    """What they did answer counts; the rest is asked no more, and hidden no more."""
    answer(cast.evaluator, room, "met", "met", "met")
    answer(uma, room, "met", "met", "met", calls=1)
    late = NOW + timedelta(days=5)
    rooms.open_together(viewer=cast.qa_lead, room_id=room.pk, now=late)
    left = Assignment.objects.filter(room=room, submitted_at__isnull=True)
    assert {(row.reviewer_id, row.passed_on_because) for row in left} == {
        (uma.user.pk, "the room was opened without them")
    }
    assert Review.objects.count() == 12
    assert AuditEntry.objects.get(action="room.open").detail == {"answered": 4, "left_out": 2}


def test_a_room_whose_maker_is_gone_is_opened_by_another_qa_lead(cast, room, uma):
    answer(cast.evaluator, room, "met", "met", "met")
    answer(uma, room, "met", "met", "met")
    User.objects.filter(pk=cast.qa_lead.user.pk).update(is_active=False)
    assert (
        rooms.open_together(viewer=viewer(person("Rui Costa", Role.QA_LEAD)), room_id=room.pk, now=NOW).opened_at == NOW
    )


def test_what_is_agreed_counts_and_a_change_writes_another_review(cast, opened):
    """With the evidence of those who had said so by themselves; the same again changes nothing."""
    call_, behaviour = first_call(opened), greets(opened.template)
    made = rooms.agree(viewer=cast.qa_lead, room_id=opened.pk, agreed=agreed(opened), now=NOW)
    again = rooms.agree(viewer=cast.qa_lead, room_id=opened.pk, agreed=agreed(opened), now=NOW)
    assert made == again
    stands = effective_verdicts().filter(behaviour=behaviour, attempt__current_for__conversation=call_)
    assert [one.effective for one in stands] == ["not_met"]
    changed = agreed(opened, outcome=Outcome.MET, why="", seen=stamp_of(made))
    rooms.agree(viewer=cast.qa_lead, room_id=opened.pk, agreed=changed, now=NOW)
    back = agreed(opened, seen=stamp_of(RoomDecision.objects.get()))
    assert [one.effective for one in stands.all()] == ["met"]
    rooms.agree(viewer=cast.qa_lead, room_id=opened.pk, agreed=back, now=NOW)
    reviews = Review.objects.filter(kind="calibration").order_by("id")
    assert [(row.outcome, row.note, row.rank) for row in reviews] == [
        ("not_met", "A yes is no greeting.", 1), ("met", "", 1), ("not_met", "A yes is no greeting.", 1)
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="room.agree").count() == 3


def test_the_evidence_of_those_who_said_so_goes_with_what_is_agreed(cast, room, uma):
    call_ = Conversation.objects.filter(
        assignments__room=room, assignments__reviewer=uma.user, key__in=["c0", "c1", "c2"]
    )
    for who in (cast.evaluator, uma):
        for row in Assignment.objects.filter(room=room, reviewer=who.user):
            spoken = {"quotes": [GREETING]} if row.conversation.key in {"c0", "c1", "c2"} else {}
            said = {str(pk): {"outcome": "met"} for pk in row.asked}
            said[str(row.asked[0])] |= spoken
            assignments.submit(viewer=who, assignment_id=row.pk, answers=said, saves=0, now=NOW)
    rooms.open_together(viewer=cast.qa_lead, room_id=room.pk, now=NOW)
    spoken = call_.first()
    assert spoken is not None, "this seed draws a call with a greeting"
    both = agreed(room, conversation_id=spoken.pk, outcome=Outcome.MET)
    rooms.agree(viewer=cast.qa_lead, room_id=room.pk, agreed=both, now=NOW)
    review = Review.objects.get(kind="calibration")
    assert (review.turns, review.quotes) == ([0], [GREETING])


def test_two_evaluators_answer_the_same_call_at_once(cast, room, uma):
    """Each has answers of their own; of one person's two windows the second is told."""
    rows = {
        who: Assignment.objects.filter(room=room, reviewer=who.user).order_by("id")[0] for who in (cast.evaluator, uma)
    }
    assert len({row.conversation_id for row in rows.values()}) == 1
    for saves in range(2):
        for who, outcome in ((cast.evaluator, "met"), (uma, "not_met")):
            said = {str(rows[who].asked[0]): {"outcome": outcome}}
            kept = {"viewer": who, "assignment_id": rows[who].pk, "answers": said, "now": NOW}
            assert assignments.save_answers(saves=saves, **kept) == saves + 1
    first = str(rows[uma].asked[0])
    assert [Assignment.objects.get(pk=row.pk).answers[first]["outcome"] for row in rows.values()] == ["met", "not_met"]
    with pytest.raises(NewerWordsError):
        assignments.save_answers(saves=1, **kept)


def test_of_two_who_agree_at_once_the_second_is_told(cast, opened):
    """Nothing is lost: what the first wrote stands, and the second may write over it knowingly."""
    rui = viewer(person("Rui Costa", Role.QA_LEAD))
    first = rooms.agree(viewer=cast.qa_lead, room_id=opened.pk, agreed=agreed(opened), now=NOW)
    theirs = agreed(opened, outcome=Outcome.MET, why="Yes is warm.")
    with pytest.raises(NewerWordsError):
        rooms.agree(viewer=rui, room_id=opened.pk, agreed=theirs, now=NOW)
    assert (RoomDecision.objects.get().outcome, Review.objects.filter(kind="calibration").count()) == ("not_met", 1)
    known = replace(theirs, seen=stamp_of(first))
    rooms.agree(viewer=rui, room_id=opened.pk, agreed=known, now=NOW)
    with pytest.raises(NewerWordsError):
        rooms.agree(
            viewer=cast.qa_lead, room_id=opened.pk, agreed=agreed(opened, why="But no.", seen=stamp_of(first)), now=NOW
        )


def test_of_two_who_word_at_once_the_second_is_told(cast, opened):
    behaviour = greets(opened.template).pk
    rui = viewer(person("Rui Costa", Role.QA_LEAD))
    one = Worded(behaviour, question="Did the agent wish a good morning?")
    first = rooms.word(viewer=cast.qa_lead, room_id=opened.pk, new=one, now=NOW)
    assert rooms.word(viewer=rui, room_id=opened.pk, new=one, now=NOW) == first
    other = Worded(behaviour, question="Did the agent say hello?")
    with pytest.raises(NewerWordsError):
        rooms.word(viewer=rui, room_id=opened.pk, new=other, now=NOW)
    assert RoomWording.objects.get().question == "Did the agent wish a good morning?"
    rooms.word(viewer=rui, room_id=opened.pk, new=replace(other, seen=stamp_of(first)), now=NOW)
    assert RoomWording.objects.get().worded_by == rui.user


def test_new_words_go_into_the_draft_where_the_old_ones_stand(cast, opened):
    """With one click, into a draft that somebody works on as well; published, the behaviour is asked so."""
    behaviour = greets(opened.template)
    with pytest.raises(WrongStateError, match="no new words wait"):
        rooms.take_up(viewer=cast.qa_lead, room_id=opened.pk, now=NOW)
    studio.save_draft(
        viewer=cast.qa_lead,
        text=opened.template.versions.get().text.replace("title: Warmth", "title: Is warm # new"),
        now=NOW,
    )
    new = Worded(behaviour.pk, question="Did the agent wish a\ngood morning?", good="Good morning, Ms Berg!")
    rooms.word(viewer=cast.qa_lead, room_id=opened.pk, new=new, now=NOW)
    version = rooms.take_up(viewer=cast.qa_lead, room_id=opened.pk, now=NOW)
    assert (version.number, version.published_at) == (2, None)
    assert "    question: Did the agent wish a good morning?\n" in version.text
    assert "title: Is warm # new" in version.text
    assert RoomWording.objects.get().version == version
    studio.publish_draft(viewer=cast.qa_lead, key="manners", sha256=version.sha256, now=NOW)
    behaviour.refresh_from_db()
    assert behaviour.good == "Good morning, Ms Berg!"
    stamp = stamp_of(RoomWording.objects.get())
    rooms.word(viewer=cast.qa_lead, room_id=opened.pk, new=Worded(behaviour.pk, good="Hello!", seen=stamp), now=NOW)
    assert RoomWording.objects.get().version is None


def test_words_for_a_behaviour_that_is_gone_are_refused_and_stay(cast, opened):
    rooms.word(viewer=cast.qa_lead, room_id=opened.pk, new=Worded(greets(opened.template).pk, good="Hello!"), now=NOW)
    text = opened.template.versions.get().text.replace("key: greets", "key: welcomes")
    studio.save_draft(viewer=cast.qa_lead, text=text, now=NOW)
    with pytest.raises(RefusedError, match="no behaviour 'greets' any more"):
        rooms.take_up(viewer=cast.qa_lead, room_id=opened.pk, now=NOW)
    assert RoomWording.objects.get().version is None


def test_a_closed_room_is_read_only(cast, opened):
    rooms.close(viewer=cast.qa_lead, room_id=opened.pk, now=NOW)
    with pytest.raises(WrongStateError, match="closed"):
        rooms.agree(viewer=cast.qa_lead, room_id=opened.pk, agreed=agreed(opened), now=NOW)
    with pytest.raises(WrongStateError, match="closed"):
        rooms.word(
            viewer=cast.qa_lead, room_id=opened.pk, new=Worded(greets(opened.template).pk, good="Hello"), now=NOW
        )
    with pytest.raises(WrongStateError, match="closed"):
        rooms.close(viewer=OPERATOR, room_id=opened.pk, now=NOW)


def test_what_is_no_answer_or_was_not_asked_is_refused(cast, opened):
    with pytest.raises(RefusedError, match="agrees on met"):
        rooms.agree(viewer=cast.qa_lead, room_id=opened.pk, agreed=agreed(opened, outcome=Outcome.UNSCORED), now=NOW)
    with pytest.raises(RefusedError, match="write the question"):
        rooms.word(viewer=cast.qa_lead, room_id=opened.pk, new=Worded(greets(opened.template).pk, good=" "), now=NOW)
    asked = set(Conversation.objects.filter(assignments__room=opened).values_list("id", flat=True))
    other = Conversation.objects.exclude(pk__in=asked)[0]
    with pytest.raises(Conversation.DoesNotExist):
        rooms.agree(viewer=cast.qa_lead, room_id=opened.pk, agreed=agreed(opened, conversation_id=other.pk), now=NOW)
    assert len(asked) == FEWEST_CALLS
