import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Member, Require, Template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.evidence import QUOTE_LIMIT
from coachloop.core.scoring.learned.findings import Limits, applies_or_not
from coachloop.core.scoring.learned.model import Detector, Learned, ModelError, dump, load
from coachloop.core.scoring.learned.scorer import TURNS as TOGETHER
from coachloop.core.scoring.learned.scorer import LearnedScorer, Model, portions, turn_chances, turn_threshold
from coachloop.core.scoring.port import Finding, Moment, Question
from coachloop.core.scoring.runner import Runner


def scorer(trained, encoder=None, *, held_out=None, key="thanks"):
    return LearnedScorer({("t", key): Model("3", trained.model)}, encoder, held_out)


def question(conversation, behaviour, *moments, **options):
    spans = {n: (0, len(one.text)) for n, one in enumerate(conversation.turns) if one.speaker is Speaker.AGENT}
    return Question(conversation, behaviour, moments or (Moment(None, spans),), options, template="t")


def verdicts(made, conversations, behaviour):
    template = Template("t", "t", (behaviour,))
    return [row[0] for row in Runner(template, {"learned": made}).score(conversations)]


@pytest.mark.parametrize("which", ["learned", "without_turns"])
def test_new_agents_are_judged_as_people_would(centre, which):
    """What it decides about calls it never saw is right nine times in ten, with the turn as proof; it decides most of them."""
    trained = getattr(centre, which)
    fresh = centre.calls(120, 9)
    made = scorer(trained, centre.sounds if which == "without_turns" else None)
    found = verdicts(made, [one.conversation for one in fresh], centre.asks())
    decided = [(one, verdict) for one, verdict in zip(fresh, found, strict=True) if verdict.decided_by == "learned"]
    assert len(decided) > 60
    assert np.mean([(verdict.outcome is Outcome.MET) is one.met for one, verdict in decided]) >= 0.9
    proven = [one.turn == verdict.evidence[0].turn for one, verdict in decided if one.met and verdict.evidence]
    assert np.mean(proven) > 0.9
    assert all(verdict.missed for _, verdict in decided if verdict.outcome is Outcome.NOT_MET)
    assert not any(verdict.dropped_quotes for verdict in found)


def test_probabilities_mean_what_they_say(centre):
    """Among calls given about p, about p are met: the Brier score beats the base rate's by far, and the means agree."""
    fresh = centre.calls(200, 10)
    found = verdicts(centre.scorer, [one.conversation for one in fresh], centre.asks(options={"abstain": False}))
    likely = np.array([one.probability for one in found])
    truth = np.array([one.met for one in fresh])
    assert abs(likely.mean() - truth.mean()) < 0.1
    assert ((likely - truth) ** 2).mean() < 0.08


def test_it_always_decides_when_told_to_and_abstains_less_when_more_errors_are_allowed(centre):
    conversations = [one.conversation for one in centre.calls(60, 11)]
    decided = []
    for options in ({"error": 0.01}, {"error": 0.05}, {"error": 0.3}, {"abstain": False}):
        found = verdicts(centre.scorer, conversations, centre.asks(options=options))
        decided.append(sum(one.outcome is not Outcome.UNSCORED for one in found))
    assert decided == sorted(decided)
    assert decided[0] < decided[-1] == 60


def test_the_model_knows_when_it_can_be_asked(centre):
    assert scorer(centre.learned).available(centre.asks(), "t")
    assert not scorer(centre.learned).available(centre.asks(), "another")
    assert scorer(centre.learned, centre.sounds).available(centre.asks(), "t")
    assert not scorer(centre.without_turns).available(centre.asks(), "t")
    assert scorer(centre.without_turns, centre.sounds).available(centre.asks(), "t")
    assert scorer(centre.learned).version_for(centre.asks(), "t") == "3"


def test_garbage_is_refused_in_words_and_costs_one_behaviour_only(centre):
    """A broken model is asked, so that the runner says what is wrong with it; the other behaviour has its verdict."""
    both = LearnedScorer(
        {("t", "thanks"): Model("1", centre.learned.model), ("t", "broken"): Model("1", b"PK garbage")}, None
    )
    template = Template("t", "t", (centre.asks("broken"), centre.asks(options={"abstain": False})))
    ((broken, fine),) = Runner(template, {"learned": both}).score([centre.calls(1, 1)[0].conversation])
    assert broken.outcome is Outcome.UNSCORED
    assert "learned crashed: ModelError: no learned model" in broken.reason
    assert fine.decided_by == "learned"


def test_only_what_counts_of_a_turn_is_scored_and_quoted(centre):
    """The thanks stand outside the moment's span: they neither count nor are quoted."""
    said = "let me look at this form. thank you so much for your order, many thanks"
    conversation = Conversation("c", (Turn(Speaker.AGENT, said),))
    moments = (Moment(None, {0: (0, 25)}),), (Moment(None, {0: (25, len(said))}),)
    outside, inside = (
        scorer(centre.learned).score([question(conversation, centre.asks(), *some, abstain=False)])[0]
        for some in moments
    )
    assert outside.outcome is Outcome.NOT_MET
    assert inside.outcome is Outcome.MET
    assert inside.evidence[0].text == "thank you so much for your order, many thanks"
    assert inside.evidence[0].start == 26


def test_a_long_turn_is_quoted_in_part(centre):
    text = "thank you so much, many thanks for your order. " + "thanks a lot for the garden and the weather " * 20
    conversation = Conversation("c", (Turn(Speaker.AGENT, text),))
    (found,) = scorer(centre.learned).score([question(conversation, centre.asks(), abstain=False)])
    assert found.outcome is Outcome.MET
    assert 0 < len(found.evidence[0].text) <= QUOTE_LIMIT


def test_moments_fold_as_the_template_says(centre):
    """Met in one of two moments: enough for any, not for all, and the missed one is named."""
    good, bad = "thank you so much for your order", "let me look at this form"
    turns = tuple(
        Turn(Speaker.AGENT if n % 2 else Speaker.CUSTOMER, text) for n, text in enumerate(["how", good, "how", bad])
    )
    conversation = Conversation("c", turns)
    moments = [Moment(n - 1, {n: (0, len(turns[n].text))}) for n in (1, 3)]
    for require, outcome in ((Require.ANY, Outcome.MET), (Require.ALL, Outcome.NOT_MET)):
        (found,) = scorer(centre.learned).score(
            [question(conversation, centre.asks(require=require), *moments, abstain=False)]
        )
        assert found.outcome is outcome
        assert (found.missed.turn if found.missed else None) == (2 if require is Require.ALL else None)


def test_nothing_said_in_a_moment_is_a_miss(centre):
    conversation = Conversation("c", (Turn(Speaker.CUSTOMER, "hello"), Turn(Speaker.AGENT, "thank you   so much")))
    for spans in ({}, {1: (9, 12)}):
        (found,) = scorer(centre.learned).score(
            [question(conversation, centre.asks(), Moment(0, spans), abstain=False)]
        )
        assert found.outcome is Outcome.NOT_MET
        assert found.missed.turn == 0


def test_what_it_learned_from_is_answered_as_by_a_model_that_did_not(centre):
    """A conversation of the training set keeps its out-of-fold probability; one that did not apply, its finding."""
    one, other = (call.conversation for call in centre.calls(2, 1))
    apart = Finding(Outcome.NOT_APPLICABLE, "does not apply")
    known = {("t", "thanks"): {one.id: Finding(None, probability=0.123), other.id: apart}}
    found = scorer(centre.learned, held_out=known).score(
        [question(some, centre.asks(), abstain=False) for some in (one, other)]
    )
    assert found[0].probability == 0.123
    assert found[0].outcome is Outcome.NOT_MET
    assert found[1] is apart


def test_what_cross_validation_decided_stands_unless_the_options_are_others(centre):
    """Each fold has thresholds of its own: what the whole model's would make of the probability counts only for new options."""
    conversation = centre.calls(1, 1)[0].conversation

    def again(outcome, likely, **options):
        known = {("t", "thanks"): {conversation.id: Finding(outcome, "held out", probability=likely)}}
        made = scorer(centre.learned, held_out=known)
        return made.score([question(conversation, centre.asks(), **options)])[0]

    met, missed = again(Outcome.MET, 0.001), again(Outcome.NOT_MET, 0.999)
    assert (met.outcome, met.probability, missed.outcome) == (Outcome.MET, 0.001, Outcome.NOT_MET)
    assert met.evidence
    assert missed.missed
    assert again(None, 0.999) == Finding(None, "held out", probability=0.999)
    assert again(None, 0.999, abstain=False).outcome is Outcome.MET
    assert again(Outcome.NOT_MET, 0.999, error=0.3).outcome is Outcome.MET


def test_whether_it_applies_comes_first(centre):
    """A model for whether it applies decides what is not applicable, passes where it is not sure, and else steps aside."""
    met = load(centre.without_turns.model).met
    both = Model("1", dump(Learned(met, Detector(met.bank, met.head))))
    plain = Model("1", centre.without_turns.model)
    made = LearnedScorer({("t", "thanks"): both, ("t", "plain"): plain}, centre.sounds)
    thanks = Turn(Speaker.CUSTOMER, "thank you so much for your order, many thanks")
    fine = Turn(Speaker.CUSTOMER, "let me look at this form")
    agent = Turn(Speaker.AGENT, "so this form is next")
    applies, apart = (Conversation(name, (said, agent)) for name, said in (("a", thanks), ("b", fine)))
    found = made.score([question(some, centre.asks(), abstain=False) for some in (applies, apart)])
    assert [one.outcome for one in found] == [Outcome.NOT_MET, Outcome.NOT_APPLICABLE]
    two = [question(apart, centre.asks(key), abstain=False) for key in ("plain", "thanks")]
    assert [one.outcome for one in made.score(two)] == [Outcome.NOT_MET, Outcome.NOT_APPLICABLE]
    assert applies_or_not(0.5, Limits(0.2, 0.8)).outcome is None


def test_models_trained_apart_are_asked_together(centre):
    """Each is compared in its own space, and answers as if it were alone."""
    two = LearnedScorer(
        {("t", "thanks"): Model("1", centre.learned.model), ("t", "again"): Model("1", centre.without_turns.model)},
        centre.sounds,
    )
    conversations = [one.conversation for one in centre.calls(5, 13)]
    asked = [question(one, centre.asks(key), abstain=False) for one in conversations for key in ("thanks", "again")]
    together = two.score(asked)
    assert together[::2] == scorer(centre.learned).score(asked[::2])
    assert together[1::2] == scorer(centre.without_turns, centre.sounds, key="again").score(asked[1::2])
    assert two.score([]) == []


def test_long_calls_are_looked_at_a_few_at_a_time(centre):
    """Memory hangs on a call's length, not on how many are asked about; a conversation's questions stay together."""
    said = {"long": TOGETHER // 2, "endless": TOGETHER + 1, "short": 1, "last": 2}
    long, endless, short, last = (
        Conversation(name, tuple(Turn(Speaker.AGENT, "so this form is next") for _ in range(count)))
        for name, count in said.items()
    )
    asked = [
        Question(one, centre.asks(key), (), {}) for one in (long, endless, short, last, long) for key in ("a", "b")
    ]
    assert [[one.conversation.id for one in some] for some in portions(asked)] == [
        ["long"] * 2,
        ["endless"] * 2,
        ["short"] * 2 + ["last"] * 2 + ["long"] * 2,
    ]
    calls = [one.conversation for one in centre.calls(3, 15)]
    few, much = (
        [question(one, centre.asks(), abstain=False) for one in some]
        for some in (calls, [calls[0], endless, *calls[1:]])
    )
    found = centre.scorer.score(much)
    assert [found[n].outcome for n in (0, 2, 3)] == [one.outcome for one in centre.scorer.score(few)]


def test_turns_alone(centre):
    """The turn that shows it is above the turns' threshold, the others are below."""
    some = centre.calls(30, 14)
    edge = turn_threshold(centre.learned.model)
    said = turn_chances(centre.learned.model, [one.conversation for one in some], None)
    right = [
        (chance >= edge) == (one.met and turn == one.turn)
        for one, row in zip(some, said, strict=True)
        for turn, chance in row.items()
    ]
    assert len(right) == 150
    assert np.mean(right) > 0.95


def test_bytes_are_read_as_they_were_written(centre):
    again = load(centre.learned.model)
    assert dump(again) == centre.learned.model
    assert turn_threshold(dump(again)) == again.met.head.turn_threshold


TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60) | st.sampled_from(
    ["thank you so much", "?", "\x00\x00", "\ud800 thanks", " \n ", "Ünïcödé straße", "😀" * 20, "thanks " * 100]
)
TURNS = st.lists(st.tuples(st.sampled_from(list(Speaker)), TEXT), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(talk=st.lists(TURNS, min_size=1, max_size=3))
def test_whatever_is_said_the_same_answer_comes_twice_with_true_quotes(centre, talk):
    """No text breaks it; every quote is the agent's own words; a batch answers as its parts do, near enough."""
    conversations = [Conversation(str(n), tuple(Turn(*one) for one in turns)) for n, turns in enumerate(talk)]
    wanted = Behaviour("thanks", "thanks", "thanks?", score_with=(Member("learned", {"abstain": False}),))
    found = verdicts(centre.scorer, conversations, wanted)
    assert found == verdicts(centre.scorer, conversations, wanted)
    for conversation, verdict in zip(conversations, found, strict=True):
        assert "crashed" not in verdict.reason
        assert verdict.dropped_quotes == 0
        assert all(quote.is_in(conversation) for quote in verdict.evidence)
    alone = [verdicts(centre.scorer, [one], wanted)[0].probability for one in conversations]
    assert [one.probability for one in found] == pytest.approx(alone, abs=1e-4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(max_size=200), cut=st.integers(0, 5000))
def test_other_bytes_are_no_model(centre, garbage, cut):
    for data in (
        garbage,
        centre.learned.model[: cut * 7],
        centre.learned.model[:cut] + garbage + centre.learned.model[cut + len(garbage) + 1 :],
    ):
        with pytest.raises(ModelError):
            load(data)
