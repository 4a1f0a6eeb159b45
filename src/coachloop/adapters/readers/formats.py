"""The JSON of others, told apart by what it holds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coachloop.adapters.readers import assemblyai, contact_lens, deepgram, whisper
from coachloop.adapters.readers.said import Transcript


@dataclass(frozen=True, slots=True)
class Format:
    """A format with its name, how it is known, and what reads it."""

    name: str
    is_it: Callable[[dict[str, Any]], bool]
    read: Callable[[dict[str, Any]], Transcript]


FORMATS = (
    Format("Contact Lens", contact_lens.is_it, contact_lens.read),
    Format("Deepgram", deepgram.is_it, deepgram.read),
    Format("AssemblyAI", assemblyai.is_it, assemblyai.read),
    Format("Whisper", whisper.is_it, whisper.read),
)


def format_of(data: object) -> Format | None:
    """Whose JSON it is; None where it is nobody's that is known."""
    if not isinstance(data, dict):
        return None
    return next((known for known in FORMATS if known.is_it(data)), None)
