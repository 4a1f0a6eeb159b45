"""What is answered blind: given out, saved, submitted once, passed on."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.conftest import Cast
from builders import NOW, call, person, publish, score, take
from coachloop.app.errors import NewerWordsError, RefusedError, WrongStateError
from coachloop.app.models import (
    Assignment,
    AuditDraw,
    AuditEntry,
    Behaviour,
    Conversation,
    DirtyDay,
    Review,
    Room,
    Template,
)
from coachloop.app.queries import assignments as queries
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import assignments as services
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind

DUE = date(2026, 5, 15)


@pytest.fixture
def template(cast: Cast) -> Template:  # noqa: ARG001 -- the people
    """A template with two scored calls of Lea's."""
    publish()
    take(call("c1", greets=True, price=True), call("c2", agent="tom", greets=False))
    score()
    return Template.objects.get(key="manners")


def ids(template: Template) -> list[int]:
    return list(template.behaviours.order_by("position").values_list("id", flat=True))


def pk(key: str) -> int:
    return Conversation.objects.get(key=key).pk


def drawn(template: Template) -> AuditDraw:
    return AuditDraw.objects.create(
        template=template, behaviour=template.behaviours.get(key="greets"), first_day=DUE, last_day=DUE, size=2,
        core=0.25, least=1, seed="s", frame=b"", sha256="", due_on=DUE, drawn_at=NOW,
    )  # fmt: skip


def audit_of(template: Template, who: int | None, *, key: str = "c1", draw: AuditDraw | None = None) -> Assignment:
    [row] = services.assign(
        template=template, kind=ReviewKind.AUDIT, asked=ids(template), pairs=[(pk(key), who, 0.25)], due_on=DUE,
        draw=draw or drawn(template), now=NOW,
    )  # fmt: skip
    return row


def saying(template: Template, *outcomes: str, **first: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        str(one): {"outcome": outcome} for one, outcome in zip(ids(template), outcomes, strict=True)
    }
    found[str(ids(template)[0])] |= first
    return found


GREETING = {"turn": 0, "start": 0, "end": 12, "quote": "Good morning"}


def test_submitted_answers_become_audits_with_their_chance_quotes_and_note(cast: Cast, template: Template) -> None:
    """Once, with the agent's day to be counted anew, and a row of who it was."""
    row = audit_of(template, cast.evaluator.user.pk)
    answers = saying(template, "met", "not_met", "not_applicable", quotes=[GREETING], note=" Warm. ")
    services.submit(viewer=cast.evaluator, assignment_id=row.pk, answers=answers, saves=0, now=NOW)
    greets = Review.objects.get(behaviour__key="greets")
    assert (greets.kind, greets.rank, greets.outcome, greets.sampling_probability) == ("audit", 3, "met", 0.25)
    assert (greets.turns, greets.quotes, greets.note) == ([0], [GREETING], "Warm.")
    assert (greets.reviewer, greets.reviewer_name, greets.reviewed_at) == (cast.evaluator.user, "Eve Tanaka", NOW)
    assert Review.objects.count() == 3
    assert DirtyDay.objects.filter(agent__key="lea").exists()
    entry = AuditEntry.objects.get(action="assignment.submit")
    assert entry.detail == {"kind": "audit", "template": "manners", "conversation": "c1"}
    with pytest.raises(WrongStateError, match="already"):
        services.submit(viewer=cast.evaluator, assignment_id=row.pk, answers=answers, saves=1, now=NOW)
    with pytest.raises(WrongStateError, match="already"):
        services.save_answers(viewer=cast.evaluator, assignment_id=row.pk, answers=answers, saves=1, now=NOW)


def test_what_was_saved_meanwhile_is_not_written_over(cast: Cast, template: Template) -> None:
    """The second window is told; the first one's words stay."""
    row = audit_of(template, cast.evaluator.user.pk)
    one = {str(ids(template)[0]): {"outcome": "met", "note": "First."}}
    assert services.save_answers(viewer=cast.evaluator, assignment_id=row.pk, answers=one, saves=0, now=NOW) == 1
    for late in (services.save_answers, services.submit):
        with pytest.raises(NewerWordsError):
            late(viewer=cast.evaluator, assignment_id=row.pk, answers={}, saves=0, now=NOW)
    form = queries.form(cast.evaluator, row.pk)
    assert form is not None
    assert (form.saves, form.questions[0].outcome, form.questions[0].note) == (1, "met", "First.")


@pytest.mark.parametrize(
    "refused",
    [
        ({"outcome": "unscored"}, "met, not_met or not_applicable"),
        ({"outcome": "met", "quotes": [{**GREETING, "end": 11}]}, "do not stand there"),
        ({"outcome": "met", "quotes": [{**GREETING, "turn": 44}]}, "do not stand there"),
        ({"outcome": "met", "quotes": [{**GREETING, "start": -12}]}, "do not stand there"),
        ({"outcome": "met", "quotes": [{"turn": 0}]}, "turn, start, end and quote"),
        ({"outcome": "met", "quotes": [{**GREETING, "turn": float("inf")}]}, "turn, start, end and quote"),
        ({"outcome": "met", "quotes": "Good morning"}, "turn, start, end and quote"),
        ({"outcome": "met", "quotes": [GREETING] * 21}, "at most 20"),
    ],
)
def test_what_can_be_no_answer_is_refused(cast: Cast, template: Template, refused: tuple[dict[str, Any], str]) -> None:
    """Offsets are checked here, whoever sent them."""
    said, why = refused
    row = audit_of(template, cast.evaluator.user.pk)
    with pytest.raises(RefusedError, match=why):
        services.save_answers(
            viewer=cast.evaluator, assignment_id=row.pk, answers={str(ids(template)[0]): said}, saves=0, now=NOW
        )
    with pytest.raises(RefusedError, match="not asked here: 999"):
        services.save_answers(viewer=cast.evaluator, assignment_id=row.pk, answers={"999": said}, saves=0, now=NOW)


def test_every_question_needs_an_answer(cast: Cast, template: Template) -> None:
    """The refusal names those without."""
    row = audit_of(template, cast.evaluator.user.pk)
    with pytest.raises(RefusedError, match="without an answer: Value first, Warmth"):
        services.submit(
            viewer=cast.evaluator, assignment_id=row.pk, answers=saying(template, "met", "", ""), saves=0, now=NOW
        )
    assert not Review.objects.exists()


def test_nobody_answers_for_somebody_else(cast: Cast, template: Template) -> None:
    """Not even a QA lead."""
    row = audit_of(template, cast.evaluator.user.pk)
    for other in (cast.qa_lead, cast.operator):
        with pytest.raises(Assignment.DoesNotExist):
            services.save_answers(viewer=other, assignment_id=row.pk, answers={}, saves=0, now=NOW)


def test_whoever_has_seen_a_verdict_is_not_asked(cast: Cast, template: Template) -> None:
    """The refusal says who and about what."""
    audit.look(cast.evaluator, "c1", now=NOW)
    with pytest.raises(RefusedError, match="Eve Tanaka has seen what was found in c1"):
        audit_of(template, cast.evaluator.user.pk)
    assert not Assignment.objects.exists()


def test_where_two_differ_a_third_one_decides(cast: Cast, template: Template) -> None:
    """About what they differ in alone; the answer goes before both, and keeps the day that is left for it."""
    second, third = person("Finn Evaluator", Role.EVALUATOR), person("Gita Evaluator", Role.EVALUATOR)
    draw = drawn(template)
    one, two = (audit_of(template, who, draw=draw) for who in (cast.evaluator.user.pk, second.pk))
    agree = saying(template, "met", "met", "met")
    services.submit(viewer=cast.evaluator, assignment_id=one.pk, answers=agree, saves=0, now=NOW)
    assert Assignment.objects.count() == 2
    differ = saying(template, "met", "not_met", "met")
    services.submit(viewer=viewer(second), assignment_id=two.pk, answers=differ, saves=0, now=NOW)
    row = Assignment.objects.get(kind=ReviewKind.ADJUDICATION)
    assert (row.reviewer, row.asked, row.due_on) == (third, [ids(template)[1]], DUE)
    assert queries.beside(viewer(third), row.pk) is None
    decided = {str(ids(template)[1]): {"outcome": "not_met"}}
    services.submit(viewer=viewer(third), assignment_id=row.pk, answers=decided, saves=0, now=NOW)
    last = Review.objects.get(kind=ReviewKind.ADJUDICATION)
    assert (last.rank, last.outcome, last.sampling_probability) == (2, "not_met", None)
    shown = queries.beside(viewer(third), row.pk)
    assert shown is not None
    assert [other.who for other in shown.sides[0].others] == ["Eve Tanaka", "Finn Evaluator"]


def test_work_is_passed_on_to_the_next_who_may(cast: Cast, template: Template) -> None:
    """With a reason; and where nobody may, it waits for somebody."""
    second = person("Finn Evaluator", Role.EVALUATOR)
    row = audit_of(template, cast.evaluator.user.pk)
    with pytest.raises(RefusedError, match="say why"):
        services.pass_on(viewer=cast.evaluator, assignment_id=row.pk, because="  ", now=NOW)
    services.pass_on(viewer=cast.evaluator, assignment_id=row.pk, because="I know the customer.", now=NOW)
    again = Assignment.objects.get(passed_on_at__isnull=True)
    assert (again.reviewer, again.sampling_probability, again.draw) == (second, 0.25, row.draw)
    with pytest.raises(Assignment.DoesNotExist):
        services.submit(viewer=cast.evaluator, assignment_id=row.pk, answers={}, saves=0, now=NOW)
    services.pass_on(viewer=viewer(second), assignment_id=again.pk, because="So do I.", now=NOW)
    assert Assignment.objects.get(passed_on_at__isnull=True).reviewer is None


def test_in_a_room_answers_stay_sealed_until_it_is_opened(cast: Cast, template: Template) -> None:
    """Submitted, they are no review yet; whoever leaves it is not replaced."""
    room = Room.objects.create(template=template, title="Greetings", chosen="random", answer_by=DUE, made_at=NOW)
    rows = services.assign(
        template=template, kind=ReviewKind.CALIBRATION, asked=ids(template), due_on=DUE, room=room, now=NOW,
        pairs=[(pk("c1"), cast.evaluator.user.pk, None), (pk("c2"), cast.evaluator.user.pk, None)],
    )  # fmt: skip
    answers = saying(template, "met", "met", "met")
    services.submit(viewer=cast.evaluator, assignment_id=rows[0].pk, answers=answers, saves=0, now=NOW)
    assert not Review.objects.exists()
    assert queries.beside(cast.evaluator, rows[0].pk) is None
    assert queries.sealed(cast.evaluator, rows[0].pk) == "Greetings"
    services.pass_on(viewer=cast.evaluator, assignment_id=rows[1].pk, because="Ill.", now=NOW)
    assert Assignment.objects.count() == 2
    Room.objects.update(opened_at=NOW)
    services.store(Assignment.objects.get(pk=rows[0].pk), kind=ReviewKind.LABEL, now=NOW)
    assert set(Review.objects.values_list("kind", "sampling_probability")) == {("label", None)}
    assert queries.beside(cast.evaluator, rows[0].pk) is not None
    assert queries.sealed(cast.evaluator, rows[0].pk) is None


@pytest.mark.usefixtures("cast")
def test_whoever_has_least_to_do_is_asked_first(template: Template) -> None:
    """Then by name; those who left are not asked."""
    first, _ = person("Ann Evaluator", Role.EVALUATOR), person("Xi Gone", Role.EVALUATOR)
    type(first).objects.filter(name="Xi Gone").update(is_active=False)
    names = [one.name for one in services.least_loaded(services.reviewers(OPERATOR, None))]
    assert names == ["Ann Evaluator", "Eve Tanaka"]
    audit_of(template, first.pk)
    assert [one.name for one in services.least_loaded(services.reviewers(OPERATOR, None))] == [
        "Eve Tanaka",
        "Ann Evaluator",
    ]
    assert Behaviour.objects.count() == 3
    assert services.working_day(NOW, 5) - NOW.date() == timedelta(days=8), "Ascension Day and a weekend lie between"
