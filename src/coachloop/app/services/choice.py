"""What a focus will be: what is suggested today, or what the leader chooses otherwise, with an example and a reason."""

from dataclasses import dataclass
from datetime import date, datetime

from coachloop.app.errors import WrongStateError
from coachloop.app.models import Agent, Behaviour
from coachloop.app.queries import choosing, sites
from coachloop.app.queries.examples import Example, Wanted
from coachloop.app.queries.focus import Suggestion
from coachloop.app.queries.suggested import clocks
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.words import says_something


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a leader chooses themselves: a behaviour, the verdict that shows it, and why this and not what is suggested."""

    template: str
    behaviour: str
    example: int
    because: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the focus will be. Day 0 and the due day are empty where no clock runs; `because` where it is what was suggested."""

    behaviour: Behaviour
    reason: str
    example: Example | None
    clock_day: date | None
    due_on: date | None
    instead_of: Behaviour | None = None
    because: str = ""


def taken(viewer: Viewer, agent: Agent, found: Suggestion | None) -> Chosen:
    """What is suggested.

    Raises:
        WrongStateError: no gap is certain.
    """
    behaviour = _suggested(viewer, found)
    if found is None or behaviour is None:
        raise WrongStateError(f"no gap of {agent.name} is certain today; offer a developmental conversation instead")
    return Chosen(behaviour, found.reason, found.example, found.landed_on, found.due_on)


def otherwise(viewer: Viewer, agent: Agent, wish: Otherwise, *, found: Suggestion | None, now: datetime) -> Chosen:
    """What the leader chooses.

    Raises:
        WrongStateError: no reason is given.
        NoExampleError: the verdict does not show it.
        UnknownNameError: no such behaviour is scored.
    """
    if not says_something(wish.because):
        raise WrongStateError("say why you choose this: the reason is kept beside it")
    behaviour, today = choosing.behaviour_of(viewer, wish.template, wish.behaviour), sites.local_date(agent, now)
    example, suggested = choosing.example(viewer, agent, behaviour, verdict_id=wish.example), _suggested(viewer, found)
    same = found if suggested == behaviour else None
    clock_day, due_on = _clock(Wanted(agent.pk, behaviour.pk), example, same=same)
    return Chosen(
        behaviour=behaviour,
        reason=same.reason if same else choosing.in_numbers(viewer, agent, behaviour, today=today),
        example=example,
        clock_day=clock_day,
        due_on=due_on,
        instead_of=None if same else suggested,
        because=wish.because.strip(),
    )


def _clock(gap: Wanted, example: Example, *, same: Suggestion | None) -> tuple[date, date] | tuple[None, None]:
    """The clock of the example, or of what is or was suggested of this behaviour where that is earlier."""
    own = clocks([gap.agent_id]).read(gap, example)
    found = [(own.day, own.due_on)] if own else []
    if same and same.landed_on and same.due_on:
        found.append((same.landed_on, same.due_on))
    return min(found) if found else (None, None)


def _suggested(viewer: Viewer, found: Suggestion | None) -> Behaviour | None:
    if found is None or found.template is None or found.behaviour is None:
        return None
    return BehaviourFinder(viewer).find(found.behaviour, found.template)
