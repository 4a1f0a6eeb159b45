"""Two speakers in one channel told apart by their voices: which of them says each word.

Spectral clustering of short windows' vectors (Ng, Jordan and Weiss 2001; for speech Wang et al. 2018, "Speaker diarization with LSTM"), then
the likeliest course of speakers over the words (Viterbi), where a change costs less the longer the pause before it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from coachloop.core.hearing.heard import HeardWord, Separated

type Vectors = NDArray[np.float32]
type Numbers = NDArray[np.float64]
type Window = tuple[float, float]
"""From one second up to another."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Side 0 or 1 speaks from a second on up to another."""

    start: float
    end: float
    side: int


LENGTH, STEP, SHORTEST = 1.5, 0.5, 0.8
"""Seconds of a window, from one to the next, and of the shortest, which says too little of a voice."""

PAUSE = 0.3
"""Seconds without a word that end a stretch; no window reaches over them."""

MOST = 1_500
"""So many windows are clustered at most, evenly drawn; the others go by the two voices found. Memory grows with their square."""

REACH = 0.1
"""A window so many seconds beside a word still says something of it."""

TEMPERATURE = 0.1
"""A difference of similarity to the two voices of this much is one logit."""

CHANGE, PATIENCE = 3.0, 0.5
"""Logits that a change of speaker costs between words without a pause; a pause of this many seconds divides that by e."""

ALIKE, SHARPNESS = 0.82, 50.0
"""Cosine of the two voices found at which it is a toss-up whether they are two, and how fast it gets surer below."""

FEWEST = 4
"""Of fewer windows no two voices are made."""


def windows(words: Sequence[HeardWord]) -> list[Window]:
    """Where to listen to voices: over each stretch of words, each window as long as the others where the stretch has room."""
    return [window for start, end in _stretches(words) for window in _over(start, end)]


def separated(words: Sequence[HeardWord], spans: Sequence[Window], vectors: Vectors, *, seed: int = 0) -> Separated:
    """Which of two speakers says each word; the one who speaks first is the first side.

    Args:
        words: in order.
        spans: the windows that were listened to.
        vectors: one a window, of unit length.
        seed: for the clustering, which starts from random centres.
    """
    if len(spans) < FEWEST:
        return Separated((tuple(words), ()), 0.0)
    voices, confidence = _voices(vectors, seed=seed)
    leaning = (vectors @ (voices[1] - voices[0])).astype(np.float64) / TEMPERATURE
    second = _course(_of_words(words, spans, leaning), [after.start - word.end for word, after in pairwise(words)])
    return _parted(words, (second ^ second[0]).astype(int).tolist(), confidence)


def by_segments(words: Sequence[HeardWord], segments: Sequence[Segment]) -> Separated:
    """The same from somebody else's segments: a word goes to who speaks most over it, or else to who spoke last.

    The confidence is the share of the words that exactly one speaker is over.
    """
    spans = np.array([(one.start, one.end, one.side) for one in segments]).reshape(-1, 3)
    second, clear, last = [], 0, 0
    for word in words:
        over = np.maximum(np.minimum(spans[:, 1], word.end) - np.maximum(spans[:, 0], word.start), 0)
        one, other = float(over @ (spans[:, 2] == 0)), float(over @ (spans[:, 2] == 1))
        clear += (one > 0) != (other > 0)
        last = int(other > one) if one != other else last
        second.append(last)
    return _parted(words, second, clear / max(len(words), 1))


def _parted(words: Sequence[HeardWord], second: Iterable[int], confidence: float) -> Separated:
    sides: tuple[list[HeardWord], list[HeardWord]] = [], []
    for word, side in zip(words, second, strict=True):
        sides[side].append(word)
    return Separated((tuple(sides[0]), tuple(sides[1])), confidence if all(sides) else 0.0)


def _stretches(words: Iterable[HeardWord]) -> list[Window]:
    found: list[Window] = []
    for word in words:
        if found and word.start - found[-1][1] < PAUSE:
            found[-1] = found[-1][0], max(found[-1][1], word.end)
        else:
            found.append((word.start, word.end))
    return found


def _over(start: float, end: float) -> list[Window]:
    if end - start > LENGTH:
        count = math.ceil((end - start - LENGTH) / STEP) + 1
        return [(at, at + LENGTH) for at in np.linspace(start, end - LENGTH, count).tolist()]
    half = max(end - start, SHORTEST) / 2
    middle = max((start + end) / 2, half)
    return [(middle - half, middle + half)]


def _voices(vectors: Vectors, *, seed: int) -> tuple[Vectors, float]:
    """The two voices, as unit vectors, and how surely they are two."""
    chosen = vectors if len(vectors) <= MOST else vectors[np.linspace(0, len(vectors) - 1, MOST).astype(int)]
    is_second = _clusters(chosen, seed=seed)
    means = np.stack([(chosen * mine[:, None]).sum(axis=0) for mine in (~is_second, is_second)])
    voices: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return voices, 1 / (1 + math.exp(SHARPNESS * (float(voices[0] @ voices[1]) - ALIKE)))


def _clusters(vectors: Vectors, *, seed: int) -> NDArray[np.bool_]:
    from sklearn.cluster import (  # type: ignore[import-untyped]  # noqa: PLC0415 -- only who separates pays for loading it
        SpectralClustering,
    )

    # A floor keeps the graph in one piece: vectors at right angles would part it, and scikit-learn would warn.
    likeness = np.clip(vectors @ vectors.T, 1e-3, 1).astype(np.float64)
    return np.asarray(SpectralClustering(2, affinity="precomputed", random_state=seed).fit_predict(likeness) == 1)


def _of_words(words: Sequence[HeardWord], spans: Sequence[Window], leaning: Numbers) -> Numbers:
    """How much each word leans to the second voice, in logits: the mean of the windows over it, those in whose middle it stands most."""
    starts, ends = np.array(spans).T
    found = np.zeros(len(words))
    for number, word in enumerate(words):
        first, last = np.searchsorted(ends, word.start - REACH), np.searchsorted(starts, word.end + REACH)
        near = slice(int(first), int(last))
        over = np.minimum(ends[near], word.end + REACH) - np.maximum(starts[near], word.start - REACH)
        off = np.abs((starts[near] + ends[near]) / 2 - (word.start + word.end) / 2)
        weight = np.maximum(over, 0) * np.maximum(1 - off / (ends[near] - starts[near] + 2 * REACH), 0)
        if weight.sum() > 0:
            found[number] = weight @ leaning[near] / weight.sum()
    return found


def _course(leaning: Numbers, pauses: Sequence[float]) -> NDArray[np.bool_]:
    """The likeliest course: whether the second speaks, word by word (Viterbi)."""
    price = CHANGE * np.exp(-np.maximum(np.array(pauses), 0) / PATIENCE)
    gain = np.stack([-leaning, leaning], axis=1) / 2
    best, changed = gain[0], np.zeros((len(leaning), 2), bool)
    for number, cost in enumerate(price, 1):
        changing = best[::-1] - cost
        changed[number] = changing > best
        best = np.maximum(best, changing) + gain[number]
    found = np.zeros(len(leaning), bool)
    found[-1] = best[1] > best[0]
    for number in range(len(leaning) - 1, 0, -1):
        found[number - 1] = found[number] ^ changed[number, int(found[number])]
    return found
