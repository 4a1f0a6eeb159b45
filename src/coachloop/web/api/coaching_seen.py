"""What coaching is under way: the week, sessions, follow-ups, goals, gatherings, proposals, clips, slots and reports."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from coachloop.app.errors import NotYoursError
from coachloop.app.queries import (
    agent_page,
    appointments,
    away,
    choosing,
    clips,
    digests,
    drift,
    effect_page,
    examples,
    follow_up,
    gatherings,
    goals,
    how_i_coach,
    mix,
    planning,
    proposals,
    recordings,
    report,
    report_choices,
    requests,
    session_list,
    session_page,
    slots,
    week,
)
from coachloop.app.queries.conversation import ConversationView
from coachloop.app.queries.paging import Slice
from coachloop.app.services import audit
from coachloop.core.coaching.agreement import SessionKind, SessionStatus
from coachloop.core.coaching.report import Kind, Report
from coachloop.core.coaching.roll_out import Order
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.paging import USUAL, Cursor, Limit, Number, Page, page_of, paged, position, whole
from coachloop.web.api.shapes import Id, Key

READERS = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
LEADERS = (Role.TEAM_LEADER, Role.QA_LEAD)
NUMBERS = (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)
Only = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A leader's week, with what else waits for an answer there."""

    week: week.Week
    offers: mix.Offers
    mixes: tuple[mix.TeamMix, ...]
    asks: tuple[requests.RequestView, ...]
    proposed: tuple[proposals.ProposalView, ...]
    slipped: tuple[drift.AlertView, ...]


@endpoint("GET /week", *LEADERS, scope="coaching:read")
def read_week(asked: Asked, team: Only = "") -> WeekPage:
    """Who to coach this week, and on what. The look at its examples is written down."""
    who, today = asked.viewer, asked.today
    shown = week.week(who, team=team, today=today)
    key = shown.team.key if shown.team else ""
    proposed = proposals.to_answer(who, team=key)
    audit.look(who, *shown.quoted, *proposals.quoted(proposed), now=asked.now)
    offers = mix.offers(shown.offers, today=today)
    return WeekPage(
        week=shown,
        offers=offers,
        mixes=mix.of_week(shown, offers, today=today),
        asks=requests.open_requests(who, team=key),
        proposed=proposed,
        slipped=drift.open_alerts(who, team=key),
    )


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A session that wants a time: `starts_at` is the one proposed, empty with the reason where there is none."""

    key: str
    agent_key: str
    agent_name: str
    kind: SessionKind
    topic: str
    due_on: date | None
    starts_at: str
    why: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The week ahead of one team: what fits, what does not, and whose five days run out. A line's `value` is taken to confirm it."""

    team: str
    capacity: planning.Capacity
    breaches: tuple[planning.Breach, ...]
    lines: tuple[PlanLine, ...]
    standing: tuple[planning.Standing, ...]
    slots: int


@endpoint("GET /week/plan", Role.TEAM_LEADER, scope="coaching:read")
def read_plan(asked: Asked, team: Only = "") -> PlanPage | None:
    """The plan of the week ahead; null for a team without protected time."""
    ahead = planning.ahead(asked.viewer, week.week(asked.viewer, team=team, today=asked.today), now=asked.now)
    if ahead is None:
        return None
    placed = [_line(row.wanted, row.starts_at.isoformat(), "") for row in ahead.plan]
    left = [_line(row.wanted, "", row.why) for row in ahead.left]
    return PlanPage(ahead.team_key, ahead.capacity, ahead.breaches, (*placed, *left), ahead.standing, ahead.slots)


def _line(one: planning.Wanted, starts_at: str, why: str) -> PlanLine:
    return PlanLine(one.key, one.agent_key, one.agent_name, one.kind, one.topic, one.due_on, starts_at, why)


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent's page, with their newest report where there is one."""

    page: agent_page.AgentPage
    report: report.AgentReport | None


@endpoint("GET /agents/{path:key}", *READERS, scope="coaching:read")
def read_agent(asked: Asked, key: Key) -> AgentView:
    """What an agent works on. The look at the words it shows is written down."""
    view = found(agent_page.agent_page(asked.viewer, key, today=asked.today))
    newest = report.newest_report(asked.viewer, key, today=asked.today)
    audit.look(asked.viewer, *view.quoted, *(newest.report.calls if newest else ()), now=asked.now)
    return AgentView(view, newest)


@endpoint("GET /agents/{path:key}/choices", *LEADERS, scope="coaching:read")
def read_choices(
    asked: Asked, key: Key, behaviour: Annotated[str, Field(max_length=400, description="`template/behaviour`.")] = ""
) -> choosing.Choosing:
    """What an agent could be coached on, with examples of the behaviour that is named."""
    view = found(choosing.choosing(asked.viewer, key, behaviour=behaviour, today=asked.today))
    audit.look(asked.viewer, *view.quoted, now=asked.now)
    return view


@endpoint("GET /agents/{path:key}/goals", Role.AGENT, Role.TEAM_LEADER, scope="coaching:read")
def read_goals(asked: Asked, key: Key) -> goals.GoalsPage:
    """An agent's goals, for them and for whoever leads them."""
    return found(goals.page(asked.viewer, key))


@endpoint("GET /agents/{path:key}/reports/{day}/{path:template}", *READERS, scope="coaching:read")
def read_report(asked: Asked, key: Key, day: date, template: Key) -> report.AgentReport | None:
    """What an agent reads about a day of theirs; null for a day without a moment that the template looks at."""
    found(report.whose(asked.viewer, key))
    seen = report.daily_report(asked.viewer, key, template=template, day=day)
    audit.look(asked.viewer, *(seen.report.calls if seen else ()), now=asked.now)
    return seen


@endpoint("GET /digests/{kind}", Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS, scope="coaching:read")
def read_digest(asked: Asked, kind: Literal["weekly", "plan", "moved", "monthly"]) -> Report | None:
    """The week or the month as it would be sent now; null where there is nothing to say."""
    if report_choices.OWNERS[Kind(kind)] not in asked.viewer.roles:
        raise NotYoursError("this summary is not for your role")
    seen = digests.digest(asked.viewer, Kind(kind), today=asked.today)
    audit.look(asked.viewer, *(seen.calls if seen else ()), now=asked.now)
    return seen


@endpoint("GET /me/reports", Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS, Role.QA_LEAD, scope="coaching:read")
def read_report_choices(asked: Asked) -> list[report_choices.Chosen]:
    """What you want to be told, when and how."""
    return report_choices.choices(asked.viewer)


@dataclass(frozen=True, slots=True)
class RollOuts:
    """What is rolled out team by team, what could be, and the order that would be drawn for what is asked."""

    done: list[report_choices.RolledOut]
    templates: list[tuple[str, str]]
    order: Order | None


@endpoint("GET /roll-outs", Role.OPERATIONS, Role.QA_LEAD, scope="coaching:read")
def read_roll_outs(
    asked: Asked, template: Only = "", first_day: date | None = None, weeks: Annotated[int, Field(ge=1, le=12)] = 2
) -> RollOuts:
    """Which team gets a report when."""
    order = None
    if template:
        order = report_choices.preview(asked.viewer, template=template, first_day=first_day or asked.today, weeks=weeks)
    done = report_choices.roll_outs(asked.viewer, today=asked.today)
    return RollOuts(done, report_choices.to_roll_out(asked.viewer), order)


@endpoint("GET /sessions", *READERS, scope="coaching:read")
def list_sessions(
    asked: Asked,
    agent: Only = "",
    status: SessionStatus | Literal[""] = "",
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Page[session_list.SessionLine]:
    """Sessions, in the order in which they came about."""
    after = position(cursor, whole)[0] if cursor else 0
    rows = session_list.sessions(asked.viewer, agent=agent, status=str(status), after=after, most=limit + 1)
    return page_of(rows, lambda row: (row.id,), limit=limit)


@endpoint("GET /sessions/{session_id}", *READERS, scope="coaching:read")
def read_session(asked: Asked, session_id: Id) -> session_page.SessionView:
    """A session: its example, its questions, what was agreed. The look at its words is written down."""
    view = found(session_page.session(asked.viewer, session_id, today=asked.today))
    audit.look(asked.viewer, *view.quoted, now=asked.now)
    return view


@endpoint("GET /sessions/{session_id}/examples", Role.TEAM_LEADER, scope="coaching:read")
def list_session_examples(asked: Asked, session_id: Id) -> list[examples.Example]:
    """Calls that show it instead of one that does not hold."""
    view = found(session_page.session(asked.viewer, session_id, today=asked.today))
    shown = choosing.others(asked.viewer, view.id, today=asked.today) if view.may_act else ()
    audit.look(asked.viewer, *(one.conversation_key for one in shown), now=asked.now)
    return list(shown)


@endpoint("GET /follow-ups", *READERS, scope="coaching:read")
def list_follow_ups(
    asked: Asked, agent: Only = "", waits: Literal["yes", "no", ""] = "", cursor: Cursor = "", limit: Limit = USUAL
) -> Page[session_list.FollowUpLine]:
    """Follow-ups, in the order in which they came about."""
    after = position(cursor, whole)[0] if cursor else 0
    rows = session_list.follow_ups(
        asked.viewer, agent=agent, open_=None if not waits else waits == "yes", after=after, most=limit + 1
    )
    return page_of(rows, lambda row: (row.id,), limit=limit)


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    """A follow-up with what happened since, and what the session moved once that is measured."""

    view: session_page.FollowUpView
    back: follow_up.LookedBack
    measured: effect_page.MeasuredSession | None


@endpoint("GET /follow-ups/{follow_up_id}", *READERS, scope="coaching:read")
def read_follow_up(asked: Asked, follow_up_id: Id) -> FollowUpPage:
    """Did it happen, did it work, what next? The look at its words is written down."""
    view = found(session_page.follow_up(asked.viewer, follow_up_id, today=asked.today))
    back = follow_up.look_back(asked.viewer, view.id, today=asked.today)
    audit.look(asked.viewer, *back.quoted, now=asked.now)
    return FollowUpPage(view, back, effect_page.of_session(asked.viewer, view.session.id))


@endpoint("GET /gatherings", *NUMBERS, scope="coaching:read")
def list_gatherings(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[gatherings.GatheringRow]:
    """Huddles and workshops."""
    return paged(gatherings.gatherings(asked.viewer), lambda row: (row.id,), cursor=cursor, limit=limit)


@endpoint("GET /gatherings/{gathering_id}", *NUMBERS, scope="coaching:read")
def read_gathering(asked: Asked, gathering_id: Id) -> gatherings.GatheringPage:
    """Who came, and what moved since."""
    return found(gatherings.gathering(asked.viewer, gathering_id, today=asked.today))


@endpoint("GET /proposals", Role.QA_LEAD, scope="coaching:read")
def list_proposals(asked: Asked, page: Number = 1) -> Slice[proposals.ProposalView]:
    """What was proposed, and what became of it."""
    listed = proposals.proposals(asked.viewer, page=page)
    audit.look(asked.viewer, *proposals.quoted(tuple(listed.rows)), now=asked.now)
    return listed


@endpoint("GET /clips", *READERS, scope="coaching:read")
def list_clips(asked: Asked, behaviour: Only = "", cursor: Cursor = "", limit: Limit = USUAL) -> Page[clips.ClipView]:
    """Moments worth hearing again. The look at their words is written down."""
    page = paged(clips.newest(asked.viewer, behaviour=behaviour), lambda row: (row.id,), cursor=cursor, limit=limit)
    audit.look(asked.viewer, *(row.conversation_key for row in page.items), now=asked.now)
    return page


@endpoint("GET /clips/{clip_id}", *READERS, scope="coaching:read")
def read_clip(asked: Asked, clip_id: Id) -> clips.ClipView:
    """One clip. The look at its words is written down."""
    view = found(clips.clip(asked.viewer, clip_id))
    audit.look(asked.viewer, view.conversation_key, now=asked.now)
    return view


@endpoint("GET /clips/candidates", *LEADERS, scope="coaching:read")
def list_clip_candidates(asked: Asked, behaviour: Only = "") -> list[clips.Candidate]:
    """Moments that could become clips. The look at their words is written down."""
    rows = clips.candidates(asked.viewer, behaviour=behaviour)
    audit.look(asked.viewer, *(row.conversation_key for row in rows), now=asked.now)
    return rows


@endpoint("GET /slots", Role.TEAM_LEADER, scope="coaching:read")
def read_slots(asked: Asked, team: Only = "", day: date | None = None) -> slots.SlotWeek | None:
    """A team's protected time in the week of a day; null for somebody who leads no team."""
    return slots.slot_week(asked.viewer, team=team, day=day, now=asked.now)


@endpoint("GET /away", Role.TEAM_LEADER, Role.OPERATIONS, Role.ADMIN, scope="coaching:read")
def read_away(asked: Asked) -> away.Away:
    """Who is away, and who stands in."""
    return away.away(asked.viewer, today=asked.today)


@endpoint("GET /me/calendar", scope="coaching:read")
def read_calendar(asked: Asked) -> appointments.CalendarPage:
    """Whether calendars are given away and read; addresses with secrets in them are not repeated."""
    return appointments.calendar_page(asked.viewer)


@dataclass(frozen=True, slots=True)
class HowICoach:
    """A leader's own sessions, and what was found in them; theirs alone."""

    handed: list[recordings.Handed]
    practices: list[how_i_coach.Practice]
    without: list[recordings.Handed]


@endpoint("GET /how-i-coach", Role.TEAM_LEADER, scope="coaching:read")
def read_how_i_coach(asked: Asked) -> HowICoach:
    """How you coach: for your eyes alone."""
    practices = how_i_coach.practices(asked.viewer)
    audit.look(asked.viewer, *{one.words.conversation_key for one in practices if one.words}, now=asked.now)
    without = recordings.without(asked.viewer, today=asked.today)
    return HowICoach(recordings.handed(asked.viewer), practices, without)


@dataclass(frozen=True, slots=True)
class CoachingTalk:
    """One coaching conversation, and the answers of those it was shared with."""

    view: ConversationView
    compared: list[recordings.Compared]


@endpoint("GET /how-i-coach/{recording_id}", Role.TEAM_LEADER, scope="coaching:read")
def read_coaching(asked: Asked, recording_id: Id) -> CoachingTalk:
    """What was said in a session of yours, and what was found in it."""
    view = found(recordings.whole(asked.viewer, recording_id))
    audit.look(asked.viewer, view.key, now=asked.now)
    return CoachingTalk(view, recordings.compared(asked.viewer, recording_id))


@dataclass(frozen=True, slots=True)
class SharedCoaching:
    """Sessions that are shared to be answered blind, and how far machine and people agree."""

    rows: list[recordings.Handed]
    agreements: list[recordings.Agreement]


@endpoint("GET /shared-coaching", *LEADERS, scope="coaching:read")
def read_shared_coaching(asked: Asked) -> SharedCoaching:
    """What is shared with you to answer."""
    return SharedCoaching(recordings.to_answer(asked.viewer), recordings.agreements(asked.viewer))


@dataclass(frozen=True, slots=True)
class SharedAnswers:
    """The words and the questions; everybody's answers once you have given yours."""

    view: ConversationView
    questions: list[recordings.Asked]
    compared: list[recordings.Compared]


@endpoint("GET /shared-coaching/{recording_id}", *LEADERS, scope="coaching:read")
def read_shared_answers(asked: Asked, recording_id: Id) -> SharedAnswers:
    """A session to answer blind."""
    view = found(recordings.words(asked.viewer, recording_id))
    audit.look(asked.viewer, view.key, now=asked.now)
    compared = recordings.compared(asked.viewer, recording_id)
    return SharedAnswers(view, recordings.questions(recording_id), compared)
