"""The space in which turns are near or far: every feature on a scale learned from the centre's own text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coachloop.core.scoring.learned.features import COLUMNS, Floats, Looks, Seen
from coachloop.core.scoring.learned.words import mixed

SCALE: Mapping[str, float] = {
    "meaning": 1.0, "form": 0.5, "place": 0.2, "echo": 0.2, "before": 0.2, "after": 0.2,
    "heard": 0.4, "both": 0.3, "prior": 0.2, "next": 0.2, "answer": 0.2, "words": 0.7, "letters": 0.7,
}  # fmt: skip
"""How far each kind of feature sets two turns apart: root mean square of its block, chosen on conversations apart from the tests."""

SKETCH = {"words": 512, "letters": 1024}
"""Dimensions into which words, and letters, are folded."""

GAMMA = 0.2
CONTEXT = 32
"""Principal components kept of what stands around a turn."""


@dataclass(frozen=True, slots=True)
class Space:
    """What was learned about the centre's text without any label: means, scales, principal components, document frequencies.

    `arrays` hold `<block>.mean`, `<block>.scale`, and for the context `context.axes`, `both.axes`; `words` and `letters` hold the
    inverse document frequency of each column.
    """

    arrays: Mapping[str, NDArray[Any]]

    def place(self, looks: Looks) -> Floats:
        """Put rows into the space, a line a row."""
        parts = [self._scaled(name, block) for name, block in _blocks(looks, self.arrays).items()]
        lexical = (self._sketched(name, getattr(looks, name), len(looks)) for name in SKETCH)
        return np.hstack([*parts, *lexical])

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return sum(len(array) for name, array in self.arrays.items() if name.endswith(".scale")) + sum(SKETCH.values())

    def _scaled(self, name: str, block: Floats) -> Floats:
        return np.asarray((block - self.arrays[f"{name}.mean"]) * self.arrays[f"{name}.scale"], np.float32)

    def _sketched(self, name: str, seen: Seen, rows: int) -> Floats:
        """Words or letters, each as telling as it is, folded into few dimensions that keep their products (feature hashing).

        Source:
            Weinberger et al. (2009), ICML 1113-1120.
        """
        spread = mixed(seen.column.astype(np.uint64))
        size = SKETCH[name]
        place = seen.text * size + (spread % np.uint64(size)).astype(np.int64)
        signed = np.where(spread >> np.uint64(63), self.arrays[name][seen.column], -self.arrays[name][seen.column])
        table = np.bincount(place, signed, rows * size).reshape(rows, size)
        length = np.linalg.norm(table, axis=1, keepdims=True)
        return np.asarray(table * (SCALE[name] / np.maximum(length, 1e-6)), np.float32)


def fit_space(looks: Looks, *, words: Floats, letters: Floats) -> Space:
    """Learn the space from rows, labelled or not.

    Args:
        looks: the rows' features.
        words: how telling each column of words is.
        letters: how telling each column of letters is.
    """
    arrays: dict[str, NDArray[Any]] = {"words": words, "letters": letters}
    if looks.vectors is not None:
        context = np.vstack([looks.blocks[name] for name in _AROUND])
        arrays["context.axes"] = _axes(context, CONTEXT)
        arrays["both.axes"] = _axes(looks.blocks["both"], CONTEXT)
    for name, block in _blocks(looks, arrays).items():
        arrays[f"{name}.mean"] = block.mean(axis=0)
        arrays[f"{name}.scale"] = _scale(name, block - arrays[f"{name}.mean"])
    return Space(arrays)


_AROUND = ("heard", "answer", "prior", "next")
_PLAIN = ("form", "place", "echo", "before", "after")


def _blocks(looks: Looks, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    blocks = {name: looks.blocks[name] for name in _PLAIN}
    if looks.vectors is None:
        return blocks
    blocks["echo"] = np.hstack([blocks["echo"], looks.blocks["alike"]])
    blocks |= {name: looks.blocks[name] @ arrays["context.axes"] for name in _AROUND}
    return {**blocks, "meaning": looks.vectors, "both": looks.blocks["both"] @ arrays["both.axes"]}


def _scale(name: str, centred: Floats) -> Floats:
    """By column for what is measured in different units, by block for vectors; a column that never changes does not count."""
    spread = np.sqrt((centred**2).mean(axis=0)).astype(np.float64)
    if name in _PLAIN:
        lives = spread > 1e-6
        each = SCALE[name] / np.sqrt(max(1, int(lives.sum()))) / np.maximum(spread, 1e-6)
        return np.asarray(np.where(lives, each, 0), np.float32)
    return np.full(len(spread), SCALE[name] / max(float(np.sqrt((spread**2).sum())), 1e-6), np.float32)


def _axes(vectors: Floats, count: int) -> Floats:
    """The first principal components, as columns."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return np.asarray(axes[:, ::-1][:, :count], np.float32)


def telling(seen: Seen, texts: int) -> Floats:
    """Inverse document frequency; a column seen in fewer than two texts tells nothing."""
    pairs = np.unique(seen.text * COLUMNS + seen.column) % COLUMNS
    times = np.bincount(pairs, minlength=COLUMNS)
    weight = np.where(times >= 2, np.log((1 + texts) / (1 + times)) + 1, 0)
    return np.asarray(weight, np.float16).astype(np.float32)


def likeness(rows: Floats, landmarks: Floats) -> Floats:
    """How alike rows and landmarks are: exp(-GAMMA * squared distance), shape (rows, landmarks)."""
    squares = [(one**2).sum(axis=1) for one in (rows, landmarks)]
    distance = squares[0][:, None] + squares[1] - 2 * (rows @ landmarks.T)
    return np.asarray(np.exp(-GAMMA * np.maximum(distance, 0)), np.float32)
