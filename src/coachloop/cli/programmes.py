"""Clients of an outsourcer, kept apart in one installation."""

from typing import Annotated

import typer
from django.utils import timezone

from coachloop.app.queries.programmes import listed
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.programmes import add_programme, rename_programme
from coachloop.cli.output import AsJson, need_site, say, show_rows

app = typer.Typer(help="Clients that are kept apart in one installation.", no_args_is_help=True)

Name = Annotated[str, typer.Option(help="What people call it.")]


@app.command()
def add(key: str, *, name: Name, as_json: AsJson = False) -> None:
    """Make a programme; the first one takes over all that is here, later ones are empty."""
    need_site()
    row, new = add_programme(viewer=OPERATOR, key=key, name=name, now=timezone.now())
    alone = len(listed()) == 1
    took = " All that was here is its own, and so are the roles of everybody but admins." if alone else ""
    data = {"key": row.key, "name": row.name, "new": new, "took_over": alone}
    say(f"{row.name} is {'a programme now' if new else 'a programme already'}.{took}", data, as_json=as_json)


@app.command()
def rename(key: str, *, name: Name, as_json: AsJson = False) -> None:
    """Call a programme otherwise; its key stays."""
    need_site()
    rename_programme(viewer=OPERATOR, key=key, name=name, now=timezone.now())
    say(f"{key} is called {name} now.", {"key": key, "name": name}, as_json=as_json)


@app.command("list")
def list_programmes(*, as_json: AsJson = False) -> None:
    """List the programmes with what they hold."""
    need_site()
    show_rows(listed(), as_json=as_json, empty="None: the site is not divided. `coachloop programme add` divides it.")
