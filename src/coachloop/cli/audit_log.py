"""`coachloop audit-log`: who did what, taken along and checked."""

import re
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from coachloop.app.queries import audit_chain, audit_log
from coachloop.app.queries.audit_chain import Head
from coachloop.app.queries.audit_log import Filters
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import audit, sealing
from coachloop.cli.output import PARTLY_REFUSED, AsJson, Day, GuardedGroup, need_site, say, stop, write_rows

app = typer.Typer(
    name="audit-log", help="Who did what: take it along, and see whether it is what was once written.", cls=GuardedGroup,
    no_args_is_help=True,
)  # fmt: skip


@app.command()
def export(
    *,
    who: Annotated[str, typer.Option(help="Part of the name of who acted.")] = "",
    action: Annotated[
        str, typer.Option(help="What the action begins with, such as session. or conversation.look.")
    ] = "",
    subject: Annotated[str, typer.Option(help="What it was done to begins with this, such as conversation:C-1.")] = "",
    since: Day = None,
    until: Day = None,
    kind: Annotated[str, typer.Option("--format", help="jsonl or csv.")] = "jsonl",
    out: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None,
) -> None:
    """Write entries, oldest first, each with its seal."""
    need_site()
    if kind not in {"jsonl", "csv"}:
        stop(f"{kind!r} is no format of this; jsonl or csv")
    filters = Filters(who=who, action=action, subject=subject, since=since, until=until)
    audit.record(OPERATOR, "audit.export", "audit", now=timezone.now(), detail={"as": kind, **filters.given})
    write_rows(audit_log.exported(OPERATOR, filters), out, kind)


@app.command()
def head(*, as_json: AsJson = False) -> None:
    """Print the newest seal, to be kept elsewhere: by mail, on paper, in another system."""
    need_site()
    sealing.seal_waiting()
    found = audit_chain.head()
    say(
        str(found) if found.number else "Nothing is sealed yet.",
        {"seal": found.number, "sha256": found.sha256},
        as_json=as_json,
    )


@app.command()
def verify(
    *,
    kept: Annotated[str, typer.Option("--head", metavar="NUMBER:HASH", help="A head that was kept elsewhere.")] = "",
    as_json: AsJson = False,
) -> None:
    """Work every seal out anew; ends with 1 at the first that does not hold."""
    need_site()
    found = audit_chain.verify(kept=_head(kept))
    waiting = f"; {found.unsealed:,} wait for their seal" if found.unsealed else ""
    let_go = f", {found.let_go:,} of whose entries were deleted as the log itself says" if found.let_go else ""
    holds = f"The log holds: {found.entries:,} seals{let_go}{waiting}. Head {found.head}."
    breaks = f"The log does NOT hold from seal {found.broken_at} on: {found.why}."
    data = {
        "holds": found.holds, "seals": found.entries, "let_go": found.let_go, "unsealed": found.unsealed,
        "broken_at": found.broken_at, "why": found.why, "head": str(found.head),
    }  # fmt: skip
    say(holds if found.holds else breaks, data, as_json=as_json)
    if not found.holds:
        raise typer.Exit(PARTLY_REFUSED)


def _head(text: str) -> Head | None:
    if not text:
        return None
    matched = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text.strip())
    if matched is None:
        stop(
            f"{text!r} is no head; it is a number, a colon and 64 digits and letters, as `coachloop audit-log head` prints it"
        )
    return Head(int(matched[1]), matched[2])
