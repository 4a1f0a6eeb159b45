"""How a long recording is cut where nobody speaks, and how speech is heard without the silence between."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coachloop.core.hearing.port import RATE

Samples = NDArray[np.float32]
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


class Speech:
    """Spans of speech, put one behind the other, and the way back to the time they were said at."""

    def __init__(self, spans: Sequence[Span]) -> None:
        """Keep the spans: ascending, and none reaches into the next."""
        self._spans = tuple(spans)
        self._ends = np.cumsum([end - start for start, end in self._spans]).tolist()

    def of(self, samples: Samples) -> Samples:
        """The speech alone."""
        return np.concatenate([samples[start:end] for start, end in self._spans] or [samples[:0]])

    def windows(self, longest: int) -> list[Span]:
        """The speech in pieces of whole spans, each as long as it may be; a longer span is a piece by itself."""
        pieces: list[Span] = []
        for start, end in zip([0, *self._ends], self._ends, strict=False):
            if pieces and end - pieces[-1][0] <= longest:
                pieces[-1] = (pieces[-1][0], end)
            else:
                pieces.append((start, end))
        return pieces

    def said_at(self, start: float, end: float) -> tuple[float, float]:
        """When a word was said whose times count in the speech alone: it stays inside the span that holds its middle."""
        number = min(bisect_right(self._ends, (start + end) / 2 * RATE), len(self._spans) - 1)
        first, last = self._spans[number]
        more = (last - self._ends[number]) / RATE
        low, high = first / RATE, last / RATE
        return min(max(start + more, low), high), min(max(end + more, low), high)
