"""Lines of a file, plain or gzip, within limits; what can't be read is refused with its place and the rest goes on."""

import csv
import gzip
import json
import zlib
from collections.abc import Iterator
from datetime import date, time
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from coachloop.core.model.receipt import Line, Record, Refusal
from coachloop.core.model.wire import LINE_LIMIT

GZIP_MAGIC = b"\x1f\x8b"
CELL_LIMIT = 1_000_000
ROW_LIMIT = 4 * CELL_LIMIT
ROWS_AT_ONCE = 10_000
BOM = b"\xef\xbb\xbf"
UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a file raises where it is not there, or a gzip stream breaks off."""

csv.field_size_limit(CELL_LIMIT)


def json_lines(path: Path, *, limit: int | None = None) -> Iterator[Line | Refusal]:
    """Every line of a JSON Lines file that holds something; memory is bounded by `limit`, which is LINE_LIMIT if not given.

    A line that is too long, and a file or gzip stream that breaks off, come as a Refusal in their place.
    """
    number, limit = 0, LINE_LIMIT if limit is None else limit
    try:
        with opened(path) as file:
            while raw := file.readline(limit + 1):
                number += 1
                raw = raw.removeprefix(BOM) if number == 1 else raw
                if len(raw) > limit:
                    size = len(raw) + _skip_line(file, raw)
                    yield Refusal(str(path), number, f"line of {size:,} bytes; at most {limit:,} are read")
                elif raw.strip():
                    yield Line(str(path), number, raw)
    except UNREADABLE as error:
        yield Refusal(str(path), number + 1, f"the file can't be read further: {error}")


def records(path: Path) -> Iterator[Line | Record | Refusal]:
    """Rows of a CSV file with a header or of Parquet, empty cells left out, or the lines of JSON Lines."""
    if path.suffix == ".parquet":
        yield from _parquet_rows(path)
    elif path.suffixes[-1:] == [".csv"] or path.suffixes[-2:] == [".csv", ".gz"]:
        yield from csv_rows(path)
    else:
        yield from json_lines(path)


def _parquet_rows(path: Path) -> Iterator[Record | Refusal]:
    """Some at a time: a file may hold more than there is memory."""
    import polars as pl  # noqa: PLC0415 -- half a second that only this format needs

    number = 0
    try:
        for frame in pl.scan_parquet(path, glob=False).collect_batches(chunk_size=ROWS_AT_ONCE, maintain_order=True):
            for number, row in enumerate(frame.iter_rows(named=True), number + 1):  # noqa: B020 -- counts on
                given = {name: _as_in_csv(cell) for name, cell in row.items() if cell is not None and cell == cell}  # noqa: PLR0124 -- NaN is not
                yield Record(str(path), number, given)
    except (OSError, pl.exceptions.PolarsError) as error:
        yield Refusal(str(path), number + 1, f"not Parquet: {error}")


def _as_in_csv(cell: object) -> object:
    """Numbers and times as text, as a CSV file has them: an id is an id, whatever type its column has."""
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, int | float):
        return json.dumps(cell)
    return cell if isinstance(cell, str | list | dict) else str(cell)


def csv_rows(path: Path) -> Iterator[Record | Refusal]:
    """A row that can't be read is refused by itself; the next one is tried."""
    number = 0
    try:
        with opened(path) as binary:
            lines = _TextLines(binary)
            header = next(lines, "")
            reader = csv.reader(chain([header], lines), delimiter=_separator(header), strict=True)
            names = [name.strip() for name in next(reader, [])]
            if not header:
                yield Refusal(str(path), 1, "the file is empty")
            going = bool(names)
            while going:
                found, going = _next_row(reader, names, file=str(path), lines=lines)
                number = lines.number
                yield from (Refusal(str(path), *place) for place in lines.too_long)
                lines.too_long.clear()
                if found:
                    yield found
    except (*UNREADABLE, csv.Error) as error:
        yield Refusal(str(path), number + 1, f"the file can't be read further: {error}")


def _separator(header: str) -> str:
    """What stands between the names: a spreadsheet writes semicolons where the comma is the decimal sign."""
    return max(",;\t", key=header.count)


def _next_row(
    reader: Iterator[list[str]], names: list[str], *, file: str, lines: "_TextLines"
) -> tuple[Record | Refusal | None, bool]:
    """The next row, and whether more may follow; `lines` counts lines where the CSV reader, after a mistake, does not."""
    try:
        cells = next(reader)
    except StopIteration:
        return None, False
    except csv.Error as error:
        return Refusal(file, lines.number, f"not CSV: {error}"), True
    if len(cells) > len(names):
        return Refusal(file, lines.number, f"{len(cells) - len(names)} more cells than the header names"), True
    if wrong := lines.take_wrong():
        return Refusal(file, lines.number, wrong), True
    row = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
    return Record(file, lines.number, row) if cells else None, True


class _TextLines:
    """A file's lines as text; one longer than ROW_LIMIT is passed over, its number and the reason noted in `too_long`. `number` is the last one read.

    What is wrong with the text of a line waits for `take_wrong`, so that its row alone can be refused.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.number, self._wrong = file, 0, ""
        self.too_long: list[tuple[int, str]] = []

    def __iter__(self) -> "_TextLines":
        return self

    def __next__(self) -> str:
        raw = self._file.readline(ROW_LIMIT + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if len(raw) > ROW_LIMIT:
            size = len(raw) + _skip_line(self._file, raw)
            self.too_long.append((self.number, f"line of {size:,} bytes; at most {ROW_LIMIT:,} are read"))
            return "\n"
        if b"\x00" in raw:
            self._wrong = "holds a NUL character, which no text has"
        return self._text(raw.removeprefix(BOM) if self.number == 1 else raw)

    def take_wrong(self) -> str:
        """What was wrong with the lines read since it was last asked; empty where nothing was."""
        wrong, self._wrong = self._wrong, ""
        return wrong

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self._wrong = "not UTF-8; save the file as UTF-8 (a spreadsheet calls it CSV UTF-8) and try again"
            return raw.decode("utf-8", "replace")


def opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked where it is gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    return cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb")


def _skip_line(file: BinaryIO, last: bytes) -> int:
    """Read on to the end of an overlong line without keeping it; returns the bytes passed over."""
    size = 0
    while not last.endswith(b"\n") and (last := file.readline(1024 * 1024)):
        size += len(last)
    return size
