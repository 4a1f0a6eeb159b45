from datetime import date, timedelta

import pytest

from builders import MANNERS, NOW, calls, publish, score, take
from coachloop.app.models import Absence, Agent, Behaviour, SiteClosure
from coachloop.app.queries.focus import NO_GAP, suggestions
from coachloop.app.services import coaching
from coachloop.core.insight.focus import RESPONSE

TODAY = NOW.date()


@pytest.fixture
def centre(cast):
    """Lea greets in 2 of 20, Tom in 20 of 20, Sam in 8 of 20."""
    publish()
    take(*calls("lea", 2, 20), *calls("tom", 20, 20), *calls("sam", 8, 20, team="south"))
    score()
    return cast


def of(viewer, agent="lea", **more):
    return next((row for row in suggestions(viewer, **more) if row.agent_key == agent), None)


def test_one_row_an_agent_the_largest_gain_first(centre):
    rows = suggestions(centre.operator)
    assert [(row.agent_key, row.kind, row.behaviour) for row in rows] == [
        ("lea", "performance", "greets"), ("sam", "performance", "greets"), ("tom", "developmental", None),
    ]  # fmt: skip
    assert rows[0].expected_gain > rows[1].expected_gain > rows[2].expected_gain == 0
    assert (rows[2].reason, rows[2].example, rows[2].due_on) == (NO_GAP, None, None)


def test_a_suggestion_has_its_reason_example_and_clock(centre):
    row = of(centre.ada, today=TODAY)
    assert (row.template, row.title, row.team_key) == ("manners", "Greets", "north")
    assert "met in 2 of 20 conversations" in row.reason
    assert row.example.conversation_key == "lea-2"
    assert (row.example.said_text, row.example.better) == ("Yes?", "Good morning, thank you for picking up.")
    assert (row.landed_on, row.due_on, row.days_left) == (TODAY, date(2026, 5, 19), 5)
    assert of(centre.ada, today=date(2026, 5, 20)).days_left == -1


def test_the_clock_is_the_agents_own(centre):
    SiteClosure.objects.create(site=centre.site, day=date(2026, 5, 12))
    Absence.objects.create(agent=Agent.objects.get(key="lea"), first_day=date(2026, 5, 13), last_day=date(2026, 5, 13))
    assert of(centre.operator, "lea").due_on == date(2026, 5, 21)
    assert of(centre.operator, "sam").due_on == date(2026, 5, 20)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("ada", {"lea", "tom"}), ("ben", {"sam"}), ("lea", {"lea"}), ("qa_lead", {"lea", "tom", "sam"}),
        ("evaluator", set()), ("operations", set()), ("admin", set()), ("nobody", set()),
    ],
)  # fmt: skip
def test_suggestions_are_for_those_who_may_see_the_agent(centre, who, seen):
    assert {row.agent_key for row in suggestions(getattr(centre, who))} == seen


def test_gain_is_weighed_by_the_share_of_the_template(centre):
    """Greets holds half of the template's weight: chance 1, gap to 0.8, half."""
    row = of(centre.operator)
    assert 0.2 * RESPONSE < row.expected_gain < 0.5 * 0.7 * RESPONSE
    Behaviour.objects.filter(key="greets").update(weight=0)
    assert of(centre.operator).kind == "developmental"
    Behaviour.objects.update(weight=0)
    assert of(centre.operator).expected_gain == 0


def test_what_the_agent_works_on_is_not_suggested_again(centre):
    coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW)
    assert of(centre.ada).kind == "developmental"


def test_a_focus_on_something_without_counts_does_no_harm(centre):
    """Nor does one of an agent without data in these days."""
    Agent.objects.get(key="tom").foci.create(
        behaviour=Behaviour.objects.get(key="value_first"), reason="", opened_at=NOW
    )
    Agent.objects.create(key="new", name="New").foci.create(
        behaviour=Behaviour.objects.get(key="greets"), reason="", opened_at=NOW
    )
    assert of(centre.ada).behaviour == "greets"


def test_too_much_unscored_is_no_focus(cast):
    """Three of twenty that nobody could judge: the rate may be anything."""
    publish(MANNERS.replace("{first_turns: 2}", "{first_seconds: 3}"))
    timeless = [{"speaker": "agent", "text": "Yes?"}]
    take(*calls("lea", 2, 17), *({**one, "id": f"u-{one['id']}", "turns": timeless} for one in calls("lea", 0, 3)))
    take(*calls("tom", 2, 18), *({**one, "id": f"u-{one['id']}", "turns": timeless} for one in calls("tom", 0, 2)))
    score()
    assert (of(cast.ada, "lea").behaviour, of(cast.ada, "tom").behaviour) == (None, "greets")


def test_before_there_is_anything(cast):
    assert suggestions(cast.operator) == []


@pytest.mark.parametrize("agents", [3, 12])
def test_the_number_of_queries_does_not_grow(cast, django_assert_max_num_queries, agents):
    publish()
    for n in range(agents):
        take(*calls(f"a-{n}", n % 2 * 9, 9))
    score()
    with django_assert_max_num_queries(21):
        assert len(suggestions(cast.operator, today=TODAY + timedelta(1))) == agents
