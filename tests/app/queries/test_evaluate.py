import pytest

from builders import MANNERS, call, label, publish, score, take
from coachloop.app.errors import UnknownNameError
from coachloop.app.models import Attempt
from coachloop.app.queries.evaluate import evaluate, try_out
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.templates import add_template
from coachloop.core.model.wire import LabelLine
from coachloop.core.scoring.phrases import PhraseScorer

SCORERS = {"phrases": PhraseScorer()}
HUMANS = ["met"] * 7 + ["not_met"] * 3 + ["met"] * 1 + ["not_met"] * 9
"""Of 20 calls the machine finds a greeting in the first 10."""


def labels(verdicts=HUMANS, behaviour="greets", **more):
    return [
        LabelLine(conversation_id=f"c-{n}", behaviour=behaviour, verdict=verdict, **more)
        for n, verdict in enumerate(verdicts)
    ]


@pytest.fixture
def scored(cast):
    publish()
    take(*(call(f"c-{n}", greets=n < 10, agent=f"a-{n % 6}", team=("north", "south")[n % 2]) for n in range(20)))
    score()
    return cast


def row(rows, behaviour="greets"):
    return next(one for one in rows if one.behaviour == behaviour)


@pytest.mark.usefixtures("scored")
def test_agreement_by_behaviour_in_the_templates_order():
    """Of 10 that the machine calls met people agree with 7; of 8 that are met it finds 7."""
    rows = evaluate(OPERATOR, "manners", labels())
    assert [one.behaviour for one in rows] == ["greets", "value_first", "warmth"]
    found = row(rows)
    assert (found.n, found.kappa, found.precision, found.recall) == (20, 0.6, 0.7, 0.875)
    assert found.f1 == pytest.approx(2 * 7 / 18, abs=1e-4)
    assert found.kappa_low < 0.6 < found.kappa_high
    assert evaluate(OPERATOR, "manners", labels()) == rows


@pytest.mark.usefixtures("scored")
def test_what_the_machine_left_open_is_counted_apart():
    found = row(evaluate(OPERATOR, "manners", labels(behaviour="warmth")), "warmth")
    assert (found.n, found.kappa, found.f1, found.unscored) == (0, None, None, 20)


@pytest.mark.usefixtures("scored")
def test_the_machine_alone_is_judged():
    """A stored human answer changes the effective verdict, and not this."""
    label({"conversation_id": "c-0", "behaviour": "greets", "verdict": "not_met"})
    assert row(evaluate(OPERATOR, "manners", labels())).kappa == 0.6


@pytest.mark.usefixtures("scored")
def test_labels_of_unknown_calls_and_other_templates_are_passed_over():
    more = [LabelLine(conversation_id="x", behaviour="greets", verdict="met"), *labels(template="other")]
    assert row(evaluate(OPERATOR, "manners", [*labels(template="manners"), *more])).n == 20


@pytest.mark.usefixtures("scored")
def test_labels_about_nothing_of_the_template_are_refused():
    with pytest.raises(
        UnknownNameError, match="no label is about template 'manners'; its behaviours are greets, value"
    ):
        evaluate(OPERATOR, "manners", labels(behaviour="smiles"))
    with pytest.raises(UnknownNameError, match="no template 'other'"):
        evaluate(OPERATOR, "other", labels())


@pytest.mark.parametrize(
    ("who", "n"), [("ada", 10), ("ben", 10), ("qa_lead", 20), ("evaluator", 0), ("nobody", 0), ("operations", 0)]
)
def test_only_calls_that_one_may_see_count(scored, who, n):
    """Ada leads north, which took every other call."""
    viewer = getattr(scored, who)
    assert row(evaluate(viewer, "manners", labels())).n == n
    assert row(try_out(viewer, "manners", labels(), scorers=SCORERS)).n == n


@pytest.mark.usefixtures("scored")
def test_a_draft_is_tried_without_storing_anything():
    """The published version as well, by its number."""
    add_template(
        viewer=OPERATOR,
        text=MANNERS.replace("[good morning]", "[good morning, 'yes']"),
        now=Attempt.objects.first().stored_at,
    )
    before = Attempt.objects.count()
    assert row(try_out(OPERATOR, "manners", labels(), scorers=SCORERS)).recall == 1
    assert row(try_out(OPERATOR, "manners@1", labels(), scorers=SCORERS)).kappa == 0.6
    assert Attempt.objects.count() == before
    assert row(evaluate(OPERATOR, "manners", labels())).kappa == 0.6


@pytest.mark.usefixtures("scored")
def test_calls_without_a_transcript_can_not_be_tried():
    take({"id": "audio", "audio": "a.wav", "channel": "voice"})
    rows = try_out(
        OPERATOR,
        "manners",
        [*labels(), LabelLine(conversation_id="audio", behaviour="greets", verdict="met")],
        scorers=SCORERS,
    )
    assert (row(rows).n, row(rows).unscored) == (20, 0)


@pytest.mark.usefixtures("cast")
def test_calls_without_an_agent_stand_for_themselves():
    publish()
    take(*(call(f"c-{n}", greets=n < 10, agent=None, team=None) for n in range(20)))
    score()
    assert row(evaluate(OPERATOR, "manners", labels())).kappa == 0.6
    assert row(try_out(OPERATOR, "manners", labels(), scorers=SCORERS)).kappa == 0.6
