"""A clip of a recording: seconds that are worth hearing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coachloop.adapters.audio.copies import Stretch, encoder, silenced
from coachloop.adapters.audio.keep import written
from coachloop.adapters.audio.kinds import BadRecordingError
from coachloop.adapters.audio.read import RATE, read
from coachloop.core.hearing.port import Samples

LONGEST = 30.0


def cut(path: Path, to: Path, *, start: float, end: float, fade: float = 0.02, muted: Sequence[Stretch] = ()) -> None:
    """Write a clip to `to`, whole or not at all, in the form of the browser's copy.

    Args:
        path: the recording.
        to: where the clip shall be.
        start: the second of the recording at which it begins, to the sample.
        end: where it ends; at the recording's end at the latest.
        fade: seconds in which it comes and goes, inside of it.
        muted: what may not be heard, in seconds of the recording.

    Raises:
        ValueError: it is empty, or longer than 30 s.
        BadRecordingError: it can't be decoded, or nothing is there.
    """
    if not 0 < end - start <= LONGEST:
        raise ValueError(f"a clip must last (0, {LONGEST:g}] s, got {end - start:g}")
    sound = read(path, start=start, end=end)
    if not sound.shape[1]:
        raise BadRecordingError(f"it ends before {start:g} s")
    sound = _faded(silenced(sound, round(start * RATE), muted), round(fade * RATE))
    with written(to) as part, encoder(part, len(sound)) as encoded:
        encoded.add(sound)


def _faded(sound: Samples, fade: int) -> Samples:
    """It comes and goes gently: a cut in the middle of a wave clicks."""
    places = np.arange(sound.shape[1])
    from_end = np.minimum(places, places[::-1])
    return sound * (from_end / fade if fade else np.ones_like(from_end)).clip(0, 1).astype(np.float32)
