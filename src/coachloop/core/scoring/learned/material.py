"""What is learned from, made ready once for all behaviours: every row's place in the space, and the basis to fit in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.learned.calibration import folds_of
from coachloop.core.scoring.learned.features import Floats, columns_of, look, words_of
from coachloop.core.scoring.learned.model import Bank
from coachloop.core.scoring.learned.ridge import LANDMARKS, Basis, Ridge, basis, choose_landmarks
from coachloop.core.scoring.learned.rows import Register
from coachloop.core.scoring.learned.space import Space, fit_space, likeness, telling
from coachloop.core.scoring.learned.words import Folded

FOLDS = 5
"""Parts of the groups that are left out, one after the other, where it must be found out which turns a label is about."""

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Material:
    """One side's rows.

    `groups` is each labelled row's group; `labelled` and `others` are the rows themselves, of labelled conversations and of those
    that only help to know the language; `alike` is how alike the latter are to the landmarks. `folds` deals the groups of the labelled rows.
    """

    bank: Bank
    basis: Basis
    features: Doubles
    groups: Ints
    labelled: Ints
    others: Ints
    alike: Floats
    folds: Ints

    _ridges: dict[bytes, Ridge] = field(default_factory=dict)

    def ridge(self, weights: Doubles) -> Ridge:
        """The labelled rows, ready to be fitted with these weights; made once for behaviours that weigh them the same."""
        key = weights.tobytes()
        if key not in self._ridges:
            while len(self._ridges) > FOLDS:
                self._ridges.pop(next(iter(self._ridges)))
            self._ridges[key] = Ridge(self.features, weights, self.groups)
        return self._ridges[key]

    def elsewhere(self, weights: Doubles) -> Doubles:
        """What weights of likenesses say of the rows without labels."""
        return np.asarray(self.alike @ weights[:-1].astype(np.float32) + weights[-1], np.float64)


def prepare(
    register: Register,
    encoder: Encoder | None,
    *,
    groups: Sequence[int],
    wanted: NDArray[Any],
    rng: np.random.Generator,
) -> Material:
    """Place all rows, choose landmarks among the labelled ones, and span the basis.

    Args:
        register: all conversations' rows.
        encoder: None goes by words alone.
        groups: of each conversation; negative for those without labels.
        wanted: how much each row is wanted as a landmark.
        rng: draws landmarks where there are many rows.
    """
    rows = register.rows()
    group = np.asarray(groups, np.int64)[register.talk.conversation[rows.place]]
    said, count = Folded(register.talk.texts), len(register.talk)
    words, letters = telling(words_of(said.words()), count), telling(columns_of(said.letters()), count)
    looks = look(rows, encoder, words)
    space = fit_space(looks, words=words, letters=letters)
    placed = space.place(looks)
    labelled, others = np.flatnonzero(group >= 0), np.flatnonzero(group < 0)
    chosen = labelled[choose_landmarks(wanted[labelled], count=LANDMARKS, rng=rng)]
    landmarks = placed[chosen].astype(np.float16).astype(np.float32)
    bank = Bank(encoder.name if encoder else "", _as_stored(space), landmarks)
    span = basis(landmarks)
    folds = folds_of(group[labelled], FOLDS, rng.spawn(1)[0])
    features = span.features(placed[labelled])
    return Material(bank, span, features, group[labelled], labelled, others, likeness(placed[others], landmarks), folds)


def _as_stored(space: Space) -> Space:
    """Rounded as it will be read back, so that a model answers the same before and after it was stored."""
    return Space({name: np.asarray(array, np.float32) for name, array in space.arrays.items()})
