"""An archive of files becomes files of verdicts; who does it beside whom is tried by `make test-cluster`."""

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from builders import MANNERS, call
from coachloop.adapters.media import Bucket
from coachloop.cluster.archive import Archive
from coachloop.cluster.ruler import Ruler

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def archive(folder: Path, **change: object) -> Archive:
    ruler = Ruler(**{"text": MANNERS, "number": 3, "now": NOW} | change)  # type: ignore[arg-type]
    return Archive(ruler, Bucket(str(folder / "calls")), Bucket(str(folder / "verdicts")))


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls" / "2025"
    folder.mkdir(parents=True)
    lines = [json.dumps(call(f"c-{n}", greets=True)) for n in range(3)]
    (folder / "a.jsonl").write_text("\n".join([*lines, json.dumps({**call("x"), "channel": "coaching"}), "{broken"]))
    with gzip.open(folder / "b.jsonl.gz", "wt") as file:
        file.write(json.dumps(call("c-9")))
    (folder / "notes.txt").write_text("not of it")
    return folder


def test_each_file_becomes_one_of_verdicts_with_the_columns_of_the_export(tmp_path: Path, calls: Path) -> None:  # noqa: ARG001 -- what lies there
    found = archive(tmp_path)
    first, second = (found.score(one) for one in found.files())
    assert (first.conversations, first.refused, first.others) == (3, 1, 1)
    assert first.reasons[0].startswith("2025/a.jsonl:5: ")
    assert (second.conversations, second.refused) == (1, 0)
    rows = pl.read_parquet(tmp_path / "verdicts" / "*.parquet")
    assert set(rows["conversation_id"]) == {"c-0", "c-1", "c-2", "c-9"}
    greets = rows.filter((pl.col("behaviour") == "greets") & (pl.col("conversation_id") == "c-0")).row(0, named=True)
    assert (greets["verdict"], greets["template_version"], greets["reviewed"]) == ("met", 3, False)
    assert json.loads(greets["evidence"])[0]["quote"]


def test_what_is_there_is_not_done_again_unless_something_else_is_asked(tmp_path: Path, calls: Path) -> None:
    found = archive(tmp_path)
    for one in found.files():
        found.score(one)
    assert {found.target_of(one) for one in found.files()} == found.done()
    assert all(found.score(one).known for one in found.files())
    assert archive(tmp_path, number=4).target_of(found.files()[0]) not in found.done()
    os.utime(calls / "a.jsonl", (1, 1))
    assert len({found.target_of(one) for one in found.files()} - found.done()) == 1


def test_ended_in_the_middle_it_leaves_no_half_of_a_file(
    tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calls.is_dir()
    found = archive(tmp_path)

    def breaks(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Archive, "_rows", breaks)
    with pytest.raises(KeyboardInterrupt):
        found.score(found.files()[0])
    assert not found.done()
