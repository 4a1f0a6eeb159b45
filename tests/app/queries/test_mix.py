"""Both kinds of coaching, counted by team; whose turn it is, and with whom to start."""

from datetime import timedelta

import pytest

from builders import NOW, calls, coached, publish, score, take
from coachloop.app.models import Agent, Session, Site
from coachloop.app.queries import mix
from coachloop.app.queries.week import week
from coachloop.core.coaching.agreement import SessionKind
from coachloop.core.coaching.cadence import Mix

TODAY = NOW.date()


def held(agent, kind, days_ago, *, status="imported"):
    """A session of before coachloop."""
    Session.objects.create(
        agent=Agent.objects.get(key=agent),
        kind=kind,
        status=status,
        held_on=TODAY - timedelta(days=days_ago),
        created_at=NOW,
    )


def of(viewer):
    return {row.key: row for row in mix.mixes(viewer, today=TODAY)}


def test_sessions_of_twelve_weeks_are_counted_by_team_and_kind(cast):
    for days in (0, 10, 83):
        held("lea", "performance", days)
    held("tom", "developmental", 84)
    held("tom", "developmental", -1)
    held("sam", "developmental", 3)
    assert of(cast.operations)["north"].mix == Mix(3, 0)
    assert of(cast.operations)["north"].lacks is SessionKind.DEVELOPMENTAL
    assert of(cast.operations)["south"].mix == Mix(0, 1)
    assert of(cast.operations)["south"].lacks is None


def test_planned_and_cancelled_ones_are_not_held(cast):
    for status in ("planned", "cancelled"):
        held("lea", "developmental", 1, status=status)
    assert of(cast.qa_lead)["north"].mix.held == 0


def test_who_sees_whose_mix(cast):
    everyone = {"north", "south"}
    assert set(of(cast.operations)) == set(of(cast.qa_lead)) == everyone
    assert set(of(cast.ada)) == {"north"}
    assert of(cast.lea) == of(cast.nobody) == of(cast.evaluator) == {}


def test_operations_get_no_names(cast):
    for days in range(1, 5):
        held("lea", "performance", days)
    assert of(cast.operations)["north"].start_with == ()


@pytest.fixture
def centre(cast):
    """Tom, Ann and Bo greet everybody, Lea hardly anybody."""
    publish()
    take(*(one for key in ("tom", "ann", "bo") for one in calls(key, 20, 20)), *calls("lea", 2, 20))
    score()
    return cast


def offered(cast, today=TODAY):
    return mix.offers(week(cast.ada, today=TODAY).offers, today=today)


def test_offers_come_at_the_sites_cadence_longest_waiting_first(centre):
    Site.objects.update(developmental_weeks=4)
    held("tom", "developmental", 28)
    held("ann", "developmental", 27)
    offers = offered(centre)
    assert [each.agent_key for each in offers.due] == ["bo", "tom"]
    assert (offers.due[0].due_on, offers.due[1].due_on) == (None, TODAY)
    assert [(each.agent_key, each.due_on) for each in offers.later] == [("ann", TODAY + timedelta(days=1))]
    assert "ann" in [each.agent_key for each in offered(centre, TODAY + timedelta(days=1)).due]


def test_a_team_that_only_works_on_gaps_starts_with_who_has_none_and_waits_longest(centre):
    for days in (1, 2, 3):
        held("lea", "performance", days)
    held("tom", "performance", 20)
    held("ann", "developmental", 100)
    shown = week(centre.ada, today=TODAY)
    (row,) = mix.of_week(shown, mix.offers(shown.offers, today=TODAY), today=TODAY)
    assert row.lacks is SessionKind.DEVELOPMENTAL
    assert row.start_with == ("bo", "ann", "Tom")


def test_a_team_that_never_works_on_a_gap_starts_with_whose_gap_is_certain(centre):
    for agent in ("tom", "ann", "bo"):
        held(agent, "developmental", 5)
    shown = week(centre.ada, today=TODAY)
    (row,) = mix.of_week(shown, mix.offers(shown.offers, today=TODAY), today=TODAY)
    assert row.lacks is SessionKind.PERFORMANCE
    assert row.start_with == ("Lea",)


def test_a_team_that_does_both_is_told_nothing(centre):
    coached({"agent_id": "lea", "behaviour": "greets", "held_on": str(TODAY - timedelta(days=3))})
    shown = week(centre.ada, today=TODAY)
    (row,) = mix.of_week(shown, mix.offers(shown.offers, today=TODAY), today=TODAY)
    assert (row.lacks, row.start_with) == (None, ())
