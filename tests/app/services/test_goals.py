"""Goals belong to the agent; steps are ticked by the two who agreed on them; advisers stay outside."""

from datetime import date, timedelta

import pytest

from builders import NOW
from coachloop.app.errors import LacksAgreementError, NotYoursError, WrongStateError
from coachloop.app.models import Agent, AuditEntry, Goal, GoalStep
from coachloop.app.queries import goals as queries
from coachloop.app.services import coaching, goals
from coachloop.app.services.coaching import Notes
from coachloop.core.coaching.agreement import Agreement

TODAY = NOW.date()


@pytest.fixture
def goal(cast):
    """Lea's own."""
    return opened(cast.lea)


def opened(who, words="Lead a workshop", day=None):
    return goals.open_goal(viewer=who, agent_key="lea", words=words, target_day=day, now=NOW)


def step_of(who, goal, *, words="Sit in on one", by_when=None):
    return goals.add_step(viewer=who, goal_id=goal.pk, words=words, by_when=by_when, now=NOW)


def acts(goal, step):
    """Every write about a goal, by name."""
    return {
        "open": opened,
        "step": lambda who: step_of(who, goal),
        "tick": lambda who: goals.tick_step(viewer=who, step_id=step.pk, done=True, now=NOW),
        "close": lambda who: goals.close_goal(viewer=who, goal_id=goal.pk, reached=True, now=NOW),
        "change": lambda who: goals.change_goal(viewer=who, goal_id=goal.pk, words="Another", target_day=None, now=NOW),
        "change step": lambda who: goals.change_step(
            viewer=who, step_id=step.pk, words="Another", by_when=None, now=NOW
        ),
    }


@pytest.mark.parametrize("act", ["open", "step", "tick", "close", "change", "change step"])
def test_who_may_and_who_must_not(cast, goal, act):
    step = step_of(cast.lea, goal)
    for who in ("ben", "tom", "qa_lead", "operations", "admin", "nobody"):
        with pytest.raises((NotYoursError, Goal.DoesNotExist, GoalStep.DoesNotExist, Agent.DoesNotExist)):
            acts(goal, step)[act](getattr(cast, who))
    if act.startswith("change"):
        with pytest.raises(NotYoursError, match="only they change them"):
            acts(goal, step)[act](cast.ada)
    else:
        acts(goal, step)[act](cast.ada)
        Goal.objects.update(closed_on=None, reached=None)
    before = AuditEntry.objects.count()
    acts(goal, step)[act](cast.lea)
    assert AuditEntry.objects.count() == before + 1


def test_a_goal_goes_from_its_words_over_its_steps_to_its_answer(cast, goal):
    step = step_of(cast.ada, goal, by_when=TODAY + timedelta(days=20))
    goals.tick_step(viewer=cast.lea, step_id=step.pk, done=True, now=NOW)
    (view,) = queries.of_agent(cast.ada, "lea")
    assert (view.words, view.opened_on, view.done) == ("Lead a workshop", TODAY, 1)
    assert view.steps[0].done_on == TODAY
    goals.tick_step(viewer=cast.lea, step_id=step.pk, done=False, now=NOW)
    assert queries.of_agent(cast.lea, "lea")[0].done == 0
    goals.change_step(viewer=cast.lea, step_id=step.pk, words="", by_when=None, now=NOW)
    goals.close_goal(viewer=cast.lea, goal_id=goal.pk, reached=False, now=NOW)
    page = queries.page(cast.lea, "lea")
    assert page.open == ()
    assert (page.closed[0].reached, page.closed[0].steps) == (False, ())


@pytest.mark.parametrize("act", ["step", "tick", "close", "change", "change step"])
def test_a_closed_goal_stays_as_it_is(cast, goal, act):
    step = step_of(cast.lea, goal)
    goals.close_goal(viewer=cast.lea, goal_id=goal.pk, reached=True, now=NOW)
    with pytest.raises(WrongStateError, match="closed already"):
        acts(goal, step)[act](cast.lea)


def test_a_goal_needs_words_of_a_sensible_length_and_a_day_to_come(cast):
    with pytest.raises(WrongStateError, match="few words"):
        opened(cast.lea, " ")
    with pytest.raises(WrongStateError, match="at most 1,000 characters, got 1,001"):
        opened(cast.lea, "x" * 1001)
    with pytest.raises(WrongStateError, match="still to come"):
        opened(cast.lea, day=TODAY - timedelta(days=1))


def test_who_sees_goals(cast, goal):
    assert goal
    seeing = {name for name in ("ada", "ben", "lea", "tom", "qa_lead", "operations", "admin", "nobody")
              if queries.page(getattr(cast, name), "lea")}  # fmt: skip
    assert seeing == {"ada", "lea"}
    assert queries.of_agent(cast.operator, "lea")
    assert queries.of_agent(cast.qa_lead, "lea") == ()


@pytest.fixture
def talk(cast):
    """A developmental session with Tom."""
    return coaching.open_developmental(viewer=cast.ada, agent_key="tom", now=NOW)


def hold(cast, talk, *, goal="", aim=None):
    return coaching.hold_session(
        viewer=cast.ada,
        session_id=talk.pk,
        agreement=Agreement("I want more.", "Write the outline", TODAY + timedelta(days=14), goal=goal),
        held_on=TODAY,
        now=NOW,
        notes=Notes(aim=aim),
    )


def test_what_is_agreed_in_a_session_becomes_a_goal_with_its_first_step(cast, talk):
    hold(cast, talk, goal="Lead a workshop")
    talk.refresh_from_db()
    assert (talk.aim.words, talk.aim.opened_on, talk.goal) == ("Lead a workshop", TODAY, "Lead a workshop")
    step = talk.aim.steps.get()
    assert (step.words, step.by_when) == ("Write the outline", TODAY + timedelta(days=14))


def test_the_next_session_carries_on_with_the_same_goal(cast, talk):
    goal = goals.open_goal(viewer=cast.tom, agent_key="tom", words="Train others", target_day=None, now=NOW)
    hold(cast, talk, aim=goal.pk)
    talk.refresh_from_db()
    assert (talk.aim, talk.goal, Goal.objects.count()) == (goal, "Train others", 1)


def test_a_session_is_about_an_open_goal_of_the_agents_own(cast, talk, goal):
    with pytest.raises(WrongStateError, match="not open any more"):
        hold(cast, talk, goal="x", aim=goal.pk)
    with pytest.raises(LacksAgreementError, match="the agent's goal"):
        hold(cast, talk)
    assert goal.opened_on == date(2026, 5, 11)
