"""What is really going on in the centre: who does what how often, who slides, whose coaching works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from coachloop.simulation.people import Agent, Leader, staff_agents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SERVICE = "tenant-service"
OUTBOUND = ("seller-leads", "buyer-leads", "landlord-leads")
QUEUES = (*OUTBOUND, SERVICE)


class Behaviour(NamedTuple):
    """A behaviour's identity, and how often a middling agent does it on a middling queue."""

    template: str
    key: str
    usual: float


BEHAVIOURS = (
    Behaviour("first-30-seconds", "uses_name", 0.70),
    Behaviour("first-30-seconds", "states_purpose", 0.80),
    Behaviour("first-30-seconds", "positive_reason", 0.41),
    Behaviour("discovery", "pain_mirror", 0.52),
    Behaviour("discovery", "why_after_budget", 0.45),
    Behaviour("discovery", "open_questions", 0.68),
    Behaviour("closing", "pricing_pivot", 0.44),
    Behaviour("closing", "assumptive_close", 0.52),
    Behaviour("service", "greeting", 0.80),
    Behaviour("service", "empathy", 0.54),
    Behaviour("service", "hold_etiquette", 0.60),
    Behaviour("service", "recap", 0.52),
    Behaviour("service", "anything_else", 0.66),
)
KEYS = tuple(behaviour.key for behaviour in BEHAVIOURS)
INDEX = {key: place for place, key in enumerate(KEYS)}
SLIDING = ("pain_mirror", "why_after_budget")

# Harder queues lower every behaviour and the outcome: log-odds, about zero over the centre's mix.
BEHAVIOUR_SHIFT = {"seller-leads": 0.15, "buyer-leads": 0.10, "landlord-leads": -0.40, SERVICE: 0.0}
OUTCOME_SHIFT = {"seller-leads": 0.15, "buyer-leads": 0.25, "landlord-leads": -0.55}
OUTCOME_BASE = -2.05
OUTCOME_ABILITY = 0.35
# What doing it on a call adds to that call's log-odds of an outcome. Mirroring and asking why do nothing for the
# call itself: they build the trust that the agent's calls of the next weeks live on (LAGGED, per unit of rate).
OUTCOME_EFFECT = {"states_purpose": 0.25, "positive_reason": 0.45, "pricing_pivot": 0.45, "assumptive_close": 0.6, "open_questions": 0.3}  # fmt: skip
LAGGED = 4.5
LAG = (5, 8)
SERVICE_SHARE = 0.75
BOTTOM_SHARE = 1 / 3
BOTTOM_PURPOSE = 0.21


@dataclass(frozen=True, slots=True)
class Slide:
    """A behaviour that slips: from day `onset`, over `ramp` working days, by `points` (of 1) in the end."""

    agent: int
    behaviour: str
    onset: int
    ramp: int
    points: float


@dataclass(frozen=True, slots=True)
class Coaching:
    """A past session and what it truly did, in points (of 1), from the working day after it."""

    agent: int
    behaviour: str
    held: int
    points: float


@dataclass(frozen=True, slots=True)
class Move:
    """An agent who changed queue on a day."""

    agent: int
    queue: str
    day: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The truth that the files are drawn from.

    Attributes:
        seed: what it was drawn with.
        days: the working days, oldest first.
        transcript_days: how many of the last days have conversations; those before have scores.
        agents: who works here; arrays are indexed by an agent's place here.
        leaders: one a team.
        ability: standard normal, an agent each; raises behaviours and outcomes alike.
        base: log-odds of each agent x behaviour (in the order of `KEYS`) on a middling queue.
        boost: points (of 1) that slides and coaching add, agent x behaviour x day.
        queues: main queue, agent x day, as an index into `QUEUES`.
        slides: who slips on what.
        coachings: the past sessions.
        moves: who was moved to a harder queue.
    """

    seed: int
    days: tuple[date, ...]
    transcript_days: int
    agents: tuple[Agent, ...]
    leaders: tuple[Leader, ...]
    ability: NDArray[np.float64]
    base: NDArray[np.float64]
    boost: NDArray[np.float64]
    queues: NDArray[np.int64]
    slides: tuple[Slide, ...]
    coachings: tuple[Coaching, ...]
    moves: tuple[Move, ...]

    @property
    def bottom(self) -> tuple[int, ...]:
        """The least able third of the agents: those who hardly ever say why they call."""
        return tuple(int(agent) for agent in np.argsort(self.ability)[: round(len(self.agents) * BOTTOM_SHARE)])

    def rate(self, agent: int, behaviour: str, day: int, *, queue: str | None = None) -> float:
        """Probability that the agent does it where it applies and the call gets that far.

        Args:
            agent: place in `agents`.
            behaviour: one of `KEYS`.
            day: place in `days`.
            queue: the call's queue; the agent's main queue of that day where absent.
        """
        place = INDEX[behaviour]
        queue = queue or QUEUES[self.queues[agent, day]]
        odds = float(self.base[agent, place]) + BEHAVIOUR_SHIFT[queue]
        return float(min(0.98, max(0.02, _expit(odds) + float(self.boost[agent, place, day]))))

    def outcome(self, agent: int, day: int, *, queue: str, done: Sequence[str]) -> float:
        """Probability that an outbound call in which the agent did `done` converts."""
        first, last = max(0, day - LAG[1]), max(1, day - LAG[0] + 1)
        trust = float(self.boost[agent, [INDEX[key] for key in SLIDING], first:last].mean())
        odds = OUTCOME_BASE + OUTCOME_ABILITY * float(self.ability[agent]) + OUTCOME_SHIFT[queue] + LAGGED * trust
        return _expit(odds + sum(OUTCOME_EFFECT.get(key, 0.0) for key in done))


def simulate_plan(
    seed: int, *, last_day: date, agents: int = 150, teams: int = 10, working_days: int = 60, transcript_days: int = 12
) -> Plan:
    """Draws the truth of a centre; the same arguments give the same plan.

    Args:
        seed: any whole number from 0.
        last_day: the last day; the Friday before, where it is a weekend.
        agents: how many agents, at least three a team.
        teams: how many teams, at least four.
        working_days: how many days, Monday to Friday, at least 30.
        transcript_days: how many of them, at the end, have transcripts.

    Raises:
        ValueError: a number is out of its range.
    """
    _check(seed=seed, agents=agents, teams=teams, working_days=working_days, transcript_days=transcript_days)
    rng = np.random.default_rng([seed, 1])
    people, leaders = staff_agents(rng, agents=agents, teams=teams)
    ability = rng.normal(size=agents)
    queues, moves = _queues(rng, people, working_days=working_days)
    base = _base(rng, ability)
    slides = _slides(rng, people, working_days=working_days)
    for slide in slides:
        base[slide.agent, INDEX[slide.behaviour]] = rng.normal(_logit(0.72), 0.2)
    coachings = _coachings(
        rng, people, base, taken={slide.agent for slide in slides} | {move.agent for move in moves}, days=working_days
    )
    return Plan(
        seed=seed,
        days=_days(last_day, working_days),
        transcript_days=transcript_days,
        agents=people,
        leaders=leaders,
        ability=ability,
        base=base,
        boost=_boost((agents, len(KEYS), working_days), slides, coachings),
        queues=queues,
        slides=slides,
        coachings=coachings,
        moves=moves,
    )


def _check(*, seed: int, agents: int, teams: int, working_days: int, transcript_days: int) -> None:
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    if not 4 <= teams <= 20:
        raise ValueError(f"teams must be from 4 to 20, got {teams}")
    if agents < 3 * teams:
        raise ValueError(f"agents must be at least three a team ({3 * teams}), got {agents}")
    if working_days < 30:
        raise ValueError(f"working_days must be 30 or more, got {working_days}")
    if not 1 <= transcript_days < working_days:
        raise ValueError(f"transcript_days must be from 1 to {working_days - 1}, got {transcript_days}")


def _days(last_day: date, count: int) -> tuple[date, ...]:
    days: list[date] = []
    day = last_day
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    return tuple(reversed(days))


def _queues(
    rng: np.random.Generator, people: Sequence[Agent], *, working_days: int
) -> tuple[NDArray[np.int64], tuple[Move, ...]]:
    """A main queue for each agent and day, and the few who move from sellers to landlords."""
    main = rng.choice(len(OUTBOUND), size=len(people), p=(0.5, 0.25, 0.25))
    queues = np.repeat(main[:, None], working_days, axis=1).astype(np.int64)
    sellers = [place for place in range(len(people)) if main[place] == 0 and not people[place].service]
    moved = rng.permutation(sellers)[: max(1, len(people) // 25)]
    moves = []
    for agent in moved:
        day = int(rng.integers(working_days // 3, working_days * 5 // 6))
        queues[agent, day:] = OUTBOUND.index("landlord-leads")
        moves.append(Move(agent=int(agent), queue="landlord-leads", day=day))
    return queues, tuple(moves)


def _base(rng: np.random.Generator, ability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Able agents do everything a little more; the least able third hardly ever say why they call."""
    usual = np.array([_logit(behaviour.usual) for behaviour in BEHAVIOURS])
    base = usual + 0.4 * ability[:, None] + rng.normal(0, 0.45, size=(len(ability), len(KEYS)))
    bottom = np.argsort(ability)[: round(len(ability) * BOTTOM_SHARE)]
    base[bottom, INDEX["states_purpose"]] = rng.normal(_logit(BOTTOM_PURPOSE), 0.2, size=len(bottom))
    return base


def _slides(rng: np.random.Generator, people: Sequence[Agent], *, working_days: int) -> tuple[Slide, ...]:
    """One team's outbound agents lose two skills over the last three weeks."""
    team = next(person.team for person in people if not person.service)
    group = [place for place, person in enumerate(people) if person.team == team]
    keep = group[: max(2, round(0.8 * len(group)))]
    return tuple(
        Slide(agent, behaviour, working_days - 15, ramp=int(rng.integers(3, 6)), points=-float(rng.uniform(0.28, 0.38)))
        for agent in keep
        for behaviour in SLIDING
    )


_COACHED = {"positive_reason": 5.0, "states_purpose": 2.0, "assumptive_close": 2.0, "pricing_pivot": 1.5, "open_questions": 1.0, "uses_name": 0.5}  # fmt: skip


def _coachings(
    rng: np.random.Generator, people: Sequence[Agent], base: NDArray[np.float64], *, taken: set[int], days: int
) -> tuple[Coaching, ...]:
    """One past session each for two agents in five: three in five of them worked."""
    free = [place for place in rng.permutation(len(people)).tolist() if place not in taken]
    names, weights = list(_COACHED), np.array(list(_COACHED.values()))
    coachings = []
    for agent in free[: round(0.4 * len(people))]:
        weak = np.array([base[agent, INDEX[name]] < _logit(0.62) for name in names])
        chances = weights * (weak + 1e-6)
        behaviour = names[int(rng.choice(len(names), p=chances / chances.sum()))]
        works = rng.random() < 0.6
        points = float(rng.uniform(0.15, 0.25)) if works else 0.0
        coachings.append(Coaching(agent, behaviour, held=int(rng.integers(days // 5, days * 2 // 3)), points=points))
    return tuple(sorted(coachings, key=lambda item: (item.held, item.agent)))


def _boost(shape: tuple[int, int, int], slides: Sequence[Slide], coachings: Sequence[Coaching]) -> NDArray[np.float64]:
    boost = np.zeros(shape)
    days = np.arange(shape[2])
    for slide in slides:
        share = np.clip((days - slide.onset + 1) / slide.ramp, 0, 1)
        boost[slide.agent, INDEX[slide.behaviour]] += slide.points * share
    for coaching in coachings:
        boost[coaching.agent, INDEX[coaching.behaviour], coaching.held + 1 :] += coaching.points
    return boost


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def _expit(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))
