"""Drift where the truth is known: slides of 25 points over ten days, steady agents, and agents moved to a harder queue."""

import numpy as np
import pytest

from coachloop.core.insight.drift import drift
from coachloop.simulation.centre import Move, Plan, Slide, simulate

WORKING_MONTH = 21.74


def centre(seed, *, agents=60, days=120, **more):
    """A tenth of the streams slide at some time; three agents in ten are moved to the harder queue."""
    rng = np.random.default_rng(seed)
    behaviours = more.setdefault("behaviours", 6)
    who = rng.random((agents, behaviours)) < 0.1
    slides = tuple(
        Slide(int(a), int(b), int(rng.integers(35, days - 35)), days=10, points=0.25) for a, b in np.argwhere(who)
    )
    moves = tuple(Move(agent, int(rng.integers(25, days - 20)), queue=1) for agent in range(0, agents, 3))
    return simulate(Plan(agents=agents, days=days, slides=slides, moves=moves, **more), rng)


def watched(seeds, **more):
    """Delays in working days of the slides that were found, their share, and false alerts by 100 steady streams and month."""
    delays, slid, false, steady, moved = [], 0, 0, 0, [0, 0]
    for seed in seeds:
        found = centre(seed, **more)
        plan, days = found.plan, found.plan.working_days
        slips = drift(found.daily()).slips
        begun = {(slide.agent, slide.behaviour): slide.first_day for slide in found.plan.slides}
        on = [
            ((slip.agent, slip.behaviour), int(np.searchsorted(days, np.datetime64(slip.signalled_on))))
            for slip in slips
        ]
        for stream, first in begun.items():
            after = [day - first for who, day in on if who == stream and day >= first]
            delays += after[:1]
        movers = {move.agent for move in plan.moves}
        wrong = [stream for stream, _ in on if stream not in begun]
        months = plan.days / WORKING_MONTH
        slid, false = slid + len(begun), false + len(wrong)
        steady += (plan.agents * plan.behaviours - len(begun)) * months / 100
        moved[0] += sum(agent in movers for agent, _ in wrong)
        moved[1] += (len(movers) * plan.behaviours - sum(a in movers for a, _ in begun)) * months / 100
    return len(delays) / slid, np.median(delays), false / steady, moved[0] / moved[1]


@pytest.mark.parametrize(
    ("seeds", "more"),
    [
        ((1, 2, 3), {}),
        ((4, 5, 6), {"queue_effects": (0.4, -1.2, 0.0), "base_rates": (0.85, 0.5, 0.7, 0.35)}),
        ((7, 8, 9, 10), {"agents": 30, "days": 80, "calls_a_day": 10.0}),
    ],
)
def test_slides_are_found_in_time_and_steady_agents_are_left_alone(seeds, more):
    """At least nine in ten, by day 17 in the median; at most one false alert a month for 100 streams, movers too."""
    share, delay, false, false_of_moved = watched(seeds, **more)
    assert share >= 0.9
    assert delay <= 17
    assert false <= 1
    assert false_of_moved <= 1


def test_with_two_calls_a_day_it_takes_longer_and_is_as_quiet():
    share, delay, false, _ = watched((11, 12), calls_a_day=2.0, days=160)
    assert share >= 0.75
    assert delay <= 35
    assert false <= 1
