"""Voices as vectors: the network of Resemblyzer, in numpy.

Wan, Wang, Papir and Lopez Moreno (2018), "Generalized end-to-end loss for speaker verification"; the weights and the sound's features are
those of Resemblyzer 0.1.4.
"""

import math
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from coachloop.adapters.models.catalogue import VOICES
from coachloop.adapters.models.store import is_exactly, model
from coachloop.core.hearing.port import RATE

type Floats = NDArray[np.float32]

HIDDEN, MELS, LAYERS, LENGTH = 256, 40, 3, 256
STEP, FRAME = RATE // 100, RATE // 40
"""A frame of 25 ms each 10 ms."""

LOUDNESS = 10 ** (-30 / 20)
"""Quieter sound is raised to this root mean square, as it was when the network learned."""

LSTM_AT, LINEAR_AT, BIAS_AT = 269_883, 7_731, 6_699
"""Where in the file the numbers are: bytes from its start. It is a pickle of torch, which is never unpickled."""

BLOCK = 4096
"""Frames at a time: 40 seconds."""

BATCH = 64
"""Windows at a time: 64 x 160 frames x 1,024 gates are 42 MB."""


class VoiceEncoder:
    """Gives stretches of sound vectors of unit length: near each other where one person speaks."""

    def __init__(self, folder: Path) -> None:
        """Name the weights; they are read when they are first needed.

        Args:
            folder: holds `pretrained.pt` as `coachloop models get resemblyzer` brings it.

        Raises:
            FileNotFoundError: it is not there, or has other content.
        """
        file = model(VOICES).files[0]
        self._path = folder / file.name
        if not is_exactly(self._path, file.sha256, file.size):
            state = "has other content" if self._path.is_file() else "is missing"
            raise FileNotFoundError(f"{self._path} {state}; `coachloop models get {VOICES}` gets it")

    def encode(self, frames: Floats, starts: NDArray[np.int64], length: int) -> Floats:
        """One vector a window.

        Args:
            frames: of `mels`, shape (n, MELS).
            starts: the first frame of each window.
            length: frames in a window; what reaches over the end is taken as silence.
        """
        padded = np.pad(frames, ((0, length), (0, 0)))
        found = np.empty((len(starts), LENGTH), np.float32)
        for first in range(0, len(starts), BATCH):
            chosen = starts[first : first + BATCH]
            found[first : first + BATCH] = self._run(padded[chosen[:, None] + np.arange(length)])
        return found

    def _run(self, windows: Floats) -> Floats:
        """Windows of shape (windows, frames, mels) through the layers; the last state of the last one, projected, cut at zero."""
        rows = np.ascontiguousarray(windows.transpose(1, 0, 2))
        for inputs, states, bias in self._layers:
            rows = _layer(rows, inputs, states=states, bias=bias)
        weight, bias = self._linear
        found = np.maximum(rows[-1] @ weight.T + bias, 0)
        unit: Floats = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return unit

    @cached_property
    def _layers(self) -> list[tuple[Floats, Floats, Floats]]:
        sizes = [size for layer in range(LAYERS) for size in (HIDDEN if layer else MELS, HIDDEN)]
        numbers = self._numbers(LSTM_AT, 4 * HIDDEN * (sum(sizes) + 2 * LAYERS))
        ends = np.cumsum([4 * HIDDEN * size for size in sizes])
        weights = [part.reshape(4 * HIDDEN, -1).T.copy() for part in np.split(numbers[: ends[-1]], ends[:-1])]
        biases = numbers[ends[-1] :].reshape(LAYERS, 2, 4 * HIDDEN).sum(axis=1)
        return [(weights[2 * layer], weights[2 * layer + 1], biases[layer]) for layer in range(LAYERS)]

    @cached_property
    def _linear(self) -> tuple[Floats, Floats]:
        return self._numbers(LINEAR_AT, LENGTH * HIDDEN).reshape(LENGTH, HIDDEN), self._numbers(BIAS_AT, LENGTH)

    def _numbers(self, at: int, count: int) -> Floats:
        return np.fromfile(self._path, "<f4", count, offset=at)


def _layer(rows: Floats, inputs: Floats, *, states: Floats, bias: Floats) -> Floats:
    """An LSTM's layer over time; gates stand in torch's order: in, forget, cell, out."""
    found = np.empty((*rows.shape[:2], HIDDEN), np.float32)
    hidden = cell = np.zeros((rows.shape[1], HIDDEN), np.float32)
    given = rows @ inputs + bias
    for time, gates in enumerate(given):
        gates += hidden @ states  # noqa: PLW2901 -- in place: nobody reads it again
        opens = _sigmoid(gates)
        cell = opens[:, HIDDEN : 2 * HIDDEN] * cell + opens[:, :HIDDEN] * np.tanh(gates[:, 2 * HIDDEN : 3 * HIDDEN])
        found[time] = hidden = opens[:, 3 * HIDDEN :] * np.tanh(cell)
    return found


def _sigmoid(values: Floats) -> Floats:
    half: Floats = np.tanh(values * np.float32(0.5))
    return half * np.float32(0.5) + np.float32(0.5)


def mels(samples: Floats) -> Floats:
    """Power in 40 bands each 10 ms, shape (n, MELS), as librosa computes it for Resemblyzer; frames stand in the middle of their time."""
    loudness = math.sqrt(float(samples @ samples) / max(len(samples), 1))
    gain = np.float32(max(1.0, LOUDNESS / loudness) if loudness else 1.0)
    window = np.hanning(FRAME + 1)[:-1].astype(np.float32) * gain
    found = np.empty((len(samples) // STEP + 1, MELS), np.float32)
    for first in range(0, len(found), BLOCK):
        count = min(BLOCK, len(found) - first)
        frames = sliding_window_view(_piece(samples, first * STEP - FRAME // 2, (count - 1) * STEP + FRAME), FRAME)
        found[first : first + count] = np.abs(np.fft.rfft(frames[::STEP] * window)) ** 2 @ BANDS.T
    return found


def _piece(samples: Floats, start: int, length: int) -> Floats:
    """The samples from `start` on, with silence where there are none."""
    here = samples[max(start, 0) : start + length]
    before = max(-start, 0)
    return np.pad(here, (before, length - before - len(here)))


def _bands() -> NDArray[np.float64]:
    """Triangles on Slaney's mel scale (linear to 1 kHz, logarithmic above), each of area one: shape (MELS, FRAME // 2 + 1)."""
    top = 15 + np.log(RATE / 2 / 1000) / (np.log(6.4) / 27)
    scale = np.linspace(0, top, MELS + 2)
    hertz = np.where(scale < 15, scale * 200 / 3, 1000 * np.exp((scale - 15) * np.log(6.4) / 27))
    bins = np.fft.rfftfreq(FRAME, 1 / RATE)
    rising = (bins - hertz[:-2, None]) / np.diff(hertz)[:-1, None]
    falling = (hertz[2:, None] - bins) / np.diff(hertz)[1:, None]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (hertz[2:] - hertz[:-2]))[:, None]


BANDS = _bands()
