"""Texts become vectors: the same text the same vector, whatever is beside it, remembered or not."""

import logging
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import real_models
from coachloop.adapters.embeddings import CachedEncoder, OnnxEncoder, Vectors, batches, open_encoder, unit

DIMENSIONS = 8


class Counting:
    """An encoder that draws a text's vector from its hash, and keeps what it was asked."""

    name, dimensions = "counting-1", DIMENSIONS

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        seeds = (int.from_bytes(blake2b(text.encode()).digest()[:8], "little") for text in texts)
        rows = [np.random.default_rng(seed).normal(size=DIMENSIONS) for seed in seeds]
        return unit(np.array(rows, np.float32).reshape(len(rows), DIMENSIONS))


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def cached(counting: Counting, tmp_path: Path) -> CachedEncoder:
    return CachedEncoder(counting, tmp_path / "cache")


def again(tmp_path: Path, encoder: Counting | None = None, **options: Any) -> CachedEncoder:
    """Another look at the same cache, as another process has it."""
    return CachedEncoder(encoder or Counting(), tmp_path / "cache", **options)


def test_a_text_is_encoded_once(cached: CachedEncoder, counting: Counting, tmp_path: Path) -> None:
    """Within one call, in the next, and by whoever comes later."""
    first = cached.encode(["good morning", "bye", "good morning"])
    assert counting.asked == ["good morning", "bye"]
    assert (first[0] == first[2]).all()
    later = Counting()
    assert (again(tmp_path, later).encode(["bye", "new"])[0] == first[1]).all()
    assert later.asked == ["new"]


@settings(max_examples=15)
@given(calls=st.lists(st.lists(st.text(max_size=5), max_size=6), max_size=5))
def test_what_is_remembered_makes_no_difference(
    calls: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Vectors of unit length, bit by bit those of a cache that knows nothing."""
    remembering = CachedEncoder(Counting(), tmp_path_factory.getbasetemp() / "shared")
    for number, texts in enumerate(calls):
        found = remembering.encode(texts)
        bare = CachedEncoder(Counting(), tmp_path_factory.getbasetemp() / "none" / str(number), limit=1)
        assert found.shape == (len(texts), DIMENSIONS)
        assert found.tobytes() == np.concatenate([bare.encode([text]) for text in texts] or [found]).tobytes()
        assert np.allclose((found**2).sum(axis=1), 1, atol=1e-6)


def test_each_encoder_has_its_own_vectors(cached: CachedEncoder, tmp_path: Path) -> None:
    """Another model is asked anew; its name says that it is another."""
    other = Counting()
    other.name = "counting-2"  # type: ignore[misc]
    cached.encode(["hello"])
    second = again(tmp_path, other)
    second.encode(["hello"])
    assert other.asked == ["hello"]
    assert (cached.name, second.name) == ("counting-1-f16", "counting-2-f16")


def test_what_is_forgotten_is_gone_for_every_encoder(cached: CachedEncoder, tmp_path: Path) -> None:
    other = Counting()
    other.name = "counting-2"  # type: ignore[misc]
    second = again(tmp_path, other)
    for encoder in (cached, second):
        encoder.encode(["my card is 4111", "hello"])
    cached.forget(["my card is 4111", "never said"])
    second.encode(["my card is 4111", "hello"])
    assert other.asked == ["my card is 4111", "hello", "my card is 4111"]


def test_forgetting_needs_no_cache(cached: CachedEncoder, tmp_path: Path) -> None:
    cached.forget(["hello"])
    assert not (tmp_path / "cache").exists()


def test_a_full_cache_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody notices but the log."""
    encoder = again(tmp_path, limit=1 << 16)
    with caplog.at_level(logging.WARNING):
        for start in range(0, 2000, 200):
            texts = [str(number) for number in range(start, start + 200)]
            assert encoder.encode(texts).shape == (200, DIMENSIONS)
    assert "is begun anew" in caplog.text


def test_threads_share_a_cache(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each with an encoder of its own and a cache that is always full: nobody waits for ever, nothing is left lying about."""

    def work(number: int) -> None:
        encoder = again(tmp_path, limit=1 << 16)
        for start in range(0, 1000, 100):
            texts = [f"{number}-{start + more}" for more in range(100)]
            assert encoder.encode(texts).tobytes() == encoder.encode(texts).tobytes()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert "is begun anew" in caplog.text
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}


def cut_off(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)


def overwritten(path: Path) -> None:
    path.write_bytes(b"no database" * 2000)


def no_file(path: Path) -> None:
    path.unlink()
    path.mkdir()


def test_a_broken_cache_never_stops_scoring(tmp_path: Path) -> None:
    """In a process of its own: a broken LMDB file may end one. Twice, so that the new cache is used."""
    for damage in (cut_off, overwritten, no_file):
        folder = tmp_path / damage.__name__
        CachedEncoder(Counting(), folder).encode([str(number) for number in range(400)])
        damage(folder / "data.mdb")
    program = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path; from test_embeddings import Counting, CachedEncoder\n"
        "for folder in Path(sys.argv[1]).iterdir():\n"
        "    encoder, texts = CachedEncoder(Counting(), folder), [str(n) for n in range(400)]\n"
        "    encoder.encode(texts); print(len(encoder.encode(texts)))"
    )
    paths = [str(Path(__file__).parent), str(Path(real_models.__file__).parent)]
    run = [sys.executable, "-W", "error", "-c", program, str(tmp_path), *paths]
    assert subprocess.run(run, check=True, capture_output=True, text=True).stdout == "400\n" * 3  # noqa: S603 -- our own


def test_a_value_that_changed_on_disk_is_encoded_again(cached: CachedEncoder, tmp_path: Path) -> None:
    first, later = cached.encode(["hello"]), Counting()
    path = tmp_path / "cache" / "data.mdb"
    stored = first.astype("<f2").tobytes()
    raw = path.read_bytes()
    path.write_bytes(raw.replace(stored, stored[::-1]))
    assert (again(tmp_path, later).encode(["hello"]) == first).all()
    assert later.asked == ["hello"]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Said once."""
    (tmp_path / "cache").write_text("a file")
    encoder = again(tmp_path)
    (tmp_path / "cache").chmod(0o400)
    with caplog.at_level(logging.WARNING):
        assert encoder.encode(["hello"]).shape == encoder.encode(["bye"]).shape == (1, DIMENSIONS)
    assert len(caplog.records) <= 2


@given(st.lists(st.integers(1, 300), max_size=80), st.integers(1, 9), st.integers(1, 600))
def test_batches_hold_each_text_once_within_limits(lengths: list[int], rows: int, tokens: int) -> None:
    """And like goes with like: no batch is wider than a longer text that comes later."""
    found = list(batches(lengths, rows=rows, tokens=tokens))
    assert sorted(number for batch in found for number in batch) == list(range(len(lengths)))
    for batch in found:
        widest = max(lengths[number] for number in batch)
        assert len(batch) <= rows
        assert len(batch) == 1 or widest * len(batch) <= tokens
    widths = [lengths[number] for batch in found for number in batch]
    assert widths == sorted(widths, reverse=True)


class Network:
    """Stands for onnxruntime: a token's vector says which it is, and in a quantised network what is beside it too."""

    def __init__(self, *, scaled: bool = False) -> None:
        self.scaled, self.shapes = scaled, list[tuple[int, ...]]()

    def get_inputs(self) -> list[Any]:
        return [SimpleNamespace(name=name) for name in ("input_ids", "attention_mask")]

    def get_outputs(self) -> list[Any]:
        return [SimpleNamespace(shape=["batch", "sequence", DIMENSIONS])]

    def run(self, _: None, inputs: dict[str, Any]) -> list[Any]:
        ids = inputs["input_ids"]
        self.shapes.append(ids.shape)
        beside = ids.max() if self.scaled else 0
        return [np.sin(ids[:, :, None] * np.arange(1, DIMENSIONS + 1) + beside).astype(np.float32)]


class Letters:
    """Stands for tokenizers: a letter is a token."""

    padding = {"pad_id": 7}  # noqa: RUF012 -- only read

    def encode_batch_fast(self, texts: list[str]) -> list[Any]:
        return [SimpleNamespace(ids=[1, *map(ord, text)]) for text in texts]


def encoder_with(network: Network, folder: Path, weights: bytes = b"weights") -> OnnxEncoder:
    """An encoder on that network."""
    (folder / "model.onnx").write_bytes(weights)
    (folder / "tokenizer.json").write_text("{}")
    encoder = OnnxEncoder(folder, threads=2)
    vars(encoder).update(_session=network, _tokenizer=Letters(), _tokenizer_as_saved=Letters())
    return encoder


TEXTS = ["", "a", "good morning", "bye", "a", "a much longer sentence than the others", *map(str, range(70))]


@pytest.mark.parametrize(("weights", "scaled"), [(b"weights", False), (b"..DynamicQuantizeLinear..", True)])
def test_padding_and_neighbours_do_not_show(weights: bytes, scaled: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A network that scales over the whole batch gets each text alone."""
    network = Network(scaled=scaled)
    encoder = encoder_with(network, tmp_path, weights)
    together = encoder.encode(TEXTS)
    assert max(rows for rows, _ in network.shapes) == (1 if scaled else 32)
    assert together.tobytes() == np.concatenate([encoder.encode([text]) for text in TEXTS]).tobytes()
    assert np.allclose((together**2).sum(axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_the_name_follows_the_files(tmp_path: Path) -> None:
    first = encoder_with(Network(), tmp_path).name
    assert encoder_with(Network(), tmp_path).name == first
    assert encoder_with(Network(), tmp_path, b"others").name != first
    assert first.endswith("-mean256.1")


def test_a_network_of_another_shape_is_refused(tmp_path: Path) -> None:
    network = Network()
    network.get_outputs = lambda: [SimpleNamespace(shape=["batch", 384])]  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="must be"):
        encoder_with(network, tmp_path).encode(["hello"])


def test_where_the_encoder_comes_from(tmp_path: Path) -> None:
    """Off, nothing there, a folder that is named."""
    assert open_encoder("off", tmp_path) is None
    assert open_encoder("", tmp_path) is None
    with pytest.raises(FileNotFoundError, match="models get minilm"):
        open_encoder(str(tmp_path), tmp_path)
    encoder_with(Network(), tmp_path)
    named = open_encoder(str(tmp_path), tmp_path)
    assert named is not None
    assert named.name.endswith("-mean256.1-f16")


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    """Commands start fast."""
    program = (
        "import sys, coachloop.adapters.embeddings; print({'onnxruntime', 'lmdb', 'tokenizers'} & set(sys.modules))"
    )
    run = [sys.executable, "-c", program]
    assert subprocess.run(run, check=True, capture_output=True, text=True).stdout == "set()\n"  # noqa: S603 -- our own


def test_the_real_model(tmp_path: Path) -> None:
    """Like is near like; alone or among others, the same bits."""
    encoder = OnnxEncoder(real_models.folder("minilm"), threads=2)
    texts = ["thanks a lot", "thank you very much", "how old are you?", "", "one", "two"]
    vectors = encoder.encode([*texts, "word " * 300])
    assert vectors.shape == (len(texts) + 1, 384)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert np.abs(vectors[:-1] - np.concatenate([encoder.encode([text]) for text in texts])).max() < 1e-6
    cached = CachedEncoder(encoder, tmp_path)
    assert (cached.encode(texts)[:3] == cached.encode(texts[:3])).all()
