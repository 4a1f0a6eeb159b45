import numpy as np
import pytest

from coachloop.core.insight.daily import Daily
from coachloop.core.insight.effect import Contacts, Effect, Effects, Sessions, Why, effects, pooled, verdict, windows_of
from coachloop.core.insight.ledger import ledger

START = np.datetime64("2026-01-05", "D")
NEVER = np.datetime64("NaT", "D")


def day(number: int) -> np.datetime64:
    """So many days after the start."""
    return START + np.timedelta64(number, "D")


def counts(rate: np.ndarray, *, calls: int = 10, unscored: int = 0) -> Daily:
    """Ten calls a day of every agent in behaviour 0, with exactly these rates by agent and day."""
    agent, when = (one.ravel() for one in np.indices(rate.shape))
    met = np.round(rate.ravel() * calls).astype(int)
    zero = np.zeros(len(agent), int)
    return Daily(
        agent,
        zero,
        zero,
        zero,
        zero,
        START + when.astype("timedelta64[D]"),
        met,
        calls - met,
        zero + unscored,
        (("", ""),),
    )


def sessions(*rows: tuple[int, int], chosen: list[int | None] | None = None) -> Sessions:
    """Sessions on behaviour 0, as (agent, day); the day the choice looked back to, where it is known."""
    agent, held = (np.array(column, int) for column in zip(*rows, strict=True))
    known = [NEVER if one is None else day(one) for one in chosen or [None] * len(rows)]
    return Sessions(agent, np.zeros(len(rows), int), np.array([day(one) for one in held]), np.array(known))


def told(*rows: tuple[int, int]) -> Contacts:
    """Contacts on behaviour 0, as (agent, day)."""
    days = np.array([day(when) for _, when in rows], "datetime64[D]")
    return Contacts(np.array([agent for agent, _ in rows], int), np.zeros(len(rows), int), days)


def measure(
    daily: Daily, which: Sessions, *more: tuple[int, int], reports: Contacts | None = None, until: int = 90
) -> Effects:
    """The effects, with the sessions themselves among the contacts."""
    own = [(int(a), int((d - START).astype(int))) for a, d in zip(which.agent, which.held_on, strict=True)]
    rng = np.random.default_rng(1)
    return effects(daily, which, contacts=told(*own, *more), reports=reports or told(), as_of=day(until), rng=rng)


def steady(agents: int = 12, days: int = 100) -> np.ndarray:
    """Everybody at one half."""
    return np.full((agents, days), 0.5)


def test_an_interval_says_it_and_never_a_sign():
    assert verdict(0.01, 0.2) is Effect.WORKED
    assert verdict(-0.01, 0.2) is Effect.OPEN
    assert verdict(-0.2, 0.01) is Effect.DID_NOT
    assert verdict(np.nan, np.nan) is Effect.OPEN


def test_what_a_session_moved_beside_what_moved_everybody():
    """The agent gains 30 points, everybody else 10 on the same days: 20 are the session's."""
    rate = steady()
    rate[:, 61:] = 0.6
    rate[0, 61:] = 0.8
    found = measure(counts(rate), sessions((0, 60)))
    assert found.effect == pytest.approx([0.2], abs=0.01)
    assert found.change == pytest.approx([0.1], abs=0.01)
    assert found.verdicts == (Effect.WORKED,)
    assert found.why == (Why.NOTHING,)
    assert found.low[0] < found.effect[0] < found.high[0]


def test_the_days_that_led_to_the_choice_are_not_in_the_baseline():
    """A bad fortnight before the session is nobody's gain."""
    rate = steady()
    rate[0, 46:61] = 0.1
    assert measure(counts(rate), sessions((0, 60))).effect == pytest.approx([0.0], abs=0.01)


def test_known_days_of_the_choice_are_left_out_as_they_are():
    rate = steady()
    rate[0, 32:61] = 0.1
    found = measure(counts(rate), sessions((0, 60), chosen=[32]))
    assert found.effect == pytest.approx([0.0], abs=0.01)
    assert found.n_before.tolist() == [320]
    assert found.n_after.tolist() == [280]


def test_a_baseline_begins_after_an_earlier_session():
    both = sessions((0, 20), (0, 60))
    contacts = told((0, 20), (0, 60), (1, 30))
    found = windows_of(both, contacts, day(90))
    assert found.before_first.tolist() == [day(5 - 41).tolist(), day(21).tolist()]
    assert found.before_last.tolist() == [day(5).tolist(), day(45).tolist()]
    assert found.after_last.tolist() == [day(48).tolist(), day(88).tolist()]


def test_whoever_was_told_is_no_control():
    """Huddled, work-shopped or newly reported on this behaviour in these days: what they gained hides nothing."""
    rate = steady()
    rate[:, 61:][[0, 1, 2]] = 0.8
    found = measure(counts(rate), sessions((0, 60)), (1, 60), reports=told((2, 40)))
    assert found.effect == pytest.approx([0.3], abs=0.01)
    assert found.controls == pytest.approx([9.0], abs=0.1)


@pytest.mark.parametrize(
    ("agents", "told_as_well", "why"),
    [(4, {}, Why.ALONE), (12, {"others": range(1, 12)}, Why.ALONE), (12, {"reported": [0]}, Why.REPORT)],
)
def test_what_can_not_be_separated_is_not_claimed(agents, told_as_well, why):
    rate = steady(agents)
    rate[0, 61:] = 0.9
    others, reported = ([(a, 50) for a in told_as_well.get(name, ())] for name in ("others", "reported"))
    found = measure(counts(rate), sessions((0, 60)), *others, reports=told(*reported))
    assert found.why == (why,)
    assert np.isnan(found.effect).all()
    assert found.verdicts == (Effect.OPEN,)


def test_too_few_calls_and_too_much_unscored_are_no_evidence():
    rate = steady()
    assert measure(counts(rate), sessions((0, 10))).why == (Why.BEFORE,)
    assert measure(counts(rate), sessions((0, 60)), until=60).why == (Why.AFTER,)
    assert measure(counts(rate, unscored=2), sessions((0, 60))).why == (Why.UNSCORED,)
    assert measure(counts(rate).where(np.zeros(rate.size, bool)), sessions((0, 60))).why == (Why.BEFORE,)


def test_many_are_pooled_by_agent():
    rate = steady(30)
    rate[:6, 61:] = 0.7
    which = sessions(*((a, 60) for a in range(6)), (0, 62))
    found = measure(counts(rate), which)
    whole, some = pooled(found, which.agent), pooled(found, which.agent, keep=np.arange(7) < 3)
    assert whole.units == 6
    assert whole.effect == pytest.approx(0.2, abs=0.01)
    assert whole.low < 0.2 < whole.high
    assert some.units == 3
    assert pooled(found, which.agent, keep=np.zeros(7, bool)).units == 0


def test_no_session_is_no_effect():
    nothing = Sessions(*(np.zeros(0, int),) * 2, *(np.zeros(0, "datetime64[D]"),) * 2)
    found = effects(
        counts(steady()), nothing, contacts=told(), reports=told(), as_of=day(90), rng=np.random.default_rng(1)
    )
    assert pooled(found, nothing.agent).units == 0
    empty = counts(np.zeros((0, 0)))
    assert not len(
        effects(empty, nothing, contacts=told(), reports=told(), as_of=day(90), rng=np.random.default_rng(1)).why
    )


def test_the_rarest_mixes_stand_together():
    """A hundred queues are told apart as far as they have calls."""
    queue = np.arange(300) % 100
    zero = np.zeros(300, int)
    cells = Daily(zero, zero, zero, queue, zero, START + (zero + 1).astype("timedelta64[D]"), zero, zero + 1, zero, ())
    book = ledger(cells, np.array([0]))
    assert book.asked.shape == (1, 24, 2)
    assert book.between(np.array([0]), np.array([day(0)]), np.array([day(5)])).asked.sum() == 300
