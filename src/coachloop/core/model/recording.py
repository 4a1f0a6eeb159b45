"""What is known of a recording before anybody listens to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file that is kept under its SHA-256.

    `channels` are those that differ: the same sound twice is one. `seconds` is its length, `sample_rate` in Hz as recorded, `size` in bytes; `notes` say what a person should know of it, such as a
    channel without a sound.
    """

    sha256: str
    suffix: str
    name: str
    codec: str
    seconds: float
    channels: int
    sample_rate: int
    size: int
    notes: tuple[str, ...] = ()
