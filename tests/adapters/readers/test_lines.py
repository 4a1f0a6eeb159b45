import gzip
import json
import os
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from coachloop.adapters.readers import lines as reader
from coachloop.adapters.readers.lines import json_lines, records
from coachloop.core.model.receipt import Refusal
from coachloop.core.model.wire import LINE_LIMIT, fields

HEADER = b"agent_id,behaviour,verdict\n"


@pytest.fixture
def written(tmp_path):
    """Writes bytes to a file of a name; returns its path."""

    def write(raw, name="calls.jsonl"):
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    return write


def taken(items):
    """Line numbers and contents of what was read, and the refusals."""
    items = list(items)
    read = [(i.number, fields(i)) for i in items if not isinstance(i, Refusal)]
    return read, [(i.line, i.reason) for i in items if isinstance(i, Refusal)]


def test_every_line_that_holds_something_comes_with_its_number(written):
    """Blank lines are passed over and still counted; the last one needs no line feed; CRLF does no harm."""
    path = written(b'{"a":1}\r\n\n   \n{"a":2}')
    items = list(json_lines(path))
    assert [(i.file, i.number, json.loads(i.raw)) for i in items] == [
        (str(path), 1, {"a": 1}),
        (str(path), 4, {"a": 2}),
    ]


def test_gzip_is_known_by_its_content(written):
    """Whatever the file is called."""
    path = written(gzip.compress(b'{"a":1}\n{"a":2}\n'), "calls.jsonl")
    assert taken(json_lines(path)) == ([(1, {"a": 1}), (2, {"a": 2})], [])


def test_a_byte_order_mark_is_no_part_of_the_first_line(written):
    assert taken(json_lines(written(b'\xef\xbb\xbf{"a":1}\n{"a":2}\n')))[0] == [(1, {"a": 1}), (2, {"a": 2})]


@pytest.mark.parametrize("cut", [5, 30, 200, 2000])
def test_a_gzip_that_breaks_off_gives_what_came_before(written, cut):
    """The lines before the break are read, the break is refused in its place, and no half line comes through."""
    whole = [{"id": f"c-{n}", "text": os.urandom(20).hex()} for n in range(200)]
    packed = gzip.compress("".join(json.dumps(one) + "\n" for one in whole).encode())
    read, refused = taken(json_lines(written(packed[:-cut], "calls.jsonl.gz")))
    assert [one for _, one in read] == whole[: len(read)]
    [(line, reason)] = refused
    assert line == len(read) + 1
    assert reason.startswith("the file can't be read further: Compressed file ended before")


def test_a_gzip_with_a_damaged_middle_is_refused_there(written):
    packed = bytearray(gzip.compress(b"".join(b'{"n":%d}\n' % n for n in range(20_000)), mtime=0))
    packed[len(packed) // 2] ^= 0xFF
    items = list(json_lines(written(bytes(packed))))
    *lines, last = items
    assert isinstance(last, Refusal)
    assert last.line == len(lines) + 1
    assert [json.loads(line.raw)["n"] for line in lines[:1000]] == list(range(1000))


def test_a_line_of_200_megabytes_is_passed_over_in_bounded_memory(tmp_path):
    """The file is sparse and never held: what is kept stays near the limit of one line."""
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.write(b'{"a":1}\n{"a":"')
        file.truncate(200_000_000)
        file.seek(0, os.SEEK_END)
        file.write(b'"}\n{"a":2}\n')
    tracemalloc.start()
    try:
        read, refused = taken(json_lines(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == [(1, {"a": 1}), (3, {"a": 2})]
    assert refused == [(2, f"line of 199,999,995 bytes; at most {LINE_LIMIT:,} are read")]
    assert peak < 4 * LINE_LIMIT


def test_a_long_last_line_ends_with_the_file(written, monkeypatch):
    monkeypatch.setattr(reader, "LINE_LIMIT", 10)
    read, refused = taken(json_lines(written(b'{"a":1}\n' + b"x" * 50)))
    assert read == [(1, {"a": 1})]
    assert refused == [(2, "line of 50 bytes; at most 10 are read")]


@pytest.mark.parametrize("read", [json_lines, records])
def test_a_file_that_is_not_there_is_refused(tmp_path, read):
    _, [(line, reason)] = taken(read(tmp_path / "nothing.csv"))
    assert line == 1
    assert "No such file" in reason


def test_a_folder_is_no_file(tmp_path):
    _, [(_, reason)] = taken(json_lines(tmp_path))
    assert "Is a directory" in reason


def test_rows_of_csv_come_as_objects_without_their_empty_cells(written):
    raw = b'agent_id, behaviour ,verdict\nlea,"greets, warmly",met\n\nlea,,"two\nlines"\nshort\n'
    read, refused = taken(records(written(raw, "scores.csv")))
    assert read == [
        (2, {"agent_id": "lea", "behaviour": "greets, warmly", "verdict": "met"}),
        (5, {"agent_id": "lea", "verdict": "two\nlines"}),
        (6, {"agent_id": "short"}),
    ]
    assert refused == []


def test_csv_may_be_packed_and_marked(written):
    """As Excel and exports write it: a byte order mark, CRLF, gzip."""
    raw = b"\xef\xbb\xbf" + HEADER.replace(b"\n", b"\r\n") + "lea,grüßt,met\r\n".encode()
    read, refused = taken(records(written(gzip.compress(raw), "scores.csv.gz")))
    assert read == [(2, {"agent_id": "lea", "behaviour": "grüßt", "verdict": "met"})]
    assert refused == []


@pytest.mark.parametrize("between", [b";", b"\t"])
def test_what_a_spreadsheet_writes_elsewhere_is_read(written, between):
    """Where the comma is the decimal sign, cells stand between semicolons."""
    raw = HEADER.replace(b",", between) + b'lea;"greets, warmly";met\n'.replace(b";", between)
    read, refused = taken(records(written(raw, "scores.csv")))
    assert read == [(2, {"agent_id": "lea", "behaviour": "greets, warmly", "verdict": "met"})]
    assert refused == []


def test_an_empty_table_says_so(written):
    assert taken(records(written(b"", "scores.csv"))) == ([], [(1, "the file is empty")])


def test_other_names_are_json_lines(written):
    assert taken(records(written(b'{"a":1}\n', "scores.csv.jsonl")))[0] == [(1, {"a": 1})]


def test_a_row_with_too_many_cells_is_refused_by_itself(written):
    read, refused = taken(records(written(HEADER + b"a,b,met,x,y\nlea,greets,met\n", "s.csv")))
    assert [number for number, _ in read] == [3]
    assert refused == [(2, "2 more cells than the header names")]


def test_a_row_that_is_not_utf8_is_refused_by_itself(written):
    """One cell in Latin-1 does not cost the rest of the file."""
    read, refused = taken(records(written(HEADER + b"lea,gr\xfc\xdft,met\nlea,greets,met\n", "s.csv")))
    assert read == [(3, {"agent_id": "lea", "behaviour": "greets", "verdict": "met"})]
    assert refused == [(2, "not UTF-8; save the file as UTF-8 (a spreadsheet calls it CSV UTF-8) and try again")]


def test_a_row_that_is_not_csv_is_refused_by_itself(written):
    read, refused = taken(records(written(HEADER + b'lea,"gre"ets,met\nlea,greets,met\n', "s.csv")))
    assert [number for number, _ in read] == [3]
    assert refused == [(2, """not CSV: ',' expected after '"'""")]


def test_a_quote_that_never_ends_is_refused_where_the_file_ends(written):
    read, refused = taken(records(written(HEADER + b'lea,greets,met\nlea,"greets,met\nlea,greets,met\n', "s.csv")))
    assert [number for number, _ in read] == [2]
    assert refused == [(4, "not CSV: unexpected end of data")]


def test_a_cell_that_is_too_large_is_refused(written):
    too_large = b"x" * (reader.CELL_LIMIT + 1)
    read, refused = taken(records(written(HEADER + b"lea," + too_large + b",met\nlea,greets,met\n", "s.csv")))
    assert [number for number, _ in read] == [3]
    assert refused == [(2, f"not CSV: field larger than field limit ({reader.CELL_LIMIT})")]


def test_a_csv_line_that_is_too_long_is_passed_over(written, monkeypatch):
    monkeypatch.setattr(reader, "ROW_LIMIT", 40)
    read, refused = taken(records(written(HEADER + b"x" * 90 + b"\nlea,greets,met\n" + b"y" * 41, "s.csv")))
    assert [number for number, _ in read] == [3]
    assert refused == [
        (2, "line of 91 bytes; at most 40 are read"),
        (4, "line of 41 bytes; at most 40 are read"),
    ]


def test_a_csv_that_breaks_off_is_refused_there(written):
    rows = b"".join(b"lea,%s,met\n" % os.urandom(12).hex().encode() for _ in range(500))
    read, refused = taken(records(written(gzip.compress(HEADER + rows)[:-300], "s.csv.gz")))
    assert 0 < len(read) < 500
    [(line, reason)] = refused
    assert line == read[-1][0] + 1
    assert "can't be read further" in reason


@pytest.mark.parametrize("raw", [b"\n", HEADER])
def test_a_csv_without_rows_gives_nothing(written, raw):
    assert taken(records(written(raw, "s.csv"))) == ([], [])


def test_a_header_that_is_no_csv_ends_the_file(written):
    _, refused = taken(records(written(b'"a"b,c\nd,e\n', "s.csv")))
    assert [line for line, _ in refused] == [1]


def test_parquet_is_read_some_rows_at_a_time(tmp_path, monkeypatch):
    """Each with its number, however the rows come; a file that breaks off says where."""
    monkeypatch.setattr(reader, "ROWS_AT_ONCE", 2)
    path = tmp_path / "scores.parquet"
    pl.DataFrame({"n": range(5)}).write_parquet(path, row_group_size=2)
    assert [(row.number, row.fields) for row in records(path)] == [(n, {"n": str(n - 1)}) for n in range(1, 6)]
    raw = bytearray(path.read_bytes())
    raw[4:60] = bytes(56)
    path.write_bytes(raw)
    assert any(isinstance(row, Refusal) for row in records(path))


def test_rows_of_parquet_come_as_those_of_csv_do(tmp_path):
    """Numbers and times as text, so that an id is an id whatever its column's type; what is missing or NaN is left out."""
    path = tmp_path / "scores.parquet"
    rows = {
        "call_id": [7, 8], "agent_id": ["lea", None], "started_at": [datetime(2026, 5, 4, 9, 30, tzinfo=UTC), None], "day": [date(2026, 5, 4)] * 2,
        "at": [1.5, float("nan")], "outcome_sold": [True, False], "turns": [[1, 2], []], "price": [Decimal("1.20"), None],
    }  # fmt: skip
    pl.DataFrame(rows).write_parquet(path)
    read, refused = taken(records(path))
    assert refused == []
    assert read == [
        (1, {"call_id": "7", "agent_id": "lea", "started_at": "2026-05-04T09:30:00+00:00", "day": "2026-05-04", "at": "1.5",
             "outcome_sold": "true", "turns": [1, 2], "price": "1.20"}),
        (2, {"call_id": "8", "day": "2026-05-04", "outcome_sold": "false", "turns": []}),
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1", b"a,b\n1,2\n"])
def test_what_is_no_parquet_is_refused(written, raw):
    _, [(line, reason)] = taken(records(written(raw, "scores.parquet")))
    assert line == 1
    assert reason.startswith("not Parquet: ")
