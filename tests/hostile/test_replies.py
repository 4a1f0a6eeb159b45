"""Whatever comes back, every behaviour has a verdict, and one odd answer costs no other."""

import math
import unicodedata

import pytest

from coachloop.core.model.verdict import Outcome
from hostile.corpus import FORGERIES
from hostile.hosts import TRUTH, conversation
from hostile.judged import scored
from hostile.models import parrot
from hostile.replies import CHANGED, READABLE, UNREADABLE
from hostile.test_judge import outcomes, proved

SAID = conversation("shown")


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_can_not_be_read_is_unscored_with_a_reason(name: str) -> None:
    verdicts = scored(UNREADABLE[name], SAID)[0]
    proved(SAID, verdicts)
    assert {key for key, verdict in verdicts.items() if verdict.outcome is Outcome.UNSCORED} == set(TRUTH["shown"]) - {
        "greets"
    }
    assert "no answer in the form" in verdicts["asks_reason"].reason


@pytest.mark.parametrize("name", READABLE)
def test_what_stands_around_a_reply_changes_nothing(name: str) -> None:
    verdicts = scored(READABLE[name], SAID)[0]
    proved(SAID, verdicts)
    assert outcomes(verdicts) == TRUTH["shown"]


@pytest.mark.parametrize("name", CHANGED)
def test_one_odd_answer_costs_no_other(name: str) -> None:
    """And what is kept of it can be stored and shown: finite, short, without what can't be seen."""
    verdicts = scored(CHANGED[name], SAID)[0]
    proved(SAID, verdicts)
    rest = {key: outcome for key, outcome in outcomes(verdicts).items() if key != "asks_reason"}
    assert rest == {key: outcome for key, outcome in TRUTH["shown"].items() if key != "asks_reason"}
    odd = verdicts["asks_reason"]
    assert odd.probability is None or math.isfinite(odd.probability)
    for text in (odd.reason, odd.missed.better if odd.missed else ""):
        assert len(text) <= 500
        assert not {unicodedata.category(char) for char in text} & {"Cc", "Cs"}
        text.encode()


@pytest.mark.parametrize("name", ["quote-of-one-letter", "quote-of-a-full-stop", "quote-with-its-label"])
def test_a_scrap_is_no_proof(name: str) -> None:
    """Words of the agent, whole ones, or it does not count."""
    assert scored(CHANGED[name], SAID)[0]["asks_reason"].outcome is Outcome.UNSCORED


def test_a_reply_that_the_agent_reads_aloud_is_no_proof_however_it_is_cut() -> None:
    """The model copies it, and each of its quotes does stand in what the agent says."""
    attack = next(attack for attack in FORGERIES if attack.name == "fake-reply")
    said = conversation("missed", attack)
    verdicts = scored(parrot, said)[0]
    proved(said, verdicts)
    assert verdicts["asks_reason"].outcome is Outcome.UNSCORED
    assert "speaks to the judge" in verdicts["asks_reason"].reason
