"""Coaching on simulated centres whose truth is known: able agents, two queues, sessions for those who lately did worst."""

from dataclasses import replace

import numpy as np
import pytest

from coachloop.core.insight.effect import Contacts, Effect, Effects, Sessions, effects, pooled
from coachloop.core.stats.pooling import Pooled
from coachloop.simulation.centre import Coached, Move, Plan, simulate

DAY, LATELY = 60, 10
PLAN = Plan(agents=100, behaviours=5, days=82, calls_a_day=2.0)
NOBODY = np.zeros(0, int)


def coached(points: float, seed: int, plan: Plan = PLAN) -> tuple[Effects, Pooled]:
    """Ten agents a behaviour with the lowest rate in about 20 calls of the last fortnight are coached, worth `points`."""
    seen = simulate(plan, np.random.default_rng(seed))
    met, asked = seen.counts(first=DAY - LATELY, last=DAY - 1)
    lowest = np.argsort((met + 0.5) / (asked + 1), axis=0)[:10]
    chosen = [(int(agent), b) for b in range(plan.behaviours) for agent in lowest[:, b]]
    told = replace(plan, coached=tuple(Coached(agent, b, DAY, points) for agent, b in chosen))
    centre = simulate(told, np.random.default_rng(seed))
    agent, behaviour = np.array(chosen).T
    days = np.repeat(plan.working_days[[DAY]], len(chosen))
    which = Sessions(agent, behaviour, days, np.full(len(chosen), np.datetime64("NaT", "D")))
    found = effects(
        centre.daily(),
        which,
        contacts=Contacts(agent, behaviour, days),
        reports=Contacts(NOBODY, NOBODY, days[:0]),
        as_of=plan.working_days[-1],
        rng=np.random.default_rng(seed),
    )
    return found, pooled(found, agent)


@pytest.fixture(scope="module")
def useless() -> list[tuple[Effects, Pooled]]:
    """Twelve centres in which coaching does nothing."""
    return [coached(0.0, seed) for seed in range(12)]


def test_coaching_that_does_nothing_is_said_to_do_nothing(useless: list[tuple[Effects, Pooled]]) -> None:
    """Within 1.5 points of nothing, though everybody coached was at their worst."""
    assert np.mean([whole.effect for _, whole in useless]) == pytest.approx(0.0, abs=0.015)


def test_it_is_hardly_ever_said_to_have_worked(useless: list[tuple[Effects, Pooled]]) -> None:
    said = [verdict is Effect.WORKED for found, _ in useless for verdict in found.verdicts]
    assert np.mean(said) <= 0.05
    assert sum(whole.low > 0 for _, whole in useless) <= 1


def test_what_people_do_today_would_have_claimed_ten_points() -> None:
    """Before and after around sessions of the same kind: the fortnight that led to the choice is the baseline."""
    seen = simulate(PLAN, np.random.default_rng(0))
    before, after = (
        np.divide(*seen.counts(first=first, last=last)) for first, last in ((DAY - LATELY, DAY - 1), (DAY + 1, 81))
    )
    lowest = np.argsort(before, axis=0)[:10]
    gain = np.take_along_axis(after - before, lowest, axis=0).mean()
    assert gain > 0.08


def test_coaching_worth_fifteen_points() -> None:
    """Within three points, and the interval holds it."""
    found = [coached(0.15, seed)[1] for seed in range(8)]
    assert np.mean([whole.effect for whole in found]) == pytest.approx(0.15, abs=0.03)
    assert sum(whole.low <= 0.15 <= whole.high for whole in found) >= 7
    assert all(whole.low > 0 for whole in found)


def test_agents_who_change_queues_are_no_effect() -> None:
    """Half of the agents go to the harder queue on the day of the sessions."""
    moved = replace(PLAN, moves=tuple(Move(agent, DAY + 1, 1) for agent in range(0, PLAN.agents, 2)))
    found = [coached(0.0, seed, moved)[1].effect for seed in range(6)]
    assert np.mean(found) == pytest.approx(0.0, abs=0.02)
