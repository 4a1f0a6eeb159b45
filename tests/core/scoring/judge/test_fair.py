"""Rule 9: no judge sees who the agent is, what they did before, or where they belong; nor who the customer is."""

from collections.abc import Sequence
from dataclasses import fields

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import AppliesWhen
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.judge.ports import ChatRequest, Reviewed
from coachloop.core.scoring.port import Moment, Question
from servers.judging import Bench, ScriptedModel, behaviour, call, template

TELLING = ("Zebedee", "Quackenbush", "Ottoline", "Fairweather", "Peregrine", "Halloway", "Winnipeg", "Dorking")
"""Names and places that no prompt has a word of by itself."""

SAID = (
    "agent: Hello, this is {agent}, {first} speaking, how can I help?",
    "customer: {first}, it's {customer} again. {last}, do you remember me?",
    "agent: Of course, {customer_last}. {first} {last} never forgets.",
)


def talk(agent: str, customer: str, **more: str) -> Conversation:
    """What is said differs in the names alone."""
    first, _, last = agent.partition(" ")
    named = {
        "agent": agent,
        "first": first,
        "last": last,
        "customer": customer,
        "customer_last": customer.rsplit(maxsplit=1)[-1],
    }
    said = [line.format(**named) for line in SAID]
    return call(*said, **{"agent_name": agent, "customer_name": customer, **more})


class Reviewers:
    """One review, of somebody's call."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation

    def of(self, behaviour: object, template: str, count: int) -> tuple[Reviewed, ...]:
        del behaviour, template, count
        return (Reviewed(f"r-{self.conversation.id}", self.conversation, Outcome.MET, (2,)),)


def asked_about(conversation: Conversation, reviewed: Conversation) -> Sequence[ChatRequest]:
    """Everything a judge is sent: each vote and, as no answer can be used, each second try."""
    model = ScriptedModel(lambda _: "I would rather not say.")
    options = {"examples": 2, "votes": 3}
    asks = (behaviour("a", options=options), behaviour("b", applies_when=AppliesWhen(question="Was there one?")))
    Bench(model, reviews=Reviewers(reviewed)).score(template(*asks), conversation)
    assert len(model.asked) == 6
    assert all("Reviewed by a person as met" in request.messages[0].content for request in model.asked)
    return model.asked


def test_no_judge_sees_who_it_is_about():
    """Two agents of two groups who say the same words are asked about in the same words, to the letter."""
    one = asked_about(
        talk("Zebedee Quackenbush", "Ottoline Fairweather", key="winnipeg-zebedee-1", queue="Winnipeg"),
        talk("Peregrine Halloway", "Ottoline Fairweather", key="dorking-peregrine-9", queue="Dorking"),
    )
    other = asked_about(
        talk("Peregrine Halloway", "Hortensia Blackadder", key="dorking-peregrine-1", queue="Dorking"),
        talk("Zebedee Quackenbush", "Hortensia Blackadder", key="winnipeg-zebedee-9", queue="Winnipeg"),
    )
    assert one == other
    sent = repr([(request.messages, request.schema) for request in one]).casefold()
    assert [name for name in TELLING if name.casefold() in sent] == []
    assert "[agent_name]" in sent


def test_a_question_has_no_room_for_more():
    """Nothing about an agent's past, team or group reaches a scorer; whoever adds a field here has to think of rule 9."""
    assert {one.name for one in fields(Question)} == {
        "conversation", "behaviour", "moments", "options", "last", "template",
    }  # fmt: skip
    assert {one.name for one in fields(Conversation)} == {
        "id", "turns", "channel", "queue", "language", "direction", "agent_name", "customer_name",
        "speakers_sure", "masked",
    }  # fmt: skip
    assert {one.name for one in fields(Moment)} == {"trigger", "spans"}
    assert {one.name for one in fields(Reviewed)} == {"id", "conversation", "outcome", "turns"}
