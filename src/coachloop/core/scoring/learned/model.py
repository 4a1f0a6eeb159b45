"""What was learned, and its bytes: plain arrays and a line of JSON, nothing that could run."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coachloop.core.scoring.learned.calibration import Curve
from coachloop.core.scoring.learned.features import Floats
from coachloop.core.scoring.learned.space import Space

Arrays = Mapping[str, NDArray[Any]]

FORMAT = 1
_LARGEST = 1 << 28
"""Bytes that a model may take in memory: hundreds of times what training makes."""


class ModelError(ValueError):
    """These bytes are no model of ours."""


@dataclass(frozen=True)
class Bank:
    """Where turns are compared, and with what: shared by all behaviours that were trained together.

    `encoder` names the encoder it needs; empty where it needs none.
    """

    encoder: str
    space: Space
    landmarks: Floats

    @cached_property
    def digest(self) -> str:
        """The same for banks that give the same answers."""
        seen = blake2b(self.encoder.encode(), digest_size=16)
        for name, array in sorted(_bank_arrays(self).items()):
            seen.update(name.encode() + repr(array.shape).encode() + np.ascontiguousarray(array).tobytes())
        return seen.hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """One yes-or-no question about what somebody says.

    `weights` are those of the landmarks, the constant last. `turn` and `whole` turn scores of turns, and of moments, into
    probabilities. `probabilities` and `truth` are what it said out of fold and what people said, from which the limits for any
    share of errors are chosen.
    """

    weights: NDArray[np.float64]
    turn: Curve
    turn_threshold: float
    whole: Curve
    threshold: float
    probabilities: NDArray[np.float64]
    truth: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Detector:
    """A head with the bank it was trained on."""

    bank: Bank
    head: Head


@dataclass(frozen=True, slots=True)
class Learned:
    """A behaviour's model: whether it is met, and whether it applies where that is itself a question.

    `options` is what the template told it when its cross-validation decided; None where that is not known.
    """

    met: Detector
    applies: Detector | None = None
    options: Mapping[str, Any] | None = None


def dump(learned: Learned) -> bytes:
    """A model as bytes; the same model always gives the same."""
    arrays: dict[str, NDArray[Any]] = {}
    about: dict[str, Any] = {"format": FORMAT}
    if learned.options is not None:
        about["options"] = dict(learned.options)
    for part, detector in (("met", learned.met), ("applies", learned.applies)):
        if detector is not None:
            about[part] = {"encoder": detector.bank.encoder, **_numbers(detector.head)}
            arrays |= {f"{part}.{name}": array for name, array in _arrays(detector).items()}
    arrays["about"] = np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8)
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **dict(sorted(arrays.items())))
    return out.getvalue()


def load(data: bytes) -> Learned:
    """A model from bytes.

    Raises:
        ModelError: these bytes are no model that this version can read.
    """
    try:
        arrays = _unpacked(data)
        about = json.loads(arrays.pop("about").tobytes())
        _check_format(about["format"])
        parts = {part: _detector(about[part], _under(arrays, part)) for part in ("met", "applies") if part in about}
        return Learned(parts["met"], parts.get("applies"), about.get("options"))
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"no learned model: {type(error).__name__}: {error}; train it again") from error


def _check_format(given: object) -> None:
    if given != FORMAT:
        raise ModelError(f"the model's format must be {FORMAT}, got {given!r}; train it again")


def _unpacked(data: bytes) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(item.file_size for item in archive.infolist())
    if size > _LARGEST:
        raise ModelError(f"a model may take {_LARGEST} bytes in memory, this one says {size}")
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _under(arrays: Arrays, part: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(f"{part}."): array for name, array in arrays.items() if name.startswith(f"{part}.")}


def _numbers(head: Head) -> dict[str, Any]:
    return {
        "turn": [head.turn.slope, head.turn.offset],
        "whole": [head.whole.slope, head.whole.offset],
        "turn_threshold": head.turn_threshold,
        "threshold": head.threshold,
    }


def _arrays(detector: Detector) -> dict[str, NDArray[Any]]:
    head = detector.head
    own = {"weights": head.weights, "probabilities": head.probabilities, "truth": head.truth}
    return {**_bank_arrays(detector.bank), **{f"head.{name}": array for name, array in own.items()}}


def _bank_arrays(bank: Bank) -> dict[str, NDArray[Any]]:
    arrays = {f"space.{name}": _stored(name, array) for name, array in bank.space.arrays.items()}
    return {**arrays, "landmarks": bank.landmarks.astype(np.float16)}


def _stored(name: str, array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(np.float16 if name in {"words", "letters"} else np.float32)


def _detector(about: Mapping[str, Any], arrays: Arrays) -> Detector:
    head = Head(
        weights=_doubles(arrays["head.weights"]),
        turn=Curve(*map(float, about["turn"])),
        turn_threshold=float(about["turn_threshold"]),
        whole=Curve(*map(float, about["whole"])),
        threshold=float(about["threshold"]),
        probabilities=_doubles(arrays["head.probabilities"]),
        truth=_doubles(arrays["head.truth"]),
    )
    space = Space(
        {name.removeprefix("space."): _floats(one) for name, one in arrays.items() if name.startswith("space.")}
    )
    bank = Bank(str(about["encoder"]), space, _floats(arrays["landmarks"]))
    wanted, given = (len(head.weights) - 1, space.width), bank.landmarks.shape
    if given != wanted:
        raise ModelError(f"landmarks must have the shape {wanted}, got {given}; train it again")
    return Detector(bank, head)


def _floats(array: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(_finite(array), np.float32)


def _doubles(array: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(_finite(array), np.float64)


def _finite(array: NDArray[Any]) -> NDArray[Any]:
    if not np.isfinite(array).all():
        raise ModelError("a model's numbers must be finite")
    return array
