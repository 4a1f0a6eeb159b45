"""Several moments, one verdict."""

from collections.abc import Sequence
from typing import NamedTuple

from coachloop.core.model.template import Require
from coachloop.core.model.verdict import Outcome


class Folded(NamedTuple):
    """What the moments say together; `moment` is the first that decided it."""

    outcome: Outcome | None
    moment: int = 0


def fold_moments(outcomes: Sequence[Outcome | None], require: Require) -> Folded:
    """Fold each moment's outcome into one.

    Args:
        outcomes: `met`, `not_met`, or None where a moment is open; at least one.
        require: whether one moment met is enough. With `first` there is just one moment.

    Returns:
        `met`; `not_met` at the first moment that is; or None at the first that is open.
    """
    if require is not Require.ALL and Outcome.MET in outcomes:
        return Folded(Outcome.MET, outcomes.index(Outcome.MET))
    if Outcome.NOT_MET in outcomes:
        return Folded(Outcome.NOT_MET, outcomes.index(Outcome.NOT_MET))
    return Folded(None, outcomes.index(None)) if None in outcomes else Folded(Outcome.MET)
