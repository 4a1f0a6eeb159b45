"""What a browser plays of a recording: small, silent where it is muted, and at the very second that is asked for.

AAC in MP4, since it is the one form that Chrome, Edge, Firefox and Safari all play and seek to the sample, by the table at
the file's beginning (tests/browser/test_copies.py hears it in Chromium). MP3 has no such table: a seek lands on a frame,
early by up to 36 ms, or drifts with the header's length. Opus seeks well, but older Safaris don't play it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coachloop.adapters.audio.decode import opened
from coachloop.adapters.audio.keep import written
from coachloop.adapters.audio.peaks import Peaks
from coachloop.adapters.audio.read import RATE, streamed
from coachloop.core.hearing.port import Samples

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

type Stretch = tuple[float, float]

SUFFIX, PEAKS = ".m4a", ".peaks"
_BITS = {1: 40_000, 2: 64_000}
_FADE = round(0.010 * RATE)


def browser_copy(path: Path, to: Path, *, muted: Sequence[Stretch] = ()) -> None:
    """Write the copy of a recording to `to`, and its peaks beside it under `.peaks`: each whole or not at all.

    The peaks come first into their place, so that whoever finds the copy finds them.

    Args:
        path: the recording.
        to: where the copy shall be.
        muted: from which second to which nothing may be heard, on all channels; fades lie outside of it.

    Raises:
        BadRecordingError: it can't be decoded.
    """
    with opened(path) as sound, written(to) as copy, written(to.with_suffix(PEAKS)) as outline:
        peaks = Peaks(sound.channels)
        with encoder(copy, sound.channels) as encoded:
            at = 0
            for samples in streamed(sound):
                audible = silenced(samples, at, muted)
                peaks.add(audible)
                encoded.add(audible)
                at += samples.shape[1]
        outline.write_bytes(peaks.as_bytes())


def silenced(samples: Samples, at: int, muted: Sequence[Stretch]) -> Samples:
    """Samples that begin at sample `at`, without what is muted."""
    quiet = samples.copy()
    for start, end in muted:
        first, last = floor(start * RATE), ceil(end * RATE)
        begin, stop = max(first - _FADE, at), min(last + _FADE, at + samples.shape[1])
        if first < last and begin < stop:
            places = np.arange(begin, stop)
            away = np.maximum(first - places, places - last + 1)  # not positive within
            quiet[:, begin - at : stop - at] *= (away / _FADE).clip(0, 1).astype(np.float32)
    return quiet


class Encoder:
    """Sound at 16 kHz becomes a file, piece by piece."""

    def __init__(self, container: "OutputContainer", stream: "AudioStream", layout: str) -> None:
        import av  # noqa: PLC0415 -- heavy, and not needed to start a command

        self._container, self._stream, self._layout = container, stream, layout
        self._new_frame = av.AudioFrame.from_ndarray
        self._at = 0

    def add(self, samples: Samples) -> None:
        """The next piece."""
        if not samples.shape[1]:
            return
        frame = self._new_frame(np.ascontiguousarray(samples.clip(-1, 1)), format="fltp", layout=self._layout)
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), self._at
        self._at += samples.shape[1]
        self._container.mux(self._stream.encode(frame))

    def end(self) -> None:
        """What the encoder still holds."""
        self._container.mux(self._stream.encode(None))


@contextmanager
def encoder(to: Path, channels: int) -> Iterator[Encoder]:
    """A file to write sound to; complete at the end of the block."""
    import av  # noqa: PLC0415 -- heavy, and not needed to start a command

    layout = "mono" if channels == 1 else "stereo"
    with av.open(str(to), "w", format="ipod", options={"movflags": "+faststart"}) as container:
        # The fast coder is nearer to the sound than the slow one at these rates; no tool of the codec may mix the speakers.
        tools = {"aac_coder": "fast", "aac_is": "0", "aac_ms": "0", "aac_pns": "0"}
        stream = container.add_stream("aac", rate=RATE, layout=layout, options=tools)
        stream.bit_rate = _BITS[channels]
        encoded = Encoder(container, stream, layout)
        yield encoded
        encoded.end()
