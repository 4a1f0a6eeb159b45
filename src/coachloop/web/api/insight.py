"""What the scores say: rates, focus, drift, impact, effect, worth, and who needs help with what."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from coachloop.app.queries import (
    agent_page,
    coverage,
    drift,
    effect_page,
    focus,
    follow_up,
    heatmap,
    impact,
    lost_slots,
    mix,
    programme,
    rates,
    workshops,
    worth,
)
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.paging import USUAL, Cursor, Limit, Page, paged
from coachloop.web.api.shapes import Key

READERS = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
LEADERS = (Role.TEAM_LEADER, Role.QA_LEAD)
NUMBERS = (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)
Days = Annotated[int, Field(ge=1, le=3650, description="How many days, the last one included.")]
AsOf = Annotated[
    date | None, Field(description="The last day that counts; the last one with data where none is given.")
]
Only = Annotated[str, Field(max_length=200)]
Month = Annotated[
    str, Field(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$", description="YYYY-MM; this month where none is given.")
]


@endpoint("GET /insight/rates", *READERS, Role.OPERATIONS, scope="insight:read")
def list_rates(
    asked: Asked,
    by: Literal["agent", "team", "centre"] = "agent",
    template: Only = "",
    behaviour: Only = "",
    as_of: AsOf = None,
    days: Days = 28,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Page[rates.RateRow]:
    """Rates with their n and interval, by agent, team or for the centre. Operations see teams and the centre, not agents."""
    rows = rates.rates(
        asked.viewer, by=by, as_of=as_of, days=days, behaviour=behaviour or None, template=template or None
    )
    return paged(
        rows,
        lambda row: (row.agent_key or "", row.team_key or "", row.template, row.behaviour),
        cursor=cursor,
        limit=limit,
    )


@endpoint("GET /insight/focus", *LEADERS, scope="insight:read")
def list_suggestions(
    asked: Asked, as_of: AsOf = None, days: Days = 28, cursor: Cursor = "", limit: Limit = USUAL
) -> Page[focus.Suggestion]:
    """What each agent should work on now, with the reason and an example. The look at its words is written down."""
    rows = focus.suggestions(asked.viewer, as_of=as_of, days=days, today=None if as_of else asked.today)
    page = paged(rows, lambda row: (row.agent_key,), cursor=cursor, limit=limit)
    audit.look(asked.viewer, *(one.example.conversation_key for one in page.items if one.example), now=asked.now)
    return page


@endpoint("GET /insight/drift", *NUMBERS, Role.ADMIN, scope="insight:read")
def read_drift(asked: Asked, team: Only = "") -> drift.DriftPage:
    """Who has slipped from what is usual for them; operations and admins see numbers without names."""
    return drift.page(asked.viewer, team=team, today=asked.today)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one behaviour does to the outcome; everything is empty where it could not be estimated, and `left_out` says why."""

    behaviour: str
    title: str
    n: int
    agents: int
    effect: float | None
    low: float | None
    high: float | None
    q_value: float | None
    survives: bool
    shrunken: float
    naive: float | None
    leads_by: float | None
    left_out: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What moves one outcome under one template; `chance` is how often the outcome came, `adjusted` what was allowed for."""

    template: str
    outcome: str
    first_day: date
    last_day: date
    conversations: int
    agents: int
    chance: float
    adjusted: tuple[str, ...]
    estimates: tuple[Estimate, ...]


@endpoint("GET /insight/impact", *NUMBERS, scope="insight:read")
def list_impact(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[Impact]:
    """Which behaviours move the outcome, as it was found last night."""
    rows = [_impact(one) for one in impact.stored(asked.viewer)]
    return paged(rows, lambda row: (row.template, row.outcome), cursor=cursor, limit=limit)


def _impact(one: impact.Found) -> Impact:
    run, why = one.run, {each.behaviour_id: words for each, words in one.left_out}
    return Impact(
        template=run.template.key,
        outcome=run.outcome,
        first_day=run.first_day,
        last_day=run.last_day,
        conversations=run.conversations,
        agents=run.agents,
        chance=run.chance,
        adjusted=tuple(map(str, run.adjusted)),
        estimates=tuple(
            Estimate(
                behaviour=each.behaviour.key,
                title=each.behaviour.title,
                n=each.n,
                agents=each.agents,
                effect=each.effect,
                low=each.low,
                high=each.high,
                q_value=each.q_value,
                survives=each.survives,
                shrunken=each.shrunken,
                naive=each.naive,
                leads_by=each.leads_by,
                left_out=why.get(each.behaviour_id, ""),
            )
            for each in one.estimates
        ),
    )


@endpoint("GET /insight/effect", *NUMBERS, scope="insight:read")
def read_effect(asked: Asked) -> effect_page.EffectPage | None:
    """Whether the coaching worked; null before anything was measured."""
    return effect_page.effect_page(asked.viewer)


@dataclass(frozen=True, slots=True)
class WorthPage:
    """What coaching is worth; `view` is empty before anything was measured, `what_if` where nothing was asked."""

    outcomes: tuple[str, ...]
    outcome: str
    view: worth.WorthView | None
    what_if: worth.WhatIf | None


@endpoint("GET /insight/worth", Role.QA_LEAD, Role.OPERATIONS, scope="insight:read")
def read_worth(
    asked: Asked,
    outcome: Only = "",
    behaviour: Annotated[str, Field(max_length=400, description="`template/behaviour`: what if it were trained?")] = "",
    agents: Annotated[int, Field(ge=1, le=100_000)] = 1,
) -> WorthPage:
    """What coaching is worth, and what training a behaviour would bring."""
    seen, names = programme.stored(asked.viewer), worth.outcomes(asked.viewer)
    chosen = outcome if outcome in names else next(iter(names), "")
    value = worth.value_of(asked.viewer, chosen)
    template, _, key = behaviour.rpartition("/")
    return WorthPage(
        outcomes=tuple(names),
        outcome=chosen,
        view=worth.view(seen, outcome=chosen, value=value) if seen and chosen else None,
        what_if=worth.what_if(seen, outcome=chosen, value=value, behaviour=(template, key), agents=agents)
        if seen and value and behaviour
        else None,
    )


@endpoint("GET /insight/workshops", *NUMBERS, scope="insight:read")
def read_workshops(asked: Asked, template: Only = "", days: Days = 28) -> workshops.Needs | None:
    """Who needs which workshop; null without data."""
    return workshops.workshops(asked.viewer, as_of=asked.today, days=days, template=template or None)


@endpoint("GET /insight/heatmap", *NUMBERS, scope="insight:read")
def read_heatmap(
    asked: Asked,
    template: Only = "",
    team: Only = "",
    days: Days = 28,
    page: Annotated[int, Field(ge=1, le=100_000)] = 1,
) -> heatmap.Heatmap:
    """Every behaviour of a template with how sure it is, agent by agent or team by team."""
    return heatmap.heatmap(asked.viewer, heatmap.Asked(template, team, page=page), days=days, today=asked.today)


@endpoint("GET /insight/trend", *READERS, scope="insight:read")
def read_trend(asked: Asked, agent: Key, template: Key, behaviour: Key) -> agent_page.Trend:
    """How a behaviour of an agent went, week by week."""
    return found(agent_page.trend(asked.viewer, agent, template=template, behaviour=behaviour, today=asked.today))


@endpoint("GET /insight/coverage", Role.OPERATIONS, scope="insight:read")
def read_coverage(asked: Asked, month: Month = "") -> coverage.Coverage:
    """How far the rules of coaching are kept, in a month."""
    this = asked.today.replace(day=1)
    first = min(date.fromisoformat(f"{month}-01"), this) if month else this
    return coverage.coverage(asked.viewer, first_day=first, today=asked.today)


@dataclass(frozen=True, slots=True)
class Mixes:
    """Both kinds of coaching by team, and where follow-ups wait."""

    teams: tuple[mix.TeamMix, ...]
    waiting: tuple[follow_up.TeamWaits, ...]


@endpoint("GET /insight/mix", *NUMBERS, scope="insight:read")
def read_mix(asked: Asked) -> Mixes:
    """Whether teams coach in both ways."""
    today = asked.today
    return Mixes(mix.mixes(asked.viewer, today=today), follow_up.waiting(asked.viewer, today=today))


@endpoint("GET /insight/lost-slots", Role.OPERATIONS, scope="insight:read")
def read_lost_slots(asked: Asked) -> lost_slots.Lost:
    """Protected time that had to move, and why."""
    return lost_slots.lost(asked.viewer, today=asked.today)
