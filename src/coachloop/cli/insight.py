"""What the scores say."""

from datetime import date
from typing import Annotated, Literal, TypedDict

import typer
from django.utils import timezone

from coachloop.app.queries.audits import corrected_rates
from coachloop.app.queries.export import rate_json
from coachloop.app.queries.focus import Suggestion, suggestions
from coachloop.app.queries.impact import look, moved
from coachloop.app.queries.programmes import operator
from coachloop.app.queries.rates import rates as rate_rows
from coachloop.app.services.impact import refresh_impact
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli import insight_drift, insight_effect, insight_impact, insight_trust, insight_worth
from coachloop.cli.insight_trust import corrected_json
from coachloop.cli.output import AsJson, Day, InProgramme, need_site, show_rows

app = typer.Typer(help="What the scores say.", no_args_is_help=True)
app.command()(insight_drift.drift)

Days = Annotated[int, typer.Option(min=1, max=36_500, help="How many days, the last one included.")]
app.command()(insight_impact.impact)
app.command()(insight_effect.effect)
app.command()(insight_worth.roi)
app.command()(insight_worth.workshops)
app.command()(insight_trust.trust)
app.command()(insight_trust.fairness)

EMPTY = "No scores yet. Ingest conversations and run `coachloop score`."


class Wanted(TypedDict):
    """Which rates."""

    by: Literal["agent", "team", "centre"]
    behaviour: str | None
    template: str | None
    as_of: date | None
    days: int


@app.command()
def rates(
    *,
    by: Annotated[str, typer.Option(help="agent, team or centre.")] = "agent",
    behaviour: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    template: Annotated[str | None, typer.Option(help="Only this template's.")] = None,
    as_of: Day = None,
    days: Days = 28,
    corrected: Annotated[
        bool, typer.Option("--corrected", help="With the machine's errors taken out by audits.")
    ] = False,
    programme: InProgramme = None,
    as_json: AsJson = False,
) -> None:
    """Rates with their n and interval; shrunken towards the peers', with the probability of being below target."""
    need_site()
    viewer = operator(programme)
    refresh_rollups()
    unit: Literal["agent", "team", "centre"]
    match by:
        case "agent" | "team" | "centre":
            unit = by
        case _:
            raise typer.BadParameter(f"--by must be agent, team or centre, got {by!r}")
    wanted = Wanted(by=unit, behaviour=behaviour, template=template, as_of=as_of, days=days)
    rows = (
        map(corrected_json, corrected_rates(viewer, **wanted))
        if corrected
        else map(rate_json, rate_rows(viewer, **wanted))
    )
    show_rows(rows, as_json=as_json, empty=EMPTY)


@app.command()
def focus(*, as_of: Day = None, days: Days = 28, programme: InProgramme = None, as_json: AsJson = False) -> None:
    """What each agent should work on now, with the reason and an example."""
    need_site()
    viewer = operator(programme)
    refresh_rollups()
    refresh_impact(now=timezone.now())
    moves = moved(viewer, look(now=timezone.now(), as_of=as_of)) if as_of else None
    rows = suggestions(viewer, as_of=as_of, days=days, moves=moves)
    show_rows(map(_focus, rows), as_json=as_json, empty=EMPTY)


def _focus(row: Suggestion) -> dict[str, object]:
    example = row.example
    shown = (
        {"conversation_id": example.conversation_key, "turn": example.turn, "quote": example.quote} if example else None
    )
    return {
        "agent_id": row.agent_key,
        "template": row.template,
        "behaviour": row.behaviour,
        "kind": row.kind,
        "expected_gain": round(row.expected_gain, 4),
        "reason": row.reason,
        "runner_up": row.runner_up or None,
        "example": shown,
        "due_on": _iso(row.due_on),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
