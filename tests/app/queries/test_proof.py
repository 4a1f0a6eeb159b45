import pytest

from builders import NOW, call, calls, publish, score, scores, take
from coachloop.app.models import Attempt, Behaviour, Evaluation, Verdict
from coachloop.app.queries.proof import looked, quotes_finding

pytestmark = pytest.mark.usefixtures("centre")


@pytest.fixture
def centre(cast):
    publish()
    take(*calls("lea", 2, 6))
    score()
    return cast


def forged(*evidence):
    """A verdict that no scorer made, with these quotes."""
    evaluation = Evaluation.objects.get(conversation__key="lea-0")
    told = evaluation.attempt
    attempt = Attempt.objects.create(
        evaluation=evaluation, scoring=told.scoring, revision=told.revision, number=told.number + 1, stored_at=NOW
    )
    behaviour = Behaviour.objects.get(key="greets")
    return Verdict.objects.create(
        attempt=attempt, behaviour=behaviour, outcome="met", decided_by="judge", evidence=list(evidence)
    )


def test_what_the_scorers_store_holds():
    scores({"call_id": "old", "behaviour": "greets", "verdict": "met", "evidence_text": "Hi", "agent_id": "lea"})
    assert [one.faults for one in looked()] == [(), ()]
    finding = quotes_finding()
    assert finding.ok
    assert finding.seen == "2 quotes of 2 verdicts, each word for word in its place"


@pytest.mark.parametrize(
    ("quote", "fault"),
    [
        ({"turn": 0, "start": 0, "end": 4, "quote": "Nice"}, "turn 0 does not say 'Nice' at 0"),
        ({"turn": 9, "start": 0, "end": 4, "quote": "Good"}, "turn 9 does not say 'Good' at 0"),
        ({"turn": 0, "start": 4, "end": 4, "quote": ""}, "turn 0 does not say '' at 4"),
        ({"turn": 1, "start": 0, "end": 5, "quote": "Hello"}, "turn 1 is not the agent's"),
        ({"turn": None, "start": None, "end": None, "quote": "Hello"}, "a quote without its place"),
    ],
)
def test_a_quote_that_does_not_hold_is_named(quote, fault):
    forged({"turn": 0, "start": 0, "end": 4, "quote": "Good"}, quote)
    finding = quotes_finding()
    assert not finding.ok
    assert finding.seen == f"1 of 4 quotes are not what the agent says: lea-0 x greets: {fault}"


def test_only_the_first_few_are_named():
    forged(*({"turn": 0, "start": 0, "end": 4, "quote": f"N{n:03}"} for n in range(9)))
    assert quotes_finding().seen.count("does not say") == 5


def test_a_quote_is_looked_up_in_the_words_it_was_taken_from():
    """Also where other words took their place since."""
    take(call("lea-0", agent="lea", at=NOW), replace=True)
    score()
    assert quotes_finding().ok
