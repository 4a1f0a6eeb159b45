"""A session, and its follow-up, as the people in it and those who advise may see them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from coachloop.app.models import Focus, FollowUp, Session, Verdict
from coachloop.app.queries import goals, guided, sites, viewing
from coachloop.app.queries.agent_page import RECENT_DAYS
from coachloop.app.queries.examples import Example, examples
from coachloop.app.queries.flagged import Flag, flags
from coachloop.app.queries.follow_up import BeforeSince, RateView, before_since
from coachloop.app.queries.gatherings import Contact, contacts
from coachloop.app.queries.goals import GoalView
from coachloop.app.queries.guided import DraftView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.wins import WentWell, went_well
from coachloop.core.coaching.agreement import SessionKind, SessionStatus
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed in a held session."""

    own_words: str
    goal: str
    action: str
    by_when: date | None
    how_reviewed: str
    review_on: date | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the agent says about what was written down: confirmed, or what is different in their own words, or nothing yet."""

    confirmed_at: datetime | None
    contested_at: datetime | None
    words: str

    @property
    def waits(self) -> bool:
        """Whether they have not answered yet."""
        return self.confirmed_at is None and self.contested_at is None


@dataclass(frozen=True, slots=True)
class Guide:
    """What leads through a conversation that is still to be held.

    `minutes` is how long it should take; `started_at` is empty until it begins; `written` where a model wrote questions. `draft`
    is for whoever leads it; `goals` and `well` (strengths with proof) belong to a developmental one.
    """

    questions: tuple[str, ...]
    minutes: int
    started_at: datetime | None
    draft: DraftView
    goals: tuple[GoalView, ...] = ()
    well: tuple[WentWell, ...] = ()
    written: bool = False

    @property
    def open_goals(self) -> tuple[GoalView, ...]:
        """Goals that it may be about."""
        return tuple(goal for goal in self.goals if goal.closed_on is None)


@dataclass(frozen=True, slots=True)
class SessionView:
    """A coaching conversation. Empty are: `example` without a call that shows it, `agreed` and `answered` before it is held.

    `may_act` is for whoever leads the agent today; `private_notes` are for the one leader who wrote them; an adviser sees neither
    notes nor agreement, nor the `guide`, which is for the two in it until it is held. `minutes` is how long it took; `contacts`
    are the times at which the two met about its focus, `flag` says that its example was challenged. `chosen_because` is the leader's reason where they chose otherwise than
    suggested, for everybody but the agent.
    """

    id: int
    kind: SessionKind
    status: SessionStatus
    agent_key: str
    agent_name: str
    mine: bool
    may_act: bool
    leader_name: str
    title: str
    good: str
    why: str
    reason: str
    example: Example | None
    account: str
    needs_account: bool
    due_on: date | None
    days_left: int | None
    planned_for: datetime | None
    held_on: date | None
    agreed: Agreed | None
    shared_notes: str
    private_notes: str
    follow_up_id: int | None
    answered: Answered | None = None
    minutes: int | None = None
    guide: Guide | None = None
    contacts: tuple[Contact, ...] = ()
    chosen_instead_of: str = ""
    chosen_because: str = ""
    flag: Flag | None = None

    @property
    def quoted(self) -> tuple[str, ...]:
        """The conversations whose words the page shows."""
        well = self.guide.well if self.guide else ()
        return (*([self.example.conversation_key] if self.example else []), *(one.conversation_key for one in well))


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """A look-back: what was agreed, the numbers before and since, and the answers once it is closed."""

    id: int
    session: SessionView
    due_on: date
    open: bool
    closed_at: datetime | None
    target: float | None
    numbers: BeforeSince
    did_happen: str
    did_work: str
    next_step: str
    note: str


def session(viewer: Viewer, session_id: int, *, today: date) -> SessionView | None:
    """One session; None where they may see no such session."""
    rows = viewing.sessions(viewer).select_related(
        "agent__team__site",
        "behaviour__template__current",
        "focus__example__attempt",
        "focus__chosen_instead_of",
        "follow_up",
    )
    row = rows.filter(pk=session_id).first()
    if row is None:
        return None
    view = replace(_session(viewer, row, today), contacts=contacts(row.focus))
    waits = view.status is SessionStatus.PLANNED and (view.mine or view.may_act)
    return replace(view, guide=_guide(viewer, row, view=view, today=today)) if waits else view


def next_session_id(viewer: Viewer, agent_key: str) -> int | None:
    """The performance session that an agent's open focus waits for."""
    waiting = viewing.sessions(viewer).filter(
        agent__key=agent_key, focus__closed_at__isnull=True, focus__isnull=False, status=SessionStatus.PLANNED
    )
    return waiting.values_list("id", flat=True).first()


def follow_up(viewer: Viewer, follow_up_id: int, *, today: date) -> FollowUpView | None:
    """One follow-up with its numbers: as they stood once it is closed, as of today before; None where not theirs."""
    rows = viewing.follow_ups(viewer).select_related(
        "session__agent__team__site", "session__behaviour", "session__focus__example__attempt"
    )
    row = rows.filter(pk=follow_up_id).first()
    return _follow_up(viewer, row, today) if row else None


def _follow_up(viewer: Viewer, row: FollowUp, today: date) -> FollowUpView:
    behaviour = row.session.behaviour
    seen = _session(viewer, row.session, today)
    return FollowUpView(
        id=row.pk,
        session=seen,
        due_on=row.due_on,
        open=row.closed_at is None and (row.opened_at is not None or row.due_on <= today),
        closed_at=row.closed_at,
        target=behaviour.target if behaviour else None,
        numbers=_kept(row.numbers) if row.numbers else before_since(row.session, today=today),
        did_happen=row.did_happen,
        did_work=row.did_work,
        next_step=row.next_step,
        note=row.note if seen.mine or seen.may_act else "",
    )


def _session(viewer: Viewer, row: Session, today: date) -> SessionView:
    mine, leads = row.agent_id == viewer.agent_id, _leads(viewer, row)
    view = SessionView(
        id=row.pk,
        kind=SessionKind(row.kind),
        status=SessionStatus(row.status),
        agent_key=row.agent.key,
        agent_name=row.agent.name,
        mine=mine,
        may_act=leads,
        leader_name=row.leader_name,
        title=row.behaviour.title if row.behaviour else "",
        good=row.behaviour.good if row.behaviour else "",
        why=row.behaviour.why if row.behaviour else "",
        reason="",
        example=None,
        account="",
        needs_account=False,
        due_on=None,
        days_left=None,
        planned_for=row.planned_for,
        held_on=row.held_on,
        agreed=_agreed(row) if row.status == SessionStatus.HELD and (mine or leads) else None,
        shared_notes=row.shared_notes if mine or leads else "",
        private_notes=_private(viewer, row) if leads else "",
        follow_up_id=_follow_up_id(row),
        answered=_answered(row) if row.status == SessionStatus.HELD and (mine or leads) else None,
        minutes=row.minutes if mine or leads else None,
    )
    return _with_focus(viewer, view, row, focus=row.focus, today=today) if row.focus else view


def _with_focus(viewer: Viewer, view: SessionView, row: Session, *, focus: Focus, today: date) -> SessionView:
    shown = examples(viewer, Verdict.objects.filter(pk=focus.example_id or 0)).get(focus.example_id or 0)
    waiting = view.status is SessionStatus.PLANNED and focus.due_on is not None
    calendar = sites.calendar_of(row.agent, around=today)
    return replace(
        view,
        reason=focus.reason,
        example=shown,
        account=focus.leaders_account,
        needs_account=focus.example is None or focus.example.attempt.revision == 0,
        due_on=focus.due_on,
        days_left=calendar.until(today, focus.due_on) if waiting and focus.due_on else None,
        flag=flags(viewer, Focus.objects.filter(pk=focus.pk)).get(focus.pk),
        chosen_because="" if view.mine else focus.chosen_because,
        chosen_instead_of=focus.chosen_instead_of.title if focus.chosen_instead_of and not view.mine else "",
    )


def _guide(viewer: Viewer, row: Session, *, view: SessionView, today: date) -> Guide:
    guide = Guide(
        questions=guided.questions(row, view.example),
        minutes=sites.site_of(row.agent).session_minutes,
        started_at=row.started_at,
        draft=guided.draft(viewer, row) if view.may_act else DraftView(),
        written=bool(row.questions),
    )
    if view.kind is SessionKind.PERFORMANCE:
        return guide
    since = today - timedelta(days=RECENT_DAYS - 1)
    return replace(guide, goals=goals.of_agent(viewer, view.agent_key), well=went_well(viewer, row.agent, since))


def _leads(viewer: Viewer, row: Session) -> bool:
    return viewer.has(Role.TEAM_LEADER) and row.agent.team_id in viewer.team_ids


def _wrote(viewer: Viewer, row: Session) -> bool:
    """Whether it is their session: somebody who stands in acts for the team, and reads nobody's private notes."""
    return viewer.user is not None and row.leader_id == viewer.user.pk


def _private(viewer: Viewer, row: Session) -> str:
    return row.private_notes if _wrote(viewer, row) else guided.kept_notes(viewer, row)


def _answered(row: Session) -> Answered:
    return Answered(row.confirmed_at, row.contested_at, row.contest_words)


def _agreed(row: Session) -> Agreed:
    return Agreed(row.own_words, row.goal, row.action, row.by_when, row.how_reviewed, row.review_on)


def _follow_up_id(row: Session) -> int | None:
    found = getattr(row, "follow_up", None)
    return found.pk if found else None


def _kept(numbers: dict[str, Any]) -> BeforeSince:
    """What a closed follow-up kept."""
    return BeforeSince(_rate(numbers["before"]), _rate(numbers["since"]))


def _rate(kept: dict[str, Any]) -> RateView:
    met, n = kept["met"], kept["n"]
    first, last = date.fromisoformat(kept["first_day"]), date.fromisoformat(kept["last_day"])
    return RateView(met, n, met / n if n else None, kept["low"], kept["high"], first, last)
