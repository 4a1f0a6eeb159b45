"""No score is flattered by its own training data, agreed decisions are no rater's, and versions are told apart."""

from collections.abc import Sequence

import pytest

from app.training import Teacher, answer, centre, said
from builders import MANNERS, NOW, label, publish, score, take
from coachloop.app.models import Behaviour, Conversation, Review
from coachloop.app.queries.evaluate import evaluate
from coachloop.app.queries.trust import trust
from coachloop.app.queries.verdicts import current_verdicts
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import learned as training
from coachloop.app.services import scoring
from coachloop.core.model.review import PRECEDENCE, ReviewKind
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import LabelLine
from coachloop.core.scoring.port import Finding, Question, Scorer

MET, NOT_MET = Outcome.MET, Outcome.NOT_MET
OF, WARM = 24, range(12)


class Parrot(Scorer):
    """A learned scorer that knows its labels by heart: asked about what it learned from, it is always right."""

    name, version = "learned", "1"

    def score(self, questions: Sequence[Question]) -> list[Finding]:
        return [
            Finding(MET if int(one.conversation.id[2:]) in WARM else NOT_MET, reason="by heart") for one in questions
        ]


@pytest.mark.usefixtures("site")
def test_a_scorer_that_learned_its_labels_by_heart_is_not_trusted_for_it(monkeypatch):
    """Every stored verdict is as labelled, and a model that had not seen the agent says the opposite in half of the calls of each."""
    truth = {f"c-{n}": MET if n in WARM else NOT_MET for n in range(OF)}
    blind = {key: one if int(key[2:]) // 4 % 2 else (NOT_MET if one is MET else MET) for key, one in truth.items()}
    monkeypatch.setattr(training, "train", Teacher(**{key.replace("-", "_"): one for key, one in blind.items()}))
    centre(OF, warm=WARM)
    training.train_template(viewer=OPERATOR, key="warm", now=NOW)
    for engine in scoring.engines({"learned": Parrot()}):
        scoring.put_down_outdated(engine, everything=True)
        scoring.score_pending(engine, now=NOW)
    stored = current_verdicts().filter(behaviour__key="warmth")
    place = "attempt__current_for__conversation__key"
    assert {key: Outcome(one) for key, one in stored.values_list(place, "outcome")} == truth, "flattering, as stored"
    row = next(row for row in trust(OPERATOR, "warm") if row.behaviour == "warmth")
    assert row.n == OF
    assert row.kappa.value == pytest.approx(0)
    assert row.kappa.high < 0.8
    assert row.confusion["met"]["met"] + row.confusion["not_met"]["not_met"] == OF // 2
    assert row.versions[0].kappa.value == pytest.approx(0)
    assert row.deciders == [("learned", OF, OF // 2)]
    labels = [LabelLine(conversation_id=key, behaviour="warmth", verdict=one.value) for key, one in truth.items()]
    found = next(one for one in evaluate(OPERATOR, "warm", labels) if one.behaviour == "warmth")
    assert found.kappa == pytest.approx(0)


@pytest.fixture
def answered(cast):
    """Twenty-four calls greeted in the half of them, audited by Rae, who hears the same."""
    publish()
    take(*(said(f"c-{n}", "Good morning!" if n in WARM else "Yes?", agent=f"a-{n % 4}") for n in range(OF)))
    score()
    label(*(_heard(n, met=n in WARM) for n in range(OF)))
    return cast


def _heard(n, *, met, **more):
    told = {"template": "manners", "reviewer": "rae", "sampling_probability": 0.5}
    return answer(f"c-{n}", met=met, behaviour="greets", **{**told, **more})


def greets():
    return next(row for row in trust(OPERATOR, "manners") if row.behaviour == "greets")


def reviewed(n, outcome, *, kind, name):
    Review.objects.create(
        conversation=Conversation.objects.get(key=f"c-{n}"), behaviour=Behaviour.objects.get(key="greets"), kind=kind,
        rank=PRECEDENCE[kind], outcome=outcome, reviewer_name=name, reviewed_at=NOW, fingerprint=f"{n}{kind}{name}",
    )  # fmt: skip


@pytest.mark.usefixtures("answered")
def test_agreed_decisions_are_no_raters():
    before = greets()
    assert (before.raters, before.kappa.value) == (1, 1)
    for n in range(OF):
        reviewed(n, NOT_MET, kind=ReviewKind.CALIBRATION, name="the room")
        reviewed(n, NOT_MET, kind=ReviewKind.DISPUTE, name="dina")
    assert greets() == before


@pytest.mark.usefixtures("answered")
def test_where_two_differed_the_third_one_is_right_and_no_rater_among_them():
    label(*(_heard(n, met=n in WARM, reviewer="sam") for n in range(1, OF)), _heard(0, met=False, reviewer="sam"))
    reviewed(0, NOT_MET, kind=ReviewKind.ADJUDICATION, name="tia")
    found = greets()
    assert (found.raters, found.basis) == (2, "audits")
    assert found.confusion["met"] == {"met": 11, "not_met": 1, "not_applicable": 0}
    assert 0.8 < found.people_alpha.value < 1


@pytest.mark.usefixtures("answered")
def test_each_version_stands_with_its_own_agreement():
    """The second version hears a greeting everywhere; the newest comes first and counts now."""
    publish(MANNERS.replace("[good morning]", "[good morning, yes]"))
    score()
    now, before = greets().versions
    assert (now.number, now.current, now.n, now.agree) == (2, True, OF, OF // 2)
    assert (before.number, before.current, before.agree) == (1, False, OF)
    assert (now.kappa.value, before.kappa.value) == (None, 1) or now.kappa.value == 0
