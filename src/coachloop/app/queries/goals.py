"""An agent's goals with their steps: for them, and for whoever leads them; advisers see none."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from coachloop.app.models import Goal
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class StepView:
    """One step; `done_on` is empty until it is ticked."""

    id: int
    words: str
    by_when: date | None
    done_on: date | None


@dataclass(frozen=True, slots=True)
class GoalView:
    """One goal. `reached` is empty while it is open."""

    id: int
    words: str
    opened_on: date
    target_day: date | None
    closed_on: date | None
    reached: bool | None
    steps: tuple[StepView, ...]

    @property
    def done(self) -> int:
        """How many steps are ticked."""
        return sum(step.done_on is not None for step in self.steps)


@dataclass(frozen=True, slots=True)
class GoalsPage:
    """An agent's goals, open ones first; `mine` when the viewer is that agent."""

    agent_key: str
    agent_name: str
    mine: bool
    open: tuple[GoalView, ...]
    closed: tuple[GoalView, ...]


def visible(viewer: Viewer) -> QuerySet[Goal]:
    """Goals they may see: their own, and those of agents they lead today."""
    if viewer.everything:
        return viewing.within(viewer, Goal.objects.all(), "agent__programme")
    mine = Q(agent_id=viewer.agent_id) if viewer.has(Role.AGENT) and viewer.agent_id else Q(pk__in=())
    led = viewer.team_ids if viewer.has(Role.TEAM_LEADER) else frozenset()
    return Goal.objects.filter(mine | Q(agent__team_id__in=led))


def agent_of(viewer: Viewer, *, goal_id: int | None = None, step_id: int | None = None) -> str | None:
    """The key of the agent whose goal, or whose step, it is; None where they may see no such thing."""
    which = Q(pk=goal_id) if step_id is None else Q(steps=step_id)
    return visible(viewer).filter(which).values_list("agent__key", flat=True).first()


def of_agent(viewer: Viewer, agent_key: str) -> tuple[GoalView, ...]:
    """An agent's goals that they may see, open ones first, each kind newest first."""
    rows = visible(viewer).filter(agent__key=agent_key).prefetch_related("steps")
    return tuple(_goal(row) for row in sorted(rows, key=lambda row: (row.closed_on is not None, -row.pk)))


def page(viewer: Viewer, agent_key: str) -> GoalsPage | None:
    """The page of an agent's goals; None for whoever is neither the agent nor leads them."""
    agent = viewing.agents(viewer).filter(key=agent_key).first()
    if agent is None:
        return None
    mine = viewer.has(Role.AGENT) and agent.pk == viewer.agent_id
    if not mine and not (viewer.has(Role.TEAM_LEADER) and agent.team_id in viewer.team_ids):
        return None
    goals = of_agent(viewer, agent_key)
    return GoalsPage(
        agent_key=agent.key,
        agent_name=agent.name,
        mine=mine,
        open=tuple(goal for goal in goals if goal.closed_on is None),
        closed=tuple(goal for goal in goals if goal.closed_on is not None),
    )


def _goal(row: Goal) -> GoalView:
    steps = sorted(row.steps.all(), key=lambda step: step.pk)
    return GoalView(
        id=row.pk,
        words=row.words,
        opened_on=row.opened_on,
        target_day=row.target_day,
        closed_on=row.closed_on,
        reached=row.reached,
        steps=tuple(StepView(step.pk, step.words, step.by_when, step.done_on) for step in steps),
    )
