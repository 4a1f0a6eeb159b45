"""Two speakers in one channel told apart, with the voice encoder of Resemblyzer."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from coachloop.adapters.speech.encoder import LENGTH, Floats, VoiceEncoder, mels
from coachloop.core.hearing.heard import HeardWord, Separated
from coachloop.core.hearing.separation import Window, separated, windows

FRAMES = 100
"""A second."""

GRID = 10
"""Windows are a multiple of so many frames long, so that many are worked on together."""


class VoiceSeparator:
    """Separates by voice; the weights are read when they are first needed."""

    def __init__(self, folder: Path) -> None:
        """Name the weights.

        Args:
            folder: as `VoiceEncoder` wants it.

        Raises:
            FileNotFoundError: they are not there.
        """
        self._encoder = VoiceEncoder(folder)

    def separate(self, samples: Floats, words: Sequence[HeardWord]) -> Separated:
        """Which of two speakers says each word.

        Args:
            samples: the channel at 16 kHz, shape (n,).
            words: what is said in it, by time.
        """
        spans = windows(words)
        return separated(words, spans, self._vectors(mels(samples), spans))

    def _vectors(self, frames: Floats, spans: Sequence[Window]) -> Floats:
        starts = np.array([round(start * FRAMES) for start, _ in spans], np.int64)
        lengths = np.array([round((end - start) * FRAMES / GRID) * GRID for start, end in spans], np.int64)
        found = np.empty((len(spans), LENGTH), np.float32)
        with threadpool_limits(limits=1, user_api="blas"):  # small matrices: a second thread costs more than it brings
            for length in np.unique(lengths).tolist():
                found[lengths == length] = self._encoder.encode(frames, starts[lengths == length], length)
        return found
