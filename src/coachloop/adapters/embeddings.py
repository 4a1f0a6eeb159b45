"""Sentence embeddings on onnxruntime, remembered by a hash of the text."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coachloop.adapters.models.catalogue import MINILM
from coachloop.adapters.models.store import digest, folder_of, is_here
from coachloop.adapters.vector_store import VectorStore, drop
from coachloop.core.scoring.encoder import Encoder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
MAX_TOKENS = 256
POOLING = f"mean{MAX_TOKENS}.1"
"""How a sentence's tokens become one vector; a change of the code below that moves vectors changes the number behind the dot."""

AT_ONCE, BATCH_ROWS, BATCH_TOKENS = 8192, 32, 4096
CACHE_BYTES = 4 << 30
KEY_BYTES = 16


class OnnxEncoder:
    """A sentence-transformer: tokens, a network that gives each a vector, and their mean.

    The same text gets the same vector whatever is encoded beside it. A network whose int8 scales are found at run time (dynamic
    quantisation) takes them over the whole batch, so there each text goes alone, which is slower.
    """

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """Name the model; it is loaded when it is first needed.

        Args:
            folder: holds `model.onnx` and `tokenizer.json`.
            threads: batches worked on at the same time; 0 is one a core.

        Raises:
            FileNotFoundError: a file is missing.
        """
        self._model, self._tokens = folder / MODEL, folder / TOKENIZER
        for path in (self._model, self._tokens):
            if not path.is_file():
                raise FileNotFoundError(f"{path} is missing; `coachloop models get minilm` gets a model")
        self._threads = threads or os.cpu_count() or 1

    @cached_property
    def name(self) -> str:
        """The files' content and how they are used: the same name, the same vectors."""
        parts = (digest(path)[:12] for path in (self._model, self._tokens))
        return "-".join([*parts, POOLING])

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector.

        Raises:
            ValueError: the network does not give a vector of known length for each token.
        """
        shape = self._session.get_outputs()[0].shape
        if len(shape) != 3 or not isinstance(shape[-1], int):
            raise ValueError(f"{self._model}: its first output must be (texts, tokens, dimensions), got {shape}")
        return shape[-1]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The texts' vectors, each of unit length."""
        place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        distinct, vectors = list(place), np.empty((len(place), self.dimensions), np.float32)
        for start in range(0, len(distinct), AT_ONCE):
            vectors[start : start + AT_ONCE] = self._encode(distinct[start : start + AT_ONCE])
        return vectors if len(place) == len(texts) else vectors[[place[text] for text in texts]]

    def _encode(self, texts: list[str]) -> Vectors:
        tokens = [encoded.ids for encoded in self._tokenizer.encode_batch_fast(texts)]
        vectors = np.empty((len(texts), self.dimensions), np.float32)

        def work(batch: list[int]) -> None:
            vectors[batch] = self._run([tokens[number] for number in batch])

        rows = 1 if self._scales_the_batch else BATCH_ROWS
        with ThreadPoolExecutor(self._threads) as pool:  # each batch on one core: cores never wait for each other
            list(pool.map(work, batches([len(ids) for ids in tokens], rows=rows)))
        return vectors

    def _run(self, tokens: list[list[int]]) -> Vectors:
        ids = np.full((len(tokens), max(map(len, tokens))), self._pad, np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden: Vectors = self._session.run(None, {name: inputs[name] for name in self._wanted})[0]
        return unit((hidden * mask[:, :, None].astype(np.float32)).sum(axis=1))

    @cached_property
    def _session(self) -> Any:
        import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415 -- only who encodes pays for loading it

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])

    @cached_property
    def _wanted(self) -> list[str]:
        return [one.name for one in self._session.get_inputs()]

    @cached_property
    def _scales_the_batch(self) -> bool:
        return b"DynamicQuantize" in self._model.read_bytes()

    @cached_property
    def _pad(self) -> int:
        return int((self._tokenizer_as_saved.padding or {}).get("pad_id", 0))

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        tokenizer = self._tokenizer_as_saved
        self._pad  # noqa: B018 -- read before padding is switched off
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer

    @cached_property
    def _tokenizer_as_saved(self) -> "Tokenizer":
        from tokenizers import Tokenizer  # noqa: PLC0415 -- only who encodes pays for loading it

        return Tokenizer.from_file(str(self._tokens))


def batches(lengths: Sequence[int], *, rows: int = BATCH_ROWS, tokens: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Which texts go together: of like length, so that little is padded; the longest first, so that no core is left with them.

    Args:
        lengths: tokens of each text.
        rows: texts in a batch at most.
        tokens: padded tokens in a batch at most, unless one text has more.

    Yields:
        Numbers of texts; each text once.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda number: -lengths[number]):
        if batch and (len(batch) == rows or lengths[batch[0]] * (len(batch) + 1) > tokens):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def unit(vectors: Vectors) -> Vectors:
    """The vectors at length one; a zero vector stays."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, optimize=False))
    scaled: Vectors = vectors / np.maximum(length, np.finfo(np.float32).tiny)[:, None]
    return scaled


class CachedEncoder:
    """Remembers vectors on disk, so that no text is encoded twice.

    Vectors are kept as float16 and always handed out as if they had been kept: whether one was remembered can't be seen in it. The
    cache may be deleted at any time. One that is full or broken is dropped, and scoring goes on.
    """

    def __init__(self, encoder: Encoder, folder: Path, *, limit: int = CACHE_BYTES) -> None:
        """Put a cache before an encoder.

        Args:
            encoder: asked for what is not remembered.
            folder: where the cache is; processes may share it.
            limit: bytes it may take on disk.
        """
        self._encoder, self._store = encoder, VectorStore(folder, limit=limit)

    @property
    def name(self) -> str:
        """The encoder's name, and that its vectors are rounded."""
        return f"{self._encoder.name}-f16"

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The texts' vectors, each of unit length."""
        place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        keys = [_key(text) for text in place]
        known = self._store.read(self.name, keys, length=2 * self.dimensions)
        missing = {key: text for key, text in zip(keys, place, strict=True) if key not in known}
        if missing:
            fresh = self._encoder.encode(list(missing.values())).astype("<f2")
            known |= {key: row.tobytes() for key, row in zip(missing, fresh, strict=True)}
            self._store.write(self.name, {key: known[key] for key in missing})
        rounded = np.frombuffer(b"".join(known[key] for key in keys), "<f2").reshape(len(keys), self.dimensions)
        vectors = unit(rounded.astype(np.float32))
        return vectors if len(place) == len(texts) else vectors[[place[text] for text in texts]]

    def forget(self, texts: Sequence[str]) -> None:
        """Remove what is remembered of these texts, for erasure: whatever encoder it came from."""
        self._store.delete([_key(text) for text in texts])


def cache_of(home: Path) -> Path:
    """Where a site remembers vectors."""
    return home / "cache" / "embeddings"


def forget_vectors(home: Path) -> bool:
    """Begin the cache anew, for erasure: one that deletes keeps in its file what it deleted. Returns whether it is out of the way."""
    return drop(cache_of(home))


def open_encoder(setting: str, home: Path) -> CachedEncoder | None:
    """The encoder that the configuration names, with its cache; None where there is none.

    Args:
        setting: a folder with `model.onnx` and `tokenizer.json`; `off`; or nothing: the model that `coachloop models get` got.
        home: the site's folder.

    Raises:
        FileNotFoundError: the setting names a folder without a model.
    """
    if setting == "off" or (not setting and not is_here(MINILM, home)):
        return None
    folder = Path(setting) if setting else folder_of(MINILM, home)
    return CachedEncoder(OnnxEncoder(folder), cache_of(home))


def _key(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()
