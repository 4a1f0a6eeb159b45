"""A recording's sound as it is listened to by machines: 16 kHz, any stretch of it, exact to the sample."""

from collections.abc import Iterable, Iterator
from math import ceil, gcd
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coachloop.adapters.audio.decode import LateError, Sound, opened
from coachloop.core.hearing.port import Samples

if TYPE_CHECKING:
    from av import AudioFrame

RATE = 16_000
_MARGIN = 0.1
"""Seconds around a stretch that are resampled with it, so that its ends sound as they do in the whole: far more than
the resampler's filter is long."""


def read(path: Path, *, start: float, end: float) -> Samples:
    """A stretch of a recording: float32, channels x samples at 16 kHz; less where the recording ends before.

    Stretches that join (the end of one the start of the next) give the very samples that the whole does, as far as
    the codec allows: AAC draws the noise it puts in for hisses anew after each seek.

    Raises:
        BadRecordingError: it can't be decoded.
    """
    if not 0 <= start <= end:
        raise ValueError(f"start and end must satisfy 0 <= start <= end, got {start} and {end}")
    first, last = round(start * RATE), round(end * RATE)
    try:
        return _read(path, first, last)
    except LateError:
        return _read(path, first, last, may_seek=False)


def _read(path: Path, first: int, last: int, *, may_seek: bool = True) -> Samples:
    with opened(path) as sound:
        shared = gcd(sound.rate, RATE)
        ours, theirs = RATE // shared, sound.rate // shared  # so many samples of the one last as long as of the other
        margin = ceil(_MARGIN * sound.rate / theirs)
        begin = max(0, first // ours - margin)
        stretch = _stretch(sound, begin * theirs, (last // ours + 1 + margin) * theirs, may_seek=may_seek)
        found = np.empty((sound.channels, last - first), np.float32)
        at, filled = begin * ours - first, 0
        for samples in _resampled(stretch, Resampler(sound.rate, sound.channels)):
            wanted = samples[:, max(0, -at) : max(0, last - first - at)]
            found[:, filled : filled + wanted.shape[1]] = wanted
            at, filled = at + samples.shape[1], filled + wanted.shape[1]
    return found[:, :filled]


def _stretch(sound: Sound, first: int, last: int, *, may_seek: bool) -> Iterator[Samples]:
    for at, samples in sound.blocks(first, may_seek=may_seek):
        if at >= last:
            return
        yield samples[:, max(0, first - at) : last - at]


def streamed(sound: Sound) -> Iterator[Samples]:
    """The whole recording at 16 kHz, in pieces of about a second."""
    return _resampled((samples for _, samples in sound.blocks()), Resampler(sound.rate, sound.channels))


def _resampled(pieces: Iterable[Samples], resampler: "Resampler") -> Iterator[Samples]:
    for samples in pieces:
        yield resampler.next(samples)
    yield resampler.rest()


class Resampler:
    """Sound at any rate becomes sound at 16 kHz, piece by piece.

    What it gives at a place depends on the sound around it alone, if its first sample lies on the grid that both rates share.
    """

    def __init__(self, rate: int, channels: int) -> None:
        import av  # noqa: PLC0415 -- heavy, and not needed to start a command

        self._rate, self._channels = rate, channels
        self._layout = "mono" if channels == 1 else "stereo"
        self._resampler = av.AudioResampler(format="fltp", layout=self._layout, rate=RATE, threads=1)
        self._new_frame = av.AudioFrame.from_ndarray

    def next(self, samples: Samples) -> Samples:
        """What is ready after this piece."""
        if not samples.shape[1]:
            return self._joined([])
        frame = self._new_frame(np.ascontiguousarray(samples), format="fltp", layout=self._layout)
        frame.sample_rate = self._rate
        return self._joined(self._resampler.resample(frame))

    def rest(self) -> Samples:
        """What is left when there is no more."""
        return self._joined([frame for frame in self._resampler.resample(None) if frame is not None])

    def _joined(self, frames: "list[AudioFrame]") -> Samples:
        return np.concatenate(
            [np.zeros((self._channels, 0), np.float32), *(frame.to_ndarray() for frame in frames)], axis=1
        )
