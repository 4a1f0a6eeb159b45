"""A recording's own sound, opened so that nothing but this one file can be read, and on a clock that counts samples."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from coachloop.adapters.audio.kinds import AAC, GSM, HEAD, MP3, TAKEN, WAV, WEBM, BadRecordingError, Kind, recognise
from coachloop.core.hearing.port import Samples

if TYPE_CHECKING:
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

"""Channels x samples, between -1 and 1."""

DECODERS = [
    "pcm_s8",
    "pcm_u8",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "pcm_s24be",
    "pcm_s32le",
    "pcm_s32be",
    "pcm_f32le",
    "pcm_f32be",
    "pcm_f64le",
    "pcm_f64be",
    "pcm_mulaw",
    "pcm_alaw",
    "gsm",
    "gsm_ms",
    "adpcm_ms",
    "adpcm_ima_wav",
    "g722",
    "g726",
    "mp3float",
    "mp3",
    "flac",
    "alac",
    "aac",
    "vorbis",
    "opus",
    "libopus",
    "speex",
    "amrnb",
    "amrwb",
]
LOWEST_RATE, HIGHEST_RATE, MOST_CHANNELS = 4_000, 192_000, 2
BEFORE = 1.0
"""Seconds decoded before the place asked for: codecs remember that much (an MP3 frame at 8 kbit/s reaches back 0.4)."""
_WORTH_SEEKING = 5.0
_TURNED_BACK = 0.2
"""Seconds a clock may be behind: the joint of two recordings in one file, which plays as the second alone, is more."""
_UNKNOWN_SIZE = 0x7FFF_0000
"""Who writes a wav while it is recorded says so, or more, and may never come back to say how much there is."""
_LOUDEST = 4.0
"""Samples in floating point may pass 1, and codecs do by a little; whatever is beyond this is no sound."""
_PROTECTED = {"drms", "enca", "p608"}
_NO_SOUND = "it is damaged, or cut off before any sound: get it again from where it was recorded"


class LateError(Exception):
    """A seek landed behind the place asked for."""


@dataclass(slots=True)
class Sound:
    """An open recording: `blocks` gives its sound, once.

    `claimed` is how long its header says it is, `None` where a header doesn't say; `damaged` counts what could not be
    decoded so far, `silence` the samples put in for what is missing.
    """

    kind: Kind
    codec: str
    rate: int
    channels: int
    claimed: float | None
    _container: "InputContainer"
    _stream: "AudioStream"
    _frames: "Iterator[AudioFrame]" = field(init=False)
    _per_tick: tuple[int, int] = field(init=False, default=(0, 1))
    _origin: int = field(init=False, default=0)
    packets: int = 0
    damaged: int = 0
    silence: int = 0

    def blocks(self, first: int = 0, *, may_seek: bool = True) -> Iterator[tuple[int, Samples]]:
        """The sound in pieces of about a second, and where each begins in samples: without a gap, from `first` or before it.

        Raises:
            BadRecordingError: the recording's clock jumps back, or its form changes on the way.
        """
        slack, back = round(self.kind.slack * self.rate), round(_TURNED_BACK * self.rate)
        frames: list[NDArray[Any]] = []  # waiting, since small arrays cost more than their samples
        begun = now = None
        for frame in self._from(first) if may_seek else self._frames:
            at = self._position(frame, now or 0)
            if now is None or begun is None:
                begun = now = at
            if at < now - back:
                raise BadRecordingError(_jumps_back(now / self.rate))
            if at > now + slack or now >= begun + self.rate:
                yield from self._joined(begun, frames)
                yield from self._missing(now, at if at > now + slack else now)
                frames, begun = [], at if at > now + slack else now
                now = begun
            frames.append(self._raw(frame))
            now += frame.samples
        yield from self._joined(begun or 0, frames)

    def begin(self) -> None:
        """Decode the first of it: the clock starts there, and it knows what a header may have wrong.

        Raises:
            BadRecordingError: there is none, or it is of a form that is not taken.
        """
        frames = self._decoded()
        first = next(frames, None)
        if first is None:
            raise BadRecordingError(_NO_SOUND)
        self.rate, self.channels = first.sample_rate, first.layout.nb_channels
        if not LOWEST_RATE <= self.rate <= HIGHEST_RATE:
            raise BadRecordingError(f"its sample rate must be in [{LOWEST_RATE}, {HIGHEST_RATE}] Hz, got {self.rate}")
        if self.channels > MOST_CHANNELS:
            raise BadRecordingError(
                f"it has {self.channels} channels: mono or stereo is taken, so mix it down with a speaker on each side"
            )
        tick = Fraction(first.time_base.numerator, first.time_base.denominator) * self.rate
        self._per_tick = tick.numerator, tick.denominator
        self._origin = self._position(first, 0)
        self._frames = chain([first], frames)

    def _from(self, first: int) -> "Iterator[AudioFrame]":
        if first < _WORTH_SEEKING * self.rate or self.kind is WEBM or self.codec.startswith(("adpcm", "gsm")):
            return self._frames  # no exact seek: a clock of milliseconds, or blocks that a wav can't number
        import av  # noqa: PLC0415 -- heavy, and not needed to start a command

        wanted = first - round(BEFORE * self.rate)
        try:
            self._container.seek(
                round((wanted + self._origin) / self.rate / self._stream.time_base), stream=self._stream
            )
        except av.FFmpegError as error:
            raise LateError from error
        frames = self._decoded()
        landed = next(frames, None)
        if landed is None or landed.pts is None or self._position(landed, 0) > wanted:
            raise LateError
        return chain([landed], frames)

    def _decoded(self) -> "Iterator[AudioFrame]":
        import av  # noqa: PLC0415 -- heavy, and not needed to start a command

        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:  # cut off inside the container: what came before is good
                self.damaged += 1
                return
            self.packets += 1
            try:
                yield from packet.decode()
            except (av.FFmpegError, ValueError):  # the latter for a stream whose header makes no sense
                self.damaged += 1

    def _position(self, frame: "AudioFrame", otherwise: int) -> int:
        if frame.pts is None:
            return otherwise
        samples, ticks = self._per_tick
        return (2 * frame.pts * samples + ticks) // (2 * ticks) - self._origin

    def _missing(self, first: int, last: int) -> Iterator[tuple[int, Samples]]:
        """Silence where the recording has nothing, in pieces: a gap of hours must not need hours of memory."""
        self.silence += last - first
        for at in range(first, last, self.rate):
            yield at, np.zeros((self.channels, min(self.rate, last - at)), np.float32)

    def _raw(self, frame: "AudioFrame") -> NDArray[Any]:
        if (frame.sample_rate, frame.layout.nb_channels) != (self.rate, self.channels):
            raise BadRecordingError("its sample rate or its channels change on the way: convert it to a plain wav")
        return frame.to_ndarray()

    def _joined(self, begun: int, frames: list[NDArray[Any]]) -> Iterator[tuple[int, Samples]]:
        if not frames:
            return
        raw = np.concatenate(frames, axis=1)
        if len(raw) != self.channels:
            raw = raw.reshape(-1, self.channels).T
        samples = np.ascontiguousarray(raw, np.float32)
        if raw.dtype.kind == "f":
            yield begun, np.nan_to_num(samples).clip(-_LOUDEST, _LOUDEST)
        else:
            yield begun, samples / np.float32(1 << (8 * raw.itemsize - 1)) - np.float32(raw.dtype.kind == "u")


@contextmanager
def opened(path: Path) -> Iterator[Sound]:
    """A recording, ready to be decoded.

    Raises:
        BadRecordingError: it is none, or of a form that is not taken.
    """
    import av  # noqa: PLC0415 -- heavy, and not needed to start a command

    kind = recognise(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        try:
            container = _container(file, kind)
        except av.FFmpegError as error:
            raise BadRecordingError(_NO_SOUND) from error
        with container:
            yield _sound(container, kind, head)


def _container(file: BinaryIO, kind: Kind) -> "InputContainer":
    """Only the demuxer of this kind, only decoders of sound, and no way to another file or the network."""
    import av  # noqa: PLC0415 -- heavy, and not needed to start a command

    options = {"codec_whitelist": ",".join(DECODERS), "format_whitelist": kind.demuxer, "protocol_whitelist": "none"}
    if kind.demuxer == "wav":
        options |= {
            "max_size": "65536",
            "probesize": "65536",
        }  # packets of half a second instead of 64 ms; a header says it all
    return av.open(file, "r", format=kind.demuxer, container_options=options, io_open=_no_other_file)


def _no_other_file(*_: object) -> NoReturn:
    raise BadRecordingError("it points to another file: bring a recording that holds its own sound")


def _sound(container: "InputContainer", kind: Kind, head: bytes) -> Sound:
    stream = _the_track(container)
    codec = stream.codec_context.codec.canonical_name
    sound = Sound(kind, codec, stream.rate, stream.channels, _claimed(container, kind, head), container, stream)
    sound.begin()
    return sound


def _the_track(container: "InputContainer") -> "AudioStream":
    tracks = container.streams.audio
    if not tracks:
        films = any(not stream.disposition & 0x400 for stream in container.streams.video)  # cover pictures are no film
        raise BadRecordingError("it is a video without sound" if films else "there is no sound in it")
    if len(tracks) > 1:
        raise BadRecordingError(f"it holds {len(tracks)} sound tracks: export one, stereo with a speaker on each side")
    track = tracks[0]
    if track.codec_context is None or track.codec_context.name not in DECODERS:
        raise BadRecordingError(f"its sound is coded in a way that is not taken: convert it to one of {TAKEN}")
    if track.codec_context.codec_tag in _PROTECTED:
        raise BadRecordingError("it is encrypted (copy protection): export it without")
    return track


def _claimed(container: "InputContainer", kind: Kind, head: bytes) -> float | None:
    """How long a header says the sound is; what has none is guessed from its size, and is no claim."""
    stream = container.streams.audio[0]
    if kind is WAV:
        return _wav_claims(head)
    if kind is WEBM:
        return container.duration / 1e6 if container.duration else None
    if stream.duration is None or kind in (AAC, GSM) or (kind is MP3 and not re.search(rb"Xing|Info", head)):
        return None
    return float(stream.duration * stream.time_base)


def _wav_claims(head: bytes) -> float | None:
    """What the header of a wav says: FFmpeg believes the file's size instead, and hides what was cut off."""
    at, rate = 12, 0
    while head.startswith(b"RIFF") and at + 8 <= len(head):
        size = int.from_bytes(head[at + 4 : at + 8], "little")
        if head[at : at + 4] == b"fmt ":
            rate = int.from_bytes(head[at + 16 : at + 20], "little")
        if head[at : at + 4] == b"data":
            return size / rate if rate and 0 < size < _UNKNOWN_SIZE else None
        at += 8 + size + size % 2
    return None


def _jumps_back(seconds: float) -> str:
    return f"its clock jumps back after {seconds:.0f} s, as two recordings in one file do: bring them one by one"
