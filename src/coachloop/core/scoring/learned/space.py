"""The space in which turns are near or far: every feature on a scale learned from the centre's own text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coachloop.core.scoring.learned.features import COLUMNS, Floats, Looks, counts
from coachloop.core.scoring.learned.words import Folded, Found, pairs

SCALE: Mapping[str, float] = {
    "meaning": 1.0, "form": 0.5, "place": 0.2, "echo": 0.2, "before": 0.2, "after": 0.2,
    "heard": 0.4, "both": 0.3, "prior": 0.2, "next": 0.2, "answer": 0.2, "words": 0.7, "letters": 0.7,
}  # fmt: skip
"""How far each kind of feature sets two turns apart: root mean square of its block, chosen on conversations apart from the tests."""

GAMMA = 0.2
CONTEXT = 32
"""Principal components kept of what stands around a turn."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows in the space: a dense part, and a sparse one for words and letters."""

    dense: Floats
    sparse: Any

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.dense)

    def take(self, rows: NDArray[Any]) -> "Placed":
        """Some of the rows."""
        return Placed(self.dense[rows], self.sparse[rows])


@dataclass(frozen=True, slots=True)
class Space:
    """What was learned about the centre's text without any label: means, scales, principal components, document frequencies.

    `arrays` hold `<block>.mean`, `<block>.scale`, and for the context `context.axes`, `both.axes`; `words` and `letters` hold the
    inverse document frequency of each column.
    """

    arrays: Mapping[str, NDArray[Any]]

    def place(self, looks: Looks) -> Placed:
        """Put rows into the space."""
        parts = [self._scaled(name, block) for name, block in _blocks(looks, self.arrays).items()]
        return Placed(np.hstack(parts), self._lexical(looks))

    def _scaled(self, name: str, block: Floats) -> Floats:
        return np.asarray((block - self.arrays[f"{name}.mean"]) * self.arrays[f"{name}.scale"], np.float32)

    def _lexical(self, looks: Looks) -> Any:
        from scipy.sparse import hstack  # noqa: PLC0415 -- as above

        parts = [_weighed(getattr(looks, name), self.arrays[name]) * SCALE[name] for name in ("words", "letters")]
        return hstack(parts, format="csr")


def fit_space(looks: Looks, *, spoken: tuple[Any, Any]) -> Space:
    """Learn the space from rows, labelled or not.

    Args:
        looks: the rows' features.
        spoken: how often each turn of all sides holds each column of words and of letters.
    """
    arrays: dict[str, NDArray[Any]] = {"words": telling(spoken[0]), "letters": telling(spoken[1])}
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


def telling(spoken: Any) -> Floats:
    """Inverse document frequency; a column seen in fewer than two turns tells nothing."""
    seen: NDArray[np.int64] = np.bincount(spoken.indices, minlength=COLUMNS)
    weight = np.where(seen >= 2, np.log((1 + spoken.shape[0]) / (1 + seen)) + 1, 0)
    return np.asarray(weight, np.float16).astype(np.float32)


def spoken(texts: tuple[str, ...]) -> tuple[Any, Any]:
    """How often each text holds each column of words and of letters."""
    folded = Folded(texts)
    words = folded.words()
    both = Found(*(np.concatenate(one) for one in zip(words, pairs(words), strict=True)))
    return counts(both, len(texts)), counts(folded.letters(), len(texts))


def _weighed(found: Any, telling: Floats) -> Any:
    """Sublinear term frequency times inverse document frequency, each row of unit length."""
    weighed = found.copy()
    weighed.data = (1 + np.log(weighed.data)) * telling[weighed.indices]
    length = np.sqrt(
        np.bincount(np.repeat(np.arange(found.shape[0]), np.diff(found.indptr)), weighed.data**2, found.shape[0])
    )
    weighed.data /= np.repeat(np.maximum(length, 1e-6), np.diff(found.indptr))
    return weighed


def likeness(rows: Placed, landmarks: Placed) -> Floats:
    """How alike rows and landmarks are: exp(-GAMMA * squared distance), shape (rows, landmarks)."""
    product = rows.dense @ landmarks.dense.T
    product += (rows.sparse @ landmarks.sparse.T).toarray()
    squares = [
        (one.dense**2).sum(axis=1) + np.asarray(one.sparse.power(2).sum(axis=1)).ravel() for one in (rows, landmarks)
    ]
    distance = np.maximum(squares[0][:, None] + squares[1] - 2 * product, 0)
    return np.asarray(np.exp(-GAMMA * distance), np.float32)
