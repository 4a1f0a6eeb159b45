"""Whatever comes in, file by file: recordings and transcripts, as lines of the native format."""

from collections.abc import Iterator
from pathlib import Path

from coachloop.adapters.readers.lines import json_lines
from coachloop.adapters.readers.recordings import Shelf, is_recording, line_of, with_recordings
from coachloop.core.model.receipt import Line, Refusal

READABLE = (".jsonl", ".gz")


def files_of(path: Path) -> list[Path]:
    """The file, or every file of a folder and the folders in it that can be taken; none that begins with a dot."""
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    return [file for file in found if is_recording(file) or file.suffix in READABLE]


def lines_of(path: Path, shelf: Shelf) -> Iterator[Line | Refusal]:
    """The conversations of a file, each as a line, with its recording where there is one."""
    if is_recording(path):
        yield line_of(path, shelf)
    else:
        yield from with_recordings(json_lines(path), shelf)
