"""Rows as Parquet, in pieces."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from coachloop.adapters import parquet

ROWS: list[dict[str, Any]] = [{"a": 1}, {"a": None, "b": "x"}, {"a": 2.5}]


@pytest.mark.parametrize("at_once", [1, 2, 10])
def test_columns_are_those_of_all_rows_however_many_are_packed_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", at_once)
    parquet.write(iter(ROWS), tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet").to_dicts() == [
        {"a": 1.0, "b": None},
        {"a": None, "b": "x"},
        {"a": 2.5, "b": None},
    ]


def test_without_rows_there_are_the_columns_alone(tmp_path: Path) -> None:
    parquet.write(iter(()), tmp_path / "out.parquet", schema={"a": pl.String, "b": pl.Float64})
    assert pl.read_parquet_schema(tmp_path / "out.parquet") == {"a": pl.String, "b": pl.Float64}
