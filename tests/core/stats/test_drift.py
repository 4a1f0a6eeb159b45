import numpy as np
import pytest

from coachloop.core.stats.drift import FEWEST, SETTLED, Cells, run_wanted, watch

RUN = 2100.0


def cells(days, *, stream=0, mix=0, **more):
    """One cell a day of (met, asked)."""
    met, asked = np.array(days).T
    size = len(met)
    given = {"unscored": 0, "epoch": 0, "shift": 0.0, "first": 0} | more
    zeros = np.zeros(size, np.int64)
    return Cells(
        stream=zeros + stream,
        mix=zeros + mix,
        day=np.arange(size) + given["first"],
        met=met,
        asked=asked,
        unscored=zeros + given["unscored"],
        epoch=zeros + given["epoch"],
        shift=zeros + given["shift"],
    )


def joined(*parts):
    return Cells(*(np.concatenate([getattr(part, name) for part in parts]) for name in Cells.__slots__))


def one(*parts, mixes=1):
    return watch(joined(*parts), [0], mixes=mixes, run=RUN)


GOOD, BAD = [(5, 8), (6, 8), (6, 8), (7, 8)], [(2, 8), (3, 8)]


def test_a_fall_is_found_within_days_and_its_onset_named():
    found = one(cells(GOOD * 15 + BAD * 6)).alerts
    assert len(found) == 1
    assert 60 <= found[0].onset <= 61
    assert found[0].signalled <= 67
    assert found[0].closed is None
    assert found[0].asked == (72 - found[0].onset) * 8
    assert found[0].expected / found[0].asked == pytest.approx(0.75, abs=0.02)
    assert found[0].baseline_asked >= 450


def test_a_steady_stream_and_one_that_rises_raise_nothing():
    assert one(cells(GOOD * 40)).alerts == ()
    assert one(cells(BAD * 20 + GOOD * 10)).alerts == ()


def test_what_comes_later_changes_nothing_said_before():
    whole = cells(GOOD * 15 + BAD * 6 + GOOD * 10)
    early = Cells(*(getattr(whole, name)[:70] for name in Cells.__slots__))
    before, after = watch(early, [0], mixes=1, run=RUN).alerts[0], watch(whole, [0], mixes=1, run=RUN).alerts[0]
    assert (before.onset, before.signalled) == (after.onset, after.signalled)


def test_recovery_closes_it_and_a_second_fall_is_another_one():
    found = one(cells(GOOD * 15 + BAD * 6 + GOOD * 10 + BAD * 6)).alerts
    assert [alert.why_closed for alert in found] == ["recovered", ""]
    assert 72 < found[0].closed < 100
    assert found[1].onset >= 111


def test_a_slide_that_stays_becomes_what_is_usual():
    found = one(cells(GOOD * 15 + BAD * 60)).alerts
    assert [alert.why_closed for alert in found] == ["settled"]
    assert found[0].closed == found[0].signalled + SETTLED


def test_a_new_agent_and_one_with_few_calls_are_not_watched():
    assert one(cells(GOOD + BAD * 10)).alerts == ()
    few = one(cells([(1, 1)] * 25 + [(0, 1)] * 4))
    assert not few.watched.any()
    assert few.alerts == ()
    assert watch(cells([(0, 0)] * 3), [0], mixes=1, run=RUN).alerts == ()


def test_days_without_calls_add_nothing():
    with_holiday = one(cells(GOOD * 15 + [(0, 0)] * 10 + GOOD * 3), cells([(0, 0)] * 30))
    assert with_holiday.alerts == ()


def test_a_new_ruler_restarts_and_ends_what_was_open():
    new = cells(BAD * 20, first=60, epoch=1)
    assert one(cells(GOOD * 15), new).alerts == ()
    found = one(cells(GOOD * 15 + BAD * 6), cells(BAD * 6, first=72, epoch=1)).alerts
    assert [alert.why_closed for alert in found] == ["restarted"]
    assert found[0].closed == 72


def test_late_calls_under_the_old_ruler_are_left_out():
    found = one(cells(GOOD * 15), cells(GOOD * 15, first=60, epoch=1), cells([(0, 8)] * 60, first=60))
    assert found.alerts == ()


def test_a_ruler_that_shifts_takes_the_baseline_along():
    """All of a fall of forty points that the ruler explains is none; what it does not explain is."""
    fall = {"first": 60}
    assert one(cells(GOOD * 15), cells(BAD * 6, **fall, shift=-0.44)).alerts == ()
    assert len(one(cells(GOOD * 15), cells(BAD * 6, **fall, shift=-0.02)).alerts) == 1


def test_too_many_unscored_calls_hold_it_back():
    known = cells(GOOD * 15)
    assert one(known, cells(BAD * 6, first=60, unscored=2)).alerts == ()
    assert len(one(known, cells(BAD * 6, first=60)).alerts) == 1


def test_a_slide_needs_a_few_calls_of_its_own():
    found = one(cells([(8, 8)] * 40 + [(0, 1)] * 12)).alerts
    assert found[0].asked >= FEWEST
    assert found[0].signalled >= 40 + FEWEST - 1


def test_a_move_to_calls_that_are_harder_for_everybody_is_no_fall():
    """Forty agents take both kinds; one takes easy calls only, and from day 40 on hard calls only."""
    rng = np.random.default_rng(7)
    days = 70

    def drawn(rate, size=days):
        return [(met, 7) for met in rng.binomial(7, rate, size)]

    both = [cells(drawn(rate), stream=agent, mix=mix) for agent in range(40) for mix, rate in ((0, 0.8), (1, 0.4))]
    moved = [cells(drawn(0.8, 40), stream=40), cells(drawn(0.4, 30), stream=40, mix=1, first=40)]
    everybody = joined(*both, *moved)
    assert 40 not in {alert.stream for alert in watch(everybody, np.zeros(41, int), mixes=2, run=RUN).alerts}
    blind = Cells(*(getattr(everybody, name) * (name != "mix") for name in Cells.__slots__))
    assert 40 in {alert.stream for alert in watch(blind, np.zeros(41, int), mixes=1, run=RUN).alerts}


def test_nobody_knows_how_hard_a_kind_is_that_nobody_took_before():
    """All move at once to a new kind of calls that is far harder: that is the kind, not the people."""
    rng = np.random.default_rng(8)
    old = [cells([(m, 7) for m in rng.binomial(7, 0.8, 40)], stream=agent) for agent in range(12)]
    new = [cells([(m, 7) for m in rng.binomial(7, 0.35, 25)], stream=agent, mix=1, first=40) for agent in range(12)]
    assert watch(joined(*old, *new), np.zeros(12, int), mixes=2, run=RUN).alerts == ()


def test_the_smaller_budget_counts():
    assert run_wanted(1000, 0) == pytest.approx(2100)
    assert run_wanted(1000, 100) == pytest.approx(2100)
    assert run_wanted(1000, 5) == pytest.approx(21 * 200)
    assert run_wanted(0, 5, per_hundred=2, month=30) == pytest.approx(1500)
    with pytest.raises(ValueError, match="above 0"):
        run_wanted(10, 1, per_team=0)
