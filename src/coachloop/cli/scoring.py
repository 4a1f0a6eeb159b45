"""Scoring, and how good it is."""

from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from django.conf import settings
from django.utils import timezone

from coachloop.adapters.readers.lines import records
from coachloop.app.errors import RefusedError
from coachloop.app.queries.evaluate import evaluate as evaluate_template
from coachloop.app.queries.health import no_template
from coachloop.app.queries.sites import zone
from coachloop.app.queries.templates import published_as
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import scoring as service
from coachloop.app.services.judge import Scope, rehearse
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import AsJson, Day, need_site, out, print_json, progress, show_rows
from coachloop.core.model.receipt import Line, Record, Refusal
from coachloop.core.model.wire import BadLineError, LabelLine, checked, fields
from coachloop.core.scoring.judge.exchange import Usage
from coachloop.core.scoring.judge.rehearsal import Plan
from coachloop.wiring import judge_usage, rehearsing, scorers

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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing; say what the judge would cost.")] = False,
    as_json: AsJson = False,
) -> None:
    """Score what is not scored yet, and refresh the counts."""
    need_site()
    if template:
        published_as(OPERATOR, template)
    scope = Scope(template, since, everything)
    if dry_run:
        _rehearse(scope, as_json=as_json)
    else:
        _score(scope, as_json=as_json)


def _score(scope: Scope, *, as_json: bool) -> None:
    started, now, tally = perf_counter(), timezone.now(), service.Tally()
    usage = judge_usage()
    for engine in service.engines(scorers(), template=scope.template):
        service.put_down_outdated(engine, everything=scope.everything)
        waiting = service.pending(engine, since=scope.since).count()
        with progress(f"Scoring {engine.template.core.title}", waiting, counts=True) as show:
            tally.add(service.score_pending(engine, now=now, since=scope.since, progress=show))
    service.record_scoring(OPERATOR, tally, now=now)
    refresh_rollups()
    _show(tally, usage, perf_counter() - started, as_json=as_json)
    if not (tally.evaluations or as_json) and (found := no_template()):
        out.print(f"  {found.seen}: {found.way_out}", markup=False, highlight=False)


def _show(tally: service.Tally, usage: Usage, seconds: float, *, as_json: bool) -> None:
    data = {
        "conversations": tally.evaluations,
        "postponed": tally.postponed,
        "decided_by": dict(tally.decided),
        "verdicts": dict(tally.outcomes),
        "dropped_quotes": tally.dropped_quotes,
        "seconds": round(seconds, 2),
        "judge": _used(usage),
    }
    if as_json:
        print_json(data)
        return
    out.print(f"{tally.evaluations:,} conversations x templates scored in {seconds:.1f} s.", highlight=False)
    if tally.outcomes:
        out.print("  " + ", ".join(f"{n:,} {name}" for name, n in tally.outcomes.most_common()), highlight=False)
    if tally.decided:
        out.print(
            "  decided by " + ", ".join(f"{name}: {n:,}" for name, n in tally.decided.most_common()), highlight=False
        )
    if usage.requests or usage.cached:
        out.print(f"  the judge: {_amount(usage)}", highlight=False)
    if tally.postponed:
        out.print(f"  {tally.postponed:,} wait: {_waits(usage)}", markup=False, highlight=False)


def _used(usage: Usage | Plan) -> dict[str, Any]:
    """What a judge used or would use, with a stable name each."""
    used = asdict(usage)
    return {**used, "tokens": usage.tokens_in + usage.tokens_out, "currency": settings.CONFIG.judge_currency}


def _amount(usage: Usage | Plan) -> str:
    cost = f", {usage.cost:,.2f} {settings.CONFIG.judge_currency}" if usage.cost else ""
    return (
        f"{usage.requests:,} requests and {usage.cached:,} known already, "
        f"{usage.tokens_in:,} tokens asked and {usage.tokens_out:,} answered{cost}"
    )


def _waits(usage: Usage) -> str:
    """Why some wait, and when they go on."""
    if usage.stopped and "used up" in usage.stopped:
        return f"{usage.stopped}; they go on after midnight ({zone().key}), by a worker or the next `coachloop score`"
    often = max(usage.failures, key=usage.failures.__getitem__, default="")
    reason = often or usage.stopped or "a scorer is not available"
    return f"{reason}; they go on by a worker or the next `coachloop score`"


def _rehearse(scope: Scope, *, as_json: bool) -> None:
    rehearsed, rehearsal = rehearsing()
    with progress("Rehearsing", counts=True) as show:
        looked_at = rehearse(rehearsed, scope, progress=show)
    plan = rehearsal.plan
    if as_json:
        print_json({"dry_run": True, "conversations": looked_at, "judge": _used(plan)})
        return
    out.print(f"{looked_at:,} conversations x templates would be scored; nothing was.", highlight=False)
    out.print(f"  the judge would be asked about {plan.conversations:,}: about {_amount(plan)}", highlight=False)
    if not settings.CONFIG.judge_url:
        out.print("  no judge is configured: set COACHLOOP_JUDGE_URL and COACHLOOP_JUDGE_MODEL", highlight=False)


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


def _label(path: Path, item: Line | Record | Refusal) -> LabelLine:
    if isinstance(item, Refusal):
        raise RefusedError(f"{path}:{item.line}: {item.reason}")
    try:
        return checked(LabelLine, fields(item))
    except BadLineError as error:
        raise RefusedError(f"{path}:{item.number}: {error}") from error
