from datetime import timedelta
from itertools import permutations

import pytest

from builders import NOW, call, publish, score, take
from coachloop.app.models import Behaviour, Conversation, Review
from coachloop.app.queries.verdicts import current_verdicts, effective_verdicts
from coachloop.core.model.review import PRECEDENCE, ReviewKind

pytestmark = pytest.mark.usefixtures("site")

ANSWERS = {
    ReviewKind.DISPUTE: "met",
    ReviewKind.CALIBRATION: "not_met",
    ReviewKind.ADJUDICATION: "not_applicable",
    ReviewKind.LABEL: "not_met",
}


@pytest.fixture
def call_row():
    """One call in which the machine found no greeting."""
    publish()
    take(call("c-1"))
    score()
    return Conversation.objects.get()


def answer(row, kind, outcome, *, minutes=0):
    Review.objects.create(
        conversation=row, behaviour=Behaviour.objects.get(key="greets"), kind=kind, rank=PRECEDENCE[kind], outcome=outcome,
        reviewed_at=NOW + timedelta(minutes=minutes), fingerprint=f"{kind}{outcome}{minutes}{Review.objects.count()}",
    )  # fmt: skip


def stands():
    row = effective_verdicts().get(behaviour__key="greets")
    return row.effective, row.human, row.outcome


def test_without_people_the_machine_counts(call_row):
    assert stands() == ("not_met", None, "not_met")
    assert call_row.reviews.count() == 0


@pytest.mark.parametrize("order", list(permutations(ANSWERS))[::5])
def test_the_most_considered_answer_counts_whatever_came_last(call_row, order):
    """Dispute, calibration, adjudication, label: in whatever order they were given."""
    for minutes, kind in enumerate(order):
        answer(call_row, kind, ANSWERS[kind], minutes=minutes)
        best = min(order[: minutes + 1], key=lambda one: PRECEDENCE[one])
        assert stands() == (ANSWERS[best], ANSWERS[best], "not_met")


def test_among_labels_and_audits_the_latest_counts(call_row):
    """By when they were given, not by when they were stored; the last stored where both are the same."""
    answer(call_row, ReviewKind.LABEL, "met", minutes=5)
    answer(call_row, ReviewKind.AUDIT, "not_applicable", minutes=3)
    assert stands()[0] == "met"
    answer(call_row, ReviewKind.AUDIT, "not_met", minutes=9)
    assert stands()[0] == "not_met"
    answer(call_row, ReviewKind.LABEL, "met", minutes=9)
    assert stands()[0] == "met"


def test_an_answer_about_one_behaviour_leaves_the_others_alone(call_row):
    answer(call_row, ReviewKind.LABEL, "met")
    assert {row.behaviour.key: row.human for row in effective_verdicts()} == {
        "greets": "met",
        "value_first": None,
        "warmth": None,
    }


def test_people_outlive_the_machines_attempts(call_row):
    answer(call_row, ReviewKind.LABEL, "met")
    score(now=NOW + timedelta(1), everything=True)
    assert stands() == ("met", "met", "not_met")


def test_only_the_current_attempt_counts(call_row):
    score(now=NOW + timedelta(1), everything=True)
    assert call_row.evaluations.get().attempts.count() == 2
    assert current_verdicts().count() == 3
    assert {row.attempt.number for row in current_verdicts()} == {2}
