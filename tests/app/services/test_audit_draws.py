"""Audits: drawn by chance, given out evenly, verifiable by anybody."""

import gzip
import json
from datetime import date, timedelta
from typing import Any

import pytest

from app.conftest import Cast
from builders import NOW, call, calls, person, publish, score, scores, take
from coachloop.app.errors import NotYoursError, RefusedError, UnknownNameError
from coachloop.app.models import Assignment, AuditDraw, AuditEntry, Conversation, Review, User
from coachloop.app.queries import audit_frames
from coachloop.app.queries.audits import answers_to_audits
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import assignments, audit, audit_draws
from coachloop.app.services.audit_draws import Wanted
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 11)


@pytest.fixture
def people(cast: Cast) -> Cast:
    """Thirty scored calls of three agents, and a second evaluator."""
    publish()
    person("Finn Evaluator", Role.EVALUATOR)
    take(*calls("lea", 5, 10), *calls("tom", 9, 10), *calls("sam", 2, 10, team="south"))
    take(call("older", at=date(2026, 3, 2)), call("nobodys", agent=None), call("chat", channel="chat"))
    score()
    return cast


def wanted(**change: Any) -> Wanted:
    return Wanted(**{"template": "manners", "first": FIRST, "last": LAST, "size": 12, "seed": "May"} | change)


def drawn(cast: Cast, **change: Any) -> AuditDraw:
    return audit_draws.draw_audit(viewer=cast.qa_lead, wanted=wanted(**change), now=NOW)


def test_everybody_has_a_share_and_nobody_chooses(people: Cast) -> None:
    """Frame, seed and chances are kept; the work is shared out evenly, some of it twice."""
    row = drawn(people)
    frame = json.loads(gzip.decompress(bytes(row.frame)))
    assert len(frame) == 30
    assert {agent for _, _, agent in frame} == {"lea", "tom", "sam"}
    assert frame == sorted(frame)
    assert {chance for _, chance, _ in frame} == {0.9, 0.1}
    given = list(Assignment.objects.select_related("conversation__agent", "reviewer"))
    once = {one.conversation.key: one for one in given}
    assert {one.conversation.agent.key for one in given if one.conversation.agent} == {"lea", "tom", "sam"}
    assert len(given) == len(once) + round(0.1 * len(once))
    loads = [sum(one.reviewer == who for one in given) for who in {one.reviewer for one in given}]
    assert max(loads) - min(loads) <= 1
    assert all(0 < (one.sampling_probability or 0) < 1 for one in given)
    assert {one.due_on for one in given} == {date(2026, 5, 27)}, (
        "ten working days in Germany: a holiday on the 14th and one on the 25th"
    )
    assert len(given[0].asked) == 3
    entry = AuditEntry.objects.get(action="audit.draw")
    assert entry.detail["sha256"] == row.sha256
    found = audit_frames.verify(OPERATOR, row.pk)
    assert (found.holds, found.frame, found.chosen, found.answered_before, found.gone) == (True, 30, len(once), 0, 0)


def test_the_size_is_computed_from_the_interval(people: Cast) -> None:
    """A narrower one takes more calls; a size that gives some agent nothing is refused."""
    assert drawn(people, size=0, within=0.2).size < drawn(people, size=0, within=0.05, seed="other").size <= 30
    with pytest.raises(RefusedError, match="size must be from 3, one call of every agent, to the 30"):
        drawn(people, size=2, seed="third")
    assert len(drawn(people, seed="", size=3).seed) == 32


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"first": LAST, "last": FIRST}, "end after they begin"),
        ({"within": 0.0}, "between 0 and 100"),
        ({"twice": 1.5}, "from 0 to 1"),
        ({"seed": "x" * 65}, "at most 64"),
        ({"first": date(2020, 1, 1), "last": date(2020, 1, 2)}, "no call to audit"),
        ({"behaviour": "sings"}, "it has: greets, value_first, warmth"),
    ],
)
def test_what_cannot_be_drawn_is_refused(people: Cast, change: dict[str, Any], why: str) -> None:
    """In words that say what would be right."""
    with pytest.raises((RefusedError, UnknownNameError), match=why):
        drawn(people, **change)
    assert not AuditDraw.objects.exists()


def test_only_a_qa_lead_draws(people: Cast) -> None:
    """Not whoever answers, nor a leader."""
    for who in (people.evaluator, people.ada, people.operations):
        with pytest.raises(NotYoursError):
            audit_draws.draw_audit(viewer=who, wanted=wanted(), now=NOW)
        with pytest.raises(NotYoursError):
            audit_draws.give_out_again(viewer=who, draw_id=1, now=NOW)


def test_a_second_draw_knows_nothing_of_the_first_and_the_chances_are_of_either(people: Cast) -> None:
    """Nothing is asked twice; the same seed would know."""
    first = drawn(people)
    before = dict(first.assignments.values_list("conversation__key", "sampling_probability"))
    with pytest.raises(RefusedError, match="used before"):
        drawn(people)
    second = drawn(people, seed="June", size=15)
    alone, again = audit_frames.drawn_again(first), audit_frames.drawn_again(second)
    for row in Assignment.objects.select_related("conversation"):
        key = row.conversation.key
        assert row.sampling_probability == pytest.approx(1 - (1 - alone[key]) * (1 - again[key]))
        assert row.draw_id == second.pk or (row.sampling_probability or 0) > (before[key] or 0)
    verified = audit_frames.verify(OPERATOR, second.pk)
    assert verified.holds
    assert verified.answered_before > 0
    assert verified.answered_before + second.assignments.values("conversation").distinct().count() == verified.chosen
    assert audit_frames.verify(OPERATOR, first.pk).holds


def test_a_later_draw_raises_the_chance_of_an_answer(people: Cast) -> None:
    """The review keeps that of its day; whoever reckons takes the newer one."""
    first = drawn(people, twice=0)
    row = first.assignments.order_by("id")[0]
    who = viewer(row.reviewer) if row.reviewer else people.evaluator
    answers = {str(pk): {"outcome": "met"} for pk in row.asked}
    assignments.submit(viewer=who, assignment_id=row.pk, answers=answers, saves=0, now=NOW)
    drawn(people, seed="June", size=15)
    row.refresh_from_db()
    review = Review.objects.filter(behaviour__key="greets").get()
    found = answers_to_audits(first.template.behaviours.all())
    assert found[row.conversation.key, "greets"] == ("met", row.sampling_probability)
    assert (review.sampling_probability or 1) < (row.sampling_probability or 0)


def test_whoever_meddles_is_found_out(people: Cast) -> None:
    """A call taken out, one put in, a frame that was changed, a call that was deleted since."""
    row = drawn(people, twice=0)
    removed, moved, deleted = row.assignments.order_by("id")[:3]
    undrawn = Conversation.objects.filter(assignments__isnull=True, key__contains="-").order_by("key")[0]
    key = removed.conversation.key
    removed.delete()
    Assignment.objects.filter(pk=moved.pk).update(conversation=undrawn)
    Conversation.objects.filter(pk=deleted.conversation_id).update(key="not there any more")
    deleted.delete()
    found = audit_frames.verify(OPERATOR, row.pk)
    assert not found.holds
    assert found.missing == tuple(sorted([key, moved.conversation.key]))
    assert (found.extra, found.gone) == ((undrawn.key,), 1)
    AuditDraw.objects.update(frame=gzip.compress(b'[["lea-0",0.9,"lea"],["sam-0",0.9,"sam"]]'), size=2)
    assert not audit_frames.verify(OPERATOR, row.pk).frame_unchanged


def test_what_nobody_may_answer_waits_for_somebody(people: Cast) -> None:
    """Whoever has seen a call is not asked about it; once there is somebody new, it is given out."""
    for who in User.objects.filter(grants__role=Role.EVALUATOR):
        audit.look(viewer(who), *Conversation.objects.values_list("key", flat=True), now=NOW)
    row = drawn(people)
    assert set(row.assignments.values_list("reviewer", flat=True)) == {None}
    assert audit_draws.give_out_again(viewer=people.qa_lead, draw_id=row.pk, now=NOW) == 0
    new = person("Gita Evaluator", Role.EVALUATOR)
    assert audit_draws.give_out_again(viewer=people.qa_lead, draw_id=row.pk, now=NOW) == row.assignments.count()
    assert set(row.assignments.values_list("reviewer", flat=True)) == {new.pk}


def test_a_qa_lead_answers_only_where_they_choose_to(people: Cast) -> None:
    """And an agent's leader never, whatever is asked."""
    assert people.qa_lead.user is not None
    assert people.ada.user is not None
    row = drawn(people, also=[people.qa_lead.user.pk, people.ada.user.pk], due_on=LAST + timedelta(days=20))
    asked = {one.reviewer for one in row.assignments.select_related("reviewer")}
    assert people.qa_lead.user in asked
    assert people.ada.user not in asked
    assert row.due_on == date(2026, 5, 31)


def test_calls_without_words_are_audited_for_another_tools_scores_alone(cast: Cast) -> None:
    """They are heard elsewhere; templates that read transcripts leave them out."""
    publish()
    scores(*({
        "call_id": f"x-{n}", "agent_id": f"a-{n % 2}", "team": "north", "started_at": "2026-05-05T10:00:00Z",
        "queue": "q", "behaviour": "greets_well", "verdict": "met" if n % 3 else "na",
    } for n in range(8)))  # fmt: skip
    with pytest.raises(RefusedError, match="no call to audit"):
        drawn(cast)
    row = drawn(cast, template="imported", size=4)
    frame = audit_frames.read(row)
    assert len(frame.keys) == 8
    assert sorted(set(map(str, frame.predicted))) == ["0.9", "nan"]
    assert row.assignments.filter(kind=ReviewKind.AUDIT).exists()


def test_what_is_known_of_the_machine_decides_how_sure_it_is_taken_to_be(people: Cast) -> None:
    """Where it gives no probability: nine of ten at first, then what audits found."""
    row = drawn(people, twice=0, size=30)
    for one in row.assignments.select_related("reviewer"):
        answers = {str(pk): {"outcome": "met"} for pk in one.asked}
        assert one.reviewer is not None
        assignments.submit(viewer=viewer(one.reviewer), assignment_id=one.pk, answers=answers, saves=0, now=NOW)
    published = audit_frames.published_for_audit(OPERATOR, "manners")
    frame = audit_frames.frame_of(published, row.behaviour, first=FIRST, last=LAST)
    assert sorted(set(frame.predicted.tolist())) == [round(1 - 9 / 24, 4), round(25 / 26, 4)]
