"""What became of coached agents, against agents like them who were not coached, over the same days."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coachloop.core.stats.levels import Levels, Mix, expected
from coachloop.core.stats.proportions import Floats

CLOSE = 0.08
"""Difference of two baselines that still counts as alike, at least; it grows until NEIGHBOURS controls lie within."""

NEIGHBOURS = 8


class Units(NamedTuple):
    """Agents in pairs of windows: levels before, of shape (units,), and what came after by mix, each of shape (units, mixes).

    Controls have one more axis in front, (windows, units), and `asked` is 0 for whoever is none in these windows.
    """

    before: Levels
    met: Floats
    asked: Floats

    def of(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> "Units":
        """Those that `keep` marks or numbers."""
        before = Levels(self.before.level[keep], self.before.variance[keep])
        return Units(before, self.met[keep], self.asked[keep])


class Comparison(NamedTuple):
    """One row a coached unit, each of shape (coached,) where nothing else is said.

    `before` is the baseline expected at the mix of the days after, `after` what was seen, `change` what would have happened anyway,
    as the controls did; effect = after - before - change. `noise` is the variance of after and before. `controls` is how many
    controls it rests on, effectively. `draws`, shape (draws, coached), is `change` with other controls drawn. `wander` and
    `wander_weight`, both numbers, are sums from which the variance of what agents do by themselves is made.
    """

    before: Floats
    after: Floats
    change: Floats
    noise: Floats
    controls: Floats
    draws: Floats
    wander: float
    wander_weight: float


def compare(coached: Units, controls: Units, *, windows: NDArray[np.int64], mix: Mix, draws: Floats) -> Comparison:
    """Difference in differences against matched controls.

    Each control's surprise is what it did after, less what its own shrunken baseline leads one to expect of the same mix of calls.
    A coached agent's counterfactual is the own expectation, moved (in log-odds) by the mean surprise of controls that are alike:
    near in baseline, with a like mix of calls, weighted by how much they say.

    Args:
        coached: agents with a session.
        controls: agents without one in the same windows, shape (windows, agents).
        windows: in which each coached agent's are, shape (coached,).
        mix: what the behaviour's calls are like.
        draws: how often each control is drawn, shape (draws, agents): the agent-level bootstrap.

    Source:
        Heckman, Ichimura & Todd (1997), Rev. Econ. Stud. 64:605-654, matched difference in differences; Abadie (2005), Rev. Econ.
        Stud. 72:1-19; Field & Welsh (2007), JRSS B 69:369-390, for drawing whole agents.
    """
    own, slope = expected(coached.before.level, coached.asked, mix)
    surprise, bend, noise = (one[windows] for one in _surprise(controls, mix))
    weight = _alike(coached, controls, windows=windows, mix=mix) / noise
    top, bottom = weight * surprise, weight * bend
    shift = _over(top.sum(axis=1), bottom.sum(axis=1))
    change = _moved(own, shift)
    drawn = _over(draws @ top.T, draws @ bottom.T)
    total, squares = weight.sum(axis=1), (weight**2).sum(axis=1)
    left = (surprise - shift[:, None] * bend) ** 2 - noise
    return Comparison(
        before=own,
        after=_rate(coached),
        change=change,
        noise=_noise(coached, np.clip(own + change, 0.02, 0.98), slope),
        controls=_over(total**2, squares),
        draws=_moved(own, drawn),
        wander=float(_over((weight * left).sum(axis=1), total).sum()),
        wander_weight=float((total > 0).sum()),
    )


def _surprise(controls: Units, mix: Mix) -> tuple[Floats, Floats, Floats]:
    """What each did beyond its expectation, the slope of that, and its variance: 0, 0 and 1 for whoever is no control."""
    theirs, bend = expected(controls.before.level, controls.asked, mix)
    there = controls.asked.sum(axis=-1) > 0
    surprise, noise = _rate(controls) - theirs, _noise(controls, theirs, bend)
    return np.where(there, surprise, 0.0), np.where(there, bend, 0.0), np.where(there, noise, 1.0)


def _rate(units: Units) -> Floats:
    asked = units.asked.sum(axis=-1)
    return np.asarray(
        np.divide(units.met.sum(axis=-1), asked, out=np.full(asked.shape, np.nan), where=asked > 0), float
    )


def _noise(units: Units, rate: Floats, slope: Floats) -> Floats:
    """Sampling variance of what came after, and that of the expectation."""
    seen = np.maximum(units.asked.sum(axis=-1), 1)
    return np.asarray(rate * (1 - rate) / seen + units.before.variance * slope**2, float)


def _alike(coached: Units, controls: Units, *, windows: NDArray[np.int64], mix: Mix) -> Floats:
    """How alike they are before, and in the mix of their calls after: shape (coached, controls), 0 to 1."""
    shares, others = (_over(units.asked, units.asked.sum(axis=-1, keepdims=True)) for units in (coached, controls))
    at = shares @ mix.offset
    mine = special.expit(coached.before.level + at)
    distance = np.abs(special.expit(controls.before.level[windows] + at[:, None]) - mine[:, None])
    overlap = np.zeros_like(distance)
    for own, theirs in zip(shares.T, np.moveaxis(others, 2, 0), strict=True):
        overlap += np.minimum(own[:, None], theirs[windows])
    distance[~others.any(axis=2)[windows]] = np.inf
    return np.asarray(np.exp(-0.5 * (distance / _width(distance)) ** 2) * overlap, float)


def _width(distance: Floats) -> Floats:
    """As far as the nearest few lie of those who are there at all, shape (coached, 1)."""
    near = min(NEIGHBOURS, distance.shape[1])
    nearest = np.partition(distance, near - 1, axis=1)[:, :near]
    return np.maximum(np.where(np.isinf(nearest), 0, nearest).max(axis=1, keepdims=True), CLOSE)


def _moved(rate: Floats, shift: Floats) -> Floats:
    """By how much a rate changes when its log-odds move by `shift`."""
    return np.asarray(special.expit(special.logit(rate) + shift) - rate, float)


def _over(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros(top.shape), where=bottom > 0)
