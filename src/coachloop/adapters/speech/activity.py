"""Where in a recording somebody speaks: Silero's voice activity detection, as it comes with faster-whisper."""

import math

import numpy as np
from numpy.typing import NDArray

from coachloop.core.hearing.chunks import Span
from coachloop.core.hearing.port import CantTranscribeError

THRESHOLD, MARGIN = 0.5, 0.4
"""From which probability on it is speech, and how many seconds around it are heard with it: chosen by docs/speech.md."""


def spoken(samples: NDArray[np.float32], *, pause: float, longest: float = math.inf) -> list[Span]:
    """The spans in which somebody speaks, ascending; none reaches into the next.

    Args:
        samples: one channel at RATE.
        pause: seconds of silence that end a span.
        longest: seconds of the longest span; a longer one is parted in a short pause, or cut.

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
        speech_pad_ms=round(1000 * MARGIN),
        max_speech_duration_s=longest,
    )
    found = get_speech_timestamps(samples, options) if len(samples) else []
    return [(int(one["start"]), int(one["end"])) for one in found]
