"""A recording's outline, for the picture of its waveform.

The file: one byte that says how many channels there are, then for every twentieth of a second, and in it for every channel,
the lowest and the highest sample as signed bytes, where 127 is full scale. An hour of stereo has 288 kB.
"""

import numpy as np
from numpy.typing import NDArray

from coachloop.adapters.audio.read import RATE
from coachloop.core.hearing.port import Samples

A_SECOND = 20
_STRETCH = RATE // A_SECOND


class Peaks:
    """Peaks of sound that comes piece by piece."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._over: Samples = np.zeros((channels, 0), np.float32)
        self._found: list[bytes] = []

    def add(self, samples: Samples) -> None:
        """The next piece, at 16 kHz."""
        together = np.concatenate([self._over, samples], axis=1)
        whole = together.shape[1] // _STRETCH * _STRETCH
        self._found.append(_peaks(together[:, :whole].reshape(self._channels, -1, _STRETCH)))
        self._over = together[:, whole:]

    def as_bytes(self) -> bytes:
        """The file, when there is no more."""
        rest = _peaks(self._over[:, None]) if self._over.shape[1] else b""
        return b"".join([bytes([self._channels]), *self._found, rest])


def _peaks(stretches: NDArray[np.float32]) -> bytes:
    both = np.stack([stretches.min(axis=2), stretches.max(axis=2)], axis=2)  # channels x stretches x 2
    return np.rint(both.clip(-1, 1) * 127).astype(np.int8).transpose(1, 0, 2).tobytes()
