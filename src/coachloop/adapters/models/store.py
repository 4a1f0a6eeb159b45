"""Where models lie, what state they are in, and how they get there."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Literal

from coachloop.adapters.models.catalogue import CATALOGUE, Model, ModelFile

State = Literal["ready", "missing", "damaged"]


class ModelError(Exception):
    """A model can't be had or named; the message says what and the way out."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file of a model and what state it is in."""

    file: ModelFile
    path: Path
    state: State


def model(name: str, catalogue: Sequence[Model] = CATALOGUE) -> Model:
    """The model of this name.

    Raises:
        ModelError: there is none.
    """
    found = next((one for one in catalogue if one.name == name), None)
    if found is None:
        raise ModelError(f"there are {', '.join(one.name for one in catalogue)}, got {name!r}")
    return found


def folder_of(name: str, home: Path) -> Path:
    """Where a model of this name lies."""
    return home / "models" / name


def is_here(name: str, home: Path, catalogue: Sequence[Model] = CATALOGUE) -> bool:
    """Whether every file is there at its size: cheap, for each start. `check` reads them."""
    return all(_size(folder_of(name, home) / file.name) == file.size for file in model(name, catalogue).files)


def check(wanted: Model, home: Path) -> list[Checked]:
    """Every file, read and compared with its SHA-256."""
    paths = ((file, folder_of(wanted.name, home) / file.name) for file in wanted.files)
    return [Checked(file, path, _state(file, path)) for file, path in paths]


def _state(file: ModelFile, path: Path) -> State:
    if not path.is_file():
        return "missing"
    return "ready" if is_exactly(path, file.sha256, file.size) else "damaged"


def state_of(name: str, home: Path) -> State:
    """A whole model's state, read in full: missing where any file is."""
    states = {one.state for one in check(model(name), home)}
    return next(state for state in ("missing", "damaged", "ready") if state in states)


def is_exactly(path: Path, sha256: str, size: int) -> bool:
    """Whether the file is there and holds what it should."""
    return _size(path) == size and digest(path) == sha256


def digest(path: Path) -> str:
    """A file's SHA-256."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
