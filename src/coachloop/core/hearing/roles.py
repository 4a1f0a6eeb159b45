"""Who of the speakers is the agent, from what they say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachloop.core.hearing.role_cues import CUES, QUESTIONS, TALKS

WORDS = 20
"""So many words count like one turn that gives a cue."""

WEIGHTS = {cue.key: cue.weight for cue in (*CUES, QUESTIONS, TALKS)}
SAYS = {cue.key: cue.says for cue in (*CUES, QUESTIONS, TALKS)}
REASONS = 3


@dataclass(frozen=True, slots=True)
class Roles:
    """Which side is the agent; `confidence` in [0.5, 1] is how likely that is; `why` are observations, the weightiest first."""

    agent: int
    confidence: float
    why: tuple[str, ...]


def roles(sides: Sequence[Sequence[str]]) -> Roles:
    """Which side is the agent: who greets for a company, offers help, asks for details; and who wants something.

    A logistic model over how much more often one side gives each cue than another. It knows wordings of English, German, Spanish
    and French; of other languages only who asks and who talks more, which makes nobody sure.

    Args:
        sides: the texts of each side's turns, in order.

    Raises:
        ValueError: there is no side.
    """
    if not sides:
        raise ValueError("sides must be one or more, got none")
    seen = [evidence(texts) for texts in sides]
    scores = [sum(WEIGHTS[key] * amount for key, amount in side.items()) for side in seen]
    agent = max(range(len(sides)), key=lambda side: scores[side])
    others = [side for side in range(len(sides)) if side != agent and any(text.strip() for text in sides[side])]
    if not others:
        return Roles(agent, 0.5, ("only one side says anything",))
    confidence = 1 / (1 + sum(math.exp(scores[side] - scores[agent]) for side in others))
    return Roles(agent, max(0.5, confidence), _why(seen, agent, max(others, key=lambda side: scores[side])))


def evidence(texts: Sequence[str]) -> dict[str, float]:
    """How often a side gives each cue, as log(1 + n): the tenth time tells less than the first."""
    turns = [text.casefold().replace("\u2019", "'").strip() for text in texts]
    counts: dict[str, float] = {cue.key: sum(cue.wordings.search(turn) is not None for turn in turns) for cue in CUES}
    counts[QUESTIONS.key] = sum("?" in turn or "\uff1f" in turn for turn in turns)
    counts[TALKS.key] = sum(len(turn.split()) for turn in turns) / WORDS
    return {key: math.log1p(count) for key, count in counts.items()}


def _why(seen: Sequence[Mapping[str, float]], agent: int, other: int) -> tuple[str, ...]:
    gaps = {key: weight * (seen[agent][key] - seen[other][key]) for key, weight in WEIGHTS.items()}
    best = sorted((key for key in gaps if gaps[key] > 0), key=lambda key: -gaps[key])[:REASONS]
    return tuple(f"side {(agent if WEIGHTS[key] > 0 else other) + 1} {SAYS[key]}" for key in best)
