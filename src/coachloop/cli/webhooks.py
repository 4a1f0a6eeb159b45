"""Addresses that are told of what happens here."""

from typing import Annotated

import typer
from django.utils import timezone

from coachloop.app.queries import webhooks as queries
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import telling, webhooks
from coachloop.cli.output import AsJson, need_site, say, show_rows
from coachloop.core.model.event import EventKind
from coachloop.wiring import letterbox, webhook_sender

Number = Annotated[int, typer.Argument(help="Its number in `coachloop webhook list`.")]
Kinds = Annotated[list[EventKind] | None, typer.Option("--kind", help="Only this kind; may be repeated. Else all.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    webhook = typer.Typer(help="Addresses that are told of what happens here.", no_args_is_help=True)
    webhook.command("list")(list_all)
    for command in (add, change, rotate, off, on, ping, deliveries, replay):
        webhook.command()(command)
    app.add_typer(webhook, name="webhook")


def list_all(*, as_json: AsJson = False) -> None:
    """All addresses, with what waits and what was given up."""
    need_site()
    show_rows(queries.webhooks(OPERATOR), as_json=as_json, empty="None yet: `coachloop webhook add ADDRESS`.")


def add(
    address: str,
    *,
    kind: Kinds = None,
    after: Annotated[
        int | None, typer.Option(min=0, help="Begin after the event of this number; else from now on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell an address from now on; its secret is printed this once."""
    need_site()
    row, secret = webhooks.add_webhook(
        viewer=OPERATOR,
        address=address,
        kinds=kind or (),
        check=webhook_sender().check,
        now=timezone.now(),
        after=after,
    )
    words = f"Number {row.pk} is told from now on. Its secret, shown this once: {secret}"
    say(words, {"id": row.pk, "secret": secret}, as_json=as_json)


def change(number: Number, address: str, *, kind: Kinds = None, as_json: AsJson = False) -> None:
    """Tell another address, or of other kinds; the secret stays."""
    need_site()
    webhooks.change_webhook(
        viewer=OPERATOR,
        webhook_id=number,
        address=address,
        kinds=kind or (),
        check=webhook_sender().check,
        now=timezone.now(),
    )
    say(f"Number {number} is changed.", {"id": number}, as_json=as_json)


def rotate(number: Number, *, as_json: AsJson = False) -> None:
    """Give it a new secret, printed this once; for a day the old one signs as well."""
    need_site()
    secret = webhooks.rotate_secret(viewer=OPERATOR, webhook_id=number, now=timezone.now())
    say(f"The new secret, shown this once: {secret}", {"id": number, "secret": secret}, as_json=as_json)


def off(number: Number, *, as_json: AsJson = False) -> None:
    """Tell it no more."""
    _switch(number, on=False, as_json=as_json)


def on(number: Number, *, as_json: AsJson = False) -> None:
    """Tell it again; what happened meanwhile follows, as far back as events are kept."""
    _switch(number, on=True, as_json=as_json)


def _switch(number: int, *, on: bool, as_json: bool) -> None:
    need_site()
    webhooks.switch_webhook(viewer=OPERATOR, webhook_id=number, on=on, now=timezone.now())
    say(f"Number {number} is switched {'on' if on else 'off'}.", {"id": number, "on": on}, as_json=as_json)


def ping(number: Number, *, as_json: AsJson = False) -> None:
    """Send it a test, and say what it answers; ends with exit code 1 where it does not take it."""
    need_site()
    said = telling.ping(viewer=OPERATOR, webhook_id=number, box=letterbox())
    data = {"id": number, "status": said.status, "problem": said.problem}
    say(f"It did not take it: {said.problem}" if said.problem else f"It answered {said.status}.", data, as_json=as_json)
    if said.problem:
        raise typer.Exit(1)


def deliveries(
    number: Number,
    *,
    given_up: Annotated[bool, typer.Option("--given-up", help="Only what was given up.")] = False,
    as_json: AsJson = False,
) -> None:
    """What was sent there, the newest first."""
    need_site()
    rows = queries.deliveries(OPERATOR, number, state="given_up" if given_up else "")
    show_rows(rows, as_json=as_json)


def replay(
    number: Number,
    *,
    delivery: Annotated[int | None, typer.Option(help="Only this delivery.")] = None,
    since: Annotated[int | None, typer.Option(min=1, help="Every event from this number on.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell again what was given up, or one, or all from a number on; each with the id that it had."""
    need_site()
    count = webhooks.replay(viewer=OPERATOR, webhook_id=number, delivery_id=delivery, since=since, now=timezone.now())
    say(
        "1 event goes again." if count == 1 else f"{count:,} events go again.",
        {"id": number, "again": count},
        as_json=as_json,
    )
