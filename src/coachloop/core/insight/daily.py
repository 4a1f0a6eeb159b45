"""Daily counts of effective verdicts as arrays: what drift, effect and the rates by day are computed from."""

import zlib
from collections.abc import Sequence
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


def joined(parts: Sequence[Daily]) -> Daily:
    """Cells one below the other, as 64-bit numbers; mixes are numbered anew, as they appear."""
    place = {pair: at for at, pair in enumerate(dict.fromkeys(pair for part in parts for pair in part.mixes))}
    columns = {name: [getattr(part, name) for part in parts] for name in COLUMNS}
    columns["mix"] = [np.array([place[pair] for pair in part.mixes], np.int64)[part.mix] for part in parts]
    kinds = {name: "datetime64[D]" if name == "day" else "int64" for name in COLUMNS}
    whole = {name: np.concatenate([np.zeros(0, kinds[name]), *columns[name]], dtype=kinds[name]) for name in COLUMNS}
    return Daily(**whole, mixes=tuple(place))


def packed(day: Daily) -> bytes:
    """The cells of one day as one compressed piece, without the day and the mixes' names."""
    table = np.stack([getattr(day, name) for name in PACKED])
    return zlib.compress(table.astype("<i4", casting="same_kind").tobytes(), level=1)


def unpacked(piece: bytes, day: np.datetime64, mixes: tuple[tuple[str, str], ...]) -> Daily:
    """The cells again, as 32-bit numbers: `joined` makes them 64-bit ones."""
    table = np.frombuffer(zlib.decompress(piece), "<i4").reshape(len(PACKED), -1)
    columns = dict(zip(PACKED, table, strict=True))
    return Daily(**columns, day=np.broadcast_to(day, table.shape[1]), mixes=mixes)


PACKED = tuple(name for name in COLUMNS if name != "day")
