"""sherpa-onnx's pipeline: clear errors without its models, and its segments put to the words."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from coachloop.adapters.speech import sherpa
from coachloop.adapters.speech.sherpa import SherpaSeparator
from coachloop.core.hearing.heard import HeardWord


@pytest.fixture
def models(tmp_path):
    """Files that are no models."""
    paths = tmp_path / "segmentation.onnx", tmp_path / "embedding.onnx"
    for path in paths:
        path.write_bytes(b"")
    return paths


def test_a_missing_model_is_named(models):
    models[1].unlink()
    with pytest.raises(
        FileNotFoundError, match=r"embedding\.onnx is missing; sherpa-onnx needs a segmentation and an emb"
    ):
        SherpaSeparator(*models)


def test_without_the_extra_the_message_says_how_to_get_it(models, monkeypatch):
    monkeypatch.setitem(sys.modules, "sherpa_onnx", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'coachloop\[voices\]'"):
        SherpaSeparator(*models)


def test_models_that_sherpa_does_not_take_are_an_error_and_its_settings_are_the_installed_ones(models, monkeypatch):
    """The real library is asked for its settings; only its answer, whether they will do, is made up: it ends the process on bad models."""
    library = pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: `pip install 'coachloop[voices]'`")
    made = library.OfflineSpeakerDiarizationConfig
    seen = []

    def config(**given):
        seen.append(made(**given))
        return SimpleNamespace(validate=lambda: False)

    monkeypatch.setattr(library, "OfflineSpeakerDiarizationConfig", config)
    with pytest.raises(ValueError, match="does not take"):
        SherpaSeparator(*models, threads=2)
    assert seen[0].clustering.num_clusters == 2
    assert (seen[0].segmentation.pyannote.model, seen[0].embedding.model) == tuple(map(str, models))
    assert seen[0].embedding.num_threads == 2


@pytest.mark.parametrize("rate", [16_000, 8_000])
def test_segments_become_sides_where_the_models_hear_our_rate(models, monkeypatch, rate):
    segments = [SimpleNamespace(start=0.0, end=1.0, speaker=0), SimpleNamespace(start=1.0, end=2.0, speaker=1)]
    result = SimpleNamespace(sort_by_start_time=lambda: segments)
    library = SimpleNamespace(
        OfflineSpeakerDiarizationConfig=lambda **_: SimpleNamespace(validate=lambda: True),
        OfflineSpeakerSegmentationModelConfig=SimpleNamespace,
        OfflineSpeakerSegmentationPyannoteModelConfig=SimpleNamespace,
        SpeakerEmbeddingExtractorConfig=SimpleNamespace,
        FastClusteringConfig=SimpleNamespace,
        OfflineSpeakerDiarization=lambda _: SimpleNamespace(sample_rate=rate, process=lambda _: result),
    )
    monkeypatch.setitem(sys.modules, "sherpa_onnx", library)
    if rate != 16_000:
        with pytest.raises(ValueError, match="16000 samples a second are needed, got 8000"):
            SherpaSeparator(*models)
        return
    one, other = HeardWord("hello", 0.2, 0.6), HeardWord("hi", 1.2, 1.6)
    found = SherpaSeparator(*models).separate(np.zeros(10, np.float32), [one, other])
    assert found.sides == ((one,), (other,))
    assert found.confidence == 1
    assert sherpa.SPEAKERS == 2
