from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.coaching.plan import Need, Opening, Plan, Span, Why, propose
from coachloop.core.coaching.workdays import WorkingCalendar

MONDAY = date(2026, 5, 4)
EVERY_DAY = WorkingCalendar()


def span(day: date, hour: float = 9, minutes: int = 15) -> Span:
    starts = datetime.combine(day, time(0), UTC) + timedelta(hours=hour)
    return Span(starts, starts + timedelta(minutes=minutes))


def opening(days: int = 0, hour: float = 9, minutes: int = 15) -> Opening:
    day = MONDAY + timedelta(days)
    return Opening(day, span(day, hour, minutes))


def need(key: str = "lea", value: float = 1, due: int | None = None, **more) -> Need:
    more.setdefault("calendar", EVERY_DAY)
    return Need(key, value, None if due is None else MONDAY + timedelta(due), **more)


def who(plan: Plan) -> list[tuple[str, int]]:
    return [(one.need.key, (one.opening.day - MONDAY).days) for one in plan.placed]


def why(plan: Plan) -> list[tuple[str, Why]]:
    return [(one.need.key, one.why) for one in plan.unplaced]


OPENINGS = st.lists(
    st.builds(opening, st.integers(0, 6), st.sampled_from([9, 9.25, 9.5, 14]), st.sampled_from([15, 30])), max_size=5
)
BUSY = st.lists(
    st.builds(lambda d, h: span(MONDAY + timedelta(d), h, 60), st.integers(0, 6), st.integers(8, 15)), max_size=2
)
AWAY = st.lists(st.integers(0, 6).map(lambda d: (MONDAY + timedelta(d), MONDAY + timedelta(d + 1))), max_size=1)
NEEDS = st.lists(
    st.builds(
        lambda value, due, away, busy: (value, due, tuple(away), tuple(busy)),
        st.sampled_from([0.01, 0.2, 0.5, 1.0, 3.0]) | st.floats(0.01, 5),
        st.none() | st.integers(0, 7),
        AWAY,
        BUSY,
    ),
    max_size=4,
).map(
    lambda rows: [need(str(n), v, d, calendar=WorkingCalendar(away=a), busy=b) for n, (v, d, a, b) in enumerate(rows)]
)


@given(needs=NEEDS, openings=OPENINGS)
def test_no_slot_twice_none_after_due_none_on_a_day_off(needs, openings):
    """Whatever is asked for: everybody is in the plan once, and what is placed fits."""
    plan = propose(needs, openings)
    assert sorted(o.need.key for o in (*plan.placed, *plan.unplaced)) == [one.key for one in needs]
    spans = [one.opening.span for one in plan.placed]
    assert not any(a.meets(b) for n, a in enumerate(spans) for b in spans[:n])
    for one in plan.placed:
        assert one.opening in openings
        assert one.need.due is None or one.opening.day <= one.need.due
        assert one.need.calendar.works(one.opening.day)
        assert not any(busy.meets(one.opening.span) for busy in one.need.busy)


@settings(max_examples=150)
@given(
    needs=NEEDS,
    openings=OPENINGS.map(
        lambda some: [
            o
            for n, o in enumerate(some)
            if o not in some[:n] and o.span.starts.minute == 0 and o.span.ends.minute == 15
        ]
    ),
)
def test_no_plan_is_worth_more(needs, openings):
    """Every way to give the slots out, tried; and the most valuable of those that can be placed is always placed."""
    plan = propose(needs, openings)
    ways = permutations([*openings, *[None] * len(needs)], len(needs))
    best = max((sum(n.value for n, o in zip(needs, way, strict=True) if o and n.fits(o)) for way in ways), default=0)
    assert sum(one.need.value for one in plan.placed) == pytest.approx(best, rel=1e-5, abs=1e-9)
    able = [n for n in needs if any(map(n.fits, openings))]
    if able:
        top = max(n.value for n in able)
        assert max(one.need.value for one in plan.placed) == pytest.approx(top, rel=1e-5)


def test_the_most_valuable_come_first_when_slots_are_few():
    plan = propose([need("low", 0.1), need("high", 0.9), need("middle", 0.5)], [opening(0), opening(1)])
    assert sorted(key for key, _ in who(plan)) == ["high", "middle"]
    assert why(plan) == [("low", Why.TAKEN)]


def test_a_valuable_one_makes_room_for_another_that_can_only_come_early():
    """Both fit if the flexible one waits, so both are placed."""
    plan = propose([need("flexible", 2), need("urgent", 1, due=0)], [opening(0), opening(2)])
    assert who(plan) == [("urgent", 0), ("flexible", 2)]


def test_what_is_due_sooner_comes_sooner_and_early_slots_are_used_first():
    plan = propose([need("later", 3, due=4), need("sooner", 1, due=3)], [opening(3), opening(1), opening(0)])
    assert who(plan) == [("sooner", 0), ("later", 1)]


def test_every_reason_has_its_word():
    """From no slot at all to a slot that somebody else needs more."""
    away = WorkingCalendar(away=((MONDAY, MONDAY + timedelta(6)),))
    assert why(propose([need()], [])) == [("lea", Why.NO_SLOT)]
    assert why(propose([need(due=0)], [opening(1)])) == [("lea", Why.AFTER_DUE)]
    assert why(propose([need(calendar=away)], [opening(1)])) == [("lea", Why.AWAY)]
    assert why(propose([need(busy=(span(MONDAY, 8, 120),))], [opening(0)])) == [("lea", Why.BUSY)]
    assert why(propose([need("a"), need("b", 2)], [opening(0)])) == [("a", Why.TAKEN)]
    assert propose([], [opening(0)]) == Plan((), ())


def test_slots_that_overlap_are_one():
    plan = propose([need("a"), need("b")], [opening(0, 9, 30), opening(0, 9.25)])
    assert len(plan.placed) == 1


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_something_worth_nothing_is_refused(value):
    with pytest.raises(ValueError, match="value must be above 0 and finite"):
        need(value=value)
