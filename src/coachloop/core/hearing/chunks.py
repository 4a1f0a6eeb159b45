"""How a long recording is cut where nobody speaks, and how speech is heard without the silence between."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from coachloop.core.hearing.port import RATE, Samples

ONSET = 0.05
"""Seconds that a word may begin before its span was detected."""

TAIL = 0.15
"""Seconds behind a span's end in which a word may still have its middle; one that is later belongs to the next span."""

Span = tuple[int, int]
"""First sample and the one behind the last."""

PART_SECONDS = 240.0
"""How much is read and transcribed at once: what is lost when somebody is ended, and a few tens of megabytes of memory."""

FRAME = RATE // 50
"""Samples in a fiftieth of a second, the step in which pauses are looked for."""

QUIET_SHARE = 0.25
"""A pause is where the sound is nearer to the quietest than to the loudest tenth: at most this share of the way in decibels."""

SHORTEST_PAUSE = 10
"""Frames: the closure of a "p" or "t" is shorter than 0.2 s, a pause between two words that may be cut is not."""


def border(samples: Samples) -> int:
    """Where to end a part so that no word is cut: in the middle of the longest pause in the last third.

    Args:
        samples: sound at RATE from the beginning of the part; one channel, or several in rows, which then have to pause together.

    Returns:
        The first sample of the next part. Where nobody pauses, the quietest moment.
    """
    sound = np.atleast_2d(samples)
    loud = _decibels(sound)
    if not len(loud):
        return len(sound[0])
    first = len(loud) * 2 // 3
    start, end = _longest(loud[first:] <= _quiet(loud))
    if end - start < SHORTEST_PAUSE:
        start, end = _quietest(loud[first:])
    return (2 * first + start + end) * FRAME // 2


def _decibels(sound: Samples) -> NDArray[np.float64]:
    """How loud each frame is, in the channel that is the loudest there."""
    frames = sound[:, : sound.shape[1] // FRAME * FRAME].reshape(len(sound), -1, FRAME).astype(np.float64)
    return 10 * np.log10((frames**2).mean(axis=2).max(axis=0) + 1e-10)


def _quiet(loud: NDArray[np.float64]) -> float:
    low, high = np.quantile(loud, [0.1, 0.9])
    return float(low + QUIET_SHARE * (high - low))


def _longest(true: NDArray[np.bool_]) -> Span:
    """The longest run; the last of those that are as long."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], true, [False]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    best = len(starts) - 1 - int(np.argmax((ends - starts)[::-1]))
    return int(starts[best]), int(ends[best])


def _quietest(loud: NDArray[np.float64]) -> Span:
    """The frames of the shortest pause with the least sound in them."""
    width = min(SHORTEST_PAUSE, len(loud))
    sums = np.convolve(loud, np.ones(width), "valid")
    start = int(np.argmin(sums))
    return start, start + width


class Spoken:
    """Spans of speech, put one behind the other in windows, and the way back to the time they were said at.

    A margin around each span is heard with it, since words begin and end more softly than they are detected. No word is said in a
    margin, though: recognisers that align words with attention stretch the first word of a span back into it, and at times put the first word
    of the next span behind the end of this one, many seconds too early.
    """

    def __init__(self, voiced: Sequence[Span], *, length: int, margin: int, longest: int) -> None:
        """Lay out the speech.

        Args:
            voiced: where somebody speaks: ascending, and none reaches into the next.
            length: of the sound, in samples.
            margin: samples heard on each side of a span; neighbours share what is between them.
            longest: samples in a window; a longer span is one by itself.
        """
        self._voiced = tuple(voiced)
        self._spans = tuple(_widened(self._voiced, margin, length))
        self._ends = np.cumsum([end - start for start, end in self._spans], dtype=int).tolist()
        self.windows = _packed(self._ends, longest)
        """In samples of the speech, one behind the other, of whole spans."""
        self._window_ends = {end for _, end in self.windows}

    def of(self, samples: Samples) -> Samples:
        """The speech alone."""
        return np.concatenate([samples[start:end] for start, end in self._spans] or [samples[:0]])

    def said_at(self, heard: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """When words were said, in order, whose times count in the speech alone."""
        placed: list[tuple[float, float]] = []
        for start, end in heard:
            number, low, high = self._place(start, end)
            begins = self._voiced[number][0] / RATE - ONSET
            low = max(low, begins, placed[-1][0] if placed else 0.0)
            placed.append((low, max(low, min(high, self._spans[number][1] / RATE))))
        return placed

    def _place(self, start: float, end: float) -> tuple[int, float, float]:
        """The number of the span that a word is in, and its time there before it is put inside."""
        middle = (start + end) / 2
        number = min(bisect_right(self._ends, middle * RATE), len(self._spans) - 1)
        more = (self._spans[number][1] - self._ends[number]) / RATE
        if middle + more > self._voiced[number][1] / RATE + TAIL and self._ends[number] not in self._window_ends:
            begins = self._voiced[number + 1][0] / RATE
            return number + 1, begins - ONSET, begins
        return number, start + more, end + more


def _widened(voiced: Sequence[Span], margin: int, length: int) -> Iterator[Span]:
    """The spans with a margin; the sound's ends are where a mirrored neighbour would share it."""
    befores = [-start for start, _ in voiced[:1]] + [end for _, end in voiced]
    afters = [start for start, _ in voiced[1:]] + [2 * length - end for _, end in voiced[-1:]]
    for before, (start, end), after in zip(befores, voiced, afters, strict=False):
        yield max(start - margin, (before + start) // 2), min(end + margin, (end + after) // 2)


def _packed(ends: Sequence[int], longest: int) -> list[Span]:
    """Whole spans together, as many as fit."""
    windows: list[Span] = []
    for start, end in zip([0, *ends], ends, strict=False):
        if windows and end - windows[-1][0] <= longest:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((start, end))
    return windows
