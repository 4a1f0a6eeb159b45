"""`coachloop privacy`: how long data is kept, erasing somebody, and giving somebody what is known of them."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from coachloop.app.data_map import markdown
from coachloop.app.queries import erasures
from coachloop.app.queries import retention as queries
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import erasing, person_export, retention, scrubbing
from coachloop.cli import encryption
from coachloop.cli.output import AsJson, GuardedGroup, need_site, out, print_json, say, show_rows, stop
from coachloop.core.model.retention import KINDS, Kind
from coachloop.wiring import hands

app = typer.Typer(
    name="privacy", help="What is kept how long, of whom, and how it goes.", cls=GuardedGroup, no_args_is_help=True
)
keeping = typer.Typer(
    name="retention", help="How long each kind of data is kept.", cls=GuardedGroup, no_args_is_help=True
)
app.add_typer(keeping)
encryption.register(app)

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


@app.command()
def erase(
    whom: Annotated[str, typer.Argument(metavar="customer|agent", help="Whom.")],
    key: Annotated[str, typer.Argument(help="Their id, as exports know it.")],
    *,
    basis: Annotated[
        str, typer.Option(help="What you say of what is kept, and on which legal ground; printed on the certificate.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is here of them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase somebody everywhere: calls, files, caches, what models learned of them. Ended at any moment, the worker goes on."""
    need_site()
    if dry_run:
        there = erasures.found(OPERATOR, whom, key)
        if there is None:
            stop(f"nothing is here of {whom} {key!r}; ids are matched letter by letter")
        sentence = f"{there.conversations:,} conversations, {there.recordings:,} recordings, {there.models} learned models would go."
        say(sentence, asdict(there), as_json=as_json)
        return
    asked = erasing.ask(viewer=OPERATOR, kind=whom, key=key, basis=basis, now=timezone.now())
    erasing.carry_out(now=timezone.now, hands=hands())
    trained = erasing.train_anew(now=timezone.now, hands=hands())
    done = erasures.certificate(OPERATOR, asked)
    data = done.as_json() if done else {}
    say(
        f"Erased: certificate {asked}. `coachloop privacy certificate {asked}` prints it.",
        data | {"trained": trained},
        as_json=as_json,
    )


@app.command()
def certificate(number: Annotated[int, typer.Argument(metavar="ID", help="Of an erasure.")]) -> None:
    """Print what was erased, when and by whom, and what is kept, as JSON."""
    need_site()
    found = erasures.certificate(OPERATOR, number)
    if found is None:
        stop(f"there is no erasure {number}; `coachloop privacy erasures` lists them")
    print_json(found.as_json())


@app.command("erasures")
def list_erasures(
    *,
    whom: Annotated[str, typer.Option(help="customer or agent, with --key: only theirs.")] = "customer",
    key: Annotated[str, typer.Option(help="Was this person erased? Only the site's own key can tell.")] = "",
    as_json: AsJson = False,
) -> None:
    """Every erasure, newest first."""
    need_site()
    rows = erasures.was_erased(OPERATOR, whom, key) if key else erasures.certificates(OPERATOR)
    shown = [
        {
            "id": one.id,
            "kind": one.kind,
            "asked_at": one.asked_at.isoformat(),
            "done_at": one.done_at and one.done_at.isoformat(),
            "digest": one.digest,
        }
        for one in rows
    ]
    show_rows(shown, as_json=as_json, empty="Nobody was erased." if not key else "Nobody of this id was erased here.")


@app.command()
def export(
    whom: Annotated[str, typer.Argument(metavar="customer|agent|user", help="Of whom.")],
    key: Annotated[str, typer.Argument(help="Their id, as exports know it; a user's e-mail.")],
    out_file: Annotated[Path, typer.Option("--out", help="The archive to write.")],
    *,
    originals: Annotated[
        bool, typer.Option("--originals", help="Words and sound as they were said, instead of masked.")
    ] = False,
) -> None:
    """Write everything about somebody into a ZIP archive: to be handed to them."""
    need_site()
    blocks = person_export.export(viewer=OPERATOR, kind=whom, key=key, originals=originals, now=timezone.now())
    with out_file.open("wb") as file:
        file.writelines(blocks)
    out.print(
        f"{out_file} holds what is known here of them; its index.html says what is what.", markup=False, highlight=False
    )


@app.command()
def scrub() -> None:
    """Overwrite what the database's files still hold of deleted rows, on PostgreSQL free its room; an erasure does so by itself."""
    need_site()
    done = scrubbing.scrub()
    if done.vacuumed:
        out.print(
            "Vacuumed: the room of what was deleted is used again. VACUUM FULL rewrites the tables, while nobody works."
        )
        return
    out.print("Done." if done.done else "Somebody was reading: what could be overwritten is; run it once more later.")


@app.command("map")
def map_() -> None:
    """Print which table and file holds what about whom, as Markdown."""
    for line in markdown():
        out.print(line, markup=False, highlight=False)


@app.command()
def replay(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="The list; erasures.jsonl in COACHLOOP_HOME if not said."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """After an older backup came back: erase again whoever of the list is in it. Harmless to repeat."""
    need_site()
    path = file or erasing.list_file()
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    again = erasing.replay(viewer=OPERATOR, lines=lines, now=timezone.now())
    erasing.carry_out(now=timezone.now, hands=hands())
    trained = erasing.train_anew(now=timezone.now, hands=hands())
    say(
        f"{len(again)} of {len(lines)} erasures were done again.",
        {"listed": len(lines), "erased_again": len(again), "trained": trained},
        as_json=as_json,
    )


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
