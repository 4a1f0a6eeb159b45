"""Two speakers in one channel told apart by sherpa-onnx: its segmentation, its embeddings, its clustering."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coachloop.adapters.speech.encoder import Floats
from coachloop.core.hearing.heard import HeardWord, Separated
from coachloop.core.hearing.port import RATE
from coachloop.core.hearing.separation import Segment, by_segments

SPEAKERS = 2


class SherpaSeparator:
    """Separates with two models of one's own: pyannote's segmentation and a speaker embedding, both in ONNX."""

    def __init__(self, segmentation: Path, embedding: Path, *, threads: int = 1) -> None:
        """Load the models.

        Raises:
            FileNotFoundError: a model is not there.
            ModuleNotFoundError: sherpa-onnx is not installed; the message says how to.
            ValueError: sherpa-onnx does not take the models.
        """
        for path in (segmentation, embedding):
            if not path.is_file():
                raise FileNotFoundError(f"{path} is missing; sherpa-onnx needs a segmentation and an embedding model")
        self._pipeline = _pipeline(str(segmentation), str(embedding), threads=threads)

    def separate(self, samples: Floats, words: Sequence[HeardWord]) -> Separated:
        """Which of two speakers says each word.

        Args:
            samples: the channel at 16 kHz, shape (n,).
            words: what is said in it, by time.
        """
        found = self._pipeline.process(samples).sort_by_start_time()
        return by_segments(words, [Segment(one.start, one.end, min(one.speaker, SPEAKERS - 1)) for one in found])


def _pipeline(segmentation: str, embedding: str, *, threads: int) -> Any:
    try:
        import sherpa_onnx as sherpa  # type: ignore[import-untyped]  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("sherpa-onnx is not installed: `pip install 'coachloop[voices]'`") from error
    config = sherpa.OfflineSpeakerDiarizationConfig(
        segmentation=sherpa.OfflineSpeakerSegmentationModelConfig(
            pyannote=sherpa.OfflineSpeakerSegmentationPyannoteModelConfig(model=segmentation), num_threads=threads
        ),
        embedding=sherpa.SpeakerEmbeddingExtractorConfig(model=embedding, num_threads=threads),
        clustering=sherpa.FastClusteringConfig(num_clusters=SPEAKERS),
    )
    if not config.validate():
        raise ValueError(f"sherpa-onnx does not take {segmentation} and {embedding} as its models")
    pipeline = sherpa.OfflineSpeakerDiarization(config)
    if pipeline.sample_rate != RATE:
        raise ValueError(f"models for {RATE} samples a second are needed, got {pipeline.sample_rate}")
    return pipeline
