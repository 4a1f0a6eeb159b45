"""The centre of numbers: it does what its plan says."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from coachloop.simulation.centre import (
    Coached,
    Move,
    Plan,
    Slide,
    simulate,
    write_coaching,
    write_labels,
    write_scores,
)

SMALL = Plan(agents=12, teams=3, behaviours=3, days=30)


def centre(plan=SMALL, seed=1):
    return simulate(plan, np.random.default_rng(seed))


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_calls_fall_on_working_days_and_are_as_many_as_planned():
    found = centre()
    assert len(found) == pytest.approx(12 * 30 * 7, rel=0.05)
    assert found.day.min() == np.datetime64("2026-01-05")
    assert found.day.max() == np.datetime64("2026-02-13")
    assert np.is_busday(found.day).all()
    assert set(found.team) == {0, 1, 2}


def test_same_seed_gives_the_same_calls_until_the_truth_differs():
    plain = centre()
    coached = centre(replace(SMALL, coached=(Coached(2, 1, 14, 0.3),)))
    before = plain.day_index <= 14
    assert (plain.verdict[before] == coached.verdict[before]).all()
    mine = (plain.agent == 2) & ~before
    assert coached.truth[mine, 1].mean() > plain.truth[mine, 1].mean() + 0.15
    assert (plain.truth[plain.agent != 2] == coached.truth[plain.agent != 2]).all()


def test_truth_slides_and_stays_down():
    found = centre(replace(SMALL, base_rates=(0.8,), own_spread=0, slides=(Slide(0, 0, 10, 5, 0.25),)))
    before, after = found.true_rate(last=9)[0, 0], found.true_rate(first=15)[0, 0]
    assert before - after == pytest.approx(0.25, abs=0.05)
    day = found.chance[(found.agent == 0) & (found.queue == 0), 0]
    when = found.day_index[(found.agent == 0) & (found.queue == 0)]
    assert day[when == 9].max() - day[when == 11].max() == pytest.approx(0.1, abs=1e-6)


def test_whoever_is_moved_takes_the_other_queue_alone():
    found = centre(replace(SMALL, moves=(Move(3, 20, 1),)))
    late = (found.agent == 3) & (found.day_index >= 20)
    assert (found.queue[late] == 1).all()
    assert 0 < (found.queue[(found.agent == 3) & ~late] == 1).mean() < 1


def test_judge_errs_as_planned_and_only_where_something_applies():
    found = centre(replace(SMALL, agents=60, sensitivity=(0.92, 0.8, 1), specificity=0.85, applies=(1, 0.5, 0.5)))
    said, true, asked = found.verdict, found.truth, found.applies
    assert not said[~asked].any()
    assert not true[~asked].any()
    assert [said[:, b][true[:, b]].mean() for b in range(3)] == pytest.approx([0.92, 0.8, 1], abs=0.015)
    assert [1 - said[:, b][asked[:, b] & ~true[:, b]].mean() for b in range(3)] == pytest.approx([0.85] * 3, abs=0.015)
    assert asked.mean(axis=0) == pytest.approx([1, 0.5, 0.5], abs=0.02)


def test_probabilities_agree_with_the_verdicts_and_know_more():
    found = centre(replace(SMALL, agents=60, sensitivity=0.92, specificity=0.85, applies=(0.9,)))
    sure = found.probability(np.random.default_rng(2))
    assert (np.isnan(sure) == ~found.applies).all()
    for b in range(3):
        said, asked = found.verdict[:, b], found.applies[:, b]
        assert sure[said, b].min() >= sure[asked & ~said, b].max()
        for low, high in ((0.0, 0.1), (0.4, 0.6), (0.9, 1.0)):
            some = asked & (sure[:, b] >= low) & (sure[:, b] <= high)
            assert found.truth[some, b].mean() == pytest.approx(sure[some, b].mean(), abs=0.05)


def test_able_agents_do_more_and_get_more():
    found = centre(replace(SMALL, agents=200, own_spread=0, queue_effects=(0.0,)))
    rate = found.met_rate()[:, 0]
    outcome = np.bincount(found.agent, found.outcome) / np.bincount(found.agent)
    assert np.corrcoef(rate, outcome)[0, 1] > 0.5


def test_outcome_follows_a_lagging_behaviour_by_its_lag():
    plan = replace(
        SMALL, base_rates=(0.9,), outcome_effects=(0.6, 0, 0), outcome_lags=(8,), outcome_base=0.05, days=40, agents=60
    )
    slides = tuple(Slide(one, 0, 10, 1, 0.6) for one in range(60))
    found = centre(replace(plan, slides=slides))
    by_day = np.bincount(found.day_index, found.outcome) / np.bincount(found.day_index)
    assert by_day[10:17].mean() > by_day[:10].mean() - 0.05
    assert by_day[19:].mean() < by_day[:17].mean() - 0.2


def test_form_comes_and_goes():
    found = centre(replace(SMALL, form_spread=0.8, days=60))
    steady = centre(replace(SMALL, days=60))
    mine = (found.agent == 0) & (found.queue == 0)
    assert found.chance[mine, 0].std() > 0.05
    assert steady.chance[(steady.agent == 0) & (steady.queue == 0), 0].std() < 1e-6


def test_daily_counts_add_up_to_the_verdicts():
    found = centre(replace(SMALL, applies=(0.5,)))
    cells = found.daily()
    met, asked = found.counts()
    for count, expected in ((cells.met, met), (cells.met + cells.not_met, asked)):
        table = np.zeros(met.shape, int)
        np.add.at(table, (cells.agent, cells.behaviour), count)
        assert (table == expected).all()
    assert cells.mixes == (("queue-1", "inbound"), ("queue-2", "inbound"))
    key = [cells.agent, cells.behaviour, cells.mix, cells.day.astype(int)]
    assert len(np.unique(np.stack(key), axis=1).T) == len(cells)
    assert (cells.team == cells.agent % 3).all()


def test_truth_and_rate_are_nearly_the_same_over_many_calls():
    found = centre(replace(SMALL, days=120))
    assert np.abs(found.met_rate() - found.true_rate()).max() < 0.07
    assert (found.counts(of="truth")[0] / found.counts()[1] == found.met_rate()).all()
    assert np.isnan(centre(replace(SMALL, applies=(0, 1, 1))).true_rate()[:, 0]).all()
    assert np.isnan(centre(replace(SMALL, applies=(0,))).probability(np.random.default_rng(1))).all()


def test_files_are_as_the_commands_read_them(tmp_path):
    found = centre(replace(SMALL, coached=(Coached(2, 1, 14, 0.3),), audit_share=0.1, applies=(0.5,)))
    scores, coaching, labels = (tmp_path / name for name in ("scores.csv", "coaching.csv", "labels.csv"))
    assert write_scores(found, scores) == len(found) * 3 == len(rows(scores))
    first = rows(scores)[0]
    assert list(first) == [
        "call_id",
        "agent_id",
        "team",
        "started_at",
        "queue",
        "behaviour",
        "verdict",
        "outcome_converted",
    ]
    assert first["agent_id"] == "a-0000"
    assert first["started_at"].startswith("2026-01-05T08:00:00+00:00")
    assert {row["verdict"] for row in rows(scores)} == {"met", "not_met", "na"}
    assert write_coaching(found, coaching) == 1
    assert rows(coaching) == [{"agent_id": "a-0002", "behaviour": "behaviour_2", "held_on": "2026-01-23"}]
    assert write_labels(found, labels) == found.audited.sum() * 3
    assert {row["sampling_probability"] for row in rows(labels)} == {"0.1"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"agents": 0}, "agents"),
        ({"sensitivity": 1.2}, "sensitivity"),
        ({"applies": (0.5, -1)}, "applies"),
        ({"moves": (Move(0, 0, 2),)}, "queue"),
        ({"slides": (Slide(12, 0, 0, 1, 0.1),)}, "agent"),
        ({"coached": (Coached(0, 0, 30, 0.1),)}, "day"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        centre(replace(SMALL, **wrong))
