"""Tokens by which programs act as somebody."""

from datetime import timedelta
from typing import Annotated

import typer
from django.utils import timezone

from coachloop.app.queries import tokens as queries
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import tokens as services
from coachloop.app.services.tokens import Wanted
from coachloop.cli.output import AsJson, need_site, out, say, show_rows
from coachloop.core.model.scopes import SCOPES

app = typer.Typer(help="Tokens by which programs use the API as somebody.", no_args_is_help=True)


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="Whose it is; a program of its own gets a person of its own.")],
    *,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help=f"What it may do, given once or more: {', '.join(SCOPES)}.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lives.")] = 90,
    programme: Annotated[str, typer.Option(help="The programme's key, where the site is divided.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a token; its secret is printed once, and kept nowhere."""
    need_site()
    now = timezone.now()
    who = services.person(email, programme=programme, now=now)
    made = services.make(viewer=who, wanted=Wanted(name, scope, now + timedelta(days=days)), now=now)
    say(made.secret, {"id": made.id, "token": made.secret}, as_json=as_json)


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Everybody's tokens, without their secrets."""
    need_site()
    show_rows(queries.tokens(OPERATOR, now=timezone.now()), as_json=as_json, empty="No tokens yet.")


@app.command()
def revoke(number: Annotated[int, typer.Argument(help="The token's id, as `token list` shows it.")]) -> None:
    """End a token, at once."""
    need_site()
    services.revoke(viewer=OPERATOR, token_id=number, now=timezone.now())
    out.print("The token is ended.")
