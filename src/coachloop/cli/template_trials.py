"""Versions tried on what is stored: a period scored anew, two versions on one sample. Stores nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from coachloop.app.queries.backtest import SEED, BacktestRow
from coachloop.app.queries.backtest import backtest as back_test
from coachloop.app.queries.bridge import SAMPLE, Compared, Way, compare_ways
from coachloop.app.queries.rescoring import Period
from coachloop.app.queries.templates import find_version
from coachloop.app.queries.viewing import OPERATOR
from coachloop.cli.output import AsJson, Day, need_site, out, print_json, progress, show_rows
from coachloop.core.insight.bridge import Bridge, Decision
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Outcome, Verdict
from coachloop.wiring import bridge_scorers, trial_scorers

EXAMPLES = 5
"""Conversations named of each change."""

Seed = Annotated[int, typer.Option(min=0, help="Of the random draw.")]
WORDS = {
    Decision.CARRIES_OVER: "carries over, shifted by {shift}",
    Decision.RESTARTS: "baseline restarts",
    Decision.ADDED: "new: starts without a baseline",
    Decision.REMOVED: "no longer scored",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(backtest)
    app.command()(bridge)


def backtest(
    reference: Annotated[str, typer.Argument(help="KEY for the newest version, or KEY@N.")],
    *,
    since: Day = None,
    until: Day = None,
    sample: Annotated[int | None, typer.Option(min=1, help="At most so many conversations, drawn at random.")] = None,
    seed: Seed = SEED,
    as_json: AsJson = False,
) -> None:
    """Score a stored period with any version, published or not; stores nothing."""
    need_site()
    version = find_version(OPERATOR, reference)
    with _counted("Scoring") as show:
        found = back_test(
            OPERATOR,
            parse_template(version.text),
            scorers=trial_scorers(),
            period=Period(since, until),
            sample=sample,
            seed=seed,
            progress=show,
        )
    if as_json:
        rows = [{**_fields(row), "decided_by": dict(row.decided_by)} for row in found.behaviours]
        period = {"since": since, "until": until, "fitting": found.fitting, "conversations": found.conversations}
        print_json({"key": found.template, "version": version.number, **period, "seed": found.seed, "behaviours": rows})
        return
    out.print(f"{found.template}@{version.number} on {found.conversations:,} of {found.fitting:,} conversations")
    show_rows([_shown(row) for row in found.behaviours], as_json=False)


def _fields(row: BacktestRow) -> dict[str, Any]:
    return {
        "behaviour": row.behaviour,
        "n": row.n,
        "met": row.met,
        "not_met": row.not_met,
        "not_applicable": row.not_applicable,
        "unscored": row.unscored,
        "rate": row.rate,
        "low": row.low,
        "high": row.high,
        "labels": row.labels,
        "kappa": row.kappa,
        "kappa_low": row.kappa_low,
        "kappa_high": row.kappa_high,
    }


def _shown(row: BacktestRow) -> dict[str, Any]:
    return {**_fields(row), "decided by": ", ".join(f"{name} {count:,}" for name, count in row.decided_by.items())}


def bridge(
    key: str,
    old: int,
    new: int,
    *,
    since: Day = None,
    sample: Annotated[int, typer.Option(min=1, help="At most so many conversations, drawn at random.")] = SAMPLE,
    seed: Seed = SEED,
    candidate: Annotated[
        bool, typer.Option("--candidate", help="The new version with the re-trained models that wait to be published.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score one sample with both versions: how far each rate moves, and what becomes of its baselines; stores nothing.

    With --candidate both may be the same version: then only the learned models differ.
    """
    need_site()
    now, then = bridge_scorers()
    versions = [parse_template(find_version(OPERATOR, f"{key}@{number}").text) for number in (old, new)]
    ways = [Way(versions[0], now), Way(versions[1], then if candidate else now)]
    with _counted("Scoring both ways") as show:
        found = compare_ways(OPERATOR, ways[0], ways[1], period=Period(since), sample=sample, seed=seed, progress=show)
    if as_json:
        print_json(
            {
                "key": key,
                "old": old,
                "new": new,
                "candidate": candidate,
                "since": since,
                **bridge_json(found),
            }
        )
        return
    drawn = f"{len(found.keys):,} of {found.fitting:,} conversations, drawn with seed {found.seed}"
    out.print(f"{key}@{old} and {key}@{new} on {drawn}", highlight=False)
    show_rows(map(_line, found.bridges), as_json=False, empty="No stored conversation fits; add some first.")


def bridge_json(found: Compared) -> dict[str, Any]:
    """A bridge with the sample that it stands on."""
    sample = {"fitting": found.fitting, "n": len(found.keys), "seed": found.seed, "postponed": found.postponed}
    return {
        "sample": {**sample, "conversation_ids": list(found.keys)},
        "behaviours": [_bridge(one) for one in found.bridges],
    }


def _bridge(one: Bridge) -> dict[str, Any]:
    return {
        "behaviour": one.behaviour,
        "decision": one.decision,
        "old_met": one.old_met,
        "old_n": one.old_n,
        "old_rate": one.old_rate,
        "new_met": one.new_met,
        "new_n": one.new_n,
        "new_rate": one.new_rate,
        "difference": one.difference,
        "low": one.low,
        "high": one.high,
        "kappa": one.kappa,
        "kappa_low": one.kappa_low,
        "kappa_high": one.kappa_high,
        "old_unscored": one.old_unscored,
        "new_unscored": one.new_unscored,
        "changes": [_move(one, old, new, count) for (old, new), count in sorted(one.moves.items())],
    }


def _move(one: Bridge, old: Outcome, new: Outcome, count: int) -> dict[str, Any]:  # noqa: PLR0917 -- from, to, how many
    moved = [each for each in one.changes if (each.old.outcome, each.new.outcome) == (old, new)]
    examples = [
        {"conversation_id": each.conversation_id, "old": _said(each.old), "new": _said(each.new)}
        for each in moved[:EXAMPLES]
    ]
    return {"from": old, "to": new, "conversations": count, "examples": examples}


def _said(verdict: Verdict) -> dict[str, Any]:
    quotes = [{"turn": quote.turn, "quote": quote.text} for quote in verdict.evidence]
    return {"evidence": quotes, "reason": verdict.reason, "decided_by": verdict.decided_by}


def _line(one: Bridge) -> Mapping[str, Any]:
    moves = one.moves
    lost, gained = moves.get((Outcome.MET, Outcome.NOT_MET), 0), moves.get((Outcome.NOT_MET, Outcome.MET), 0)
    return {
        "behaviour": one.behaviour,
        "old rate": one.old_rate,
        "new rate": one.new_rate,
        "difference": one.difference,
        "low": one.low,
        "high": one.high,
        "now met": gained,
        "no longer met": lost,
        "other changes": sum(moves.values()) - lost - gained,
        "kappa": one.kappa,
        "so": _so(one),
    }


def _so(one: Bridge) -> str:
    shift = f"{(one.difference or 0) * 100:+.1f}"
    if one.decision is Decision.CARRIES_OVER and shift[1:] == "0.0":
        return "carries over as it is"
    return WORDS[one.decision].format(shift=f"{shift} points")


@contextmanager
def _counted(what: str) -> Iterator[Callable[[int], None]]:
    with progress(what, counts=True) as show:
        yield show
