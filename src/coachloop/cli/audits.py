"""`coachloop audit`: calls drawn by chance for people to check the machine with."""

import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer
from django.utils import timezone

from coachloop.app.queries import audit_frames
from coachloop.app.queries.audits_page import PastDraw, past_draws
from coachloop.app.queries.sites import first_local_date
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.audit_draws import TWICE, WITHIN, Wanted, draw_audit
from coachloop.cli.output import PARTLY_REFUSED, AsJson, Day, GuardedGroup, need_site, say, show_rows

app = typer.Typer(
    name="audit",
    help="Calls drawn by chance, answered blind by people: what everything said about the machine rests on.",
    cls=GuardedGroup,
    no_args_is_help=True,
)

Number = Annotated[int, typer.Argument(metavar="ID", help="The draw's number, from `coachloop audit list`.")]


@app.command()
def draw(  # noqa: PLR0913 -- its options
    template: Annotated[str, typer.Argument(help="The template's key.")],
    *,
    behaviour: Annotated[
        str, typer.Option(help="By whose verdicts calls are drawn; default: the one with fewest audits.")
    ] = "",
    within: Annotated[
        float, typer.Option(min=0.1, max=50, help="Know the rate within so many points up and down.")
    ] = 100 * WITHIN,
    days: Annotated[int, typer.Option(min=1, max=36_500, help="From the calls of so many days.")] = 28,
    as_of: Day = None,
    size: Annotated[
        int, typer.Option(min=0, help="So many calls, whatever that takes; 0: as many as --within takes.")
    ] = 0,
    seed: Annotated[
        str, typer.Option(help="Say it before the draw, so that nobody can doubt it; default: made here.")
    ] = "",
    due: Day = None,
    twice: Annotated[float, typer.Option(min=0, max=1, help="The share that two people answer.")] = TWICE,
    as_json: AsJson = False,
) -> None:
    """Draw calls and give them to the evaluators, least loaded first."""
    need_site()
    now = timezone.now()
    last = as_of or first_local_date(now)
    wanted = Wanted(
        template=template, first=last - timedelta(days=days - 1), last=last, behaviour=behaviour, within=within / 100, size=size,
        seed=seed, due_on=due, twice=twice,
    )  # fmt: skip
    row = draw_audit(viewer=OPERATOR, wanted=wanted, now=now)
    found = next(one for one in past_draws(OPERATOR, today=last) if one.id == row.pk)
    say(
        f"{found.calls} of {found.frame:,} calls are asked for until {found.due_on}, in {found.asked} assignments"
        f"{f', {found.unassigned} of which nobody may answer' if found.unassigned else ''}. Seed: {row.seed}. "
        f"Frame: SHA-256 {row.sha256}. `coachloop audit verify {row.pk}` draws again.",
        {**_json(found), "size": row.size, "seed": row.seed, "sha256": row.sha256},
        as_json=as_json,
    )


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Every draw, newest first, with how far it is."""
    need_site()
    rows = past_draws(OPERATOR, today=first_local_date(timezone.now()))
    show_rows(map(_json, rows), as_json=as_json, empty="Nothing is drawn yet: `coachloop audit draw TEMPLATE`.")


@app.command()
def verify(number: Number, *, as_json: AsJson = False) -> None:
    """Draw again from the kept frame with the kept seed, and compare with what was given out; ends with 1 where they differ."""
    need_site()
    found = audit_frames.verify(OPERATOR, number)
    if found.holds:
        sentence = f"The draw holds: the seed draws the same {found.chosen} of {found.frame:,} calls again."
    else:
        sentence = (
            f"The draw does not hold: frame {'unchanged' if found.frame_unchanged else 'CHANGED'}, "
            f"{len(found.missing)} drawn but not asked for, {len(found.extra)} asked for but not drawn, "
            f"{len(found.wrong_chance)} with another chance. --json names them."
        )
    say(sentence, {**asdict(found), "holds": found.holds}, as_json=as_json)
    if not found.holds:
        raise typer.Exit(PARTLY_REFUSED)


@app.command()
def frame(number: Number) -> None:
    """The kept frame as JSON, `[[key, predicted, agent], …]`, byte for byte what the SHA-256 is of: to draw again elsewhere.

    It says what the machine expects of each call: not for whoever still answers blind.
    """
    need_site()
    sys.stdout.write(audit_frames.of_draw(OPERATOR, number).document.decode())


def _json(row: PastDraw) -> dict[str, Any]:
    return {
        "id": row.id,
        "template": row.template,
        "behaviour": row.behaviour,
        "first_day": str(row.first_day),
        "last_day": str(row.last_day),
        "drawn_at": row.drawn_at.isoformat(),
        "frame": row.frame,
        "calls": row.calls,
        "assignments": row.asked,
        "submitted": row.submitted,
        "overdue": row.overdue,
        "unassigned": row.unassigned,
        "due_on": str(row.due_on),
    }
