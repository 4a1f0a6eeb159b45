"""The machine is judged on what it has not learned from, whoever asks and however the verdict came about."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from app.training import Teacher, answer, centre, said
from builders import NOW, label, take
from coachloop.app.queries import learned, template_page
from coachloop.app.queries.evaluate import evaluate
from coachloop.app.queries.verdicts import current_verdicts
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import learned as training
from coachloop.app.services import scoring
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import LabelLine
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Finding, Question, Scorer

MET, NOT_MET, UNSCORED = Outcome.MET, Outcome.NOT_MET, Outcome.UNSCORED


class Says(Scorer):
    """Answers by a rule; a version like that of a learned scorer."""

    def __init__(self, name: str, rule: Callable[[Question], Outcome | None], version: str = "1") -> None:
        self.name, self.version, self._rule = name, version, rule

    def score(self, questions: Sequence[Question]) -> list[Finding]:
        return [Finding(self._rule(question), reason="a rule") for question in questions]


def remembers(question):
    """A model that knows the calls it learned from by heart, and passes on c-4 and c-5."""
    return None if question.conversation.id in {"c-4", "c-5"} else MET


def judges(question):
    return NOT_MET if question.conversation.id == "c-4" else None


@pytest.fixture
def scored(site, monkeypatch):  # noqa: ARG001 -- opens the database
    """Everything by a model that learned from c-0 to c-5, thanked in c-0; then a call that it did not learn from."""
    monkeypatch.setattr(training, "train", Teacher(c_0=NOT_MET, c_1=NOT_MET, c_3=MET, c_5=NOT_MET))
    centre(6)
    label(*(answer(f"c-{n}", met=True, behaviour="thanks") for n in range(6)))
    training.train_template(viewer=OPERATOR, key="warm", now=NOW)
    take(said("c-9", "Whatever."), said("c-0", "Thank you.", agent="a-0"), replace=True)
    members = {"phrases": PhraseScorer(), "learned": Says("learned", remembers), "judge": Says("judge", judges)}
    for engine in scoring.engines(members):
        scoring.score_pending(engine, now=NOW)


def unseen(behaviour):
    found = learned.unseen(current_verdicts().filter(behaviour__key=behaviour))
    return {one.conversation: one.outcome for one in found}


@pytest.mark.usefixtures("scored")
def test_what_a_model_learned_from_is_judged_by_its_cross_validation():
    """Words decided c-0 before it. It says the opposite of c-1 out of fold, passes on c-2, decides c-5 that it passed on."""
    assert unseen("thanks") == {
        "c-0": MET, "c-1": NOT_MET, "c-2": UNSCORED, "c-3": MET, "c-4": NOT_MET, "c-5": NOT_MET, "c-9": MET,
    }  # fmt: skip


@pytest.mark.usefixtures("scored")
def test_without_a_later_scorer_what_it_passes_on_is_open():
    assert unseen("warmth") == {
        "c-0": NOT_MET, "c-1": NOT_MET, "c-2": UNSCORED, "c-3": MET, "c-4": UNSCORED, "c-5": NOT_MET, "c-9": MET,
    }  # fmt: skip
    assert unseen("greets") == dict.fromkeys(unseen("warmth"), NOT_MET), "no model took part"


@pytest.mark.usefixtures("scored")
def test_a_verdict_is_held_against_the_model_that_gave_it():
    """A candidate that learned from c-9 too changes nothing about a verdict of before."""
    label(answer("c-9", met=False))
    training.train_template(viewer=OPERATOR, key="warm", now=NOW + timedelta(days=1))
    assert unseen("warmth")["c-9"] == MET


@pytest.mark.usefixtures("scored")
def test_words_that_were_replaced_since_are_new_to_the_model():
    take(said("c-1", "Good bye.", agent="a-1"), replace=True, now=NOW + timedelta(days=1))
    for engine in scoring.engines({"learned": Says("learned", remembers)}):
        scoring.score_pending(engine, now=NOW)
    assert unseen("warmth")["c-1"] == MET
    assert "c-1" not in learned.held_out(learned.keys_of(learned.current_models()))["warm", "warmth"]


@pytest.mark.usefixtures("scored")
def test_groups_are_agents():
    groups = {one.conversation: one.group for one in learned.unseen(current_verdicts())}
    assert (groups["c-1"], groups["c-9"]) == ("a-1", "lea")


@pytest.mark.parametrize(
    ("version", "before", "model"),
    [
        ("phrases@1>learned@12>judge@gpt@4>5", {"phrases"}, 12),
        ("learned@3", set(), 3),
        ("phrases@1", {"phrases"}, 0),
        ("none", {"none"}, 0),
        ("learned@dev", set(), 0),
    ],
)
def test_a_cascade_says_who_is_asked_before_which_model(version, before, model):
    cascade = learned.Cascade(version)
    assert (cascade.before, cascade.model) == (before, model)


@pytest.mark.usefixtures("scored")
def test_evaluation_uses_it():
    """People say met of all; the machine remembers that, and out of fold it is wrong about c-1 and c-5."""
    labels = [LabelLine(conversation_id=f"c-{n}", behaviour="thanks", verdict="met") for n in range(6)]
    row = next(row for row in evaluate(OPERATOR, "warm", labels) if row.behaviour == "thanks")
    assert (row.n, row.unscored, row.recall) == (5, 1, 0.4)


@pytest.mark.usefixtures("scored")
def test_the_scorer_of_a_trial_is_given_the_same():
    """By template and behaviour; where cross-validation passes there is no outcome."""
    keys = learned.keys_of(learned.newest_models())
    found = learned.held_out(keys)
    assert found.keys() == {("warm", "warmth"), ("warm", "thanks")}
    assert {key: finding.outcome for key, finding in found["warm", "warmth"].items()} == {
        "c-0": NOT_MET, "c-1": NOT_MET, "c-2": None, "c-3": MET, "c-4": None, "c-5": NOT_MET,
    }  # fmt: skip
    models = learned.load(keys)
    assert {key: (model.version, model.data) for key, model in models.items()} == {
        ("warm", "warmth"): ("1", b"model"), ("warm", "thanks"): ("1", b"model"),
    }  # fmt: skip


def steps(behaviour="warmth"):
    view = template_page.template(OPERATOR, "warm")
    return {each.definition.key: each.learned for each in view.behaviours}[behaviour]


def test_a_templates_page_says_how_good_each_model_is_and_what_comes_next(site, monkeypatch):  # noqa: ARG001 -- opens the database
    """From no model over a candidate to its publishing; a behaviour without a learned scorer has no such line."""
    monkeypatch.setattr(training, "train", Teacher())
    centre(6)
    assert (steps().current, steps().labels, steps().command) == (None, 6, "coachloop train warm")
    assert steps().next_step == "6 labelled calls; about 50 make a first model"
    training.train_template(viewer=OPERATOR, key="warm", now=NOW)
    assert (steps().current.kappa, steps().current.low, steps().current.labels) == (0.6, 0.4, 6)
    assert (steps().candidate, steps().command) == (None, "")
    take(said("c-9", "Whatever."), said("c-10", "Whatever."))
    label(answer("c-9", met=False), answer("c-10", met=False, sampling_probability=0.5))
    assert (steps().next_step, steps().command) == ("More labels since the training: 1", "coachloop train warm")
    training.train_template(viewer=OPERATOR, key="warm", now=NOW + timedelta(days=1))
    assert (steps().candidate.number, steps().command) == (2, "coachloop template publish warm")
    assert steps("greets") is None
