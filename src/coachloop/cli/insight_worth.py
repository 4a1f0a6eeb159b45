"""`insight roi` and `insight workshops`: what it is worth, and who needs what."""

from typing import Annotated, Any

import typer
from django.utils import timezone

from coachloop.app.queries import workshops as needs
from coachloop.app.queries import worth
from coachloop.app.queries.effect import measured
from coachloop.app.queries.programme import Programme, work_out
from coachloop.app.queries.programmes import operator
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.worth import Value
from coachloop.app.services.impact import refresh_impact
from coachloop.app.services.rollups import refresh_rollups
from coachloop.app.services.valuations import set_value
from coachloop.cli.output import AsJson, Day, InProgramme, need_site, out, print_json, show_rows, stop
from coachloop.core.insight.worth import Worth

NO_VALUE = "Nobody has said what one more {0!r} is worth. Add `--value 250 --hour 40`, or let operations set it on the page Worth."
EMPTY = "No workshop: no behaviour in which two agents are below target for certain."


def roi(  # noqa: PLR0913 -- its options
    *,
    outcome: Annotated[str | None, typer.Option(help="The outcome, as conversations name it.")] = None,
    value: Annotated[float | None, typer.Option(min=0, help="What one more of it is worth; kept.")] = None,
    hour: Annotated[float | None, typer.Option(min=0, help="What an hour of anybody's time costs; kept.")] = None,
    what_if: Annotated[str | None, typer.Option(help="A behaviour: what would coaching on it bring?")] = None,
    template: Annotated[str | None, typer.Option(help="The template of that behaviour.")] = None,
    agents: Annotated[int, typer.Option(min=1, help="How many would be coached on it.")] = 20,
    as_of: Day = None,
    programme: InProgramme = None,
    as_json: AsJson = False,
) -> None:
    """What coaching is worth: extra outcomes and money, less the time it took, with intervals and what is assumed."""
    need_site()
    viewer = operator(programme)
    refresh_rollups()
    refresh_impact(now=timezone.now())
    name = _outcome(viewer, outcome)
    if value is not None and hour is not None:
        set_value(viewer=viewer, outcome=name, value=value, hour=hour, now=timezone.now())
    elif value is not None or hour is not None:
        stop("--value and --hour are set together")
    found = measured(viewer, as_of=as_of)
    if found is None:
        stop("No scores yet. Ingest conversations and run `coachloop score`.")
    figures, value_now = work_out(viewer, found), worth.value_of(viewer, name)
    if value_now is None:
        stop(NO_VALUE.format(name))
    if what_if:
        _say(_what_if(figures, name, value_now, behaviour=(template, what_if), agents=agents), as_json=as_json)
    else:
        _say(_worth(figures, name, value_now), as_json=as_json)


def workshops(
    *,
    template: Annotated[str | None, typer.Option(help="Only this template's behaviours.")] = None,
    as_of: Day = None,
    days: Annotated[int, typer.Option(min=1, max=36_500, help="How many days, the last one included.")] = 28,
    programme: InProgramme = None,
    as_json: AsJson = False,
) -> None:
    """Who needs which workshop; the rest is left alone, and so many hours are saved against training everybody."""
    need_site()
    viewer = operator(programme)
    refresh_rollups()
    found = needs.workshops(viewer, as_of=as_of, days=days, template=template)
    rows = [_workshop(one) for one in found.workshops] if found else []
    show_rows(rows, as_json=as_json, empty=EMPTY)
    if found and rows and not as_json:
        out.print(f"{found.alone} of {found.agents} agents need none. {found.saved:.0f} hours saved.", highlight=False)


def _outcome(viewer: Viewer, given: str | None) -> str:
    if given:
        return given
    known = worth.outcomes(viewer)
    if len(known) != 1:
        stop(f"name the outcome with --outcome{': ' + ', '.join(known) if known else ''}")
    return known[0]


def _worth(programme: Programme, outcome: str, value: Value) -> dict[str, Any]:
    seen = worth.view(programme, outcome=outcome, value=value)
    if seen.worth is None or seen.value is None:
        stop(NO_VALUE.format(outcome))
    parts = [
        {
            "template": one.template,
            "behaviour": one.behaviour,
            "effect": one.effect and one.effect._asdict(),
            "impact": one.impact and one.impact._asdict(),
            "opportunities": one.opportunities,
        }
        for one in seen.parts
    ]
    period = {"from": seen.first.isoformat(), "to": seen.last.isoformat()}
    given = {"outcome": outcome, "value": seen.value.value, "hour": seen.value.hour}
    counted = {"sessions": seen.sessions, "gatherings": seen.gatherings}
    return given | period | counted | _figures(seen.worth) | {"behaviours": parts, "assumptions": [*seen.assumptions]}


def _what_if(
    programme: Programme, outcome: str, value: Value, *, behaviour: tuple[str | None, str], agents: int
) -> dict[str, Any]:
    template, named = behaviour
    keys = [(one.template, one.behaviour) for one in programme.behaviours]
    found = [key for key in keys if key[1] == named and template in {None, key[0]}]
    if len(found) > 1:
        stop(f"{named!r} is in several templates ({', '.join(key for key, _ in found)}); name one with --template")
    key = found[0] if found else (template or "", named)
    seen = worth.what_if(programme, outcome=outcome, value=value, behaviour=key, agents=agents)
    given = {"outcome": outcome, "behaviour": named, "agents": agents}
    return given | _figures(seen.worth) | {"assumptions": [*seen.assumptions]}


def _figures(one: Worth) -> dict[str, Any]:
    ranges = {"extra": one.extra, "gain": one.gain, "net": one.net}
    return {name: each._asdict() for name, each in ranges.items()} | {
        "hours": one.hours,
        "cost": one.cost,
        "p_net_above_0": one.sure,
    }


def _say(data: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(data)
        return
    for name, unit in (("extra", data["outcome"]), ("gain", "money"), ("net", "money, less the time it took")):
        one = data[name]
        out.print(
            f"{name}: {one['mean']:,.1f} (likely between {one['low']:,.1f} and {one['high']:,.1f}) {unit}",
            markup=False,
            highlight=False,
        )
    out.print(f"time: {data['hours']:,.1f} hours, {data['cost']:,.0f}", highlight=False)
    for one in data["assumptions"]:
        out.print(f"  assumed: {one}", markup=False, highlight=False)


def _workshop(one: needs.Workshop) -> dict[str, Any]:
    return {
        "template": one.template,
        "behaviour": one.behaviour,
        "needing": one.needing,
        "of": one.everybody,
        "hours": one.took.needed,
        "hours_saved": one.took.saved,
        "agents": [each.key for each in one.agents],
    }
