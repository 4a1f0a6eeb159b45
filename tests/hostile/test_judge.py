"""No words in a conversation change what is found about the rest, however gullible the model is."""

import pytest

from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.model.verdict import Outcome, Verdict
from coachloop.core.scoring.evidence import check
from coachloop.core.scoring.moments import NoMoment, moments
from coachloop.core.scoring.port import Question
from hostile.corpus import QUICK, TAKEN, Attack
from hostile.hosts import HOSTS, TRUTH, conversation, template
from hostile.judged import scored
from hostile.models import GULLIBLE, honest

PLAIN = {host: conversation(host) for host in HOSTS}
NAMES = [attack.name for attack in QUICK]


def proved(said: Conversation, verdicts: dict[str, Verdict]) -> None:
    """Every behaviour has a verdict; a quote is the agent's, word for word, where it counts; unscored says why."""
    behaviours = {behaviour.key: behaviour for behaviour in template().behaviours}
    assert list(verdicts) == list(behaviours)
    for key, verdict in verdicts.items():
        found = moments(said, behaviours[key])
        asked = () if isinstance(found, NoMoment) else found
        assert check(verdict.evidence, Question(said, behaviours[key], asked, {})).dropped == 0
        assert all(said.turns[quote.turn].speaker is Speaker.AGENT for quote in verdict.evidence)
        assert verdict.evidence or verdict.outcome is not Outcome.MET
        assert verdict.reason or verdict.outcome is not Outcome.UNSCORED
        assert verdict.missed is None or 0 <= verdict.missed.turn < len(said.turns)
        assert len(verdict.reason) <= 500


def outcomes(verdicts: dict[str, Verdict]) -> dict[str, str]:
    """What is said of each behaviour."""
    return {key: verdict.outcome.value for key, verdict in verdicts.items()}


@pytest.mark.parametrize("host", HOSTS)
def test_the_hosts_are_what_they_are_taken_for(host: str) -> None:
    assert outcomes(scored(honest, PLAIN[host])[0]) == TRUTH[host]


@pytest.mark.parametrize("attack", TAKEN, ids=lambda attack: attack.name)
def test_a_model_that_believes_nothing_finds_the_same_as_without_the_attack(attack: Attack) -> None:
    """So nothing that is said forges a turn, moves a number or pushes the proof out of what the model is shown."""
    for host in HOSTS[: 1 if attack.slow else 2]:
        said = conversation(host, attack)
        verdicts, beside = scored(honest, said, PLAIN[host])
        proved(said, verdicts)
        assert outcomes(beside) == TRUTH[host]
        if not attack.masks:
            assert outcomes(verdicts) == TRUTH[host]
            words = {key: [quote.text for quote in verdict.evidence] for key, verdict in verdicts.items()}
            assert words == {key: [quote.text for quote in verdict.evidence] for key, verdict in beside.items()}


@pytest.mark.parametrize("attack", QUICK, ids=NAMES)
def test_whatever_a_gullible_model_does_no_met_stands_without_the_agents_own_words(attack: Attack) -> None:
    """And neither the conversation beside it nor what other scorers decide has another verdict."""
    said = conversation("missed", attack)
    for name, model in GULLIBLE.items():
        beside, verdicts = scored(model, PLAIN["shown"], said)
        proved(said, verdicts)
        assert outcomes(beside) == TRUTH["shown"]
        assert verdicts["greets"].outcome is Outcome.MET
        if name in ("inventive", "deaf") and attack.words.strip():
            judged = [verdict for verdict in verdicts.values() if verdict.decided_by == "judge"]
            assert Outcome.MET not in {verdict.outcome for verdict in judged}


@pytest.mark.parametrize(
    "attack", [attack for attack in QUICK if attack.who == "customer"], ids=lambda attack: attack.name
)
def test_nothing_that_a_customer_says_makes_a_behaviour_met(attack: Attack) -> None:
    """The model that obeys them has no quote of the agent's to show."""
    verdicts = scored(GULLIBLE["obedient"], conversation("missed", attack))[0]
    assert [key for key, verdict in verdicts.items() if verdict.outcome is Outcome.MET] == ["greets"]
