from dataclasses import replace

import numpy as np
import pytest

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import AppliesWhen, Require, Span, Template, Window
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.learned.model import load
from coachloop.core.scoring.learned.scorer import LearnedScorer, Model
from coachloop.core.scoring.learned.training import Answer, Labelled, Trained, Untrained, train
from coachloop.core.scoring.runner import Runner


def rng():
    return np.random.default_rng(5)


def test_what_people_labelled_is_learned(centre):
    """With every turn known, agents never seen are judged as people would, and the numbers fit each other."""
    assert centre.learned.kappa > 0.8
    assert centre.learned.low <= centre.learned.kappa <= centre.learned.high
    assert centre.learned.labels == 40 == len(centre.learned.held_out)
    assert [one.conversation_id for one in centre.learned.held_out] == [f"c1-{number}" for number in range(40)]
    assert 0 < centre.learned.threshold < 1
    assert centre.learned.metrics["embeddings"] == 0
    assert centre.learned.metrics["background"] == 20
    assert centre.learned.metrics["evidence_hit"] > 0.9
    assert centre.learned.metrics["evidence_found"] > 0.8
    assert len(centre.learned.model) < 2_000_000


def test_what_it_decides_out_of_fold_is_as_right_as_it_says(centre):
    """At most one in ten of what it decides is wrong, and it says why where it abstains."""
    decided = [one for one in centre.learned.held_out if one.finding.outcome is not None]
    assert len(decided) > 20
    assert np.mean([one.human is one.finding.outcome for one in decided]) >= 0.9
    assert all(
        "not sure enough" in one.finding.reason for one in centre.learned.held_out if one.finding.outcome is None
    )


def test_the_turn_is_found_where_people_named_none(centre):
    """Labels of whole conversations are enough to know which turn it was, also for agents never seen."""
    truth = {one.conversation.id: one for one in centre.calls(40, 1)}
    cited = [
        (truth[one.conversation_id].turn, one.finding.evidence[0].turn)
        for one in centre.without_turns.held_out
        if one.human is one.finding.outcome is Outcome.MET
    ]
    assert len(cited) > 8
    assert np.mean([true == found for true, found in cited]) > 0.9
    assert centre.without_turns.kappa > 0.7
    assert centre.without_turns.metrics["embeddings"] == 1
    assert "evidence_hit" not in centre.without_turns.metrics


def test_behaviours_with_answers_for_different_calls_are_learned_side_by_side(centre):
    """Neither learns from the other's calls, and labels without turns are settled for each."""
    known = [one.labelled(turns=False) for one in centre.calls(24, 3)]
    known += [one.labelled("again", turns=False) for one in centre.calls(24, 4)]
    both = train([centre.asks(), centre.asks("again")], known, encoder=None, rng=rng())
    assert [one.labels for one in both] == [24, 24]
    assert {one.conversation_id[:2] for one in both[1].held_out} == {"c4"}


def test_behaviours_learned_together_share_what_turns_are_compared_with(centre):
    """The same seed learns the same; both behaviours are answered in one go, each as if it were alone."""
    known = [
        replace(
            one.labelled(),
            answers={key: answer for key in ("thanks", "again") for answer in one.labelled().answers.values()},
        )
        for one in centre.calls(12, 3)
    ]
    behaviours = [centre.asks("thanks", options={"abstain": False}), centre.asks("again", options={"abstain": False})]
    both, again = (train(behaviours, known, encoder=None, rng=rng()) for _ in range(2))
    assert both == again
    models = {("t", one.behaviour): Model("1", one.model) for one in both}
    assert len({load(one.data).met.bank.digest for one in models.values()}) == 1
    fresh = [one.conversation for one in centre.calls(4, 8)]
    together = Runner(Template("t", "t", tuple(behaviours)), {"learned": LearnedScorer(models, None)}).score(fresh)
    alone = Runner(Template("t", "t", (behaviours[1],)), {"learned": LearnedScorer(models, None)}).score(fresh)
    assert [row[1].evidence for row in together] == [row[0].evidence for row in alone]
    assert [row[1].probability for row in together] == pytest.approx([row[0].probability for row in alone], abs=1e-4)


@pytest.mark.parametrize(
    ("pick", "reason"),
    [
        (lambda every: every[:3], "3 conversations are labelled met or not met, at least 8"),
        (lambda every: [one for one in every if one.met], "0 of .* labels say not met, at least 3"),
        (lambda every: [one for one in every if not one.met], "0 of .* labels say met, at least 3"),
        (lambda every: [one for one in every if not one.met or one.group == "agent 1"], "about the same agent"),
        (lambda _: [], "0 conversations"),
    ],
)
def test_too_little_is_said_with_the_way_out(centre, pick, reason):
    known = [one.labelled() for one in pick(centre.calls(60, 4))]
    told = []
    (result,) = train([centre.asks()], known, encoder=None, rng=rng(), progress=told.append)
    assert isinstance(result, Untrained)
    assert told == [1]
    assert result.labels == len(known)
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(result.reason)


def test_a_silent_agent_or_a_missing_answer_is_nothing_to_learn_from(centre):
    silent = Conversation("silent", (Turn(Speaker.CUSTOMER, "hello?"), Turn(Speaker.AGENT, "  ")))
    known = [one.labelled("other") for one in centre.calls(9, 1)]
    known += [Labelled(silent, "a", {"thanks": Answer(Outcome.MET)})]
    (result,) = train([centre.asks()], known, encoder=None, rng=rng())
    assert isinstance(result, Untrained)
    assert result.labels == 0


def applying(centre, count):
    """Calls in which the customer complains or does not; only then it applies."""
    for number, one in enumerate(centre.calls(36, 6)):
        complains = number % 3 != 0
        said = "this is broken, I want to complain" if complains else "all is fine here"
        turns = (Turn(Speaker.CUSTOMER, said), *one.conversation.turns)
        answer = Answer(Outcome.MET if one.met else Outcome.NOT_MET, (one.turn + 1,) if one.met else ())
        if not complains and count > 0:
            count, answer = count - 1, Answer(Outcome.NOT_APPLICABLE)
        elif not complains:
            continue
        yield Labelled(Conversation(one.conversation.id, turns), one.group, {"thanks": answer})


def test_it_learns_when_it_applies(centre):
    """Out of fold, most of what does not apply is told apart from what is met or not."""
    when = centre.asks(applies_when=AppliesWhen(question="Did the customer complain?"), options={"abstain": False})
    (result,) = train([when], list(applying(centre, 12)), encoder=centre.sounds, rng=rng())
    assert isinstance(result, Trained)
    apart = [one for one in result.held_out if one.human is Outcome.NOT_APPLICABLE]
    assert len(apart) == 12
    assert sum(one.finding.outcome is Outcome.NOT_APPLICABLE for one in apart) > 8
    assert result.metrics["not_applicable"] == pytest.approx(1 / 3)
    assert result.kappa > 0.5


@pytest.mark.parametrize(("count", "trained"), [(0, True), (1, True), (4, False)])
def test_where_it_applies_needs_enough_answers_unless_it_always_does(centre, count, trained):
    when = centre.asks(applies_when=AppliesWhen(question="Did the customer complain?"))
    (result,) = train([when], list(applying(centre, count)), encoder=None, rng=rng())
    assert isinstance(result, Trained) is trained
    if isinstance(result, Untrained):
        assert result.reason.startswith("4 labels say not applicable, at least 5 are needed")


@pytest.mark.parametrize("require", list(Require))
def test_several_moments_in_one_conversation(centre, require):
    """Two moments a call, turns named or not: whatever has to be met, something is learned."""
    known = []
    for one in centre.calls(24, 7):
        half = tuple(Turn(turn.speaker, turn.text.replace("okay", "how much is it")) for turn in one.conversation.turns)
        price = Turn(Speaker.CUSTOMER, "how much is it")
        turns = (price, *half[:2], price, *half[2:])
        shown = (one.turn + 1 if one.turn < 2 else one.turn + 2,)
        named = shown if one.met and one.turn in {0, 2} else ()
        answer = Answer(Outcome.MET if one.met else Outcome.NOT_MET, named)
        known.append(Labelled(Conversation(one.conversation.id, turns), one.group, {"thanks": answer}))
    when = AppliesWhen(customer_says=("how much",))
    wanted = centre.asks(applies_when=when, window=Window(Span.AFTER, 3), require=require)
    (result,) = train([wanted], known, encoder=None, rng=rng())
    assert isinstance(result, Trained)
    assert all(0 <= one.finding.probability <= 1 for one in result.held_out)
