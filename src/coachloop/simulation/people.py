from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coachloop.simulation.language_names import AGENT_FIRST, AGENT_LAST, TEAMS

if TYPE_CHECKING:
    import numpy as np

_OTHERS = ("qa_lead", "qa_lead", "evaluator", "evaluator", "evaluator", "operations", "admin")


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who takes calls.

    Attributes:
        agent_id: as the phone system knows them.
        name: first and last.
        email: unique, at example.org.
        team: its name.
        service: takes turns on the inbound queue.
    """

    agent_id: str
    name: str
    email: str
    team: str
    service: bool


@dataclass(frozen=True, slots=True)
class Leader:
    """Someone who leads a team."""

    name: str
    email: str
    team: str


@dataclass(frozen=True, slots=True)
class Other:
    """Someone who neither takes calls nor leads a team."""

    name: str
    email: str
    role: str


def staff_agents(rng: np.random.Generator, *, agents: int, teams: int) -> tuple[tuple[Agent, ...], tuple[Leader, ...]]:
    """Agents spread evenly over the teams (the last two also serve tenants), and a leader a team."""
    names = _names(rng, agents + teams)
    in_teams = [TEAMS[place * teams // agents] for place in range(agents)]
    serving = set(TEAMS[teams - 2 : teams])
    people = tuple(
        Agent(f"a-{1001 + place}", name, _email(name), team, service=team in serving)
        for place, (name, team) in enumerate(zip(names, in_teams, strict=False))
    )
    leaders = tuple(Leader(name, _email(name), team) for name, team in zip(names[agents:], TEAMS[:teams], strict=True))
    return people, leaders


def staff_others(rng: np.random.Generator, *, taken: set[str]) -> tuple[Other, ...]:
    """Quality, operations and administration, with names that nobody in `taken` has."""
    names = [name for name in _names(rng, len(taken) + len(_OTHERS)) if name not in taken]
    return tuple(Other(name, _email(name), role) for name, role in zip(names, _OTHERS, strict=False))


def _names(rng: np.random.Generator, count: int) -> list[str]:
    places = rng.choice(len(AGENT_FIRST) * len(AGENT_LAST), size=count, replace=False)
    return [f"{AGENT_FIRST[place % len(AGENT_FIRST)]} {AGENT_LAST[place // len(AGENT_FIRST)]}" for place in places]


def _email(name: str) -> str:
    return re.sub(r"[^a-z]+", ".", name.lower()) + "@example.org"
