"""Training the learned scorers."""

from dataclasses import asdict
from typing import Annotated

import typer
from django.utils import timezone

from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.learned import TrainedRow, train_template
from coachloop.cli.models import ensure_text_model
from coachloop.cli.output import AsJson, need_site, out, progress, show_rows
from coachloop.wiring import encoder


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(train)


def train(
    key: Annotated[str, typer.Argument(help="The template's key.")],
    *,
    behaviour: Annotated[str | None, typer.Option(help="Only this behaviour.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train the learned scorers of a template from people's labels; kappa is cross-validated by agent.

    The first model of a behaviour scores at once; a re-trained one waits for `coachloop template publish KEY`.
    """
    need_site()
    ensure_text_model()
    with progress("Training") as show:
        rows = train_template(
            viewer=OPERATOR, key=key, behaviour=behaviour, encoder=encoder(), now=timezone.now(), progress=show
        )
    show_rows(rows if as_json else [_figures(row) for row in rows], as_json=as_json)
    if not as_json:
        _explain(key, rows)


def _figures(row: TrainedRow) -> dict[str, object]:
    return {name: value for name, value in asdict(row).items() if name not in {"audits", "note"}}


def _explain(key: str, rows: list[TrainedRow]) -> None:
    for row in rows:
        if row.note:
            _tell(f"{row.behaviour}: {row.note}")
    kept = sum(row.audits for row in rows)
    if kept:
        _tell(f"Kept back to measure the models with, which must not have seen them: {kept:,} audited.")
    states = {row.state for row in rows}
    if "candidate" in states:
        _tell(f"`coachloop template publish {key}` lets the re-trained models score.")
    if "published" in states:
        _tell("`coachloop score` scores with what is published.")


def _tell(sentence: str) -> None:
    out.print(sentence, markup=False, highlight=False)
