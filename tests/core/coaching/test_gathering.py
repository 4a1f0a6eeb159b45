import pytest

from coachloop.core.coaching.gathering import GatheringKind, fault

HUDDLE, WORKSHOP = GatheringKind.HUDDLE, GatheringKind.WORKSHOP


@pytest.mark.parametrize(
    ("kind", "size", "says"),
    [
        (HUDDLE, (1, 5), ""),
        (HUDDLE, (0, 5), "a huddle needs at least one agent, got 0"),
        (WORKSHOP, (2, 240), ""),
        (WORKSHOP, (1, 45), "a workshop needs at least 2 agents, got 1"),
        (HUDDLE, (3, 0), "minutes must be 1 to 240, got 0"),
        (WORKSHOP, (3, 241), "minutes must be 1 to 240, got 241"),
    ],
)
def test_what_keeps_one_from_being_planned(kind, size, says):
    agents, minutes = size
    assert fault(kind, agents=agents, minutes=minutes) == says


def test_a_huddle_is_short():
    assert (HUDDLE.minutes, WORKSHOP.minutes) == (5, 45)
