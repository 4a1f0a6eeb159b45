"""Trying a template while somebody waits: at a page or by the API."""

from collections.abc import Mapping

from coachloop.core.scoring.port import Scorer
from coachloop.wiring import trial_scorers

MOST_BACKTESTED = 500
"""Calls of a back-test while somebody waits; the command takes all."""


def local_scorers() -> dict[str, Scorer]:
    """Those that answer at once and cost nothing; learned ones as if what waits were published."""
    return without_judge(trial_scorers())


def without_judge(some: Mapping[str, Scorer]) -> dict[str, Scorer]:
    """Scorers that need no language model."""
    return {name: scorer for name, scorer in some.items() if name != "judge"}
