"""What is needed to make a conversation of a recording: handed in by whoever has the libraries for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from coachloop.core.hearing.heard import HeardWord, Separated
from coachloop.core.hearing.port import Samples, Transcriber

type Stretch = tuple[float, float]
"""From a second of a recording up to another."""


class Read(Protocol):
    """Reads a stretch of a recording."""

    def __call__(self, path: Path, *, start: float, end: float) -> Samples:
        """Shape (channels, n), at 16 kHz; shorter where the recording ends."""


class Copy(Protocol):
    """Makes the copy that a browser plays, and the peaks of its waveform beside it."""

    def __call__(self, path: Path, to: Path, *, muted: Sequence[Stretch]) -> None:
        """Write it to `to`, whole or not at all, silent where it is muted."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Who transcribes, separates, reads and copies here, and what they are told of the centre.

    Without a transcriber recordings wait for their words; those that brought theirs get their copy. `agent_channel` counts from 0: where the agent speaks in stereo. `hotwords` are names and products likely to be said.
    """

    transcriber: Transcriber | None
    separate: Callable[[Samples, Sequence[HeardWord]], Separated]
    read: Read
    copy: Copy
    language: str = ""
    hotwords: tuple[str, ...] = field(default=())
    agent_channel: int = 0
