"""Templates: check, add, publish, look at, compare, try."""

import difflib
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from coachloop.app.queries import templates as queries
from coachloop.app.queries.evaluate import try_out
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.templates import add_template, check_template, publish_template
from coachloop.cli.output import AsJson, File, need_site, out, show_rows
from coachloop.cli.scoring import Labels, read_labels
from coachloop.wiring import scorers

app = typer.Typer(help="What the centre looks for.", no_args_is_help=True)

Reference = Annotated[str, typer.Argument(help="KEY for the newest version, or KEY@N.")]


@app.command()
def check(file: File) -> None:
    """Check a template's language; every mistake with its line, column and what would be right."""
    template = check_template(_text(file))
    out.print(f"{template.title}: {len(template.behaviours)} behaviours, no mistake found.", highlight=False)


@app.command()
def add(file: File) -> None:
    """Keep a template's text as the draft of its next version."""
    need_site()
    added = add_template(viewer=OPERATOR, text=_text(file), now=timezone.now())
    key, number = added.version.template.key, added.version.number
    what = "is the draft" if added.new else "has this text already:"
    out.print(f"{key} {what} version {number}; `coachloop template publish {key}` lets it score.", highlight=False)


@app.command()
def publish(key: str) -> None:
    """Freeze the draft and let it score."""
    need_site()
    version = publish_template(viewer=OPERATOR, key=key, now=timezone.now())
    out.print(f"{key} version {version.number} is published; `coachloop score` scores with it.", highlight=False)


@app.command("list")
def list_templates(*, as_json: AsJson = False) -> None:
    """List the templates and their versions."""
    need_site()
    show_rows(queries.listed(), as_json=as_json, empty="No templates yet. Add one with `coachloop template add FILE`.")


@app.command()
def show(reference: Reference) -> None:
    """Print a version's text."""
    need_site()
    typer.echo(queries.find_version(reference).text, nl=False)


@app.command()
def diff(key: str, old: int, new: int) -> None:
    """Show what changed between two versions."""
    need_site()
    before, after = f"{key}@{old}", f"{key}@{new}"
    old_text, new_text = (queries.find_version(name).text.splitlines(keepends=True) for name in (before, after))
    typer.echo("".join(difflib.unified_diff(old_text, new_text, before, after)), nl=False)


@app.command("try")
def try_template(reference: Reference, labels: Labels, *, as_json: AsJson = False) -> None:
    """Score labelled conversations with a version that need not be published, and compare; stores nothing."""
    need_site()
    show_rows(try_out(OPERATOR, reference, read_labels(labels), scorers=scorers()), as_json=as_json)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{file} is not UTF-8 at byte {error.start}") from error
