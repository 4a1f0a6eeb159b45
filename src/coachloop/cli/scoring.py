"""Scoring, and how good it is."""

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from django.utils import timezone

from coachloop.adapters.readers.lines import records
from coachloop.app.errors import RefusedError
from coachloop.app.queries.evaluate import evaluate as evaluate_template
from coachloop.app.queries.templates import published_as
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import scoring as service
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import AsJson, Day, need_site, out, print_json, progress, show_rows
from coachloop.core.model.receipt import Line, Refusal
from coachloop.core.model.wire import BadLineError, LabelLine, checked, json_object
from coachloop.wiring import scorers

Labels = Annotated[Path, typer.Option("--labels", exists=True, dir_okay=False, help="Human labels, JSON Lines or CSV.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(score)
    app.command()(evaluate)


def score(
    *,
    template: Annotated[str | None, typer.Option(help="Only this template.")] = None,
    since: Day = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is scored already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Score what is not scored yet, and refresh the counts."""
    need_site()
    if template:
        published_as(template)
    started, now, tally = perf_counter(), timezone.now(), service.Tally()
    for engine in service.engines(scorers(), template=template):
        service.put_down_outdated(engine, everything=everything)
        waiting = service.pending(engine, since=since).count()
        with progress(f"Scoring {engine.template.core.title}", waiting, counts=True) as show:
            tally.add(service.score_pending(engine, now=now, since=since, progress=show))
    service.record_scoring(OPERATOR, tally, now=now)
    refresh_rollups()
    _show(tally, perf_counter() - started, as_json=as_json)


def _show(tally: service.Tally, seconds: float, *, as_json: bool) -> None:
    data = {
        "conversations": tally.evaluations,
        "postponed": tally.postponed,
        "decided_by": dict(tally.decided),
        "verdicts": dict(tally.outcomes),
        "dropped_quotes": tally.dropped_quotes,
        "seconds": round(seconds, 2),
        "judge": {"tokens": 0, "cost": 0},
    }
    if as_json:
        print_json(data)
        return
    out.print(f"{tally.evaluations:,} conversations x templates scored in {seconds:.1f} s.", highlight=False)
    out.print("  " + ", ".join(f"{n:,} {name}" for name, n in tally.outcomes.most_common()), highlight=False)
    out.print("  decided by " + ", ".join(f"{name}: {n:,}" for name, n in tally.decided.most_common()), highlight=False)


def evaluate(key: str, labels: Labels, *, as_json: AsJson = False) -> None:
    """Compare a template's verdicts with human labels, per behaviour; kappa with its interval beside accuracy's figures."""
    need_site()
    show_rows(evaluate_template(OPERATOR, key, read_labels(labels)), as_json=as_json)


def read_labels(path: Path) -> list[LabelLine]:
    """The labels of a file.

    Raises:
        RefusedError: a line can't be taken; the message names it.
    """
    return [_label(path, item) for item in records(path)]


def _label(path: Path, item: Line | Refusal) -> LabelLine:
    if isinstance(item, Refusal):
        raise RefusedError(f"{path}:{item.line}: {item.reason}")
    try:
        return checked(LabelLine, json_object(item.raw))
    except BadLineError as error:
        raise RefusedError(f"{path}:{item.number}: {error}") from error
