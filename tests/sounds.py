"""Recordings for the tests, made on the spot."""

from fractions import Fraction
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import av
import numpy as np
from django.conf import settings
from numpy.typing import NDArray

type Samples = NDArray[np.float32]

FORMS: dict[str, tuple[str, str, int]] = {
    "wav": ("wav", "pcm_s16le", 8000),
    "mulaw": ("wav", "pcm_mulaw", 8000),
    "alaw": ("wav", "pcm_alaw", 8000),
    "adpcm": ("wav", "adpcm_ima_wav", 8000),
    "mp3": ("mp3", "libmp3lame", 44100),
    "mp3-8k": ("mp3", "libmp3lame", 8000),
    "flac": ("flac", "flac", 16000),
    "opus": ("ogg", "libopus", 48000),
    "m4a": ("ipod", "aac", 44100),
    "aac": ("adts", "aac", 16000),
    "webm": ("webm", "libopus", 48000),
    "au": ("au", "pcm_mulaw", 8000),
}
"""Container, codec and sample rate of what a centre's recorder may write."""


def tone(seconds: float, *, rate: int = 8000, hertz: float = 440.0, loud: float = 0.3) -> Samples:
    """One channel of an even tone."""
    at = np.arange(round(seconds * rate)) / rate
    return (loud * np.sin(2 * np.pi * hertz * at)).astype(np.float32)[None]


def speechlike(seconds: float, *, rate: int = 8000, channels: int = 1, seed: int = 0) -> Samples:
    """Sound that is different everywhere, so that a shift or a hole shows: a rising tone of changing loudness."""
    at = np.arange(round(seconds * rate)) / rate
    rows = [
        (0.3 + 0.1 * np.sin(9.7 * at + n)) * np.sin(2 * np.pi * (200 + 15 * at + 50 * n + seed) * at)
        for n in range(channels)
    ]
    return np.array(rows, np.float32)


def recorded(samples: Samples, form: str = "wav", **options: Any) -> bytes:
    """The samples as a file of one of `FORMS`, taken to be at its rate; `options` go to the encoder."""
    container, codec, rate = FORMS[form]
    file = BytesIO()
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(samples)]
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout=layout, options={k: str(v) for k, v in options.items()})
        stream.bit_rate = int(options.get("b", 64_000))
        into = av.AudioResampler(
            format=stream.codec_context.format,
            layout=layout,
            rate=rate,
            frame_size=stream.codec_context.frame_size or 4096,
        )
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), format="fltp", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        for part in [*into.resample(frame), *into.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def saved(path: Path, samples: Samples, form: str = "wav", **options: Any) -> Path:
    """The same, in a file."""
    path.write_bytes(recorded(samples, form, **options))
    return path


def lying(name: PurePosixPath | str) -> Path:
    """The file of this name among the media of a site that keeps them in its folder."""
    return Path(settings.HOME) / "media" / name
