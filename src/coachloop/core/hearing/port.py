"""What makes words of sound: the port that every transcriber fits."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coachloop.core.hearing.heard import Heard

type Samples = NDArray[np.float32]
"""Sound, in [-1, 1]: shape (n,) for one channel, (channels, n) for several."""

RATE = 16_000
"""Samples a second of whatever is transcribed."""


class TranscriberUnavailableError(Exception):
    """It can't be asked now, and may be later; the message says why."""


class CantTranscribeError(Exception):
    """This sound can't be transcribed, now or later; the message says why."""


class Transcriber(Protocol):
    """Makes words of one channel's sound."""

    @property
    def name(self) -> str:
        """The model and its settings: changes whenever the same sound may get other words."""

    def transcribe(self, samples: NDArray[np.float32], *, language: str = "", hotwords: Sequence[str] = ()) -> Heard:
        """What is said, with a time for each word, counted from the first sample.

        Args:
            samples: one channel at RATE, shape (n,), in [-1, 1].
            language: ISO 639-1; empty where it is to be detected.
            hotwords: names and products of the centre that are likely to be said.

        Raises:
            TranscriberUnavailableError: try again later.
            CantTranscribeError: this sound can't be transcribed.
        """
