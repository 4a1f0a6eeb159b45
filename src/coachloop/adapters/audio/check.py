"""Whether a file is a recording that can be worked with, and what it is like: said before any work starts."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coachloop.adapters.audio.decode import Sound, opened
from coachloop.adapters.audio.kinds import BadRecordingError
from coachloop.core.hearing.port import Samples

SHORTEST = 0.5
"""Seconds: less is the click of a call that never was, or a header with nothing behind it."""
_SILENT, _QUIET = -55.0, -40.0
"""Decibels below full scale of the loudest second: a telephone line's own noise lies below the one, speech above the other."""
_FULL = 0.975
"""Where a sample counts as clipped: the loudest that mu-law can say is 0.98."""
_CLIPPED, _ALIKE, _MENDED, _SPOILT = 0.001, 1e-4, 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file and how long a recording may be."""

    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What a recording is, and what somebody should know of it (`notes`, in words).

    `suffix` is what its content is called, whatever its name says; `silent` are the channels, from 1, in which nobody
    speaks; `alike` says that both channels hold the same sound, so that they don't tell who speaks.
    """

    sha256: str
    size: int
    container: str
    codec: str
    seconds: float
    channels: int
    sample_rate: int
    suffix: str
    notes: tuple[str, ...] = ()
    silent: tuple[int, ...] = ()
    alike: bool = False


def check(path: Path, *, limits: Limits) -> Facts:
    """A recording's facts, from decoding all of it once in bounded memory.

    A recording in which nobody speaks is taken, with a note: the call took place, and a recorder that keeps silence
    is what somebody must get to know. So is one that was cut off, as far as it goes.

    Raises:
        BadRecordingError: it is no recording, or none that is taken; says why and the way out.
    """
    if not path.is_file():
        raise BadRecordingError("there is no such file" if not path.exists() else "this is not a file")
    size = path.stat().st_size
    if size > limits.bytes:
        raise BadRecordingError(f"it has {size / 1e6:,.0f} MB, and at most {limits.bytes / 1e6:,.0f} are taken")
    with opened(path) as sound:
        levels = _Levels(sound.channels)
        for second in _limited(sound, limits.seconds):
            levels.add(second)
        seconds = levels.samples / sound.rate
        _worth(sound, seconds)
        return Facts(
            _digest(path), size, sound.kind.name, sound.codec, seconds, sound.channels, sound.rate, sound.kind.suffix,
            (*_name(path, sound), *_whole(sound, seconds), *levels.notes()), levels.silent(), levels.alike,
        )  # fmt: skip


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _limited(sound: Sound, seconds: float) -> Iterator[Samples]:
    """Decoding stops at the limit, whatever a header says: a small file may hold years of silence."""
    for at, samples in sound.blocks():
        if at + samples.shape[1] > seconds * sound.rate:
            raise BadRecordingError(
                f"it is longer than {seconds / 3600:g} hours, the most that is taken: cut it, or ask for more"
            )
        yield samples


def _worth(sound: Sound, seconds: float) -> None:
    if seconds - sound.silence / sound.rate < SHORTEST:
        claim = (
            f", though its header says {_clock(sound.claimed)}" if sound.claimed and sound.claimed > seconds + 1 else ""
        )
        raise BadRecordingError(f"it holds {seconds:.2g} s of sound{claim}: at least {SHORTEST} s are taken")
    if sound.damaged > _SPOILT * sound.packets:
        raise BadRecordingError("most of it is damaged: get it again from where it was recorded")


def _name(path: Path, sound: Sound) -> Iterator[str]:
    if path.suffix and path.suffix.lower() not in sound.kind.suffixes:
        yield f"named {path.suffix}, it is {sound.kind.name}"


def _whole(sound: Sound, seconds: float) -> Iterator[str]:
    missing = (sound.claimed or 0) - seconds
    if missing > 1:
        yield f"cut off: {_clock(seconds)} of {_clock(seconds + missing)} are there"
    if sound.damaged:
        yield f"damaged in {sound.damaged} place{'s' if sound.damaged > 1 else ''}"
    if sound.silence > _MENDED * sound.rate:
        yield f"{sound.silence / sound.rate:.1f} s are missing on the way, silent here"


def _clock(seconds: float) -> str:
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f}"


class _Levels:
    """How loud each channel is, added up second by second."""

    def __init__(self, channels: int) -> None:
        self.samples = 0
        self._loudest, self._clipped = np.zeros(channels), np.zeros(channels)
        self._energy = self._difference = 0.0

    def add(self, second: Samples) -> None:
        self.samples += second.shape[1]
        swing = second - second.mean(axis=1, keepdims=True)  # a constant is no sound
        energy = np.square(swing).sum(axis=1, dtype=float)
        self._loudest = np.maximum(self._loudest, energy / second.shape[1])
        self._clipped += (np.abs(second) >= _FULL).sum(axis=1)
        self._energy += energy.sum()
        self._difference += float(np.square(swing[0] - swing[-1]).sum(dtype=float))

    @property
    def alike(self) -> bool:
        """Whether two channels hold one sound."""
        return len(self._loudest) > 1 and not self.silent() and bool(self._difference < _ALIKE * self._energy)

    def silent(self) -> tuple[int, ...]:
        return tuple(1 + int(channel) for channel in np.flatnonzero(self._decibels() < _SILENT))

    def notes(self) -> Iterator[str]:
        if self.alike:
            yield "both channels hold the same sound"
        whole = len(self.silent()) == len(self._loudest)
        if whole:
            yield "nobody is heard in it: it is silent"
        for channel, (decibels, clipped) in enumerate(
            zip(self._decibels(), self._clipped / self.samples, strict=True), 1
        ):
            if decibels < _SILENT and not whole:
                yield f"channel {channel} is silent"
            elif _SILENT <= decibels < _QUIET:
                yield f"channel {channel} is very quiet"
            if clipped > _CLIPPED:
                yield f"channel {channel} is clipped: {clipped:.1%} of it is too loud"

    def _decibels(self) -> NDArray[np.float64]:
        return 10 * np.log10(np.maximum(self._loudest, 1e-12))
