"""Where in a recording somebody speaks: Silero's voice activity detection, as it comes with faster-whisper."""

import math

import numpy as np
from numpy.typing import NDArray

from coachloop.core.hearing.chunks import Spoken
from coachloop.core.hearing.port import RATE, CantTranscribeError

THRESHOLD = 0.4
"""From which probability on it is speech: chosen by the table in docs/speech.md."""

MARGIN = 0.4
"""Seconds around a span that are heard with it: words begin and end more softly than they are detected."""


def spoken(samples: NDArray[np.float32], *, pause: float, longest: float = math.inf) -> Spoken:
    """The speech in a sound.

    Args:
        samples: one channel at RATE.
        pause: seconds of silence that end a span.
        longest: seconds of a window; speech without a pause is parted in a shorter one, or cut.

    Raises:
        CantTranscribeError: it is no sound.
    """
    from faster_whisper.vad import (  # type: ignore[import-untyped]  # noqa: PLC0415 -- only who transcribes pays for it
        VadOptions,
        get_speech_timestamps,
    )

    if samples.ndim != 1:
        raise ValueError(f"one channel of shape (n,) is transcribed, got {samples.shape}")
    if not np.isfinite(samples).all():
        raise CantTranscribeError("its sound holds samples that are no numbers")
    options = VadOptions(
        threshold=THRESHOLD,
        min_silence_duration_ms=round(1000 * pause),
        speech_pad_ms=0,
        max_speech_duration_s=longest - 2 * MARGIN,
    )
    found = get_speech_timestamps(samples, options) if len(samples) else []
    voiced = [(int(one["start"]), int(one["end"])) for one in found]
    return Spoken(
        voiced,
        length=len(samples),
        margin=round(MARGIN * RATE),
        longest=len(samples) if math.isinf(longest) else round(longest * RATE),
    )
