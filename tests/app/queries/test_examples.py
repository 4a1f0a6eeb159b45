from datetime import timedelta

import pytest

from builders import MANNERS, NOW, call, label, publish, score, scores, take
from coachloop.app.models import Agent, Attempt, Behaviour, Team, Verdict
from coachloop.app.queries.examples import Wanted, examples, newest_misses
from coachloop.app.queries.focus import suggestions
from coachloop.app.queries.verdicts import current_verdicts
from coachloop.app.queries.viewing import OPERATOR

TODAY = NOW.date()

pytestmark = pytest.mark.usefixtures("cast")


def of(behaviour="greets", agent="lea"):
    wanted = Wanted(Agent.objects.get(key=agent).pk, Behaviour.objects.get(key=behaviour).pk)
    return newest_misses(OPERATOR, [wanted], first_day=TODAY - timedelta(60), last_day=TODAY).get(wanted)


def test_the_trigger_the_agents_next_turn_and_the_better_move():
    publish()
    take(call("c-1", price=False))
    score()
    found = of("value_first")
    assert (found.conversation_key, found.trigger_turn, found.trigger_text) == ("c-1", 2, "How much?")
    assert (found.said_turn, found.said_text) == (3, "Ninety.")
    assert found.better == "Before the number: what matters most to you about it?"
    assert (found.at, found.landed_at, found.because) == (4.0, NOW, "")
    assert (found.turn, found.quote) == (2, "How much?")


def test_an_agent_may_be_asked_for_with_several_behaviours():
    publish()
    take(call("c-1", price=False))
    score()
    missed = current_verdicts().filter(outcome="not_met").values_list("behaviour_id", flat=True)
    wanted = {Wanted(Agent.objects.get(key="lea").pk, pk) for pk in missed}
    assert len(wanted) > 1
    assert newest_misses(OPERATOR, wanted, first_day=TODAY - timedelta(60), last_day=TODAY).keys() == wanted


def test_where_the_agent_missed_it_by_themselves_their_own_turn_is_shown():
    publish()
    take(call("c-1"))
    score()
    found = of()
    assert (found.trigger_turn, found.trigger_text, found.said_turn, found.said_text) == (None, "", 0, "Yes?")
    assert (found.turn, found.quote) == (0, "Yes?")
    assert found.because == "People answer in the tone they are met with."


def test_a_customer_whom_nobody_answered():
    """A judge may call that missed: the customer's words are what there is to show."""
    publish()
    take(
        call("c-1", turns=[{"speaker": "agent", "text": "Good morning"}, {"speaker": "customer", "text": "How much?"}])
    )
    score()
    row = Verdict.objects.get(behaviour__key="value_first")
    fields = {"attempt": Attempt.objects.create(
        evaluation=row.attempt.evaluation, scoring=row.attempt.scoring, revision=1, number=2, stored_at=NOW
    )}  # fmt: skip
    missed = Verdict.objects.create(
        behaviour=row.behaviour, outcome="not_met", missed={"turn": 1, "at": None}, **fields
    )
    found = examples(OPERATOR, Verdict.objects.filter(pk=missed.pk))[missed.pk]
    assert (found.said_turn, found.said_text, found.quote) == (None, "", "How much?")


def test_the_newest_miss_is_shown():
    """By the time of the call, not by the order in which calls came in."""
    publish()
    take(call("newest"), call("older", at=NOW - timedelta(9)), call("met", greets=True, at=NOW - timedelta(1)))
    score()
    assert of().conversation_key == "newest"
    label({"conversation_id": "newest", "behaviour": "greets", "verdict": "met"})
    assert of().conversation_key == "older"


def test_what_only_a_person_calls_missed_is_no_example():
    """The machine found no moment there, so that there is nothing to point at."""
    publish()
    take(call("c-1", greets=True))
    score()
    label({"conversation_id": "c-1", "behaviour": "greets", "verdict": "not_met"})
    assert of() is None


def test_each_agent_and_behaviour_gets_their_own():
    """And none is mixed up with another, whoever is asked for at once."""
    publish()
    take(call("l-1", price=True), call("t-1", agent="tom", greets=True, price=False))
    score()
    ids = {a.key: a.pk for a in Agent.objects.all()}
    greets, value = (Behaviour.objects.get(key=key).pk for key in ("greets", "value_first"))
    wanted = [Wanted(ids["lea"], greets), Wanted(ids["tom"], value)]
    found = newest_misses(OPERATOR, wanted, first_day=TODAY - timedelta(60), last_day=TODAY)
    assert {pair: one.conversation_key for pair, one in found.items()} == dict(zip(wanted, ["l-1", "t-1"], strict=True))
    assert newest_misses(OPERATOR, [], first_day=TODAY, last_day=TODAY) == {}


def test_only_calls_of_the_days():
    publish()
    take(call("c-1", at=NOW - timedelta(61)))
    score()
    assert of() is None


def test_the_clock_starts_when_the_miss_was_first_stored():
    """A second scoring that finds the same starts no new clock; one that finds it first does."""
    publish()
    take(call("c-1"))
    score()
    score(now=NOW + timedelta(days=2), everything=True)
    assert of().landed_at == NOW
    publish(MANNERS.replace("[good morning]", "[good morning, 'yes']"))
    score(now=NOW + timedelta(days=3))
    publish()
    score(now=NOW + timedelta(days=4))
    assert of().landed_at == NOW


def test_old_calls_and_other_tools_start_no_clock():
    publish()
    take(call("week", at=NOW - timedelta(days=7)))
    score()
    assert of().landed_at == NOW
    take(call("c-2", agent="tom", at=NOW - timedelta(days=7, minutes=1)))
    score()
    assert of(agent="tom").landed_at is None
    scores(
        {
            "call_id": "x",
            "agent_id": "lea",
            "behaviour": "closes",
            "verdict": "not_met",
            "started_at": "2026-05-11T08:00:00",
        }
    )
    found = of("closes")
    assert (found.landed_at, found.turn, found.quote, found.at) == (None, None, "", None)
    assert found.conversation_key == "x"


@pytest.mark.parametrize("turns", [4, 1])
def test_words_that_were_replaced_are_still_the_words_of_their_verdict(turns):
    """A focus keeps its example with what was said then; newer words, however short, are quoted by nobody for it."""
    publish()
    take(call("c-1", price=False))
    score()
    row = Verdict.objects.get(behaviour__key="value_first")
    other = [{"speaker": "agent", "text": "Another beginning."}, {"speaker": "customer", "text": "Quite another."}] * 2
    take(call("c-1", turns=other[:turns]), replace=True)
    found = examples(OPERATOR, Verdict.objects.filter(pk=row.pk))[row.pk]
    assert (found.trigger_text, found.said_text) == ("How much?", "Ninety.")
    assert of("value_first") is None


def test_any_verdict_as_an_example():
    """What was met has no missed moment; the call itself is what there is, and no clock runs."""
    publish()
    take(call("c-1", greets=True))
    score()
    row = current_verdicts().get(behaviour__key="greets")
    found = examples(OPERATOR, Verdict.objects.filter(pk=row.pk))[row.pk]
    assert (found.turn, found.quote, found.landed_at) == (None, "", None)


def test_words_stay_with_those_who_led_the_agent_at_the_time_of_the_call(cast):
    """Lea moves to south: Ben sees that her greeting is missing, but only Ada, who led her then, reads the calls."""
    publish()
    take(*(call(f"c-{number}") for number in range(12)))
    score()
    Agent.objects.filter(key="lea").update(team=Team.objects.get(key="south"))
    wanted = Wanted(Agent.objects.get(key="lea").pk, Behaviour.objects.get(key="greets").pk)
    period = {"first_day": TODAY - timedelta(60), "last_day": TODAY}
    assert newest_misses(cast.ben, [wanted], **period) == {}
    assert newest_misses(cast.ada, [wanted], **period)[wanted].said_text
    assert [row.example for row in suggestions(cast.ben, as_of=TODAY)] == [None]
    assert examples(cast.ben, Verdict.objects.all()) == {}
