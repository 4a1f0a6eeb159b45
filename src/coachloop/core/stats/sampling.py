"""Which calls people should audit: drawn by chance, more where the machine may be wrong, and never chosen by anybody."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coachloop.core.stats.proportions import Floats

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

EDGES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
"""Where the strata of predicted probability begin and end; what has no prediction is a stratum of its own."""

LEAST = 0.15
"""The smallest standard deviation that is expected in a stratum: what the machine is sure of may be wrong as well."""


class Drawn(NamedTuple):
    """Which conversations are audited, and with what chance each of the frame was drawn; all of shape (n,).

    `stratum` numbers the strata, `core` marks what was drawn from each agent's conversations with equal chance.
    """

    chosen: Mask
    probability: Floats
    stratum: Ints
    core: Mask


def draw(
    keys: Sequence[str],
    predicted: ArrayLike,
    agents: ArrayLike,
    *,
    size: int,
    seed: str,
    core: float = 0.25,
    least: int = 1,
) -> Drawn:
    """A stratified random sample of about `size` conversations, with every inclusion probability.

    Two draws that know nothing of each other. The core: of each agent's conversations the same share, and at least `least`, each
    with equal chance whatever the machine says. The rest: from strata of predicted probability, in proportion to their
    size times the spread of the truth that is to be expected in them (Neyman). The probability is that of either.

    Every conversation has a number made of the seed and its key, and the lowest numbers are drawn. So whoever knows the
    seed and the frame (the keys with their predictions and agents) can draw again and compare; nobody can choose a call.

    Args:
        keys: of all conversations that may be drawn, unique, shape (n,).
        predicted: P(met) as the machine says, shape (n,); 0 or 1 where only its verdict is known, NaN where it says nothing.
        agents: whose conversation it is, any labels, shape (n,).
        size: how many conversations people will audit; met on average, since a call may be drawn twice.
        seed: any text, said before the draw or kept with it.
        core: share of the sample that is drawn with equal chance, in [0, 1].
        least: conversations of every agent, as far as there are.

    Raises:
        ValueError: shapes differ, a key is there twice, or a number is out of its range.

    Source:
        Neyman (1934), J. R. Stat. Soc. 97:558-625; Ohlsson (1995) in Cox et al., Business Survey Methods (permanent random numbers).
    """
    chance, who = np.asarray(predicted, float), np.unique(np.asarray(agents), return_inverse=True)[1]
    _check(keys, chance, who)
    stratum = strata(chance)
    agent_size = np.bincount(who)
    each = _of_each(agent_size, size, core, least)
    if not (0 <= core <= 1 and least >= 0 and each.sum() <= size <= len(keys)):
        raise ValueError(
            f"core must be in [0, 1], least 0 or more, and size from {each.sum()}, which every agent's share takes, to the "
            f"{len(keys)} conversations there are; got core {core}, least {least}, size {size}"
        )
    first = (each / np.maximum(agent_size, 1))[who]
    many = _allocate(stratum, _spread(chance, stratum), wanted=size, open_=1 - first)
    second = (many / np.maximum(np.bincount(stratum, minlength=len(many)), 1))[stratum]
    mine = _lowest(permanent_numbers(keys, f"{seed}:core"), who, each)
    other = _lowest(permanent_numbers(keys, f"{seed}:rest"), stratum, many)
    return Drawn(mine | other, 1 - (1 - first) * (1 - second), stratum, mine)


def smallest(agents: ArrayLike, *, wanted: int, core: float = 0.25, least: int = 1) -> int:
    """The smallest size, `wanted` at least, into which every agent's share fits; never more than there are.

    Args:
        agents: as for `draw`, shape (n,).
        wanted: how many conversations were to be audited.
        core: as for `draw`.
        least: as for `draw`.
    """
    agent_size = np.bincount(np.unique(np.asarray(agents), return_inverse=True)[1])
    size = min(wanted, int(agent_size.sum()))
    while (shares := int(_of_each(agent_size, size, core, least).sum())) > size:
        size = shares
    return size


def strata(predicted: ArrayLike) -> Ints:
    """The stratum of each predicted probability, 0..8; NaN has the last."""
    chance = np.asarray(predicted, float)
    return np.where(np.isnan(chance), len(EDGES) + 1, np.searchsorted(EDGES, chance, side="right")).astype(np.int64)


def permanent_numbers(keys: Sequence[str], seed: str) -> Floats:
    """A number in [0, 1) for each key, shape (n,): the first 8 bytes of SHA-256 of seed, a zero byte, and key."""
    start = hashlib.sha256(seed.encode() + b"\0")
    found = np.empty(len(keys), np.uint64)
    for place, key in enumerate(keys):
        one = start.copy()
        one.update(key.encode())
        found[place] = int.from_bytes(one.digest()[:8])
    return (found >> np.uint64(11)) / 2.0**53


def needed(predicted: ArrayLike, *, within: float, confidence: float = 0.95) -> int:
    """How many conversations to audit so that the corrected rate is known to within +- `within`.

    From the spread that the predictions let expect in each stratum. Rounded up, and never more than there are.

    Args:
        predicted: as for `draw`, shape (n,).
        within: half the interval, in (0, 1).
        confidence: of the interval, in (0, 1).

    Raises:
        ValueError: a number is out of its range.

    Source:
        Cochran (1977), Sampling Techniques, 3rd ed., section 5.5 (Neyman allocation), strata that are drawn whole included (5.8).
    """
    if not (0 < within < 1 and 0 < confidence < 1):
        raise ValueError(f"within and confidence must be in (0, 1), got {within} and {confidence}")
    chance = np.asarray(predicted, float)
    if chance.size == 0:
        return 0
    stratum = strata(chance)
    spread = _spread(chance, stratum)[stratum]
    wanted = (within / special.ndtri((1 + confidence) / 2)) ** 2
    low, high = 0.0, 1 / LEAST
    for _ in range(60):
        middle = (low + high) / 2
        share = np.minimum(middle * spread, 1)
        variance = (spread**2 * (1 / share - 1)).sum() / chance.size**2
        low, high = (middle, high) if variance > wanted else (low, middle)
    return min(chance.size, int(np.ceil(np.minimum(high * spread, 1).sum() - 1e-6)))


def _check(keys: Sequence[str], predicted: Floats, agents: Ints) -> None:
    if not predicted.shape == agents.shape == (len(keys),):
        raise ValueError(
            f"keys, predicted and agents must be alike, got {len(keys)}, {predicted.shape}, {agents.shape}"
        )
    if len(set(keys)) != len(keys):
        raise ValueError("every key must be there once")
    if ((predicted < 0) | (predicted > 1)).any():
        raise ValueError("predicted must be in [0, 1] or NaN")


def _of_each(agent_size: Ints, size: int, core: float, least: int) -> Ints:  # noqa: PLR0917 -- as `draw` has them
    """How many of each agent's conversations are in the core."""
    share = np.floor(core * size * agent_size / max(int(agent_size.sum()), 1))
    return np.minimum(np.maximum(least, share), agent_size).astype(np.int64)


def _spread(predicted: Floats, stratum: Ints) -> Floats:
    """The standard deviation of the truth to be expected in each stratum."""
    count = np.bincount(stratum, minlength=len(EDGES) + 2)
    variance = np.nan_to_num(predicted * (1 - predicted), nan=0.25)
    mean = np.bincount(stratum, variance, len(count)) / np.maximum(count, 1)
    return np.maximum(np.sqrt(mean), LEAST)


def _allocate(stratum: Ints, spread: Floats, *, wanted: int, open_: Floats) -> Ints:
    """How many to draw from each stratum so that both draws together are as many as wanted; what the first leaves is `open_`."""
    size = np.bincount(stratum, minlength=len(spread))
    left = np.bincount(stratum, open_, len(spread))
    missing = wanted - float(len(stratum) - open_.sum())
    share = np.zeros(len(spread))
    low, high = 0.0, 1 / LEAST
    for _ in range(60):
        middle = (low + high) / 2
        share = np.minimum(middle * spread, 1.0)
        low, high = (middle, high) if (share * left).sum() < missing else (low, middle)
    exact = share * size
    many = np.floor(exact + 1e-9)
    most = np.argsort(many - exact, kind="stable")[: round(exact.sum() - many.sum())]
    many[most] += 1
    return np.minimum(many, size).astype(np.int64)


def _lowest(number: Floats, group: Ints, many: Ints) -> Mask:
    """The `many` lowest numbers of each group."""
    order = np.lexsort((number, group))
    place = np.empty(len(group), np.int64)
    starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(many)))])
    place[order] = np.arange(len(group)) - starts[group[order]]
    return np.asarray(place < many[group], bool)
