"""Lines of a file, plain or gzip, within limits; what can't be read is refused with its place and the rest goes on."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from coachloop.core.model.receipt import Line, Refusal
from coachloop.core.model.wire import LINE_LIMIT

GZIP_MAGIC = b"\x1f\x8b"
CELL_LIMIT = 1_000_000


def json_lines(path: Path) -> Iterator[Line | Refusal]:
    """Every line of a JSON Lines file that holds something; memory is bounded by LINE_LIMIT.

    A line that is too long, and a file or gzip stream that breaks off, come as a Refusal in their place.
    """
    number = 0
    try:
        with _open(path) as file:
            while raw := file.readline(LINE_LIMIT + 1):
                number += 1
                if len(raw) > LINE_LIMIT:
                    size = len(raw) + _skip_line(file, raw)
                    yield Refusal(str(path), number, f"line of {size:,} bytes; at most {LINE_LIMIT:,} are read")
                elif raw.strip():
                    yield Line(str(path), number, raw)
    except (OSError, EOFError, zlib.error) as error:
        yield Refusal(str(path), number + 1, f"the file can't be read further: {error}")


def records(path: Path) -> Iterator[Line | Refusal]:
    """Rows of a CSV file with a header, or of JSON Lines, each as one JSON object; empty cells are left out."""
    if path.suffixes[-1:] == [".csv"] or path.suffixes[-2:] == [".csv", ".gz"]:
        yield from _csv_rows(path)
    else:
        yield from json_lines(path)


def _csv_rows(path: Path) -> Iterator[Line | Refusal]:
    csv.field_size_limit(CELL_LIMIT)
    number = 1
    try:
        with _open(path) as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="_more", strict=True)
            for row in reader:
                number = reader.line_num
                if "_more" in row:
                    yield Refusal(str(path), number, f"{len(row['_more'])} more cells than the header names")
                    continue
                given = {name.strip(): cell for name, cell in row.items() if name and cell not in {"", None}}
                yield Line(str(path), number, json.dumps(given).encode())
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError) as error:
        yield Refusal(str(path), number + 1, f"the file can't be read further: {error}")


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    return cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb")


def _skip_line(file: BinaryIO, last: bytes) -> int:
    """Read on to the end of an overlong line without keeping it; returns the bytes passed over."""
    size = 0
    while not last.endswith(b"\n") and (last := file.readline(1024 * 1024)):
        size += len(last)
    return size
