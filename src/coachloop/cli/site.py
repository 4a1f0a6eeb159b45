"""Setting up and running a site."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from granian.constants import Interfaces
from granian.server import Server

from coachloop.adapters.readers.lines import records
from coachloop.app.queries.health import findings
from coachloop.app.queries.learned import models_finding
from coachloop.app.queries.outbox import messages_sent
from coachloop.app.queries.proof import quotes_finding
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.people import Place, add_people, allow_originals, move_site, set_password, set_up_site
from coachloop.app.services.rollups import tell_the_planner
from coachloop.cli.models import text_model
from coachloop.cli.output import AsJson, File, need_site, out, print_json, say, show_receipt, show_rows, stop
from coachloop.core.model.template_yaml import template_schema
from coachloop.core.model.wire import FORMATS
from coachloop.wiring import encoder, judge_reached, scorers, speech_found, ways


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (init, serve, worker, doctor, schema):
        app.command()(command)
    people = typer.Typer(help="People who sign in.", no_args_is_help=True)
    people.command("add")(people_add)
    people.command("password")(people_password)
    people.command("originals")(people_originals)
    app.add_typer(people, name="people")


def init(
    name: Annotated[str, typer.Option(help="The site's name.")] = "Main site",
    *,
    zone: Annotated[str, typer.Option("--timezone", help="Its IANA zone, instead of COACHLOOP_TIMEZONE.")] = "",
    country: Annotated[str, typer.Option(help="Its ISO 3166 country, instead of COACHLOOP_COUNTRY.")] = "",
    region: Annotated[str, typer.Option(help="Its region, for public holidays, instead of COACHLOOP_REGION.")] = "",
    as_json: AsJson = False,
) -> None:
    """Set up a site: make the tables and the site itself; harmless to repeat, and after every upgrade.

    What is named here is also changed at a site that is there already; the environment is read for a new one alone.
    """
    call_command("migrate", verbosity=0)
    tell_the_planner()
    config, named = settings.CONFIG, Place(zone, country.upper(), region.upper())
    given = Place(config.timezone, config.country, config.region)
    site = set_up_site(viewer=OPERATOR, name=name, place=given, now=timezone.now())
    if named != Place():
        site = move_site(viewer=OPERATOR, place=named, now=timezone.now())
    data = {
        "site": site.name,
        "timezone": site.timezone,
        "country": site.country,
        "region": site.subdivision,
        "home": str(settings.HOME),
    }
    say(f"{site.name} is set up in {settings.HOME}.", data, as_json=as_json)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the pages, with a worker inside unless COACHLOOP_WORKER=false."""
    need_site()
    _must_be_free(host, port)
    helper = subprocess.Popen([sys.executable, sys.argv[0], "worker"]) if settings.CONFIG.worker else None  # noqa: S603
    try:
        out.print(f"coachloop is at http://{host}:{port}/ (Ctrl-C ends it).", highlight=False)
        Server(
            "coachloop.project.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=4,
            log_access=False,
        ).serve()
    finally:
        if helper:
            helper.send_signal(signal.SIGTERM)
            helper.wait(timeout=30)


def _must_be_free(host: str, port: int) -> None:
    """Stop where something listens already: the server would share the port with it, without a word."""
    try:
        with socket.create_connection((host, port), timeout=1):
            pass
    except OSError:
        return
    stop(f"something listens on {host}:{port} already; choose another port with --port")


def worker() -> None:
    """Do the background work: score what arrived, refresh counts, open follow-ups."""
    need_site()
    call_command("ox_worker", processes=settings.CONFIG.workers, concurrency=1, verbosity=0)


def doctor(
    *,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="Look up every stored quote in what was said; takes its time.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is configured, reachable and missing, each with the way out."""
    found = findings(lambda: frozenset(scorers()))
    if any(one.check == "scorers" for one in found):  # the tables are there, as this version has them
        found += [text_model(), judge_reached(), speech_found(), messages_sent(ways())]
        found.append(models_finding(lambda: vectors.name if (vectors := encoder()) else ""))
        found += [quotes_finding()] if quotes else []
    show_rows(found, as_json=as_json)
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)


def schema(name: Annotated[str, typer.Argument(help=f"One of {', '.join([*FORMATS, 'template'])}.")]) -> None:
    """Print the JSON Schema of a file format."""
    if name == "template":
        print_json(template_schema())
    elif name in FORMATS:
        print_json(FORMATS[name].model_json_schema())
    else:
        raise typer.BadParameter(f"there are {', '.join([*FORMATS, 'template'])}, got {name!r}")


def people_add(file: File, *, as_json: AsJson = False) -> None:
    """Add people from a CSV or JSON Lines file: name, email, role, and team and agent_id where they have one."""
    need_site()
    show_receipt(add_people(records(file), viewer=OPERATOR, now=timezone.now()), as_json=as_json, what="people")


def people_password(
    email: str,
    password_file: Annotated[
        Path | None, typer.Option(exists=True, help="Read the password from this file instead of asking.")
    ] = None,
) -> None:
    """Give somebody a password to sign in with."""
    need_site()
    given = password_file.read_text().strip() if password_file else typer.prompt("Password", hide_input=True)
    set_password(viewer=OPERATOR, email=email, password=given, now=timezone.now())
    out.print("The password is set.")


def people_originals(
    email: str,
    *,
    allow: Annotated[bool, typer.Option("--allow/--deny", help="Let them, or no longer.")],
) -> None:
    """Let somebody read what is masked in the calls that they may see; each such look is noted in the audit log."""
    need_site()
    allow_originals(viewer=OPERATOR, email=email, allowed=allow, now=timezone.now())
    out.print(f"{email} {'may read' if allow else 'no longer reads'} what is masked.", highlight=False)
