"""Templates: check, add, publish, look at, compare, try."""

import difflib
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from coachloop.app.queries import templates as queries
from coachloop.app.queries.evaluate import try_out
from coachloop.app.queries.programmes import operator
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.templates import add_template, check_template
from coachloop.app.services.templates import publish as publish_what_waits
from coachloop.cli import template_trials
from coachloop.cli.output import AsJson, File, InProgramme, need_site, out, print_json, say, show_rows
from coachloop.cli.scoring import Labels, read_labels
from coachloop.core.model.template_diff import FieldChange, TemplateDiff, compare
from coachloop.core.model.template_yaml import parse_template
from coachloop.wiring import trial_scorers

app = typer.Typer(help="What the centre looks for.", no_args_is_help=True)
template_trials.register(app)

Reference = Annotated[str, typer.Argument(help="KEY for the newest version, or KEY@N.")]


@app.command()
def check(file: File, *, as_json: AsJson = False) -> None:
    """Check a template's language; every mistake with its line, column and what would be right."""
    template = check_template(_text(file))
    count = len(template.behaviours)
    what = "behaviour" if count == 1 else "behaviours"
    data = {"key": template.key, "title": template.title, "behaviours": count}
    say(f"{template.title}: {count} {what}, no mistake found.", data, as_json=as_json)


@app.command()
def add(file: File, *, programme: InProgramme = None, as_json: AsJson = False) -> None:
    """Keep a template's text as the draft of its next version."""
    need_site()
    added = add_template(viewer=operator(programme), text=_text(file), now=timezone.now())
    key, number, draft = added.version.template.key, added.version.number, added.version.published_at is None
    kept = f"is the draft version {number}" if added.new else f"has this text already: version {number}"
    then = f"; `coachloop template publish {key}` lets it score." if draft else ", which is published."
    data = {"key": key, "version": number, "new": added.new, "published": not draft}
    say(f"{key} {kept}{then}", data, as_json=as_json)


@app.command()
def publish(key: str, *, as_json: AsJson = False) -> None:
    """Freeze the draft and let it score, with the models that were re-trained since."""
    need_site()
    done = publish_what_waits(viewer=OPERATOR, key=key, now=timezone.now())
    version, models = done.version, ", ".join(done.models)
    retrained = f" with the re-trained models of {models}" if models else ""
    sentence = f"{key} version {version.number} is published{retrained}; `coachloop score` scores with it."
    data = {"key": key, "version": version.number, "sha256": version.sha256, "draft": done.draft, "models": done.models}
    say(sentence, data, as_json=as_json)


@app.command("list")
def list_templates(*, as_json: AsJson = False) -> None:
    """List the templates and their versions."""
    need_site()
    show_rows(
        queries.listed(OPERATOR), as_json=as_json, empty="No templates yet. Add one with `coachloop template add FILE`."
    )


@app.command()
def show(reference: Reference, *, as_json: AsJson = False) -> None:
    """Print a version's text."""
    need_site()
    version = queries.find_version(OPERATOR, reference)
    if as_json:
        print_json({"key": version.template.key, "version": version.number, "text": version.text})
    else:
        typer.echo(version.text, nl=False)


@app.command()
def diff(
    key: str,
    old: int,
    new: int,
    *,
    text: Annotated[bool, typer.Option("--text", help="The text line by line instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two versions, behaviour by behaviour."""
    need_site()
    before, after = (queries.find_version(OPERATOR, f"{key}@{number}").text for number in (old, new))
    names = (f"{key}@{old}", f"{key}@{new}")
    lines = "".join(difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), *names))
    changes = compare(parse_template(before), parse_template(after))
    if as_json:
        print_json({"key": key, "old": old, "new": new, "diff": lines, **_changes(changes)})
    elif text:
        typer.echo(lines, nl=False)
    else:
        _print_changes(changes)


def _changes(found: TemplateDiff) -> dict[str, Any]:
    return {
        "template": [_field(change) for change in found.template],
        "added": [behaviour.key for behaviour in found.added],
        "removed": [behaviour.key for behaviour in found.removed],
        "changed": [
            {"behaviour": one.key, "changes_verdicts": one.changes_verdicts, "fields": [*map(_field, one.fields)]}
            for one in found.changed
        ],
        "moved": found.moved,
    }


def _field(change: FieldChange) -> dict[str, Any]:
    return {"field": change.name, "old": change.old, "new": change.new}


def _print_changes(found: TemplateDiff) -> None:
    lines = ["Both say the same."] if found.empty else []
    lines += [line for change in found.template for line in _change_lines(change, "")]
    lines += [f"+ {behaviour.key}: {behaviour.title}" for behaviour in found.added]
    lines += [f"- {behaviour.key}: {behaviour.title}" for behaviour in found.removed]
    for one in found.changed:
        lines.append(f"~ {one.key}: {one.title}{'' if one.changes_verdicts else ' (no verdict changes)'}")
        lines += [line for change in one.fields for line in _change_lines(change, "    ")]
    lines += ["The order of the behaviours changed."] if found.moved else []
    out.print("\n".join(lines), markup=False, highlight=False)


def _change_lines(change: FieldChange, indent: str) -> list[str]:
    return [f"{indent}{change.name}", f"{indent}  old: {_said(change.old)}", f"{indent}  new: {_said(change.new)}"]


def _said(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


@app.command("try")
def try_template(reference: Reference, labels: Labels, *, as_json: AsJson = False) -> None:
    """Score labelled conversations as if everything were published, and compare; stores nothing.

    Re-trained models that wait are tried too. Calls that a model learned from are judged by its cross-validation.
    """
    need_site()
    show_rows(try_out(OPERATOR, reference, read_labels(labels), scorers=trial_scorers()), as_json=as_json)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{file} is not UTF-8 at byte {error.start}") from error
