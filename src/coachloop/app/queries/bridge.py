"""Two ways of scoring on one frozen sample of stored conversations: versions of a template, or of its scorers; stores nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from coachloop.app.queries import rescoring
from coachloop.app.queries.rescoring import Period
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.bridge import Bridge, Rescored, bridges
from coachloop.core.model.template import Template
from coachloop.core.model.verdict import Outcome, Verdict
from coachloop.core.scoring.port import Scorer
from coachloop.core.scoring.runner import Runner

SAMPLE, SEED = 300, 20260504


@dataclass(frozen=True, slots=True)
class Way:
    """A way of scoring: a version of a template, read, and the scorers that answer for it."""

    template: Template
    scorers: Mapping[str, Scorer]


@dataclass(frozen=True, slots=True)
class Compared:
    """Both ways on the same conversations. `keys` name the sample and `seed` draws it again; `fitting` is what it was drawn from.

    `postponed` counts conversations of the sample that a scorer could not answer about now: they are left out.
    """

    fitting: int
    seed: int
    keys: tuple[str, ...]
    postponed: int
    bridges: tuple[Bridge, ...]


def compare_ways(
    viewer: Viewer,
    old: Way,
    new: Way,
    *,
    period: Period | None = None,
    sample: int = SAMPLE,
    seed: int = SEED,
    progress: Callable[[int], None] = lambda _: None,
) -> Compared:
    """Score one sample both ways and compare, behaviour by behaviour.

    Where only one version fits a conversation, the other's verdicts on it are `not_applicable`.

    Args:
        viewer: who asks; only conversations they may see are scored.
        old: how it is scored.
        new: how it would be scored.
        period: which conversations; all that are stored where it is None.
        sample: at most so many of them, each equally likely.
        seed: of the draw.
        progress: called with the number of conversations of each finished block.
    """
    ids = rescoring.fitting(viewer, [old.template, new.template], period or Period())
    chosen = rescoring.drawn(ids, sample, np.random.default_rng(seed))
    runners = [(way.template, Runner(way.template, way.scorers)) for way in (old, new)]
    both: list[Rescored] = []
    for block in rescoring.calls(viewer, chosen):
        found = [runner.score([call.said for call in block]) for _, runner in runners]
        for call, before, after in zip(block, *found, strict=True):
            if before is not None and after is not None:
                sides = (
                    _where_it_fits(verdicts, way.template, call) for way, verdicts in ((old, before), (new, after))
                )
                both.append(Rescored(call.row.key, call.group, *sides))
        progress(len(block))
    return Compared(
        fitting=len(ids),
        seed=seed,
        keys=tuple(one.conversation_id for one in both),
        postponed=len(chosen) - len(both),
        bridges=bridges(both, rng=np.random.default_rng(seed)),
    )


def _where_it_fits(verdicts: list[Verdict], template: Template, call: rescoring.Call) -> list[Verdict]:
    if call.fits(template):
        return verdicts
    reason = "the template is not for this kind of conversation"
    return [Verdict(verdict.behaviour, Outcome.NOT_APPLICABLE, reason) for verdict in verdicts]
