"""`insight impact`: which behaviours move an outcome, and which move before it does."""

from typing import Annotated, Any

import typer
from django.utils import timezone

from coachloop.app.queries.impact import DAYS, Found, look
from coachloop.app.services.matrix import refresh_matrix
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import AsJson, Day, err, need_site, progress, show_rows

FIGURES = ("effect", "low", "high", "n", "p_value", "q_value", "survives", "naive", "agents", "unscored")
LEADS = ("leads_by", "leads_low", "leads_high")
EMPTY = "Nothing can be compared yet: impact needs scored conversations whose outcome is known, of both kinds."


def impact(
    *,
    outcome: Annotated[str, typer.Option(help="The outcome, as conversations name it.")],
    template: Annotated[str | None, typer.Option(help="Only this template's behaviours.")] = None,
    as_of: Day = None,
    days: Annotated[int, typer.Option(min=1, max=36_500, help="How many days, the last one included.")] = DAYS,
    as_json: AsJson = False,
) -> None:
    """Which behaviours move an outcome: the change of its chance within agents and kinds of call, with its interval.

    What cannot be said, and why, goes to standard error.
    """
    need_site()
    refresh_rollups()
    with progress("Reading days") as done:
        refresh_matrix(done)
    found = look(now=timezone.now(), outcome=outcome, template=template, as_of=as_of, days=days)
    show_rows((row for one in found for row in _rows(one)), as_json=as_json, empty=EMPTY)
    for one in found:
        _remarks(one)


def _rows(found: Found) -> list[dict[str, Any]]:
    names = {"template": found.run.template.key}
    return [
        names | {"behaviour": one.behaviour.key} | {name: getattr(one, name) for name in (*FIGURES, *LEADS)}
        for one in found.estimated
    ]


def _remarks(found: Found) -> None:
    for one, why in found.left_out:
        err.print(f"  {one.behaviour.key}: no estimate, {why}", markup=False, highlight=False)
    if not found.survives:
        err.print(
            f"{found.run.template.key}: nothing survives multiple testing. None of these behaviours is shown to move "
            f"{found.run.outcome}.",
            markup=False,
            highlight=False,
        )
