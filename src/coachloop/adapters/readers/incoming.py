"""Whatever comes in, file by file: recordings and transcripts, as lines of the native format."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from coachloop.adapters.readers import conversations
from coachloop.adapters.readers.recordings import Shelf, is_recording, kept, line_of, with_recordings
from coachloop.core.model.receipt import Line, Refusal

BESIDE = (".json", *conversations.SUBTITLES)


def files_of(path: Path, *, without: Collection[Path] = ()) -> list[Path]:
    """The file, or every file of a folder and the folders in it that can be taken; none that begins with a dot.

    Args:
        path: the file or the folder.
        without: folders in it that are not looked into.
    """
    if not path.is_dir():
        return [path]
    there = list(_below(path, without))
    recordings = [file for file in there if is_recording(file) and file.is_file()]
    sidecars = {file.with_suffix(suffix) for file in recordings for suffix in BESIDE}
    found = sorted({*recordings, *conversations.files(there)} - sidecars)
    return [file for file in found if not file.name.startswith(".")]


def beside(path: Path, taken: Collection[Path]) -> list[Path]:
    """What lies beside a file and goes with it: sidecars, and the same words in other formats; none of those that are taken by themselves."""
    named = {*(path.with_suffix(suffix) for suffix in BESIDE), path.with_name(f"{path.name}.json")}
    return sorted(file for file in named if file not in {path, *taken} and file.is_file())


def _below(folder: Path, without: Collection[Path]) -> Iterator[Path]:
    for parent, folders, files in folder.walk():
        folders[:] = [name for name in folders if parent / name not in without]
        yield from (parent / name for name in files)


def lines_of(path: Path, shelf: Shelf) -> Iterator[Line | Refusal]:
    """The conversations of a file, each as a line, with its recording where there is one."""
    if is_recording(path):
        yield line_of(path, shelf)
        return
    trust = replace(shelf.trust, keep=lambda file: kept(file, shelf))
    said = conversations.lines(path, agent_id=shelf.agent_id, agent_channel=shelf.agent_channel, trust=trust)
    yield from with_recordings(said, shelf)
