"""The only place that picks adapters and scorers from the configuration."""

from functools import lru_cache

from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Scorer
from coachloop.core.scoring.timing import TimingScorer


@lru_cache(maxsize=1)
def scorers() -> dict[str, Scorer]:
    """The scorers that can answer here, by the name a template calls them."""
    every: tuple[Scorer, ...] = (PhraseScorer(), TimingScorer())
    return {scorer.name: scorer for scorer in every}
