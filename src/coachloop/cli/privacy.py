"""`coachloop privacy`: how long data is kept, erasing somebody, and giving somebody what is known of them."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from django.utils import timezone

from coachloop.app.queries import retention as queries
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import retention
from coachloop.cli.output import AsJson, GuardedGroup, need_site, out, print_json, say, show_rows, stop
from coachloop.core.model.retention import KINDS, Kind

app = typer.Typer(
    name="privacy", help="What is kept how long, of whom, and how it goes.", cls=GuardedGroup, no_args_is_help=True
)
keeping = typer.Typer(
    name="retention", help="How long each kind of data is kept.", cls=GuardedGroup, no_args_is_help=True
)
app.add_typer(keeping)

Programme = Annotated[str, typer.Option(help="A programme's key; else everywhere.")]
KindOf = Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {', '.join(KINDS)}.")]


@keeping.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Every kind: how long it is kept, and what the next run deletes."""
    need_site()
    rows = [_line(line) for line in queries.lines(OPERATOR, now=timezone.now())]
    show_rows(rows, as_json=as_json)


@keeping.command("set")
def set_(
    kind: KindOf,
    days: Annotated[int, typer.Argument(min=0, help="How many days; 0 takes back what was said.")],
    *,
    programme: Programme = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what the next run would delete.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how long a kind is kept. Nothing is deleted by this command: the next run does, once a day, or `retention run`."""
    need_site()
    wanted, where = _kind(kind), queries.programme_named(programme).pk if programme else None
    due = queries.due(wanted, days or KINDS[wanted].default, now=timezone.now(), programme=where)
    if not dry_run:
        retention.keep(viewer=OPERATOR, kind=wanted, days=days or None, programme=where, now=timezone.now())
    kept = "for good" if due.days is None else f"{due.days:,} days"
    would = "would be" if dry_run else "are"
    sentence = f"{KINDS[wanted].title} {would} kept {kept}: the next run deletes {due.due:,}"
    say(f"{sentence}; {due.needed:,} older ones are still needed.", asdict(due) | {"dry_run": dry_run}, as_json=as_json)


@keeping.command()
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete now what is kept no longer; ended at any moment, it goes on at the next run."""
    need_site()
    if dry_run:
        found = {line.kind.value: line.due for line in queries.lines(OPERATOR, now=timezone.now()) if line.due}
    else:
        found = {str(kind): count for kind, count in retention.run(now=timezone.now()).items()}
        retention.forget_short_lived(now=timezone.now())
    if as_json:
        print_json({"dry_run": dry_run, "deleted": found})
        return
    for kind, count in found.items():
        out.print(f"{KINDS[Kind(kind)].title}: {count:,} {'would go' if dry_run else 'deleted'}", highlight=False)
    if not found:
        out.print("Nothing is older than it is kept.")


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        stop(f"{name!r} is no kind of data; one of: {', '.join(KINDS)}")


def _line(line: queries.Line) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "days": line.days,
        "set": line.own,
        "least": line.least,
        "goes": line.due,
        "needed": line.needed,
    }
