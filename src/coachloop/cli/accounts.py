"""Accounts of people who sign in: for whoever can't get in, and for whoever must get out."""

from dataclasses import asdict

import typer
from django.conf import settings
from django.utils import timezone

from coachloop.app.queries import sign_in as queries
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import sign_in
from coachloop.cli.output import AsJson, need_site, out, print_json, say

app = typer.Typer(
    help="Accounts: password links, lost phones, pauses after wrong tries, sessions.", no_args_is_help=True
)


@app.command()
def link(email: str, *, as_json: AsJson = False) -> None:
    """Make a link by which somebody sets their password: once, within 24 hours. It is also mailed, where mail is set up."""
    need_site()
    made = sign_in.password_link(viewer=OPERATOR, email=email, site=settings.ADDRESS, now=timezone.now())
    say(made, {"link": made}, as_json=as_json)


@app.command()
def paused(*, as_json: AsJson = False) -> None:
    """Say whose sign-in pauses now after too many wrong passwords or codes, and from where."""
    need_site()
    rows = queries.paused(OPERATOR, now=timezone.now())
    if as_json:
        return print_json([asdict(row) | {"since": row.since.isoformat()} for row in rows])
    for row in rows:
        out.print(f"{row.account}, {row.tries} wrong tries from {row.address}, the last {row.since:%Y-%m-%d %H:%M}")
    return None if rows else out.print("Nobody.")


@app.command()
def unlock(email: str) -> None:
    """Let somebody try again at once."""
    need_site()
    sign_in.unlock(viewer=OPERATOR, account=email, now=timezone.now())
    out.print(f"{email} can try again.", highlight=False)


@app.command("codes-off")
def codes_off(email: str) -> None:
    """Ask somebody for no codes any more, whose phone is lost; they can turn codes on again."""
    need_site()
    sign_in.turn_off_codes(viewer=OPERATOR, email=email, now=timezone.now())
    out.print(f"{email} signs in by the password alone.", highlight=False)


@app.command("sign-out")
def sign_out(email: str) -> None:
    """End every session of somebody."""
    need_site()
    ended = sign_in.sign_somebody_out(viewer=OPERATOR, email=email, now=timezone.now())
    out.print(f"{email} is signed out everywhere; {ended} sessions ended.", highlight=False)
