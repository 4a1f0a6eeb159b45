"""People, teams and agents: who signs in, who is where, who left, who was met in calls."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from coachloop.adapters.readers.lines import records
from coachloop.app.queries import people as queries
from coachloop.app.queries import staff
from coachloop.app.queries.programmes import operator
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import agents, leaving, memberships, merging
from coachloop.app.services.people import allow_originals, set_password
from coachloop.app.services.people_files import Kind, take
from coachloop.cli.output import AsJson, File, need_site, out, say, show_receipt, show_rows, write_rows

app = typer.Typer(help="People who sign in, and agents: add them, move them, let them leave.", no_args_is_help=True)


def _day(option: str, said: str) -> Any:
    """An option that is a day."""
    return typer.Option(option, help=said, parser=date.fromisoformat, metavar="YYYY-MM-DD")


Programme = Annotated[str | None, typer.Option(help="The programme, where the site is divided into some.")]


@app.command()
def add(file: File, *, programme: Programme = None, as_json: AsJson = False) -> None:
    """Add people and agents from a CSV or JSON Lines file, with their roles, and the teams that they are in or lead."""
    need_site()
    receipt = take(Kind.PEOPLE, records(file), viewer=operator(programme), now=timezone.now())
    memberships.place_calls()
    show_receipt(receipt, as_json=as_json, what="people")


@app.command("list")
def list_people(
    *,
    programme: Programme = None,
    target: Annotated[Path | None, typer.Option("--out", help="Write to this file.")] = None,
) -> None:
    """Write everybody as the CSV file that `people add` takes."""
    need_site()
    write_rows(queries.rows(operator(programme)), target, "csv")


@app.command()
def password(
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


@app.command()
def originals(
    email: str,
    *,
    allow: Annotated[bool, typer.Option("--allow/--deny", help="Let them, or no longer.")],
) -> None:
    """Let somebody read what is masked in the calls that they may see; each such look is noted in the audit log."""
    need_site()
    allow_originals(viewer=OPERATOR, email=email, allowed=allow, now=timezone.now())
    out.print(f"{email} {'may read' if allow else 'no longer reads'} what is masked.", highlight=False)


@app.command()
def met(*, programme: Programme = None, as_json: AsJson = False) -> None:
    """List agents whom calls named and nobody has written down, most calls first."""
    need_site()
    viewer = operator(programme)
    found = staff.met(viewer)
    pages = [found, *(staff.met(viewer, page=number) for number in range(2, found.pages + 1))]
    rows = [asdict(row) for page in pages for row in page.rows]
    rows = rows if as_json else [{name: cell for name, cell in row.items() if name != "id"} for row in rows]
    show_rows(rows, as_json=as_json, empty="Nobody: every agent is known.")


@app.command()
def confirm(
    agent: Annotated[list[str] | None, typer.Argument(help="Ids of agents.")] = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="All whom calls named.")] = False,
    programme: Programme = None,
) -> None:
    """Say that agents whom calls named are colleagues, new here."""
    need_site()
    viewer = operator(programme)
    ids = staff.met_ids(viewer) if everybody else [staff.find_agent(viewer, key) for key in agent or []]
    done = agents.confirm(viewer=viewer, agent_ids=ids, now=timezone.now())
    memberships.place_calls()
    out.print("1 is a colleague now." if done == 1 else f"{done} are colleagues now.", highlight=False)


@app.command()
def merge(agent: str, into: str, *, programme: Programme = None) -> None:
    """Say that AGENT, whom calls named, is INTO, whom we know: calls and all else move, and the id stays theirs."""
    need_site()
    viewer = operator(programme)
    ids = {"agent_id": staff.find_agent(viewer, agent), "into_id": staff.find_agent(viewer, into)}
    moved = merging.merge(viewer=viewer, **ids, now=timezone.now())
    memberships.place_calls()
    out.print(f"{agent} is {into}; conversations moved: {moved}.", highlight=False)


@app.command()
def join(
    agent: str,
    team: str,
    *,
    first: Annotated[date | None, _day("--from", "Since when; always, where not given.")] = None,
    last: Annotated[date | None, _day("--until", "Up to when.")] = None,
    programme: Programme = None,
) -> None:
    """Put an agent into a team from a day on; the stay before ends the day before."""
    need_site()
    viewer = operator(programme)
    ids = {"agent_id": staff.find_agent(viewer, agent), "team_id": staff.find_team(viewer, team)}
    changed = memberships.join_team(viewer=viewer, **ids, first_day=first, last_day=last, now=timezone.now())
    memberships.place_calls()
    out.print(f"{agent} is in {team}." if changed else f"{agent} was in {team} already.", highlight=False)


@app.command()
def leave(
    agent: str,
    *,
    last: Annotated[date | None, _day("--last-day", "Their last day; yesterday, where not given.")] = None,
    programme: Programme = None,
    as_json: AsJson = False,
) -> None:
    """Note that an agent leaves: once the day is over they are in no team, and what is open with them ends."""
    need_site()
    viewer, now = operator(programme), timezone.now()
    day = last or date.fromordinal(timezone.localdate(now).toordinal() - 1)
    ended = leaving.leave(viewer=viewer, agent_id=staff.find_agent(viewer, agent), last_day=day, now=now)
    memberships.place_calls()
    said = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in ended.items()) or "nothing yet"
    say(f"{agent} leaves after {day}. Ended: {said}.", {"last_day": day.isoformat(), "ended": ended}, as_json=as_json)


@app.command()
def back(
    agent: str,
    team: Annotated[str | None, typer.Argument(help="The team they join.")] = None,
    *,
    first: Annotated[date | None, _day("--from", "Since when; today, where not given.")] = None,
    programme: Programme = None,
) -> None:
    """Note that an agent who left is here again."""
    need_site()
    viewer = operator(programme)
    leaving.come_back(
        viewer=viewer,
        agent_id=staff.find_agent(viewer, agent),
        team_id=staff.find_team(viewer, team) if team else None,
        first_day=first,
        now=timezone.now(),
    )
    memberships.place_calls()
    out.print(f"{agent} is back.", highlight=False)
