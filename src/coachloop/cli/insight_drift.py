"""`insight drift`: who has slipped from what is usual for them."""

from typing import Annotated, Any

import typer

from coachloop.app.queries.drift import SlipRow, slips
from coachloop.app.queries.programmes import operator
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import AsJson, Day, InProgramme, need_site, show_rows

EMPTY = "Nobody has slipped: no rate is clearly below what is usual for its agent, in calls of the same kind."


def drift(
    *,
    behaviour: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    template: Annotated[str | None, typer.Option(help="Only this template's.")] = None,
    as_of: Day = None,
    programme: InProgramme = None,
    as_json: AsJson = False,
) -> None:
    """Every drift alert so far: since when, how far below what is usual in calls of the same kind, and whether it still stands."""
    need_site()
    refresh_rollups()
    found = slips(operator(programme), as_of=as_of, template=template, behaviour=behaviour)
    show_rows(map(_row, found), as_json=as_json, empty=EMPTY)


def _row(row: SlipRow) -> dict[str, Any]:
    slip = row.slip
    return {
        "agent_id": row.agent_key,
        "template": row.template,
        "behaviour": row.behaviour,
        "signalled_on": slip.signalled_on.isoformat(),
        "onset": slip.onset.isoformat(),
        "baseline": round(slip.baseline, 4),
        "recent": round(slip.recent, 4),
        "low": round(slip.low, 4),
        "high": round(slip.high, 4),
        "n_since_onset": slip.n,
        "open": slip.open,
        "closed_on": slip.closed_on.isoformat() if slip.closed_on else None,
        "why_closed": slip.why_closed,
    }
