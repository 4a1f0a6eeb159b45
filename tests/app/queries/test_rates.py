from datetime import timedelta

import pytest

from builders import MANNERS, NOW, call, calls, label, publish, score, scores, take
from coachloop.app.errors import NotYoursError, UnknownNameError
from coachloop.app.models import Agent
from coachloop.app.queries.rates import grid_of, last_day_with_data, number, rates
from coachloop.app.services.rollups import pack_counts, rebuild_rollups, refresh_rollups
from coachloop.core.stats.proportions import wilson

TODAY = NOW.date()


@pytest.fixture
def centre(cast):
    """Lea 2 of 10, Tom 9 of 10, Sam 5 of 10 greetings; one call of Lea's asked the price, two more were not scored by anybody."""
    publish()
    take(*calls("lea", 2, 10), *calls("tom", 9, 10), *calls("sam", 5, 10, team="south"))
    score()
    return cast


def by_agent(viewer, **more):
    return {row.agent_key: (row.met, row.n) for row in rates(viewer, behaviour="greets", **more)}


def test_a_rate_has_its_numbers(centre):
    [row] = rates(centre.lea, behaviour="greets")
    assert (row.agent_key, row.agent_name, row.team_key) == ("lea", "Lea", "north")
    assert (row.template, row.behaviour, row.title, row.met, row.n, row.rate) == (
        "manners",
        "greets",
        "Greets",
        2,
        10,
        0.2,
    )
    low, high = wilson(2, 10)
    assert (row.low, row.high) == (pytest.approx(float(low)), pytest.approx(float(high)))
    assert row.rate < row.shrunken < 0.6
    assert row.shrunken_low < row.shrunken < row.shrunken_high
    assert row.p_below_target > 0.99
    assert (row.target, row.unscored, row.opportunities, row.reliable) == (0.8, 0, 10, True)


def test_what_nobody_scored_is_said_and_makes_a_rate_unreliable(centre):
    [row] = rates(centre.lea, behaviour="warmth")
    assert (row.n, row.rate, row.unscored, row.opportunities, row.reliable) == (0, None, 10, 10, False)
    assert (row.low, row.high) == (0, 1)
    assert row.p_below_target is None


def test_without_an_opportunity_there_is_no_row(centre):
    """Not applicable is neither met nor missed."""
    assert rates(centre.operator, behaviour="value_first") == []


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("ada", {"lea", "tom"}), ("ben", {"sam"}), ("lea", {"lea"}), ("tom", {"tom"}), ("qa_lead", {"lea", "tom", "sam"}),
        ("operator", {"lea", "tom", "sam"}), ("evaluator", set()), ("operations", set()), ("admin", set()), ("nobody", set()),
    ],
)  # fmt: skip
def test_agents_are_seen_by_those_who_may(centre, who, seen):
    viewer = getattr(centre, who)
    assert by_agent(viewer).keys() == seen
    assert (last_day_with_data(viewer) is None) == (not seen)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("ada", {"north"}), ("ben", {"south"}), ("qa_lead", {"north", "south"}), ("operations", {"north", "south"}),
        ("operator", {"north", "south"}),
    ],
)  # fmt: skip
def test_teams_and_the_centre_are_for_those_who_run_them(centre, who, seen):
    viewer = getattr(centre, who)
    rows = {row.team_key: (row.met, row.n) for row in rates(viewer, by="team", behaviour="greets")}
    assert rows.keys() == seen
    assert rows.get("north", (11, 20)) == (11, 20)
    [whole] = rates(viewer, by="centre", behaviour="greets")
    assert (whole.agent_key, whole.team_key, whole.met, whole.n) == (None, None, 16, 30)


@pytest.mark.parametrize("who", ["lea", "evaluator", "admin", "nobody"])
@pytest.mark.parametrize("by", ["team", "centre"])
def test_others_are_refused_teams_and_the_centre(centre, who, by):
    with pytest.raises(NotYoursError, match=f"rates by {by} are for operations"):
        rates(getattr(centre, who), by=by)


def test_nobodys_rate_depends_on_who_looks(centre):
    """Peers are all of the centre, for each viewer."""
    [mine], everyone = rates(centre.lea, behaviour="greets"), rates(centre.qa_lead, behaviour="greets")
    assert mine in everyone


def test_only_the_days_that_are_asked_for(centre):
    last = last_day_with_data(centre.operator)
    assert last == TODAY - timedelta(days=3)
    assert by_agent(centre.lea, days=1) == {"lea": (2, 10)}
    assert by_agent(centre.lea, as_of=last - timedelta(days=1)) == {}
    assert by_agent(centre.lea, as_of=last + timedelta(days=27)) == {"lea": (2, 10)}
    assert by_agent(centre.lea, as_of=last + timedelta(days=28)) == {}
    assert rates(centre.operator, by="centre", as_of=last - timedelta(days=60)) == []
    assert rates(centre.operator, by="team", as_of=last - timedelta(days=60)) == []
    with pytest.raises(ValueError, match="days must be 1 or more, got 0"):
        rates(centre.lea, days=0)


def test_a_bare_key_that_is_ambiguous_is_refused(centre):
    publish(MANNERS.replace("key: manners", "key: other"))
    score()
    with pytest.raises(UnknownNameError, match=r"in several templates \(manners, other\); name one"):
        rates(centre.lea, behaviour="greets")
    [row] = rates(centre.lea, behaviour="greets", template="other")
    assert row.template == "other"
    assert {row.template for row in rates(centre.lea, template="manners")} == {"manners"}
    assert rates(centre.lea, template="nothing") == []


def test_what_is_kept_of_the_counts_goes_when_they_change(centre):
    assert by_agent(centre.ada)["lea"] == (2, 10)
    take(call("lea-more", agent="lea", greets=True, at=NOW - timedelta(days=2)))
    score()
    assert by_agent(centre.ada)["lea"] == (3, 11)


def test_a_packed_day_that_is_counted_again_is_no_longer_taken_at_its_word(centre):
    """A call decided otherwise leaves as many cells as before, one that becomes another agent's none."""
    pack_counts()
    assert by_agent(centre.ada) == {"lea": (2, 10), "tom": (9, 10)}
    label({"conversation_id": "lea-9", "behaviour": "greets", "verdict": "met"})
    assert by_agent(centre.ada) == {"lea": (3, 10), "tom": (9, 10)}
    pack_counts()
    take(call("lea-0", agent="tom", greets=False, at=NOW - timedelta(days=3)), replace=True)
    score()
    assert by_agent(centre.ada) == {"lea": (2, 9), "tom": (9, 11)}
    pack_counts()
    rebuild_rollups()
    assert by_agent(centre.ada) == {}
    refresh_rollups()
    assert by_agent(centre.ada) == {"lea": (2, 9), "tom": (9, 11)}


def test_only_those_who_are_asked_for_but_among_their_peers(centre):
    lea = Agent.objects.get(key="lea")
    assert rates(centre.ada, among={lea.pk}) == [row for row in rates(centre.ada) if row.agent_key == "lea"]
    assert rates(centre.ben, among={lea.pk}) == []


def test_weeks_are_added_up(centre):
    take(*(call(f"old-{n}", agent="lea", greets=True, at=NOW - timedelta(days=7 * n)) for n in range(5)))
    score()
    for _ in "not kept", "kept":
        assert by_agent(centre.lea, as_of=TODAY) == {"lea": (6, 14)}
        assert by_agent(centre.lea, as_of=TODAY, days=29) == {"lea": (7, 15)}


def test_the_human_answer_counts(centre):
    label({"conversation_id": "lea-9", "behaviour": "greets", "verdict": "met"})
    assert by_agent(centre.lea) == {"lea": (3, 10)}


def test_a_behaviour_without_a_target_aims_at_the_upper_quartile(cast):
    row = {"behaviour": "closes", "team": "north", "started_at": "2026-05-08"}
    for n, agent in enumerate(["lea", "tom", "a", "b", "c"]):
        scores(
            *(
                {**row, "agent_id": agent, "call_id": f"{agent}-{k}", "verdict": "met" if k < 2 * n else "not_met"}
                for k in range(10)
            )
        )
    found = {r.agent_key: r for r in rates(cast.operator, behaviour="closes")}
    assert found["lea"].target == pytest.approx(sorted(r.shrunken for r in found.values())[3])
    assert found["lea"].p_below_target > found["c"].p_below_target


def test_before_there_is_anything(cast):
    assert rates(cast.operator) == []
    assert grid_of(cast.operator) is None
    assert last_day_with_data(cast.operator) is None


def test_calls_of_teams_that_are_gone_or_unknown_are_left_out_by_team(cast):
    publish()
    take(call("c-1", agent="new", team=None))
    score()
    assert rates(cast.operator, by="team") == []
    assert len(rates(cast.operator, by="centre", behaviour="greets")) == 1


def test_a_number_for_json():
    assert number(0.5) == 0.5
    assert number(float("nan")) is None


@pytest.mark.parametrize("agents", [3, 12])
def test_the_number_of_queries_does_not_grow(cast, django_assert_max_num_queries, agents):
    publish()
    for n in range(agents):
        take(*calls(f"a-{n}", 1, 3))
    score()
    with django_assert_max_num_queries(7):
        assert len(rates(cast.operator)) == 2 * agents
