"""Whether the machine is as good in every group: by language, site or time in the job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coachloop.core.stats.proportions import wilson

LEAST = 30
"""Checked answers from which a group is looked at; below, what is seen is chance."""

LEAST_AGENTS = 5
"""A group of fewer people would speak of them, not of the machine."""

ERROR = 0.05
"""Of all differences that are said, at most this share is chance, on average."""

MEASURES = ("agreement", "sensitivity", "specificity", "abstention")
UNKNOWN = -1

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Compared:
    """Checked answers, each of shape (n,): what the machine and people say of one behaviour of one conversation.

    `said` and `true` are 1 met, 0 not met, 2 not applicable; `said` also -1, left open. `agent` and `behaviour` are small numbers from 0, `chance`
    is the probability with which the conversation was drawn. `groups` maps what may be compared to a group's number, UNKNOWN where
    nothing is recorded.
    """

    said: Numbers
    true: Numbers
    agent: Numbers
    behaviour: Numbers
    chance: Floats
    groups: Mapping[str, Numbers]


class Compare(NamedTuple):
    """One measure of one group, beside all the others of its kind.

    Shares are between 0 and 1. `n` answers and `agents` stand behind it. Where they are too few, in the group or the others, `enough` is
    false and there are no figures. `difference` compares like with like, behaviour by behaviour; its interval is widened for all that
    is compared, and `said` is true where it leaves 0 out.
    """

    kind: str
    group: int
    measure: str
    n: int
    agents: int
    enough: bool
    share: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    difference: float = float("nan")
    difference_low: float = float("nan")
    difference_high: float = float("nan")
    p_value: float = float("nan")
    said: bool = False


class _Asked(NamedTuple):
    """One measure of one group: which answers are its own, which the others', and in which of all it is so; each of shape (n,)."""

    here: NDArray[np.bool_]
    there: NDArray[np.bool_]
    hit: NDArray[np.bool_]


class _Difference(NamedTuple):
    """A difference, its standard error, and the degrees of freedom that are left."""

    value: float
    error: float
    freedom: int


def fairness(answers: Compared, *, error: float = ERROR) -> list[Compare]:
    """Every measure of every group against everybody else, as far as there is enough of both.

    Agreement is over what the machine decides; sensitivity and specificity over what both call met or not met; abstention is the
    share left open of what people call met or not met. Conversations count for as many as they were drawn from, and those of one
    agent are taken to be alike (cluster-robust errors, with as few degrees of freedom as the smaller side has agents). Groups are
    compared within behaviours, so that a group with harder questions is not said to be judged worse.

    Args:
        answers: the checked answers.
        error: the share of false ones among the differences that are said.

    Source:
        Cochran (1954), Biometrics 10:417-451 (differences combined over strata); Cameron & Miller (2015), J. Hum. Resour. 50:317-372
        (few clusters); Agresti & Caffo (2000), Am. Stat. 54:280-288 (shares near 0 and 1); Benjamini & Hochberg (1995), JRSS B 57:289-300
        (computed by statsmodels), with the intervals of Benjamini & Yekutieli (2005), JASA 100:71-81.
    """
    seen = [
        _compare(answers, Compare(kind, int(group), measure, 0, 0, enough=False))
        for kind, numbers in answers.groups.items()
        for group in np.unique(numbers[numbers != UNKNOWN])
        for measure in MEASURES
    ]
    tested = {at: _p_value(difference) for at, (_, difference) in enumerate(seen) if difference is not None}
    said = dict(zip(tested, _discoveries(list(tested.values()), error), strict=True))
    level = 1 - error * max(sum(said.values()), 1) / max(len(tested), 1)
    return [
        found if difference is None else _told(found, difference, level, said=said[at])
        for at, (found, difference) in enumerate(seen)
    ]


def _compare(answers: Compared, one: Compare) -> tuple[Compare, _Difference | None]:
    asked, hit = _measured(answers, one.measure)
    numbers = answers.groups[one.kind]
    asked &= numbers != UNKNOWN
    about = _Asked(asked & (numbers == one.group), asked & (numbers != one.group), hit)
    mine, others = (_size(answers, rows) for rows in (about.here, about.there))
    one = one._replace(n=mine[0], agents=mine[1])
    if not all(many >= LEAST and people >= LEAST_AGENTS for many, people in (mine, others)):
        return one, None
    share, low, high = _share(answers, about)
    return one._replace(enough=True, share=share, low=low, high=high), _difference(answers, about)


def _measured(answers: Compared, measure: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which answers a measure is over, and in which of them it is so."""
    said, true = answers.said, answers.true
    clear = (true == 0) | (true == 1)
    both = clear & ((said == 0) | (said == 1))
    asked = {
        "agreement": said >= 0,
        "sensitivity": both & (true == 1),
        "specificity": both & (true == 0),
        "abstention": clear,
    }[measure]
    return asked, (said < 0) if measure == "abstention" else said == true


def _size(answers: Compared, rows: NDArray[np.bool_]) -> tuple[int, int]:
    return int(rows.sum()), int(np.count_nonzero(np.bincount(answers.agent[rows])))


def _share(answers: Compared, about: _Asked) -> tuple[float, float, float]:
    """A weighted share with Wilson's interval, for as many answers as it is worth."""
    rows, hit = about.here, about.hit[about.here]
    weight = 1 / answers.chance[rows]
    share = float(np.average(hit, weights=weight))
    spread = _robust(answers.agent[rows], weight * (hit - share) / weight.sum())
    alone = weight.sum() ** 2 / (weight**2).sum()
    worth = min(alone, share * (1 - share) / spread) if spread > 0 else alone
    low, high = wilson(share * worth, worth)
    return share, float(low), float(high)


def _difference(answers: Compared, about: _Asked) -> _Difference | None:
    """The group's share less the others', within behaviours; None where no behaviour has both."""
    strata = int(answers.behaviour.max()) + 1
    sides = [(rows, *_by_behaviour(answers, about.hit, rows)) for rows in (about.here, about.there)]
    (_, mine, my_share), (_, other, their_share) = sides
    size = np.divide(mine * other, mine + other, out=np.zeros(strata), where=(mine > 0) & (other > 0))
    if not size.any():
        return None
    size /= size.sum()
    spread = floor = 0.0
    for rows, total, share in sides:
        b, hit = answers.behaviour[rows], about.hit[rows]
        pull = size[b] / answers.chance[rows] / total[b]
        spread += _robust(answers.agent[rows], pull * (hit - share[b]))
        floor += _floor(pull, hit)
    freedom = min(_size(answers, rows)[1] for rows, _, _ in sides) - 1
    return _Difference(float((size * (my_share - their_share)).sum()), float(np.sqrt(max(spread, floor))), freedom)


def _by_behaviour(answers: Compared, hit: NDArray[np.bool_], rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Weight and share of each behaviour, shape (behaviours,)."""
    strata, b, weight = int(answers.behaviour.max()) + 1, answers.behaviour[rows], 1 / answers.chance[rows]
    total = np.bincount(b, weight, strata)
    return total, np.bincount(b, weight * hit[rows], strata) / np.where(total > 0, total, 1)


def _robust(agent: Numbers, pulls: Floats) -> float:
    """Variance of a sum whose terms are alike within an agent."""
    people = int(np.count_nonzero(np.bincount(agent)))
    return float((np.bincount(agent, pulls) ** 2).sum() * people / max(people - 1, 1))


def _floor(pull: Floats, hit: NDArray[np.bool_]) -> float:
    """The variance of as many independent answers: a share of 0 or 1 is no certainty, two answers are added."""
    share = (hit.sum() + 1) / (len(hit) + 2)
    return float((pull**2).sum() * share * (1 - share))


def _p_value(difference: _Difference) -> float:
    return float(2 * special.stdtr(difference.freedom, -abs(difference.value) / difference.error))


def _discoveries(p_values: list[float], error: float) -> list[bool]:
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415 -- two seconds that few commands need

    return [bool(one) for one in multipletests(p_values, error, "fdr_bh")[0]] if p_values else []


def _told(found: Compare, difference: _Difference, level: float, *, said: bool) -> Compare:
    reach = float(special.stdtrit(difference.freedom, (1 + level) / 2)) * difference.error
    return found._replace(
        difference=difference.value,
        difference_low=difference.value - reach,
        difference_high=difference.value + reach,
        p_value=_p_value(difference),
        said=said,
    )
