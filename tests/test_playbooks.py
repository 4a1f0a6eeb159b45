from dataclasses import replace
from pathlib import Path

import pytest

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Template
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.runner import Runner

FOLDER = Path(__file__).parent.parent / "playbooks"
PLAYBOOKS = {path.stem: parse_template(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
BEHAVIOURS = [
    pytest.param(template, behaviour, id=f"{template.key}.{behaviour.key}")
    for template in PLAYBOOKS.values()
    for behaviour in template.behaviours
]


def words_only(template: Template, behaviour: Behaviour) -> Runner:
    """The behaviour with nobody but the phrase scorer to decide."""
    members = tuple(member for member in behaviour.score_with if member.scorer == "phrases")
    alone = replace(behaviour, score_with=members)
    return Runner(replace(template, behaviours=(alone,)), {"phrases": PhraseScorer()})


def conversation(behaviour: Behaviour, said: str) -> Conversation:
    """A customer who opens the moment, where it needs one, and an agent who says the sentence."""
    opening = "Hello, it's me."
    if behaviour.applies_when and behaviour.applies_when.customer_says:
        opening = f"Well, {behaviour.applies_when.customer_says[0]}."
    turns = (Turn(Speaker.CUSTOMER, opening, 0, 2), Turn(Speaker.AGENT, said, 2, 6))
    return Conversation("c", turns, agent_name="Lea Rossi", customer_name="Ms Anna Berg")


def test_the_five_playbooks_are_there_under_their_own_keys():
    assert [template.key for template in PLAYBOOKS.values()] == list(PLAYBOOKS)
    assert set(PLAYBOOKS) == {"first-30-seconds", "discovery", "closing", "service", "coaching-conversation"}


@pytest.mark.parametrize(("template", "behaviour"), BEHAVIOURS)
def test_every_behaviour_tells_people_what_good_is_and_why(template, behaviour):
    assert behaviour in template.behaviours
    assert behaviour.good
    assert behaviour.why
    assert 0.8 <= behaviour.target <= 0.95
    assert len(behaviour.met_examples) >= 2
    assert len(behaviour.not_met_examples) >= 2
    assert [member.scorer for member in behaviour.score_with][-2:] == ["learned", "judge"]


@pytest.mark.parametrize(("template", "behaviour"), BEHAVIOURS)
def test_the_phrases_agree_with_the_examples(template, behaviour):
    """Each sentence that shows it is met, each that misses it is not; behaviours without phrases stay open."""
    runner = words_only(template, behaviour)
    scored = "phrases" in {member.scorer for member in behaviour.score_with}
    for examples, outcome in ((behaviour.met_examples, Outcome.MET), (behaviour.not_met_examples, Outcome.NOT_MET)):
        for said in (*examples, behaviour.good) if outcome is Outcome.MET else examples:
            [[verdict]] = runner.score([conversation(behaviour, said)])
            assert verdict.outcome is (outcome if scored else Outcome.UNSCORED), said


def test_no_conversation_belongs_to_two_playbooks_of_different_kinds():
    """A tenant's call is no sales call, and a coaching conversation is neither."""
    assert PLAYBOOKS["service"].fits(queue="tenant-service", channel="voice")
    assert not PLAYBOOKS["closing"].fits(queue="tenant-service", channel="voice")
    assert PLAYBOOKS["closing"].fits(queue="seller-leads", channel="voice")
    assert not PLAYBOOKS["service"].fits(queue=None, channel="coaching")
    assert PLAYBOOKS["coaching-conversation"].fits(channel="coaching")
    assert not PLAYBOOKS["coaching-conversation"].fits(channel="voice")
    assert not replace(PLAYBOOKS["coaching-conversation"], applies_to={}).fits(channel="coaching")
