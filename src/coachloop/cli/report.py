"""Reports to people."""

from typing import Annotated, Any

import typer
from django.utils import timezone

from coachloop.app.queries.rates import last_day_with_data
from coachloop.app.queries.report import AgentReport, daily_reports, told
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.due_reports import put_daily, text_of
from coachloop.app.services.messages import send_waiting
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import AsJson, Day, err, need_site, out, print_json
from coachloop.core.coaching.report import Behaviour, Kind, shown_proof
from coachloop.wiring import carriers

app = typer.Typer(help="What people are told.", no_args_is_help=True)


@app.callback()
def reports() -> None:
    """What people are told."""


@app.command()
def daily(
    *,
    template: Annotated[str, typer.Option(help="The template's key.")],
    date: Day = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent, by id.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it to those who want it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Each agent's day: what went well with its proof, one moment of the focus, the numbers with their n, or nothing."""
    need_site()
    refresh_rollups()
    day = date or last_day_with_data(OPERATOR) or timezone.localdate()
    agents = [agent] if agent else None
    rows = daily_reports(OPERATOR, template=template, day=day, agents=agents)
    if send:
        put = put_daily(template=template, day=day, agents=agents, now=timezone.now())
        run = send_waiting(carriers(), now=timezone.now())
        err.print(f"{put} new messages; {run.sent} sent, {run.failed} to be tried again or given up.", highlight=False)
    if as_json:
        states = told(Kind.DAILY, f"{template}:{day}")
        print_json([_row(row) | {"messages": states.get(row.agent_key, [])} for row in rows])
    else:
        _print(rows)


def _print(rows: list[AgentReport]) -> None:
    if not rows:
        out.print("Nothing to say: no call of that day had a moment that this template looks at.")
    for row in rows:
        out.print(f"— {row.agent_name} ({row.agent_key})", style="bold", markup=False, highlight=False)
        typer.echo(text_of(row.report))


def _row(row: AgentReport) -> dict[str, Any]:
    facts = row.facts
    proof, moment, promise = shown_proof(facts), facts.moment, facts.promise
    return {
        "agent_id": row.agent_key,
        "template": row.template,
        "date": row.day.isoformat(),
        "subject": row.report.subject,
        "lead": row.report.lead,
        "focus": facts.focus.partition("/")[2] if facts.focus else None,
        "behaviours": [_behaviour(one) for one in facts.behaviours if one.now.n or one.now.unscored],
        "went_well": {
            "behaviour": proof.behaviour.partition("/")[2],
            "conversation_id": proof.call,
            "quote": proof.quote,
        }
        if proof
        else None,
        "missed": {
            "conversation_id": moment.call,
            "customer": moment.customer,
            "agent": moment.agent,
            "better": moment.better,
        }
        if moment
        else None,
        "commitment": {"action": promise.action, "by_when": promise.by_when, "review_on": promise.review_on}
        if promise
        else None,
        "text": text_of(row.report),
    }


def _behaviour(one: Behaviour) -> dict[str, Any]:
    week = one.beside
    return {
        "behaviour": one.key.partition("/")[2],
        "met": one.now.met,
        "n": one.now.n,
        "unscored": one.now.unscored,
        "week": {"met": week.met, "n": week.n, "low": round(week.low, 4), "high": round(week.high, 4)},
    }
