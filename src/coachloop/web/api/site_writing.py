"""How the site works: its rules, what people are told, what outcomes are worth."""

from datetime import date, time
from typing import Annotated

from pydantic import Field

from coachloop.app.queries.report_choices import Chosen
from coachloop.app.services import absences, reports, sites, valuations
from coachloop.app.services.people import Place
from coachloop.app.services.sites import Rules
from coachloop.core.coaching.report import Kind
from coachloop.core.model.people import Role
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Made
from coachloop.web.api.shapes import Body, Id, Key
from coachloop.wiring import ways

TOLD = (Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS, Role.QA_LEAD)
Whole = Annotated[int, Field(ge=0, le=1000)]


class Choice(Body):
    """Whether, when and how you are told of one kind; `template` is for daily reports."""

    kind: Kind
    template: Annotated[str, Field(max_length=200)] = ""
    at: time
    ways: Annotated[tuple[Key, ...], Field(max_length=20)] = ()
    on: bool = True


class Choices(Body):
    """Some kinds, or all."""

    choices: Annotated[list[Choice], Field(max_length=100)]


class RollOut(Body):
    """Which daily report, from when, and how many weeks between one team and the next."""

    template: Key
    first_day: date
    weeks: Annotated[int, Field(ge=1, le=12)]


class Worth(Body):
    """What one more of an outcome is worth, and what an hour of anybody's time costs."""

    outcome: Annotated[str, Field(max_length=valuations.LONGEST)]
    value: float
    hour: float


class RulesBody(Body):
    """A site's settings; `working_days` are ISO weekdays in order, Monday is 1."""

    working_days: Annotated[str, Field(max_length=7)]
    session_minutes: Whole
    developmental_weeks: Whole
    dispute_days: Whole
    decide_days: Whole


class SiteBody(Body):
    """What a site is called, and where it is: its IANA zone, and the country and region whose public holidays it keeps."""

    name: Key
    timezone: Annotated[str, Field(min_length=1, max_length=64)]
    country: Annotated[str, Field(max_length=2)] = ""
    region: Annotated[str, Field(max_length=10)] = ""

    @property
    def place(self) -> Place:
        """As the services take it."""
        return Place(self.timezone, self.country, self.region)


class ClosureBody(Body):
    """A day on which a site is closed, and what for."""

    day: date
    name: Annotated[str, Field(max_length=200)] = ""


@endpoint("PUT /me/reports", *TOLD, scope="coaching:write")
def choose_reports(asked: Asked, body: Choices) -> None:
    """Say what you want to be told, when and how."""
    chosen = [
        Chosen(one.kind, one.template, one.at.replace(tzinfo=None), tuple(one.ways), on=one.on) for one in body.choices
    ]
    reports.choose(viewer=asked.viewer, chosen=chosen, ways=ways(), now=asked.now)


@endpoint("POST /roll-outs", Role.OPERATIONS, Role.QA_LEAD, scope="insight:write")
def start_roll_out(asked: Asked, body: RollOut) -> None:
    """Switch a daily report on for all teams, one after the other in random order."""
    reports.roll_out(
        viewer=asked.viewer,
        template=body.template,
        first_day=body.first_day,
        weeks=body.weeks,
        now=asked.now,
    )


@endpoint("PUT /insight/worth", Role.OPERATIONS, scope="insight:write")
def set_value(asked: Asked, body: Worth) -> None:
    """Set what an outcome is worth and an hour costs."""
    valuations.set_value(viewer=asked.viewer, outcome=body.outcome, value=body.value, hour=body.hour, now=asked.now)


@endpoint("PUT /sites/{site_id}", Role.OPERATIONS, Role.ADMIN, scope="site:write")
def change_site(asked: Asked, site_id: Id, body: RulesBody) -> None:
    """Set how a site works; dates that were promised before stay as they are."""
    sites.change_site(viewer=asked.viewer, site_id=site_id, rules=Rules(**dict(body)), now=asked.now)


@endpoint("POST /sites", Role.ADMIN, scope="site:write", status=201)
def add_site(asked: Asked, body: SiteBody) -> Made:
    """Make another site."""
    return Made(sites.add_site(viewer=asked.viewer, name=body.name, place=body.place, now=asked.now).pk)


@endpoint("PUT /sites/{site_id}/place", Role.ADMIN, scope="site:write")
def move_site(asked: Asked, site_id: Id, body: SiteBody) -> None:
    """Call a site otherwise, or put it elsewhere; dates that were promised before stay as they are."""
    sites.change_place(viewer=asked.viewer, site_id=site_id, name=body.name, place=body.place, now=asked.now)


@endpoint("POST /sites/{site_id}/closures", Role.ADMIN, scope="site:write", status=201)
def add_closure(asked: Asked, site_id: Id, body: ClosureBody) -> Made:
    """Note a day on which a site is closed: it counts on nobody's five."""
    made = absences.add_closure(viewer=asked.viewer, site_id=site_id, day=body.day, name=body.name, now=asked.now)
    return Made(made.pk)


@endpoint("DELETE /closures/{closure_id}", Role.ADMIN, scope="site:write")
def remove_closure(asked: Asked, closure_id: Id) -> None:
    """Take such a day out."""
    absences.remove_closure(viewer=asked.viewer, closure_id=closure_id, now=asked.now)
