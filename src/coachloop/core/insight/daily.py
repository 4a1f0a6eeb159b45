"""Daily counts of effective verdicts as arrays: what drift, effect and the rates by day are computed from."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Daily:
    """One row a cell: agent x behaviour x day x team x mix x version; every array has shape (cells,).

    `agent`, `behaviour`, `team` (-1: none) and `version` are whatever numbers the caller knows them by; `mix` is an index into
    `mixes`, pairs of (queue, direction). `day` is datetime64[D]. Cells come in no particular order.
    """

    agent: Ints
    behaviour: Ints
    team: Ints
    mix: Ints
    version: Ints
    day: Days
    met: Ints
    not_met: Ints
    unscored: Ints
    mixes: tuple[tuple[str, str], ...]

    def __len__(self) -> int:
        return len(self.agent)

    def where(self, keep: NDArray[np.bool_]) -> "Daily":
        """The cells that `keep`, shape (cells,), marks."""
        return replace(self, **{name: getattr(self, name)[keep] for name in COLUMNS})


COLUMNS = ("agent", "behaviour", "team", "mix", "version", "day", "met", "not_met", "unscored")
