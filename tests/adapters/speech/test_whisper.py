"""Whisper on this machine: what is asked of faster-whisper, what is made of its answer; and once with a small real model."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import real_models
from coachloop.adapters.speech import whisper
from coachloop.adapters.speech.whisper import WhisperTranscriber
from coachloop.core.hearing.chunks import Spoken
from coachloop.core.hearing.heard import Heard
from coachloop.core.hearing.port import RATE, CantTranscribeError, TranscriberUnavailableError

SOUND = np.ones(60 * RATE, np.float32)
SPANS = [(10 * RATE, 12 * RATE), (30 * RATE, 31 * RATE)]
"""Where somebody speaks in it: two seconds and one, so that the second 2.5 of the speech is the second 30.5 of the sound."""

CALLS = Path(__file__).parents[4] / "shared/data/harper_valley/stereo"


def segment(*words: tuple[str, float, float], silent: float = 0.1, sure: float = -0.2) -> SimpleNamespace:
    listed = [
        SimpleNamespace(word=word, start=start, end=end, probability=np.float32(0.5)) for word, start, end in words
    ]
    return SimpleNamespace(words=listed, no_speech_prob=silent, avg_logprob=sure)


@dataclass
class Pipeline:
    """Stands for faster-whisper's: answers as it is told, and remembers what it was asked."""

    segments: list[Any] = field(default_factory=list)
    language: str = "en"
    error: Exception | None = None
    multilingual: bool = True
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> SimpleNamespace:
        return SimpleNamespace(model=SimpleNamespace(is_multilingual=self.multilingual))

    def transcribe(self, sound: np.ndarray, **asked: Any) -> tuple[Iterator[Any], SimpleNamespace]:
        self.asked = {"seconds": len(sound) / RATE} | asked
        if self.error:
            raise self.error
        return iter(self.segments), SimpleNamespace(language=self.language, language_probability=0.75)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A model's files, with nothing in them; and voice activity as the test says."""
    for name in whisper.FILES:
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(
        whisper,
        "spoken",
        lambda samples, **_: Spoken(SPANS if samples.any() else [], length=len(samples), margin=0, longest=30 * RATE),
    )
    return tmp_path


def hear(folder: Path, pipeline: Pipeline, **how: Any) -> Heard:
    transcriber = WhisperTranscriber(folder, device="cpu")
    transcriber.__dict__["_whisper"] = pipeline
    return transcriber.transcribe(SOUND, **how)


def test_what_is_asked(folder):
    pipeline = Pipeline()
    hear(folder, pipeline, language="en-GB", hotwords=("Harper Valley", "ISA"))
    assert pipeline.asked == {
        "seconds": 3,
        "language": "en",
        "hotwords": "Harper Valley, ISA",
        "beam_size": 5,
        "batch_size": 8,
        "word_timestamps": True,
        "language_detection_segments": 4,
        "clip_timestamps": [{"start": 0, "end": 3}],
    }


def test_words_come_whole_at_the_time_they_were_said(folder):
    said = segment(
        (" My", 0.1, 0.3), (" e", 0.3, 0.5), ("-mail,", 0.5, 0.9), ("", 1, 1), (" ok\0", 2.5, 2.7), ("?", 2.7, 2.8)
    )
    heard = hear(folder, Pipeline([said, segment((" Bye.", 2.8, 3.4))], language="en"))
    assert [(word.text, round(word.start, 2), round(word.end, 2)) for word in heard.words] == [
        ("My", 10.1, 10.3),
        ("e-mail,", 10.3, 10.9),
        ("ok?", 30.5, 30.8),
        ("Bye.", 30.8, 31.0),
    ]
    assert (heard.language, heard.language_probability) == ("en", 0.75)
    assert {type(one) for word in heard.words for one in (word.start, word.end, word.probability)} == {float}


def test_scripts_without_spaces_stay_apart(folder):
    said = segment(("你", 0.1, 0.3), ("好。", 0.3, 0.5), ("iPhone", 0.5, 0.9))
    assert [word.text for word in hear(folder, Pipeline([said], language="zh")).words] == ["你", "好。", "iPhone"]


def test_what_the_model_does_not_believe_itself_is_left_out(folder):
    made_up = segment((" Thank", 0.1, 0.3), silent=0.9, sure=-1.3)
    assert hear(folder, Pipeline([made_up, segment()])).words == ()
    assert len(hear(folder, Pipeline([segment((" Bye.", 0.1, 0.3), silent=0.9, sure=-0.3)])).words) == 1


def test_where_nobody_speaks_no_model_is_asked(folder):
    assert WhisperTranscriber(folder).transcribe(0 * SOUND, language="de-AT") == Heard((), "de")


@pytest.mark.parametrize(
    ("pipeline", "language", "error", "reason"),
    [
        (
            Pipeline(error=ValueError("'xx' is not a valid language code")),
            "xx",
            CantTranscribeError,
            "'xx' is not a valid",
        ),
        (Pipeline(error=RuntimeError("out of memory")), "", TranscriberUnavailableError, "out of memory"),
        (Pipeline(multilingual=False), "de", CantTranscribeError, "knows English only, and the language is 'de'"),
    ],
)
def test_what_fails_is_said(folder, pipeline, *, language, error, reason):
    with pytest.raises(error, match=reason):
        hear(folder, pipeline, language=language)


def test_a_model_that_is_not_there_or_damaged(folder):
    (folder / "config.json").write_text("{}")
    with pytest.raises(TranscriberUnavailableError, match="can't be loaded"):
        WhisperTranscriber(folder, device="cpu").transcribe(SOUND)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json is missing; `coachloop models get whisper-base`"):
        WhisperTranscriber(folder)


def test_the_name_is_of_the_model_and_how_it_is_used(folder):
    names = [WhisperTranscriber(folder, device=device).name for device in ("cpu", "cuda")]
    assert WhisperTranscriber(folder).name in names
    (folder / "model.bin").write_bytes(b"another")
    names.append(WhisperTranscriber(folder, device="cpu").name)
    assert len(set(names)) == 3
    assert names[0].startswith("whisper-e3b0c44298fc-int8-")


def test_a_real_call():
    """The agent's first words of a call from HarperValleyBank."""
    from coachloop.adapters.audio.read import read  # noqa: PLC0415 -- decoders are loaded for this test alone

    call = CALLS / "00d676d7058c49bb.wav"
    if not call.is_file():
        pytest.skip(f"needs a call of HarperValleyBank (CC BY 4.0, arXiv 2010.13929) at {call}")
    transcriber = WhisperTranscriber(real_models.folder("whisper-tiny-en"), threads=1, device="cpu")
    heard = transcriber.transcribe(read(call, start=0.0, end=8.0)[0])
    text = " ".join(word.text for word in heard.words)
    assert "name is Jennifer" in text
    assert "can I help you today" in text
    jennifer = next(word for word in heard.words if word.text.startswith("Jennifer"))
    assert 4 < jennifer.start < jennifer.end < 6
    assert (heard.language, transcriber.transcribe(np.zeros(RATE, np.float32))) == ("en", Heard(()))
