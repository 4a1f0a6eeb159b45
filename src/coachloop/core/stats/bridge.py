"""What happens to a rate when the same conversations are scored in another way."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

NOT_MET, MET = 0, 1
"""The codes that enter a rate; any other says that the behaviour was not applicable or not scored."""


class Shift(NamedTuple):
    """A rate under two ways of scoring one sample; NaN where nothing is decided under one of them.

    `n` counts the conversations that either way decides, `groups` whose they are. The interval is that of the difference.
    """

    n: int
    groups: int
    old: float
    new: float
    difference: float
    low: float
    high: float


def shift(
    old: ArrayLike, new: ArrayLike, groups: ArrayLike, *, confidence: float = 0.95, added: float | None = None
) -> Shift:
    """How far a rate moves when the same conversations are scored anew.

    The rate is met / (met + not met) under each way by itself, because that is what will be reported, so what becomes or stops
    being applicable counts as well. The variance of the difference of these two ratios is linearised and taken over whole
    groups, because the calls of one agent change alike; it is never less than that of independent calls. To each of the four
    cells (met or not, before and after) `added` conversations are added, so that no change in a few calls is no proof of none.

    Args:
        old: codes under the old way, shape (n,).
        new: codes under the new way, same shape and order.
        groups: what belongs together (agents), any labels, same shape.
        confidence: coverage of the interval in (0, 1).
        added: conversations added to each cell, 0 or more; None is half the squared normal quantile: then no change in n gives
            about the interval of Tango's score method.

    Returns:
        The shift; with fewer than two groups the interval is [-1, 1].

    Raises:
        ValueError: shapes differ, or a number is out of its range.

    Source:
        McNemar (1947), Psychometrika 12:153-157, and Agresti & Min (2005), Stat. Med. 24:729-740, for pairs and what is added to
        their cells; Tango (1998), Stat. Med. 17:891-908; Binder (1983), Int. Stat. Rev. 51:279-292, for ratios over groups.
    """
    before, after, who = np.asarray(old, int), np.asarray(new, int), np.asarray(groups)
    if not before.shape == after.shape == who.shape or before.ndim != 1:
        raise ValueError(f"shapes must be equal and one-dimensional, got {before.shape}, {after.shape}, {who.shape}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    extra = float(special.ndtri((1 + confidence) / 2)) ** 2 / 2 if added is None else added
    if extra < 0:
        raise ValueError(f"added must be 0 or more, got {added}")
    asked = _in_rate(before) | _in_rate(after)
    before, after, who = before[asked], after[asked], who[asked]
    count = len(np.unique(who))
    first, second = _rate(before), _rate(after)
    if np.isnan(first) or np.isnan(second):
        return Shift(len(before), count, first, second, np.nan, np.nan, np.nan)
    low, high = _interval(before, after, who, confidence=confidence, added=extra)
    return Shift(len(before), count, first, second, second - first, low, high)


def _in_rate(codes: NDArray[np.int_]) -> NDArray[np.bool_]:
    return np.isin(codes, (NOT_MET, MET))


def _rate(codes: NDArray[np.int_]) -> float:
    decided = _in_rate(codes).sum()
    return float((codes == MET).sum() / decided) if decided else float("nan")


def _interval(
    before: NDArray[np.int_], after: NDArray[np.int_], who: NDArray[np.generic], *, confidence: float, added: float
) -> tuple[float, float]:
    names, group = np.unique(who, return_inverse=True)
    if len(names) < 2:
        return -1.0, 1.0
    ways = [_Way(codes, added) for codes in (before, after)]
    each = ways[1].influence(before.size, after) - ways[0].influence(before.size, before)
    together = np.bincount(group, each)
    spread = max(len(names) / (len(names) - 1) * (together**2).sum(), (each**2).sum())
    cells = [(ways[1].of(b) - ways[0].of(a)) ** 2 for a in (NOT_MET, MET) for b in (NOT_MET, MET)]
    error = np.sqrt(spread + added * sum(cells))
    reach = float(special.stdtrit(len(names) - 1, (1 + confidence) / 2) * error)
    middle = ways[1].rate - ways[0].rate
    return max(-1.0, middle - reach), min(1.0, middle + reach)


class _Way:
    """One way of scoring: its rate with what is added, and what each conversation contributes to the rate's error."""

    def __init__(self, codes: NDArray[np.int_], added: float) -> None:
        self.decided = float(_in_rate(codes).sum()) + 4 * added
        self.rate = (float((codes == MET).sum()) + 2 * added) / self.decided

    def of(self, code: int) -> float:
        """The contribution of one conversation that is decided so."""
        return (float(code == MET) - self.rate) / self.decided

    def influence(self, size: int, codes: NDArray[np.int_]) -> Floats:
        """Each conversation's contribution, shape (size,)."""
        out = np.zeros(size)
        out[codes == MET], out[codes == NOT_MET] = self.of(MET), self.of(NOT_MET)
        return out
