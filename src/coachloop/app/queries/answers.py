"""What people say, and how far a way of scoring agrees with them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from coachloop.app.models import Review
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.agreement import agreement

CODES = {Outcome.NOT_MET: 0, Outcome.MET: 1, Outcome.NOT_APPLICABLE: 2}
SEED = 20260504
"""Of the bootstrap: the same answers give the same interval."""

type Answers = Mapping[int, Outcome]
"""By conversation id the most considered human answer about one behaviour."""


class Agreed(NamedTuple):
    """Kappa of a machine and people over what both decide; None where it is not defined. `answers` counts people's.

    `differ` counts disagreements, `agents` whose calls they are about: over one agent alone there is no interval.
    """

    answers: int
    n: int
    kappa: float | None
    low: float | None
    high: float | None
    differ: int = 0
    agents: int = 0


def answers(viewer: Viewer, template: str, behaviours: Iterable[str]) -> dict[str, dict[int, Outcome]]:
    """What people say of each behaviour, by conversation; only of conversations the viewer may see."""
    keys = list(behaviours)
    rows = Review.objects.filter(
        viewing.of_calls(viewer, "conversation"), behaviour__template__key=template, behaviour__key__in=keys
    )
    found: dict[str, dict[int, Outcome]] = {key: {} for key in keys}
    least_considered_first = rows.order_by("-rank", "reviewed_at", "id")
    for key, conversation, outcome in least_considered_first.values_list(
        "behaviour__key", "conversation_id", "outcome"
    ):
        found[key][conversation] = Outcome(outcome)
    return found


def agreed(pairs: Iterable[tuple[Outcome, Outcome, str]]) -> Agreed:
    """Agreement over (machine, human, agent); what the machine leaves open counts among the answers alone."""
    every = list(pairs)
    decided = [(CODES[machine], CODES[human], group) for machine, human, group in every if machine in CODES]
    said, true, groups = zip(*decided, strict=True) if decided else ((), (), ())
    found = agreement(said, true, groups, rng=np.random.default_rng(SEED))
    agents = len(set(groups))
    low, high = (_known(found.low), _known(found.high)) if agents > 1 else (None, None)
    differ = sum(machine != human for machine, human, _ in decided)
    return Agreed(len(every), found.n, _known(found.kappa), low, high, differ, agents)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
