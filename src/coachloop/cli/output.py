"""How commands speak: tables for people, JSON with stable keys, progress on a terminal, exit codes 0, 1 and 2."""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any, NoReturn

import typer
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from coachloop.adapters import parquet
from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.queries import encryption, schema
from coachloop.app.queries.health import is_set_up
from coachloop.cli.plain import Terminal, escaped, plain
from coachloop.core.model.cells import harmless
from coachloop.core.model.cipher import UnreadableError
from coachloop.core.model.media import MediaUnavailableError
from coachloop.core.model.receipt import Receipt

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON with stable keys instead of a table.")]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="Files to read.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="File to read.")]
InProgramme = Annotated[
    str | None, typer.Option("--programme", metavar="KEY", help="Which programme, where the site is divided into some.")
]
Day = Annotated[date | None, typer.Option(parser=date.fromisoformat, metavar="YYYY-MM-DD")]

PARTLY_REFUSED, WRONG_USE = 1, 2
LISTED, TABLE_WIDTH = 20, 200

out, err = Terminal(soft_wrap=True), Terminal(stderr=True, soft_wrap=True)


class GuardedGroup(TyperGroup):
    """Turns a refusal into its message and exit code 2, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (RefusedError, NotYoursError, ObjectDoesNotExist, MediaUnavailableError, UnreadableError) as error:
            stop(_said(error))
        except DatabaseError:
            if wrong := _other_tables():
                stop(wrong)
            raise


def _other_tables() -> str:
    """Whether a command failed because the tables are of another version, with the way out."""
    try:
        return schema.in_words()
    except DatabaseError:
        return ""


def _said(error: Exception) -> str:
    """What went wrong; of a row that is not there what was looked for, in our words and not the database's."""
    if isinstance(error, ObjectDoesNotExist) and str(error).endswith("matching query does not exist."):
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__qualname__.partition(".")[0]).lower()
        return f"there is no such {kind} here"
    return str(error)


def stop(message: str) -> NoReturn:
    """End with exit code 2 and the way out."""
    err.print(message, style="red", markup=False, highlight=False)
    raise typer.Exit(WRONG_USE)


def need_site() -> None:
    """End with the way out where nothing is set up yet, or words are encrypted that nobody can read here."""
    if not is_set_up():
        stop("nothing is set up here yet; run `coachloop init` first")
    if problem := encryption.wrong():
        stop(problem)


def print_json(data: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(escaped(json.dumps(data, ensure_ascii=False, default=_plain)) + "\n")


def say(sentence: str, data: dict[str, Any], *, as_json: bool) -> None:
    """What a command did: a sentence for people, or the same as JSON."""
    if as_json:
        print_json(data)
    else:
        out.print(sentence, markup=False, highlight=False)


def show_rows(rows: Iterable[object], *, as_json: bool, empty: str = "Nothing yet.") -> None:
    """Rows of one kind: a JSON list, or a table for people."""
    data = [row if isinstance(row, dict) else _plain(row) for row in rows]
    if as_json:
        print_json(data)
    elif data:
        _print_table(data)
    else:
        out.print(empty)


def show_receipt(receipt: Receipt, *, as_json: bool, what: str) -> None:
    """What became of a file; ends with exit code 1 where part of it was refused."""
    if as_json:
        print_json(receipt.as_json())
    else:
        duplicates = f", {receipt.duplicates:,} known already" if receipt.duplicates else ""
        out.print(f"{receipt.accepted:,} of {receipt.received:,} {what} taken{duplicates}.", highlight=False)
        for note, count in receipt.notes.items():
            out.print(f"  {count:,} {note}", highlight=False)
        _print_refusals(receipt)
    if receipt.refused:
        raise typer.Exit(PARTLY_REFUSED)


def _print_refusals(receipt: Receipt) -> None:
    for refusal in receipt.refused[:LISTED]:
        err.print(f"  refused {refusal.file}:{refusal.line}: {refusal.reason}", markup=False, highlight=False)
    if len(receipt.refused) > LISTED:
        err.print(f"  and {len(receipt.refused) - LISTED:,} more; --json lists them all", highlight=False)


def write_rows(rows: Iterator[Mapping[str, Any]], target: Path | None, kind: str) -> None:
    """Stream rows as JSON Lines or CSV to a file or standard output; Parquet needs a file."""
    if kind == "parquet":
        _write_parquet(rows, target)
        return
    file = target.open("w", encoding="utf-8", newline="") if target else sys.stdout
    try:
        if kind == "csv":
            _write_csv(rows, file)
        else:
            file.writelines(escaped(json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    finally:
        if target:
            file.close()


def _write_csv(rows: Iterator[Mapping[str, Any]], file: Any) -> None:
    """The header names every key that any row has: the rows wait on disk until it is known."""
    names: dict[str, None] = {}
    with TemporaryFile("w+", encoding="utf-8") as waiting:
        for row in rows:
            names |= dict.fromkeys(row)
            waiting.write(json.dumps(row, ensure_ascii=False) + "\n")
        waiting.seek(0)
        writer = csv.writer(file)
        writer.writerows([list(map(_cell, names))] if names else ())
        writer.writerows([_cell(row.get(name)) for name in names] for row in map(json.loads, waiting))


def _write_parquet(rows: Iterator[Mapping[str, Any]], target: Path | None) -> None:
    if target is None:
        stop("Parquet can't go to standard output; name a file with --out")
    flat = ({name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in row.items()} for row in rows)
    parquet.write(flat, target)


def _cell(value: object) -> object:
    """A CSV cell: structures as JSON; text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return harmless(value) if isinstance(value, str) else value


@contextmanager
def progress(what: str, total: float | None = None, *, counts: bool = False) -> Iterator[Callable[[float], None]]:
    """A progress bar on a terminal; yields what to call with the number done so far, or with steps where `counts`."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(plain(what), total=total)
        if counts:
            yield lambda steps: bar.advance(task, steps)
        else:
            yield lambda done: bar.update(task, completed=done)


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for name, value in rows[0].items():
        right = isinstance(value, int | float) and not isinstance(value, bool)
        table.add_column(name.replace("_", " "), justify="right" if right else "left", no_wrap=right)
    for row in rows:
        table.add_row(*(_shown(value) for value in row.values()))
    Terminal(width=max(out.width, TABLE_WIDTH)).print(table)


def _shown(value: object) -> Text:
    """A cell; what was said elsewhere is no markup."""
    if value is None:
        return Text("-")
    if isinstance(value, datetime):
        return Text(f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    if isinstance(value, list | tuple):
        return Text(plain(", ".join(map(str, value))))
    return Text(f"{value:.3g}" if isinstance(value, float) else plain(str(value)))
