"""Whisper on this machine, by faster-whisper: int8 on a processor, float16 on a graphics card.

Only stretches in which somebody speaks are listened to (Silero's voice activity detection), put one behind the other in windows
of up to half a minute, several windows at a time. What comes out of one window never influences another: nothing drifts away.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from coachloop.adapters.models.store import digest
from coachloop.adapters.speech.activity import spoken
from coachloop.adapters.speech.languages import code
from coachloop.core.hearing.chunks import Spoken
from coachloop.core.hearing.heard import Heard, HeardWord
from coachloop.core.hearing.port import RATE, CantTranscribeError, TranscriberUnavailableError
from coachloop.core.hearing.scripts import may_part

if TYPE_CHECKING:
    from faster_whisper import BatchedInferencePipeline  # type: ignore[import-untyped]

Device = Literal["auto", "cpu", "cuda"]

MODEL = "model.bin"
FILES = (MODEL, "config.json", "tokenizer.json")

BATCH, BEAM, WINDOW_SECONDS = 8, 5, 30
DETECTION_WINDOWS = 4
"""Where the first does not tell the language, so many are asked."""

PAUSE = 0.16
"""Seconds of silence that part two spans of speech; what is between them is not listened to."""

SILENT, UNSURE = 0.6, -1.0
"""Whisper's own rule: a window in which it rather hears nobody, and is not sure of its words either, has none."""

SETTINGS = "b5w30.1"
"""A change of the settings or the code here that changes words changes the number behind the dot."""


class WhisperTranscriber:
    """A `Transcriber`. The model is loaded when it is first needed, and stays."""

    def __init__(self, folder: Path, *, threads: int = 0, device: Device = "auto") -> None:
        """Name the model.

        Args:
            folder: a Whisper model in CTranslate2's form: `model.bin`, `config.json`, `tokenizer.json`, a vocabulary.
            threads: cores it may take; 0 is all there are.
            device: `auto` takes a graphics card where there is one.

        Raises:
            FileNotFoundError: a file is missing.
        """
        for path in (folder / name for name in FILES):
            if not path.is_file():
                raise FileNotFoundError(f"{path} is missing; `coachloop models get whisper-base` gets a model")
        self._folder, self._threads, self._wanted = folder, threads or os.cpu_count() or 1, device
        self._one_at_a_time = Lock()

    @cached_property
    def name(self) -> str:
        """The model file's content, and how it is used."""
        return f"whisper-{digest(self._folder / MODEL)[:12]}-{self._numbers}-{SETTINGS}"

    def transcribe(self, samples: NDArray[np.float32], *, language: str = "", hotwords: Sequence[str] = ()) -> Heard:
        """What is said, word by word; see the port."""
        speech = spoken(samples, pause=PAUSE, longest=WINDOW_SECONDS)
        if not speech.windows:
            return Heard((), code(language))
        with self._one_at_a_time:  # its pipeline remembers the last word of the window before
            return self._listened(speech, samples, language=code(language), hotwords=hotwords)

    def _listened(
        self, speech: Spoken, samples: NDArray[np.float32], *, language: str, hotwords: Sequence[str]
    ) -> Heard:
        if language not in ("", "en") and not self._whisper.model.model.is_multilingual:
            raise CantTranscribeError(
                f"the model in {self._folder} knows English only, and the language is {language!r}"
            )
        try:
            segments, about = self._whisper.transcribe(
                speech.of(samples),
                language=language or None,
                hotwords=", ".join(hotwords) or None,
                beam_size=BEAM,
                batch_size=BATCH,
                word_timestamps=True,
                language_detection_segments=DETECTION_WINDOWS,
                clip_timestamps=[{"start": start / RATE, "end": end / RATE} for start, end in speech.windows],
            )
            words = list(_words(segments))
        except ValueError as error:  # a language that it does not know
            raise CantTranscribeError(f"Whisper can't take this: {error}") from error
        except RuntimeError as error:  # mostly memory
            raise TranscriberUnavailableError(f"Whisper ended with: {error}") from error
        times = speech.said_at([(word.start, word.end) for word in words])
        placed = (HeardWord(word.text, *time, word.probability) for word, time in zip(words, times, strict=True))
        return Heard(tuple(placed), about.language, float(about.language_probability))

    @cached_property
    def _device(self) -> str:
        if self._wanted != "auto":
            return self._wanted
        import ctranslate2  # type: ignore[import-untyped]  # noqa: PLC0415 -- only who transcribes pays for loading it

        return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"

    @property
    def _numbers(self) -> str:
        return "float16" if self._device == "cuda" else "int8"

    @cached_property
    def _whisper(self) -> "BatchedInferencePipeline":
        from faster_whisper import BatchedInferencePipeline, WhisperModel  # noqa: PLC0415 -- the same

        try:
            model = WhisperModel(
                str(self._folder),
                device=self._device,
                compute_type=self._numbers,
                cpu_threads=self._threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError) as error:
            raise TranscriberUnavailableError(f"the model in {self._folder} can't be loaded: {error}") from error
        return BatchedInferencePipeline(model)


def _words(segments: Iterable[Any]) -> Iterator[HeardWord]:
    """Whole words: Whisper gives "e" and "-mail" apart; where a script has spaces, what begins without one goes on."""
    for segment in segments:
        if segment.no_speech_prob > SILENT and segment.avg_logprob < UNSURE:
            continue
        pieces: list[Any] = []
        for word in segment.words or ():
            text = word.word.replace("\0", "")  # as it can be stored
            if not text.strip():
                continue
            if pieces and (text.startswith(" ") or may_part(pieces[-1].word, text)):
                yield _put_together(pieces)
                pieces = []
            pieces.append(word)
        if pieces:
            yield _put_together(pieces)


def _put_together(pieces: Sequence[Any]) -> HeardWord:
    text = "".join(piece.word for piece in pieces).replace("\0", "").strip()
    return HeardWord(
        text, float(pieces[0].start), float(pieces[-1].end), float(min(piece.probability for piece in pieces))
    )
