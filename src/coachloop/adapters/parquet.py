"""Rows as a Parquet file, some at a time, for there may be more of them than there is memory."""

from collections.abc import Iterable, Mapping
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROWS_AT_ONCE = 20_000


def write(rows: Iterable[Mapping[str, Any]], target: Path, *, schema: Mapping[str, Any] | None = None) -> None:
    """Write them all.

    Args:
        rows: values by column.
        target: the file; what lies there is written over.
        schema: the columns; where it is not given, those that any row has, of the widest type among theirs.
    """
    import polars as pl  # noqa: PLC0415 -- half a second that only this format needs

    with TemporaryDirectory() as folder:
        parts = [pl.LazyFrame(schema=schema)]
        for number, some in enumerate(batched(rows, ROWS_AT_ONCE)):
            part = Path(folder, f"{number}.parquet")
            pl.DataFrame(some, schema=schema, infer_schema_length=None).write_parquet(part)
            parts.append(pl.scan_parquet(part))
        pl.concat(parts, how="diagonal_relaxed").sink_parquet(target)
