"""Recordings into words."""

from typing import Annotated

import typer
from django.utils import timezone

from coachloop.app.queries.audio import waiting_ids, waiting_seconds
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.transcribing import NOBODY, Tally, transcribe_waiting, try_again
from coachloop.cli.models import ensure_speech_models
from coachloop.cli.output import PARTLY_REFUSED, AsJson, err, need_site, out, print_json, progress, stop
from coachloop.wiring import hearing

UNSURE = "where somebody has to confirm who speaks, on the conversation's page"


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(transcribe)


def transcribe(
    *,
    again: Annotated[bool, typer.Option("--again", help="Also those that could not be transcribed before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make words of the recordings that wait, the oldest first; ended at any moment, it goes on where it was."""
    need_site()
    if again:
        try_again(viewer=OPERATOR, now=timezone.now())
    tally = transcribe_all()
    if tally.waits == NOBODY and not tally.done:
        stop(NOBODY)
    if as_json:
        print_json(in_json(tally))
    else:
        show(tally)
    if tally.failed:
        raise typer.Exit(PARTLY_REFUSED)


def transcribe_all() -> Tally:
    """All that wait, with progress and the time left on a terminal."""
    if not waiting_ids():
        return Tally()
    seconds = waiting_seconds()
    if seconds:
        ensure_speech_models()
    with progress("Listening, seconds of each channel", seconds, counts=True) as listened:
        return transcribe_waiting(hearing(), viewer=OPERATOR, progress=listened)


def in_json(tally: Tally) -> dict[str, object]:
    """The stable keys of `--json`."""
    return {
        "transcribed": tally.done,
        "failed": [{"recording": name, "reason": reason} for name, reason in tally.failed],
        "speakers_not_sure": tally.unsure,
        "elsewhere": tally.busy,
        "waits": tally.waits,
    }


def show(tally: Tally) -> None:
    """The same for people."""
    out.print(f"{tally.done:,} recordings transcribed.", highlight=False)
    if tally.unsure:
        out.print(f"  {tally.unsure:,} {UNSURE}", highlight=False)
    if tally.busy:
        out.print(f"  {tally.busy:,} that somebody else is listening to", highlight=False)
    if tally.waits:
        out.print(f"  the others wait: {tally.waits}", markup=False, highlight=False)
    for name, reason in tally.failed:
        err.print(f"  can't be transcribed: {name}: {reason}", markup=False, highlight=False)
