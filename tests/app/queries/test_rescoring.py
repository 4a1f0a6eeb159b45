"""Stored conversations scored once more: who may, which ones, and what comes of it."""

from datetime import date, timedelta

import numpy as np
import pytest

from builders import MANNERS, NOW, call, label, publish, score, take
from coachloop.app.models import Attempt
from coachloop.app.queries import rescoring
from coachloop.app.queries.answers import agreed, answers
from coachloop.app.queries.backtest import backtest
from coachloop.app.queries.bridge import Way, compare_ways
from coachloop.app.queries.rescoring import Period
from coachloop.app.queries.viewing import OPERATOR
from coachloop.core.insight.bridge import Decision
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Scorer, ScorerUnavailableError

SCORERS = {"phrases": PhraseScorer()}
OLD = parse_template(MANNERS)
NEW = parse_template(MANNERS.replace("[good morning]", "[good morning, 'yes']"))
MET, NOT = Outcome.MET, Outcome.NOT_MET


@pytest.fixture
def stored(cast):
    """Twelve calls of two teams, one a day; half of them with a greeting. One chat, and one call without words."""
    publish()
    take(
        *(
            call(f"c-{n}", greets=n < 6, team=("north", "south")[n % 2], agent=f"a-{n % 4}", at=NOW - timedelta(n + 1))
            for n in range(12)
        )
    )
    take(call("chat", channel="chat"), {"id": "audio", "audio": "a.wav", "channel": "voice"})
    score()
    return cast


@pytest.mark.parametrize(
    ("who", "n"), [("operator", 12), ("qa_lead", 12), ("ada", 6), ("ben", 6), ("admin", 0), ("evaluator", 0)]
)
def test_only_what_one_may_see_is_scored(stored, who, n):
    viewer = getattr(stored, who)
    assert len(rescoring.fitting(viewer, [OLD], Period())) == n
    everything = rescoring.fitting(OPERATOR, [OLD], Period())
    assert sum(len(block) for block in rescoring.calls(viewer, everything)) == n
    assert backtest(viewer, OLD, scorers=SCORERS, period=Period()).conversations == n
    assert len(compare_ways(viewer, Way(OLD, SCORERS), Way(NEW, SCORERS)).keys) == n
    label({"conversation_id": "c-0", "behaviour": "greets", "verdict": "met"})
    assert len(answers(viewer, "manners", ["greets"])["greets"]) == (n > 0 and who != "ben")


@pytest.mark.usefixtures("stored")
def test_a_period_holds_its_ends():
    day = (NOW - timedelta(5)).date()
    assert len(rescoring.fitting(OPERATOR, [OLD], Period(day, day))) == 1
    assert len(rescoring.fitting(OPERATOR, [OLD], Period(since=day))) == 5
    assert len(rescoring.fitting(OPERATOR, [OLD], Period(until=day))) == 8
    assert rescoring.fitting(OPERATOR, [OLD], Period(date(2030, 1, 1))) == []


def test_a_draw_is_the_same_again():
    ids = list(range(100))
    one = rescoring.drawn(ids, 10, np.random.default_rng(5))
    assert one == sorted(set(one)) == rescoring.drawn(ids, 10, np.random.default_rng(5))
    assert rescoring.drawn(ids, None, np.random.default_rng(5)) == ids


@pytest.mark.usefixtures("stored")
def test_the_most_considered_answer_is_what_people_say():
    said = {"conversation_id": "c-0", "behaviour": "greets", "verdict": "met", "reviewed_at": "2026-05-05T10:00:00"}
    label(said, {**said, "verdict": "not_met", "reviewed_at": "2026-05-06T10:00:00"})
    assert list(answers(OPERATOR, "manners", ["greets"])["greets"].values()) == [NOT]
    assert answers(OPERATOR, "manners", ["warmth"]) == {"warmth": {}}
    assert answers(OPERATOR, "other", ["greets"]) == {"greets": {}}


def test_agreement_leaves_out_what_the_machine_leaves_open():
    pairs = [(MET, MET, "a"), (NOT, NOT, "b"), (MET, NOT, "c"), (NOT, NOT, "d"), (Outcome.UNSCORED, MET, "e")]
    found = agreed(pairs)
    assert (found.answers, found.n, found.kappa) == (5, 4, 0.5)
    assert found.low < 0.5 < found.high
    assert (found.differ, found.agents) == (1, 4)
    assert agreed([]) == (0, 0, None, None, None, 0, 0)
    assert agreed([(MET, MET, "a")])[:3] == (1, 1, None)
    alone = agreed([(MET, MET, "a"), (NOT, NOT, "a"), (MET, NOT, "a")])
    assert (alone.kappa, alone.low, alone.high, alone.agents) == (0.4, None, None, 1)


@pytest.mark.usefixtures("stored")
def test_a_period_with_a_version_stores_nothing():
    before = Attempt.objects.count()
    found = backtest(OPERATOR, NEW, scorers=SCORERS, period=Period(), sample=5)
    assert (found.fitting, found.conversations, found.behaviours[0].met) == (12, 5, 5)
    assert found == backtest(OPERATOR, NEW, scorers=SCORERS, period=Period(), sample=5)
    assert Attempt.objects.count() == before


class Away(Scorer):
    """Never there."""

    name, version = "phrases", "1"

    def score(self, questions):
        del questions
        raise ScorerUnavailableError


@pytest.mark.usefixtures("stored")
def test_what_can_not_be_answered_now_is_left_out_and_counted():
    found = compare_ways(OPERATOR, Way(OLD, SCORERS), Way(OLD, {"phrases": Away()}))
    assert (found.fitting, found.keys, found.postponed, found.bridges) == (12, (), 12, ())
    assert backtest(OPERATOR, OLD, scorers={"phrases": Away()}, period=Period()).conversations == 0


@pytest.mark.usefixtures("stored")
def test_a_version_for_other_calls_says_nothing_of_these():
    """The chat fits the new version alone: under the old one it is not applicable."""
    wider = parse_template(MANNERS.replace("{channel: [voice]}", "{channel: [voice, chat]}"))
    found = compare_ways(OPERATOR, Way(OLD, SCORERS), Way(wider, SCORERS))
    assert (found.fitting, "chat" in found.keys) == (13, True)
    greets = found.bridges[0]
    assert greets.moves == {(Outcome.NOT_APPLICABLE, NOT): 1}
    assert (greets.old_n, greets.new_n) == (12, 13)


@pytest.mark.usefixtures("stored")
def test_two_scorers_of_one_version_are_compared_alike():
    """As a re-trained scorer against the one that is published; here one is not there at all."""
    found = compare_ways(OPERATOR, Way(OLD, SCORERS), Way(OLD, {}), sample=8, seed=2)
    assert found.bridges[0].new_unscored == 8
    assert found.bridges[0].decision is Decision.RESTARTS
    assert found.keys == compare_ways(OPERATOR, Way(NEW, SCORERS), Way(OLD, SCORERS), sample=8, seed=2).keys
