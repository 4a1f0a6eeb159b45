"""Setting up and running a site."""

import json
from typing import Annotated

import typer
from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils import timezone

from coachloop.app.queries.checks import CHECKS
from coachloop.app.queries.health import findings
from coachloop.app.queries.learned import models_finding
from coachloop.app.queries.outbox import messages_sent
from coachloop.app.queries.proof import quotes_finding
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import data_keys, migrating
from coachloop.app.services.machines import note_key
from coachloop.app.services.partitions import make_ahead
from coachloop.app.services.people import Place, move_site, set_up_site
from coachloop.app.services.rollups import tell_the_planner
from coachloop.cli.checks import findings as configured
from coachloop.cli.models import text_model
from coachloop.cli.output import AsJson, print_json, say, show_rows
from coachloop.core.model.template_yaml import template_schema
from coachloop.core.model.wire import FORMATS
from coachloop.wiring import encoder, judge_reached, scorers, speech_found, ways


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (init, doctor, schema):
        app.command()(command)


def init(
    name: Annotated[str, typer.Option(help="The site's name.")] = "Main site",
    *,
    zone: Annotated[str, typer.Option("--timezone", help="Its IANA zone, instead of COACHLOOP_TIMEZONE.")] = "",
    country: Annotated[str, typer.Option(help="Its ISO 3166 country, instead of COACHLOOP_COUNTRY.")] = "",
    region: Annotated[str, typer.Option(help="Its region, for public holidays, instead of COACHLOOP_REGION.")] = "",
    as_json: AsJson = False,
) -> None:
    """Set up a site: make the tables and the site itself; harmless to repeat, and after every upgrade.

    Several machines may do it at once: they wait for one another. What is named here is also changed at a site that is there already; the environment is read for a new one alone.
    """
    config, named = settings.CONFIG, Place(zone, country.upper(), region.upper())
    given = Place(config.timezone, config.country, config.region)
    with migrating.alone(settings.HOME):
        migrating.migrate()
        tell_the_planner()
        site = set_up_site(viewer=OPERATOR, name=name, place=given, now=timezone.now())
        note_key(viewer=OPERATOR, now=timezone.now())
        data_keys.make_due(now=timezone.now())
        make_ahead(today=timezone.localdate())
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
        found += [check(timezone.now()) for check in CHECKS]
        found += [quotes_finding()] if quotes else []
    found += configured()
    show_rows(found, as_json=as_json)
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)


def schema(name: Annotated[str, typer.Argument(help=f"One of {', '.join([*FORMATS, 'template', 'api'])}.")]) -> None:
    """Print the JSON Schema of a file format."""
    if name == "api":
        request = HttpRequest()
        request.method = "GET"
        print_json(json.loads(resolve(reverse("api-schema")).func(request).content))
    elif name == "template":
        print_json(template_schema())
    elif name in FORMATS:
        print_json(FORMATS[name].model_json_schema())
    else:
        raise typer.BadParameter(f"there are {', '.join([*FORMATS, 'template', 'api'])}, got {name!r}")
