"""Short verbs for a month of coaching."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from builders import NOW, agreement
from coachloop.app.models import Agent, Attendance, Gathering, Session
from coachloop.app.services import coaching
from coachloop.app.services.gatherings import Held, Wanted, hold_gathering, plan_gathering
from coachloop.core.coaching.agreement import Answers, DidHappen, DidWork, NextStep
from coachloop.core.coaching.gathering import GatheringKind


def noon(day: date) -> datetime:
    """Midday at the site."""
    return datetime.combine(day, time(12), ZoneInfo("Europe/Berlin"))


def coach(cast, agent: str, *, held_on: date, developmental: bool = False) -> Session:
    """A session of theirs, held on that day and to be looked back on a week later."""
    if developmental:
        session = coaching.open_developmental(viewer=cast.operator, agent_key=agent, now=NOW)
    else:
        session = coaching.accept_focus(viewer=cast.ada, agent_key=agent, now=NOW).sessions.get()
    goal = {"goal": "Train others"} if developmental else {}
    coaching.hold_session(
        viewer=cast.operator,
        session_id=session.pk,
        agreement=agreement(held_on, **goal),
        held_on=held_on,
        now=noon(held_on),
    )
    session.refresh_from_db()
    return session


def closed(cast, session: Session, *, on: date, worked: DidWork) -> None:
    """Its follow-up, closed on that day."""
    coaching.open_due_follow_ups(now=noon(on))
    answers = Answers(DidHappen.YES, worked, NextStep.CLOSE)
    coaching.close_follow_up(viewer=cast.ada, follow_up_id=session.follow_up.pk, answers=answers, now=noon(on))


def gather(cast, kind: GatheringKind, agents: tuple[str, ...], *, came: tuple[str, ...], minutes: int) -> Gathering:
    """One that was held today; whoever came and was not invited is of another team."""
    wanted = Wanted(kind, "manners", "greets", agents)
    made = plan_gathering(viewer=cast.ada, wanted=wanted, now=NOW)
    invited = tuple(agent for agent in came if agent in agents)
    held = Held(held_on=NOW.date(), came=invited, minutes=minutes)
    hold_gathering(viewer=cast.ada, gathering_id=made.pk, held=held, now=NOW + timedelta(hours=1))
    for agent in set(came) - set(agents):
        Attendance.objects.create(gathering=made, agent=Agent.objects.get(key=agent), present=True)
    return made
