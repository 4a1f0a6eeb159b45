"""Conversations x behaviours, a byte a verdict: what millions of verdicts are kept and read as, a day at a time."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coachloop.core.insight.impact import Observed
from coachloop.core.stats.calls import NOT_APPLICABLE, Calls

MIX = ("queue", "direction", "channel", "language", "call type")
"""What conversations differ in, beside whose they are and when they were."""

FEW = 2
"""An outcome needs calls of both kinds."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Conversations with an agent and a day, in no particular order.

    `agent`, `mix` (an index into `mixes`, each in the order of MIX) and `day` (datetime64[D]) have shape (conversations,), `codes`
    (those of core.stats.calls) (conversations, behaviours), `outcomes` (conversations, names): NaN where unknown. `agent` and
    `behaviours`, shape (behaviours,), are whatever numbers the caller knows them by.
    """

    agent: Ints
    mix: Ints
    day: NDArray[np.datetime64]
    codes: NDArray[np.int8]
    outcomes: NDArray[np.float32]
    behaviours: Ints
    mixes: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.agent)

    def binary(self) -> list[str]:
        """Outcomes that came in some conversations and not in others, the most often known first, then by name."""
        known = {name: values[~np.isnan(values)] for name, values in zip(self.names, self.outcomes.T, strict=True)}
        kinds = {name: np.unique(values).tolist() for name, values in known.items()}
        both = [
            name for name, kind in kinds.items() if kind == [0, 1] and min(np.bincount(known[name].astype(int))) >= FEW
        ]
        return sorted(both, key=lambda name: (-len(known[name]), name))

    def observed(self, outcome: str) -> tuple[Observed, tuple[str, ...]]:
        """The conversations whose outcome is known, and which parts of the mix they differ in."""
        came = self.outcomes[:, self.names.index(outcome)]
        known = ~np.isnan(came)
        agent = np.unique(self.agent[known], return_inverse=True)[1]
        parts = np.array(self.mixes, str).reshape(-1, len(MIX))
        levels = [np.unique(part, return_inverse=True)[1] for part in parts.T]
        factors = np.stack(levels, axis=1).astype(np.int64)[self.mix[known]]
        differ = tuple(name for name, column in zip(MIX, factors.T, strict=True) if len(np.unique(column)) > 1)
        calls = Calls(self.codes[known], came[known] == 1, agent.astype(np.int64), factors)
        return Observed(calls, self.day[known]), differ


def joined(parts: Sequence[Matrix]) -> Matrix:
    """Matrices one below the other; a behaviour that one of them does not know is not applicable there, an outcome unknown.

    Raises:
        ValueError: there is none.
    """
    if not parts:
        raise ValueError("at least one matrix is needed")
    behaviours = np.unique(np.concatenate([part.behaviours for part in parts]))
    mixes, names = ({one: None for part in parts for one in getattr(part, key)} for key in ("mixes", "names"))
    mix_of, name_of = ({one: i for i, one in enumerate(some)} for some in (mixes, names))
    rows = sum(map(len, parts))
    codes = np.full((rows, len(behaviours)), NOT_APPLICABLE, np.int8)
    outcomes = np.full((rows, len(names)), np.nan, np.float32)
    start = 0
    for part in parts:
        here = slice(start, start + len(part))
        codes[here, np.searchsorted(behaviours, part.behaviours)] = part.codes
        outcomes[here, [name_of[name] for name in part.names]] = part.outcomes
        start = here.stop
    mix = [np.array([mix_of[one] for one in part.mixes], np.int64)[part.mix] for part in parts]
    return Matrix(
        agent=np.concatenate([part.agent for part in parts]),
        mix=np.concatenate(mix),
        day=np.concatenate([part.day for part in parts]),
        codes=codes,
        outcomes=outcomes,
        behaviours=behaviours,
        mixes=tuple(mixes),
        names=tuple(names),
    )


def packed(matrix: Matrix) -> bytes:
    """The matrix as one compressed piece; nothing in it is ever unpickled."""
    words = json.dumps({"mixes": matrix.mixes, "names": matrix.names}).encode()
    arrays: Mapping[str, NDArray[np.generic]] = {name: getattr(matrix, name) for name in ARRAYS}
    file = io.BytesIO()
    np.savez_compressed(file, words=np.frombuffer(words, np.uint8), allow_pickle=False, **arrays)
    return file.getvalue()


def unpacked(piece: bytes) -> Matrix:
    """The matrix again."""
    with np.load(io.BytesIO(piece), allow_pickle=False) as stored:
        words = json.loads(stored["words"].tobytes())
        arrays = {name: stored[name] for name in ARRAYS}
    return Matrix(**arrays, mixes=tuple(tuple(one) for one in words["mixes"]), names=tuple(words["names"]))


ARRAYS = ("agent", "mix", "day", "codes", "outcomes", "behaviours")
