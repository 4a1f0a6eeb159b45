"""From a suggestion to a focus, a session, an agreement and its follow-up: each step one transaction, one audit row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from coachloop.app.errors import (
    AlreadyOpenError,
    LacksAgreementError,
    NoExampleError,
    WrongStateError,
)
from coachloop.app.models import Agent, Focus, FollowUp, Proposal, Session
from coachloop.app.queries import sites, slots, viewing
from coachloop.app.queries.focus import suggestions
from coachloop.app.queries.follow_up import before_since
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, choice, drafts, drift, events, goals, requests, suggested
from coachloop.app.services.choice import Chosen, Otherwise
from coachloop.app.services.led import led_agent, led_session, must_lead
from coachloop.core.coaching.agreement import Agreement, Answers, SessionKind, SessionStatus, minutes_taken
from coachloop.core.coaching.words import says_something
from coachloop.core.model.event import EventKind

PLANNED_AHEAD = timedelta(days=366)
"""What is planned further ahead is a slip of the pen, and no calendar knows its holidays."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What is written down beside the agreement; `private` is the leader's own, `account` their words where no transcript is.

    `aim` is the agent's open goal that a developmental session is about; without it the goal in the agreement is a new one.
    `questions` are those that opened it.
    """

    shared: str = ""
    private: str = ""
    account: str = ""
    aim: int | None = None
    questions: tuple[str, ...] = ()


@transaction.atomic
def accept_focus(
    *,
    viewer: Viewer,
    agent_key: str,
    now: datetime,
    as_of: date | None = None,
    otherwise: Otherwise | None = None,
) -> Focus:
    """Make today's suggestion, or what the leader chooses otherwise, the agent's one open focus; open the session to plan.

    Raises:
        NotYoursError: only the agent's leader accepts.
        AlreadyOpenError: the agent works on something already.
        WrongStateError: no gap is certain today, or it is chosen otherwise without a reason.
        NoExampleError: what is chosen otherwise has no example.
    """
    agent = led_agent(viewer, agent_key)
    if agent.foci.filter(closed_at__isnull=True).exists():
        raise _already_open(agent)
    found = next(iter(suggestions(viewer, as_of=as_of, among={agent.pk})), None)
    chosen = (
        choice.otherwise(viewer, agent, otherwise, found=found, now=now)
        if otherwise
        else choice.taken(viewer, agent, found)
    )
    focus = _open_focus(agent, chosen, viewer=viewer, now=now)
    suggested.end_with(focus, today=sites.local_date(agent, now))
    _plan_next(focus, viewer=viewer, now=now)
    requests.answered(agent, now=now)
    _answer_proposals(focus, viewer=viewer, now=now)
    detail = {"behaviour": f"{focus.behaviour.template.key}/{focus.behaviour.key}", "chosen": bool(otherwise)}
    audit.record(viewer, "focus.accept", f"agent:{agent.key}", now=now, detail=detail)
    return focus


def _open_focus(agent: Agent, chosen: Chosen, *, viewer: Viewer, now: datetime) -> Focus:
    try:
        with transaction.atomic():
            return Focus.objects.create(
                agent=agent,
                behaviour=chosen.behaviour,
                reason=chosen.reason,
                example_id=chosen.example.verdict_id if chosen.example else None,
                clock_day=chosen.clock_day,
                due_on=chosen.due_on,
                opened_at=now,
                opened_by=viewer.user,
                chosen_instead_of=chosen.instead_of,
                chosen_because=chosen.because,
            )
    except IntegrityError as error:
        raise _already_open(agent) from error


def _answer_proposals(focus: Focus, *, viewer: Viewer, now: datetime) -> None:
    """What a QA lead proposed is taken with the focus that it asked for."""
    waiting = Proposal.objects.filter(agent=focus.agent, behaviour=focus.behaviour, answered_at__isnull=True)
    waiting.update(focus=focus, answered_at=now, answered_by_name=viewer.name)


def _already_open(agent: Agent) -> AlreadyOpenError:
    return AlreadyOpenError(
        f"{agent.name} has an open focus already: one behaviour at a time. Close it with its follow-up first."
    )


def _planned_already(agent: Agent) -> AlreadyOpenError:
    return AlreadyOpenError(f"a developmental conversation with {agent.name} is planned already")


def _plan_next(focus: Focus, *, viewer: Viewer, now: datetime) -> Session:
    return Session.objects.create(
        agent=focus.agent,
        behaviour=focus.behaviour,
        focus=focus,
        kind=SessionKind.PERFORMANCE,
        status=SessionStatus.PLANNED,
        leader=viewer.user,
        leader_name=viewer.name,
        created_at=now,
    )


@transaction.atomic
def open_developmental(*, viewer: Viewer, agent_key: str, now: datetime) -> Session:
    """Open an agent-led conversation; it may run beside an open focus.

    Raises:
        NotYoursError: only the agent's leader opens one.
        AlreadyOpenError: one is planned already.
    """
    agent = led_agent(viewer, agent_key)
    if _developmental_ahead(agent):
        raise _planned_already(agent)
    try:
        with transaction.atomic():
            session = _plan_developmental(agent, viewer=viewer, now=now)
    except IntegrityError as error:
        raise _planned_already(agent) from error
    requests.answered(agent, now=now)
    audit.record(viewer, "session.open", f"session:{session.pk}", now=now)
    return session


def _developmental_ahead(agent: Agent) -> Session | None:
    return agent.sessions.filter(kind=SessionKind.DEVELOPMENTAL, status=SessionStatus.PLANNED).first()


def _plan_developmental(agent: Agent, *, viewer: Viewer, now: datetime) -> Session:
    return Session.objects.create(
        agent=agent,
        kind=SessionKind.DEVELOPMENTAL,
        status=SessionStatus.PLANNED,
        leader=viewer.user,
        leader_name=viewer.name,
        created_at=now,
    )


@transaction.atomic
def plan_session(*, viewer: Viewer, session_id: int, planned_for: datetime, now: datetime) -> Session:
    """Give a session its time, on a working day of the agent's and not after its due day, and to whoever leads the team then.

    Raises:
        NotYoursError: only the agent's leader plans.
        WrongStateError: the session is not open any more, or the time does not fit.
    """
    session = led_session(viewer, session_id)
    agent = session.agent
    if not now <= planned_for <= now + PLANNED_AHEAD:
        raise WrongStateError(f"choose a time that is still to come, within {PLANNED_AHEAD.days} days")
    day = sites.local_date(agent, planned_for)
    if not sites.calendar_of(agent, around=day).works(day):
        raise WrongStateError(f"{day:%A %-d %B} is no working day for {agent.name}")
    due_on = session.focus.due_on if session.focus else None
    if due_on and day > due_on >= sites.local_date(agent, now):
        raise WrongStateError(f"the fifth working day is {due_on:%A %-d %B}: choose a time up to then")
    session.planned_for = planned_for
    leads = slots.leading(agent.team).on(day) if agent.team else None
    if leads is not None:
        session.leader, session.leader_name = leads, leads.name
    session.save(update_fields=["planned_for", "leader", "leader_name"])
    audit.record(viewer, "session.plan", f"session:{session_id}", now=now, detail={"for": planned_for.isoformat()})
    return session


@transaction.atomic
def hold_session(
    *, viewer: Viewer, session_id: int, agreement: Agreement, held_on: date, now: datetime, notes: Notes | None = None
) -> FollowUp:
    """Close a session as held with what was agreed, and book its follow-up.

    Raises:
        NotYoursError: only the agent's leader holds a session.
        WrongStateError: it is not open any more, or the day is still to come.
        NoExampleError: the focus has no example that the agent can hear or read.
        LacksAgreementError: the agreement is not whole; the message says what is missing.
    """
    notes = notes or Notes()
    session = led_session(viewer, session_id)
    _must_have_been(session, held_on, now)
    kind = SessionKind(session.kind)
    if kind is SessionKind.PERFORMANCE:
        _keep_example(session, notes)
    else:
        session.aim = goals.chosen(session, notes.aim)
        agreement = replace(agreement, goal=session.aim.words) if session.aim else agreement
    if lacks := agreement.lacks(kind, held_on=held_on):
        raise LacksAgreementError(f"before it counts as held the session needs {_listed(lacks)}")
    session.status, session.held_on = SessionStatus.HELD, held_on
    session.leader, session.leader_name = (
        viewer.user or session.leader,
        viewer.name if viewer.user else session.leader_name,
    )
    session.own_words, session.action, session.goal = agreement.own_words, agreement.action, agreement.goal
    session.by_when, session.how_reviewed = agreement.by_when, agreement.how_reviewed
    session.review_on = agreement.review_on
    session.shared_notes, session.private_notes = notes.shared, notes.private
    session.minutes = minutes_taken(session.started_at, now)
    session.questions = session.questions or list(notes.questions)
    if kind is SessionKind.DEVELOPMENTAL:
        session.aim = goals.carry_on(session)
    session.save()
    drafts.held(viewer, session)
    drift.resolve_by_coaching([session.agent_id], session.behaviour_id, how="session", now=now)
    follow_up = FollowUp.objects.create(session=session, due_on=agreement.review_on)
    _tell(EventKind.SESSION_HELD, session, {"held_on": str(held_on), "review_on": str(follow_up.due_on)}, now=now)
    audit.record(viewer, "session.hold", f"session:{session_id}", now=now, detail={"review_on": str(session.review_on)})
    return follow_up


@transaction.atomic
def cancel_session(*, viewer: Viewer, session_id: int, now: datetime) -> Session | None:
    """Call a session off.

    Returns:
        For a performance session the next one to plan: its focus stays open, and so does its clock.

    Raises:
        NotYoursError: only the agent's leader cancels.
        WrongStateError: it is not open any more.
    """
    session = led_session(viewer, session_id)
    session.status = SessionStatus.CANCELLED
    session.save(update_fields=["status"])
    audit.record(viewer, "session.cancel", f"session:{session_id}", now=now)
    following = _plan_next(session.focus, viewer=viewer, now=now) if session.focus else None
    drafts.called_off(session, following)
    return following


def open_due_follow_ups(*, now: datetime) -> int:
    """Open every follow-up whose day has come at its agent's site; run by the worker, harmless to repeat."""
    waiting = FollowUp.objects.filter(opened_at__isnull=True, closed_at__isnull=True).select_related(
        "session__agent__team__site"
    )
    ready = [row.pk for row in waiting if row.due_on <= sites.local_date(row.session.agent, now)]
    return FollowUp.objects.filter(pk__in=ready, opened_at__isnull=True).update(opened_at=now)


@transaction.atomic
def close_follow_up(*, viewer: Viewer, follow_up_id: int, answers: Answers, now: datetime) -> Session | None:
    """Close a look-back with its three answers and the numbers as they stood.

    Returns:
        The next session, to plan, where the answer asks for one: of the same focus, or the next developmental one.

    Raises:
        NotYoursError: only the agent's leader closes it.
        WrongStateError: it has not opened yet, or is closed.
    """
    row = (
        viewing.follow_ups(viewer).select_for_update(of=("self",)).select_related("session__agent").get(pk=follow_up_id)
    )
    must_lead(viewer, row.session.agent)
    today = sites.local_date(row.session.agent, now)
    _must_be_open(row, today)
    row.opened_at = row.opened_at or now
    row.did_happen, row.did_work, row.next_step = answers.did_happen, answers.did_work, answers.next_step
    row.note, row.numbers = answers.note, before_since(row.session, today=today).as_json()
    row.closed_at, row.closed_by = now, viewer.user
    row.save()
    said = {"did_happen": answers.did_happen, "did_work": answers.did_work, "next_step": answers.next_step}
    _tell(EventKind.FOLLOW_UP_DONE, row.session, said, now=now)
    audit.record(viewer, "follow_up.close", f"follow_up:{row.pk}", now=now, detail={"next": answers.next_step})
    return _what_next(row.session, answers, viewer=viewer, now=now)


def _tell(kind: EventKind, session: Session, said: Mapping[str, str | None], *, now: datetime) -> None:
    """Other systems hear of it: keys and codes, no words."""
    on = session.behaviour
    about = {
        "session": session.pk,
        "kind": session.kind,
        "agents": [session.agent.key],
        "template": on.template.key if on else None,
        "behaviour": on.key if on else None,
    }
    events.put(kind, f"session:{session.pk}", {**about, **said}, programme=session.agent.programme_id, now=now)


def _must_be_open(row: FollowUp, today: date) -> None:
    """Its day has come, whether or not the worker has seen that, and nobody has closed it.

    Raises:
        WrongStateError: with the day on which it opens.
    """
    if row.closed_at is not None:
        raise WrongStateError("this follow-up is closed already")
    if row.opened_at is None and row.due_on > today:
        raise WrongStateError(
            f"this follow-up opens on {row.due_on:%A %-d %B %Y}: its numbers need the days until then"
        )


def _what_next(session: Session, answers: Answers, *, viewer: Viewer, now: datetime) -> Session | None:
    focus = session.focus
    if answers.next_step.keeps_focus:
        return _plan_next(focus, viewer=viewer, now=now) if focus else _next_developmental(session, viewer, now)
    if focus is not None:
        _close(focus, now)
    return None


def _next_developmental(session: Session, viewer: Viewer, now: datetime) -> Session:
    """The one that is planned already, where there is one: an agent has one ahead of them."""
    requests.answered(session.agent, now=now)
    ahead = _developmental_ahead(session.agent)
    return ahead or _plan_developmental(session.agent, viewer=viewer, now=now)


def _close(focus: Focus, now: datetime) -> None:
    focus.closed_at = now
    focus.save(update_fields=["closed_at"])


def _must_have_been(session: Session, held_on: date, now: datetime) -> None:
    """Refuse a day that is still to come, or one before there was a session to hold: it would hide that the five days ran out.

    Raises:
        WrongStateError: with the days that it may be.
    """
    opened = sites.local_date(session.agent, session.created_at)
    if held_on > sites.local_date(session.agent, now):
        raise WrongStateError("a session counts as held on its day, not before")
    if held_on < opened:
        raise WrongStateError(
            f"this session was opened on {opened:%A %-d %B %Y}: it can't have been held before that day"
        )


def _keep_example(session: Session, notes: Notes) -> None:
    """Store the leader's own account where the focus has no words to show.

    Raises:
        NoExampleError: there is neither.
    """
    focus = session.focus
    if focus is None:
        raise NoExampleError("a performance session needs a focus with its example")
    if says_something(notes.account):
        focus.leaders_account = notes.account
        focus.save(update_fields=["leaders_account"])
    heard = focus.example is not None and focus.example.attempt.revision > 0
    if not heard and not says_something(focus.leaders_account):
        raise NoExampleError("no call with a transcript shows this: write down in your own words what was said")


def _listed(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
