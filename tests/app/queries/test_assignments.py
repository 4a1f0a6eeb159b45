"""What somebody who answers blind is shown, and who may answer blind at all."""

from datetime import date, timedelta

import pytest

from app.conftest import Cast
from app.services.test_assignments import DUE, audit_of, drawn, ids, pk, saying
from app.services.test_assignments import template as template_fixture
from builders import NOW, person, take
from builders import call as a_call
from coachloop.app.models import Agent, Assignment, Conversation, Focus, Review, StandIn, Team, Template, User, Verdict
from coachloop.app.queries import assignments as queries
from coachloop.app.queries import viewing
from coachloop.app.services import assignments as services
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

template = template_fixture


def test_the_form_shows_words_and_questions_and_nothing_that_was_found(cast: Cast, template: Template) -> None:
    """No verdict, no agent above the transcript."""
    row = audit_of(template, cast.evaluator.user.pk)
    form = queries.form(cast.evaluator, row.pk)
    assert form is not None
    assert form.turns[0].text == "Good morning!"
    assert [one.title for one in form.questions] == ["Greets", "Value first", "Warmth"]
    first = form.questions[0]
    assert (first.question, first.outcome) == ("Did the agent greet the customer?", "")
    assert first.good == "Good morning, thank you for picking up."
    assert "lea" not in repr(form).replace("Please", "")
    assert queries.form(cast.qa_lead, row.pk) is None
    assert queries.beside(cast.evaluator, row.pk) is None
    [waiting] = queries.queue(cast.evaluator, today=DUE + timedelta(days=1))
    assert (waiting.overdue, waiting.answered, waiting.asked, waiting.turns) == (True, 0, 3, 4)
    assert queries.queue(cast.operator, today=DUE) == []


def test_words_that_were_replaced_since_are_no_evidence_any_more(cast: Cast, template: Template) -> None:
    """The form drops the quote, so that the rest can still be saved."""
    row = audit_of(template, cast.evaluator.user.pk)
    quote = {"turn": 0, "start": 0, "end": 4, "quote": "Good"}
    answers = {str(ids(template)[0]): {"outcome": "met", "quotes": [quote]}}
    services.save_answers(viewer=cast.evaluator, assignment_id=row.pk, answers=answers, saves=0, now=NOW)
    form = queries.form(cast.evaluator, row.pk)
    assert form is not None
    assert [one.quote for one in form.questions[0].quotes] == ["Good"]
    take(a_call("c1", greets=False), replace=True)
    form = queries.form(cast.evaluator, row.pk)
    assert form is not None
    assert form.questions[0].quotes == ()


def test_what_is_asked_blind_is_seen_nowhere_else_until_it_is_answered(cast: Cast, template: Template) -> None:
    """Then the answer stands beside the machine's."""
    boss = viewing.viewer(person("Rob Both", Role.EVALUATOR, Role.QA_LEAD))
    assert boss.user is not None
    row = audit_of(template, boss.user.pk)
    assert queries.asks_about(boss, "c1") == row.pk
    assert queries.asks_about(cast.qa_lead, "c1") is None
    assert not viewing.conversations(boss).filter(key="c1").exists()
    answers = saying(template, "not_met", "met", "met", note="Cold.")
    services.submit(viewer=boss, assignment_id=row.pk, answers=answers, saves=0, now=NOW)
    assert viewing.conversations(boss).filter(key="c1").exists()
    shown = queries.beside(boss, row.pk)
    assert shown is not None
    greets, value, warmth = shown.sides
    assert greets.machine is not None
    assert (greets.machine.outcome, greets.machine.quotes) == (Outcome.MET, ("Good morning!",))
    assert (greets.question.outcome, greets.question.note, greets.others) == ("not_met", "Cold.", ())
    assert (greets.agrees, value.agrees, warmth.agrees) == (False, True, None)
    assert queries.form(boss, row.pk) is None


def _free(who: User) -> set[str]:
    calls = {one.pk: one.key for one in Conversation.objects.filter(key__in=("c1", "c2"))}
    return {calls[one] for one in queries.unbiased([who], calls)[who.pk]}


@pytest.mark.parametrize("how", ["look", "review", "assignment", "focus", "leads", "stood in", "own call"])
def test_who_has_seen_a_verdict_or_is_close_to_it_may_not_answer(cast: Cast, template: Template, how: str) -> None:
    """Each way of knowing, alone."""
    eve = cast.evaluator.user
    assert eve is not None
    assert _free(eve) == {"c1", "c2"}
    if how == "look":
        audit.look(cast.evaluator, "c1", now=NOW)
    elif how == "review":
        Review.objects.create(
            conversation_id=pk("c1"), behaviour_id=ids(template)[0], kind="label", rank=3, outcome="met",
            reviewer=eve, reviewed_at=NOW, fingerprint="f",
        )  # fmt: skip
    elif how == "assignment":
        row = audit_of(template, eve.pk)
        Assignment.objects.filter(pk=row.pk).update(passed_on_at=NOW)
    elif how == "focus":
        _coached_on(eve, template)
    elif how == "leads":
        Team.objects.update(leader=eve)
    elif how == "stood in":
        team = Team.objects.get(key="north")
        StandIn.objects.create(team=team, user=eve, first_day=date(2026, 1, 1), last_day=date(2026, 1, 2))
    else:
        Agent.objects.filter(key="lea").update(user=eve)
    assert _free(eve) == ({"c2"} if how not in {"leads", "stood in"} else set())


def _coached_on(who: User, template: Template) -> None:
    verdict = Verdict.objects.filter(attempt__evaluation__conversation__key="c1").first()
    Focus.objects.create(
        agent=Agent.objects.get(key="lea"), behaviour=template.behaviours.get(key="greets"), reason="r",
        example=verdict, opened_at=NOW, opened_by=who,
    )  # fmt: skip


def test_many_conversations_are_asked_for_at_once(
    cast: Cast, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large frame the audit log is read whole."""
    monkeypatch.setattr(queries, "FEW", 1)
    assert cast.evaluator.user is not None
    audit.look(cast.evaluator, "c1", "of-somewhere-else", now=NOW)
    assert _free(cast.evaluator.user) == {"c2"}
    assert drawn(template).assignments.count() == 0
