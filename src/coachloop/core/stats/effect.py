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
    """Agents in one pair of windows: levels before, of shape (units,), and what came after by mix, each of shape (units, mixes)."""

    before: Levels
    met: Floats
    asked: Floats

    def of(self, keep: NDArray[np.bool_]) -> "Units":
        """Those that `keep`, shape (units,), marks."""
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


def compare(coached: Units, controls: Units, *, mix: Mix, draws: Floats) -> Comparison:
    """Difference in differences against matched controls.

    Each control's surprise is what it did after, less what its own shrunken baseline leads one to expect of the same mix of calls.
    A coached agent's counterfactual is the own expectation, moved (in log-odds) by the mean surprise of controls that are alike:
    near in baseline, with a like mix of calls, weighted by how much they say.

    Args:
        coached: agents with a session, in windows that they share.
        controls: agents without one in these windows.
        mix: what the behaviour's calls are like.
        draws: how often each control is drawn, shape (draws, controls): the agent-level bootstrap.

    Source:
        Heckman, Ichimura & Todd (1997), Rev. Econ. Stud. 64:605-654, matched difference in differences; Abadie (2005), Rev. Econ.
        Stud. 72:1-19; Field & Welsh (2007), JRSS B 69:369-390, for drawing whole agents.
    """
    own, slope = expected(coached.before.level, coached.asked, mix)
    theirs, bend = expected(controls.before.level, controls.asked, mix)
    after, seen = _rate(coached), _rate(controls)
    surprise = seen - theirs
    noise = _noise(controls, theirs, bend)
    weight = _alike(coached, controls, mix) / noise
    top, bottom = weight * surprise, weight * bend
    shift = _over(top.sum(axis=1), bottom.sum(axis=1))
    change = _moved(own, shift)
    drawn = _over(draws @ top.T, draws @ bottom.T)
    total, squares = weight.sum(axis=1), (weight**2).sum(axis=1)
    left = (surprise - shift[:, None] * bend) ** 2 - noise
    return Comparison(
        before=own,
        after=after,
        change=change,
        noise=_noise(coached, np.clip(own + change, 0.02, 0.98), slope),
        controls=_over(total**2, squares),
        draws=_moved(own, drawn),
        wander=float(_over((weight * left).sum(axis=1), total).sum()),
        wander_weight=float((total > 0).sum()),
    )


def _rate(units: Units) -> Floats:
    return np.asarray(units.met.sum(axis=1) / units.asked.sum(axis=1), float)


def _noise(units: Units, rate: Floats, slope: Floats) -> Floats:
    """Sampling variance of what came after, and that of the expectation."""
    return np.asarray(rate * (1 - rate) / units.asked.sum(axis=1) + units.before.variance * slope**2, float)


def _alike(coached: Units, controls: Units, mix: Mix) -> Floats:
    """How alike they are before, and in the mix of their calls after: shape (coached, controls), 0 to 1."""
    shares = [units.asked / units.asked.sum(axis=1, keepdims=True) for units in (coached, controls)]
    at = shares[0] @ mix.offset
    mine = special.expit(coached.before.level + at)
    distance = np.abs(special.expit(controls.before.level + at[:, None]) - mine[:, None])
    near = min(NEIGHBOURS, distance.shape[1]) - 1
    width = np.maximum(np.partition(distance, near, axis=1)[:, near], CLOSE)
    overlap = sum(
        (np.minimum.outer(a, b) for a, b in zip(shares[0].T, shares[1].T, strict=True)), np.zeros_like(distance)
    )
    return np.asarray(np.exp(-0.5 * (distance / width[:, None]) ** 2) * overlap, float)


def _moved(rate: Floats, shift: Floats) -> Floats:
    """By how much a rate changes when its log-odds move by `shift`."""
    return np.asarray(special.expit(special.logit(rate) + shift) - rate, float)


def _over(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
