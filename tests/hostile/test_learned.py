"""Phrases and learned scorers on the corpus: nothing breaks them, nothing slows them, nothing they cite is not there."""

from collections.abc import Iterator
from dataclasses import replace
from time import process_time

import numpy as np
import pytest

from coachloop.core.model.conversation import Conversation, Turn
from coachloop.core.model.template import Member, Template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.learned.scorer import LearnedScorer, Model
from coachloop.core.scoring.learned.training import Answer, Labelled, Trained, train
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.runner import Runner
from hostile.corpus import TAKEN, Attack
from hostile.hosts import HOSTS, KEY, TRUTH, conversation, template
from hostile.test_judge import proved

SECONDS = 20.0
"""An attack that makes work grow out of proportion takes minutes; all of them together take a second or two, also when traced on a busy machine."""


def learning() -> Template:
    """The template with a learned scorer for what the judge decides."""
    learned = (Member("learned", {"error": 0.3}),)
    return replace(
        template(),
        behaviours=tuple(b if b.key == "greets" else replace(b, score_with=learned) for b in template().behaviours),
    )


def _labelled() -> Iterator[Labelled]:
    """The hosts over and over, each a little otherwise, with what is true of them."""
    for number in range(24):
        host = HOSTS[number % 2]
        said = conversation(host)
        turns = (
            *said.turns[:4],
            Turn(said.turns[1].speaker, f"It is number {number}, since week {number % 7}."),
            *said.turns[4:],
        )
        answers = {
            key: Answer(Outcome(outcome)) for key, outcome in TRUTH[host].items() if key in ("asks_reason", "next_step")
        }
        yield Labelled(replace(said, id=f"{host}-{number}", turns=turns), f"agent {number % 4}", answers)


@pytest.fixture(scope="module")
def runner() -> Runner:
    """Phrases, and models that learned from the hosts."""
    wanted = [behaviour for behaviour in learning().behaviours if behaviour.key in ("asks_reason", "next_step")]
    found = train(wanted, tuple(_labelled()), encoder=None, rng=np.random.default_rng(5))
    models = {(KEY, one.behaviour): Model("1", one.model) for one in found if isinstance(one, Trained)}
    assert len(models) == 2
    return Runner(learning(), {"phrases": PhraseScorer(), "learned": LearnedScorer(models, None)})


def decided(runner: Runner, said: Conversation) -> dict[str, Outcome]:
    """What is decided, checked."""
    found = runner.score([said])[0]
    assert found is not None
    verdicts = {verdict.behaviour: verdict for verdict in found}
    proved(said, verdicts)
    assert not [verdict for verdict in found if "crashed" in verdict.reason]
    return {key: verdict.outcome for key, verdict in verdicts.items()}


@pytest.mark.parametrize("attack", TAKEN, ids=lambda attack: attack.name)
def test_no_attack_breaks_or_holds_up_a_local_scorer(runner: Runner, attack: Attack) -> None:
    """And a greeting stays a greeting."""
    said = conversation("missed", attack)
    began = process_time()
    found = decided(runner, said)
    assert process_time() - began < SECONDS
    assert found["greets"] is Outcome.MET
    assert found.keys() == TRUTH["missed"].keys()
