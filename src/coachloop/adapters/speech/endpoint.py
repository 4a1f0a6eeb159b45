"""Any server behind OpenAI's interface for transcriptions: hosted, vLLM, speaches, whisper.cpp. What is said is never logged.

Long silences are cut out before anything is sent: that is less to send and to pay for, and there is nothing to make words of.
"""

import io
import time
import wave
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from coachloop.adapters.openai_server import ClosedError, OpenAIServer, RejectedError, RetryableError, Server
from coachloop.adapters.speech.activity import spoken
from coachloop.adapters.speech.answers import Answer
from coachloop.adapters.speech.languages import code, code_of
from coachloop.core.hearing.heard import Heard, HeardWord
from coachloop.core.hearing.port import RATE, CantTranscribeError, TranscriberUnavailableError

if TYPE_CHECKING:
    import openai

PAUSE = 1.0
"""Seconds of silence from which on it is cut out."""

TOLERANCE = 1.0
"""Seconds that a time may lie behind the end: servers round, and pad."""

SETTINGS = "1"
"""A change of the settings or the code here that changes words changes this number."""

_NO_TIMES = (
    "the transcription server gives no times with this model; name one that answers verbose_json, such as whisper-1"
)


class EndpointTranscriber:
    """A `Transcriber` behind a server. Where that gives times of segments alone, words get theirs by their share of the letters."""

    def __init__(
        self,
        server: Server,
        *,
        sleep: Callable[[float], None] = time.sleep,
        turn: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`turn` takes the turn to ask (0.0), or says how many seconds to wait before asking for it again."""
        self._model = server.model
        self._where = urlsplit(server.url).netloc.rpartition("@")[2]
        self._server = OpenAIServer(server, sleep=sleep)
        self._asks_for_words = True
        self._turn, self._sleep = turn, sleep

    @property
    def name(self) -> str:
        """The model and where it is; the same before and after an answer, so that whoever goes on keeps what was heard."""
        return f"{self._model}@{self._where}-{SETTINGS}"

    def check(self) -> str:
        """What is wrong with the server, in words; empty where it can be reached and takes the key."""
        return self._server.check()

    def transcribe(self, samples: NDArray[np.float32], *, language: str = "", hotwords: Sequence[str] = ()) -> Heard:
        """What is said, word by word; see the port."""
        speech = spoken(samples, pause=PAUSE)
        if not speech.windows:
            return Heard((), code(language))
        sound = speech.of(samples)
        answer = self._answered(sound, language=code(language), hotwords=hotwords)
        words = answer.heard()
        if not answer.has_times:
            raise TranscriberUnavailableError(_NO_TIMES)
        if any(word.start > len(sound) / RATE + TOLERANCE for word in words):
            raise TranscriberUnavailableError(
                "the transcription server gives times that are not in the sound it was sent"
            )
        times = speech.said_at([(word.start, word.end) for word in words])
        placed = (HeardWord(word.text, *time, word.probability) for word, time in zip(words, times, strict=True))
        return Heard(tuple(placed), code(language) or code_of(answer.language or ""))

    def _answered(self, sound: NDArray[np.float32], *, language: str, hotwords: Sequence[str]) -> Answer:
        wanted = {"language": language, "prompt": ", ".join(hotwords)}
        what = {
            "file": ("sound.wav", _wav(sound), "audio/wav"),
            **{key: value for key, value in wanted.items() if value},
        }
        try:
            return self._tried(what)
        except RejectedError as error:
            if any(word in error.about for word in ("verbose_json", "response_format")):
                raise TranscriberUnavailableError(_NO_TIMES) from None
            raise CantTranscribeError(f"the transcription server refuses it ({error})") from None
        except ClosedError as error:
            raise TranscriberUnavailableError(str(error)) from None
        except RetryableError as error:
            raise TranscriberUnavailableError(f"no answer from the transcription server: {error}") from None

    def _tried(self, what: Mapping[str, Any]) -> Answer:
        """Ask for words' times; a server that knows no such wish is asked without, from then on."""
        if self._asks_for_words:
            try:
                return self._asked(**what, timestamp_granularities=["word", "segment"])
            except RejectedError as error:
                if "timestamp_granularities" not in error.about:
                    raise
        self._asks_for_words = False
        return self._asked(**what)

    def _asked(self, **what: Any) -> Answer:
        def request(client: "openai.OpenAI") -> Answer:
            while wait := self._turn():
                self._sleep(wait)
            raw = client.audio.transcriptions.with_raw_response.create(
                model=self._model, response_format="verbose_json", temperature=0, **what
            )
            return Answer.model_validate_json(raw.content)

        return self._server.ask(request)


def _wav(samples: NDArray[np.float32]) -> bytes:
    """What every server reads: 16 bits, 2 MB a minute."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()
