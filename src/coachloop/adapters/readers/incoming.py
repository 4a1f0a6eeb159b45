"""Whatever comes in, file by file: recordings and transcripts, as lines of the native format."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from coachloop.adapters.readers import conversations
from coachloop.adapters.readers.recordings import Shelf, is_recording, kept, line_of, with_recordings
from coachloop.core.model.receipt import Line, Refusal


def files_of(path: Path) -> list[Path]:
    """The file, or every file of a folder and the folders in it that can be taken; none that begins with a dot."""
    if not path.is_dir():
        return [path]
    recordings = [file for file in path.rglob("*") if is_recording(file) and file.is_file()]
    sidecars = {file.with_suffix(suffix) for file in recordings for suffix in (".json", *conversations.SUBTITLES)}
    found = sorted({*recordings, *conversations.files(path)} - sidecars)
    return [file for file in found if not file.name.startswith(".")]


def lines_of(path: Path, shelf: Shelf) -> Iterator[Line | Refusal]:
    """The conversations of a file, each as a line, with its recording where there is one."""
    if is_recording(path):
        yield line_of(path, shelf)
        return
    trust = replace(shelf.trust, keep=lambda file: kept(file, shelf))
    said = conversations.lines(path, agent_id=shelf.agent_id, agent_channel=shelf.agent_channel, trust=trust)
    yield from with_recordings(said, shelf)
