"""Conversations in, everything out."""

from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from coachloop.adapters.readers.lines import json_lines
from coachloop.app.queries import export as exports
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.ingest import ingest as ingest_lines
from coachloop.cli.output import AsJson, Day, need_site, progress, show_receipt, stop, write_rows


class What(StrEnum):
    """What can be exported."""

    VERDICTS = "verdicts"
    CONVERSATIONS = "conversations"
    SESSIONS = "sessions"
    RATES = "rates"


class Format(StrEnum):
    """How it is written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


WRITERS = {
    What.VERDICTS: exports.verdicts,
    What.CONVERSATIONS: exports.conversations,
    What.SESSIONS: exports.sessions,
    What.RATES: exports.rate_rows,
}
READABLE = (".jsonl", ".gz")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(ingest)
    app.command()(export)


def ingest(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files, or folders of .jsonl and .jsonl.gz files.")],
    *,
    replace: Annotated[bool, typer.Option(help="Take other content for a known id; the history is kept.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take conversations in. A bad line is refused with its place and reason; the rest goes on."""
    need_site()
    files = list(chain.from_iterable(map(_files, paths)))
    lines = chain.from_iterable(map(json_lines, files))
    with progress("Reading conversations") as show:
        receipt = ingest_lines(lines, viewer=OPERATOR, now=timezone.now(), replace=replace, progress=show)
    show_receipt(receipt, as_json=as_json, what="conversations")


def _files(path: Path) -> list[Path]:
    return sorted(p for p in path.rglob("*") if p.suffix in READABLE) if path.is_dir() else [path]


def export(
    what: What,
    *,
    template: Annotated[str | None, typer.Option(help="Only this template's.")] = None,
    since: Day = None,
    kind: Annotated[Format, typer.Option("--format", help="How rows are written.")] = Format.JSONL,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output where not given.")] = None,
) -> None:
    """Write everything out again, streaming."""
    need_site()
    if out and (out.is_dir() or not out.parent.is_dir()):
        stop(f"{out} can't be written; name a file in a folder that exists")
    write_rows(iter(WRITERS[what](OPERATOR, template=template, since=since)), out, kind)
