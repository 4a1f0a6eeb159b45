"""Where an agent wants to be, over months: the goal is theirs, its steps are added and ticked by them or whoever leads them."""

from datetime import date, datetime

from django.db import transaction

from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Agent, Goal, GoalStep, Session
from coachloop.app.queries import goals as queries
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services.led import is_agent, leads
from coachloop.core.coaching.words import says_something

LONGEST = 1000
"""Characters of a goal or a step."""


@transaction.atomic
def open_goal(*, viewer: Viewer, agent_key: str, words: str, target_day: date | None, now: datetime) -> Goal:
    """Write a goal down.

    Raises:
        NotYoursError: only the agent, or whoever leads them.
        WrongStateError: it has no words, or its day is over.
    """
    agent = viewing.agents(viewer).select_related("team__site").get(key=agent_key)
    _must_be_in_it(viewer, agent)
    today = sites.local_date(agent, now)
    goal = Goal.objects.create(agent=agent, words=_said(words), target_day=_to_come(target_day, today), opened_on=today)
    audit.record(viewer, "goal.open", f"goal:{goal.pk}", now=now, detail={"agent": agent.key})
    return goal


@transaction.atomic
def change_goal(*, viewer: Viewer, goal_id: int, words: str, target_day: date | None, now: datetime) -> Goal:
    """Say a goal in other words, or move its day; only the agent does, for it is theirs.

    Raises:
        NotYoursError: somebody else's.
        WrongStateError: it is closed, or has no words.
    """
    goal = _open_goal(viewer, goal_id)
    if not is_agent(viewer, goal.agent):
        raise NotYoursError(f"a goal is in {goal.agent.name}'s own words: only they change them")
    goal.words, goal.target_day = _said(words), target_day
    goal.save(update_fields=["words", "target_day"])
    audit.record(viewer, "goal.change", f"goal:{goal_id}", now=now)
    return goal


@transaction.atomic
def close_goal(*, viewer: Viewer, goal_id: int, reached: bool, now: datetime) -> Goal:
    """Close a goal with its answer: reached, or let go.

    Raises:
        NotYoursError: only the agent, or whoever leads them.
        WrongStateError: it is closed already.
    """
    goal = _open_goal(viewer, goal_id)
    goal.closed_on, goal.reached = sites.local_date(goal.agent, now), reached
    goal.save(update_fields=["closed_on", "reached"])
    audit.record(viewer, "goal.close", f"goal:{goal_id}", now=now, detail={"reached": reached})
    return goal


@transaction.atomic
def add_step(*, viewer: Viewer, goal_id: int, words: str, by_when: date | None, now: datetime) -> GoalStep:
    """Add a step towards a goal.

    Raises:
        NotYoursError: only the agent, or whoever leads them.
        WrongStateError: the goal is closed, or the step has no words.
    """
    goal = _open_goal(viewer, goal_id)
    step = GoalStep.objects.create(goal=goal, words=_said(words), by_when=by_when)
    audit.record(viewer, "goal.step", f"goal:{goal_id}", now=now, detail={"step": step.pk})
    return step


@transaction.atomic
def tick_step(*, viewer: Viewer, step_id: int, done: bool, now: datetime) -> GoalStep:
    """Tick a step as done, or take the tick back.

    Raises:
        NotYoursError: only the agent, or whoever leads them.
        WrongStateError: its goal is closed.
    """
    step = _step(viewer, step_id)
    step.done_on = sites.local_date(step.goal.agent, now) if done else None
    step.save(update_fields=["done_on"])
    audit.record(viewer, "goal.tick", f"goal:{step.goal_id}", now=now, detail={"step": step_id, "done": done})
    return step


@transaction.atomic
def change_step(*, viewer: Viewer, step_id: int, words: str, by_when: date | None, now: datetime) -> None:
    """Say a step in other words, or remove it by leaving it empty; only the agent does.

    Raises:
        NotYoursError: somebody else's.
        WrongStateError: its goal is closed.
    """
    step = _step(viewer, step_id)
    if not is_agent(viewer, step.goal.agent):
        raise NotYoursError(f"the steps are {step.goal.agent.name}'s own: only they change them")
    if words.strip():
        step.words, step.by_when = _said(words), by_when
        step.save(update_fields=["words", "by_when"])
    else:
        step.delete()
    detail = {"step": step_id, "removed": not words.strip()}
    audit.record(viewer, "goal.change_step", f"goal:{step.goal_id}", now=now, detail=detail)


def chosen(session: Session, goal_id: int | None) -> Goal | None:
    """The agent's open goal that a session is about; None where it is a new one.

    Raises:
        WrongStateError: they have no such open goal.
    """
    if goal_id is None:
        return None
    goal = Goal.objects.filter(pk=goal_id, agent=session.agent, closed_on__isnull=True).first()
    if goal is None:
        raise WrongStateError("this goal is not open any more: choose another one, or write down a new one")
    return goal


def carry_on(session: Session) -> Goal:
    """The goal of a session that is held: the chosen one or a new one, with the next step that was agreed."""
    goal = session.aim or Goal.objects.create(
        agent_id=session.agent_id, words=session.goal, opened_on=session.held_on or session.created_at.date()
    )
    GoalStep.objects.create(goal=goal, words=session.action, by_when=session.by_when or session.review_on)
    return goal


def _open_goal(viewer: Viewer, goal_id: int) -> Goal:
    """A goal that is still open, locked.

    Raises:
        WrongStateError: it is closed.
    """
    rows = queries.visible(viewer).select_for_update(of=("self",)).select_related("agent__team__site")
    goal = rows.get(pk=goal_id)
    _must_be_in_it(viewer, goal.agent)
    if goal.closed_on is not None:
        raise WrongStateError("this goal is closed already")
    return goal


def _step(viewer: Viewer, step_id: int) -> GoalStep:
    step = GoalStep.objects.get(pk=step_id)
    step.goal = _open_goal(viewer, step.goal_id)
    return step


def _must_be_in_it(viewer: Viewer, agent: Agent) -> None:
    if not (is_agent(viewer, agent) or leads(viewer, agent)):
        raise NotYoursError(f"goals are between {agent.name} and their own team leader")


def _said(words: str) -> str:
    """What was written, if anything was.

    Raises:
        WrongStateError: nothing, or more than a goal needs.
    """
    said = words.strip()
    if not says_something(said):
        raise WrongStateError("write it down in a few words first")
    if len(said) > LONGEST:
        raise WrongStateError(f"say it in at most {LONGEST:,} characters, got {len(said):,}")
    return said


def _to_come(day: date | None, today: date) -> date | None:
    if day is not None and day < today:
        raise WrongStateError("choose a day that is still to come")
    return day
