"""Conversations in, everything out."""

from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from coachloop.adapters.readers.incoming import files_of, lines_of
from coachloop.adapters.vcon_out import vcons
from coachloop.app.queries import export as exports
from coachloop.app.queries.programmes import operator
from coachloop.app.queries.sites import zone
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import audit
from coachloop.app.services.ingest import WAITING
from coachloop.app.services.ingest import ingest as ingest_lines
from coachloop.cli.output import AsJson, Day, InProgramme, need_site, progress, show_receipt, stop, write_rows
from coachloop.cli.transcribing import UNSURE, transcribe_all
from coachloop.core.model.receipt import Receipt
from coachloop.wiring import shelf


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
    VCON = "vcon"


WRITERS = {
    What.VERDICTS: exports.verdicts,
    What.CONVERSATIONS: exports.conversations,
    What.SESSIONS: exports.sessions,
    What.RATES: exports.rate_rows,
}


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(ingest)
    app.command()(export)


def ingest(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Recordings, transcripts, or folders of them.")],
    *,
    agent: Annotated[str, typer.Option(help="Whose calls they are, where the files don't say.")] = "",
    replace: Annotated[bool, typer.Option(help="Take other content for a known id; the history is kept.")] = False,
    programme: InProgramme = None,
    later: Annotated[bool, typer.Option("--later", help="Leave recordings to the worker, or to `transcribe`.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take conversations in, and make words of recordings. What is bad is refused with its place and reason; the rest goes on."""
    need_site()
    viewer = operator(programme)
    files = list(chain.from_iterable(map(files_of, paths)))
    kept = shelf(agent)
    lines = chain.from_iterable(lines_of(path, kept) for path in files)
    with progress("Reading conversations") as show:
        receipt = ingest_lines(lines, viewer=viewer, now=timezone.now(), replace=replace, progress=show)
    if not later:
        _transcribe(receipt)
    show_receipt(receipt, as_json=as_json, what="conversations")


def _transcribe(receipt: Receipt) -> None:
    """Make words of the recordings that wait; what can't be transcribed is kept, and told with its reason."""
    tally = transcribe_all()
    waiting = receipt.notes.pop(WAITING, 0) - tally.done
    if waiting > 0:
        receipt.note(WAITING, waiting)
    if tally.unsure:
        receipt.note(UNSURE, tally.unsure)
    if tally.waits:
        receipt.note(tally.waits)
    for name, reason in tally.failed:
        receipt.refuse(name, 1, reason)


def export(
    what: What,
    *,
    template: Annotated[str | None, typer.Option(help="Only this template's.")] = None,
    since: Day = None,
    kind: Annotated[Format, typer.Option("--format", help="How rows are written.")] = Format.JSONL,
    programme: InProgramme = None,
    originals: Annotated[
        bool, typer.Option("--originals", help="Conversations as they came in, not masked; noted in the audit log.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output where not given.")] = None,
) -> None:
    """Write everything out again, streaming."""
    need_site()
    if originals and what is not What.CONVERSATIONS:
        stop(f"conversations alone are kept as they came in; `export conversations --originals`, and {what} without it")
    if out and (out.is_dir() or not out.parent.is_dir()):
        stop(f"{out} can't be written; name a file in a folder that exists")
    if kind is Format.VCON and what is not What.CONVERSATIONS:
        stop(f"a vCon is a conversation; `export conversations --format vcon`, and {what} in another format")
    viewer = operator(programme) if programme else OPERATOR
    if originals:
        audit.record(viewer, "conversations.originals", "conversations", now=timezone.now())
    rows = iter((exports.originals if originals else WRITERS[what])(viewer, template=template, since=since))
    write_rows(vcons(rows, now=timezone.now(), zone=zone()) if kind is Format.VCON else rows, out, kind)
