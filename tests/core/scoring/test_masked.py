"""Scored as it was said, shown as it is masked: nothing that is masked comes out of a verdict."""

from dataclasses import replace

from coachloop.core.masking.find import find_in
from coachloop.core.masking.shown import shown
from coachloop.core.model.conversation import Conversation, Masked, Speaker, Turn
from coachloop.core.model.template import Behaviour, Member, Template
from coachloop.core.model.verdict import Missed, Outcome, Quote
from coachloop.core.scoring.evidence import masked
from coachloop.core.scoring.judge.shown import Transcript
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Finding, Scorer
from coachloop.core.scoring.runner import Runner

SAYS = ("Thank you Ms Berg, your card is 4111 1111 1111 1111. Anything else?", "No, thanks.")


def call(*says, name="Ms Berg"):
    """A conversation, with what the rules find in it noted."""
    speakers = (Speaker.AGENT, Speaker.CUSTOMER)
    found = find_in([(speakers[n % 2], text) for n, text in enumerate(says)], names=[name])
    masks = tuple(Masked(turn, one.start, one.end, one.kind) for turn, some in found.items() for one in some)
    turns = tuple(Turn(speakers[n % 2], text) for n, text in enumerate(says))
    return Conversation("c-1", turns, customer_name=name, masked=masks)


class Reader(Scorer):
    """Quotes the whole of the first turn, as it reads it."""

    name, version = "learned", "1"

    def __init__(self, outcome):
        self.outcome = outcome
        self.read = []

    def score(self, questions):
        self.read += [question.conversation for question in questions]
        text = self.read[-1].turns[0].text
        quote, missed = Quote(0, 0, len(text), text), Missed(0, "Say 4111 1111 1111 1111 to Ms Berg")
        return [Finding(self.outcome, f"reads {text}", evidence=(quote,), missed=missed)] * len(questions)


def verdict(said, *, scorer, **options):
    behaviour = Behaviour("b", "B", "Q?", good="better", score_with=(Member(scorer.name, options),))
    [[found]] = Runner(Template("t", "T", (behaviour,)), {scorer.name: scorer}).score([said])
    return found


def test_phrases_are_found_in_what_was_said_and_quoted_as_it_is_shown():
    """The customer's name is known to the phrase, and to nobody who reads the verdict."""
    found = verdict(call(*SAYS), scorer=PhraseScorer(), any=["thank you {customer_name} ... card is 4111"])
    assert found.outcome is Outcome.MET
    assert found.evidence[0].text == shown(call(*SAYS)).turns[0].text[found.evidence[0].start : found.evidence[0].end]
    assert "Berg" not in repr(found)
    assert "41" not in repr(found)
    assert found.reason.startswith('says "Thank you Ms \u00b7\u00b7\u00b7\u00b7, your card is [CAR')


def test_typed_tokens_stand_for_the_name():
    """Where nothing else is kept, a phrase with the name is still found."""
    said = call("Thank you Ms [CUSTOMER_NAME]!", name="[CUSTOMER_NAME]")
    assert verdict(said, scorer=PhraseScorer(), any=["thank you {customer_name}"]).outcome is Outcome.MET
    other = call("Thank you!", name="[CUSTOMER_NAME]")
    assert verdict(other, scorer=PhraseScorer(), any=["thank you {customer_name}"]).outcome is Outcome.NOT_MET


def test_any_other_scorer_reads_what_is_shown():
    """Its quotes are words of what it read; its sentences hold nothing either."""
    for outcome in (Outcome.MET, Outcome.NOT_MET):
        reader = Reader(outcome)
        found = verdict(call(*SAYS), scorer=reader)
        assert reader.read == [shown(call(*SAYS))]
        assert "Berg" not in repr(found)
        assert "41" not in repr(found)
    assert found.missed == Missed(0, "Say [CARD] to Ms [CUSTOMER_NAME]")
    assert masked(found, replace(call(*SAYS), masked=None)) is found


def test_the_judge_reads_tokens_and_points_to_the_words():
    """Each character of a token stands for the whole place; a place in which nothing can be seen has none."""
    said = call("[1] it is 4111 1111 1111 1111 Berg", "no")
    turn = Transcript(said).turns[0]
    assert turn.text == "(1) it is [CARD] [CUSTOMER_NAME]"
    at = turn.text.index("[CARD]")
    assert [turn.origin(at + n, at + n + 1) for n in range(6)] == [(10, 29)] * 6
    unseen = replace(call("\u200b\u200bhi", "no"), masked=(Masked(0, 0, 1, "CARD"),))
    assert Transcript(unseen).turns[0].text == "hi"
