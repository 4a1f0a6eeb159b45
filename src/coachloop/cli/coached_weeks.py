"""What the demonstration centre's leaders do of an evening, through the services that real leaders use."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coachloop.app.errors import RefusedError
from coachloop.app.queries import slots
from coachloop.app.queries.focus import suggestions
from coachloop.app.queries.follow_up import due_follow_ups
from coachloop.app.queries.slots import State
from coachloop.app.queries.viewing import Viewer, leaders
from coachloop.app.services import coaching
from coachloop.app.services import slots as protected
from coachloop.core.coaching.agreement import Agreement, Answers, DidHappen, DidWork, NextStep

MORNING = time(10)
OWN_WORDS = (
    "I rush because I expect to be hung up on. I want to slow down at that moment.",
    "Honestly I had not noticed. Hearing it back, I go straight on as if nothing was said.",
    "I do it when the call is going well and forget it when I am nervous, so it has to become a habit.",
    "I thought it would sound scripted. I will try it in my own way and see how people take it.",
)
ACTIONS = (
    "Put the better move on a card beside the screen and look at it before every call until Friday.",
    "Use it in the next ten calls and mark each one on the pad.",
    "Read one call in which it went well, then try the same in the afternoon block.",
)
MOVED = (
    "Two colleagues were ill and the queue was long.",
    "The town hall took the whole morning.",
    "A system change: everybody was needed on the phones.",
)
HOW_REVIEWED = "We look at the numbers together and read two calls."


def coach(number: int, day: date, *, last: date, today: date, zone: ZoneInfo) -> None:
    """The leaders' evening of working day `number`: early sessions come up for follow-up today, late ones are still planned."""
    for place, leader in enumerate(leaders()):
        now = datetime.combine(day, time(19, 30), zone)
        if number == 2:
            _hold(leader, place, now=now, review_on=_working_day(today))
        if number == 4 + place % 3:
            _develop(leader, place, now=now, review_on=_working_day(today + timedelta(days=14)))
        if number == 6 + place % 2:
            _hold(leader, place + 1, now=now, review_on=_working_day(today + timedelta(days=3 + place % 5)))
        if day == last and place % 3 != 2:
            _plan(leader, now=now, on=datetime.combine(_next_working_day(today), MORNING, zone), today=today)


def _hold(leader: Viewer, place: int, *, now: datetime, review_on: date) -> None:
    session_id = _accept(leader, now=now)
    if session_id is None:
        return
    agreement = Agreement(
        own_words=OWN_WORDS[place % len(OWN_WORDS)],
        action=ACTIONS[place % len(ACTIONS)],
        by_when=min(now.date() + timedelta(days=4), review_on),
        how_reviewed=HOW_REVIEWED,
        review_on=review_on,
    )
    notes = coaching.Notes(private="Opened up once we read the call. Praise the next good one.")
    coaching.hold_session(
        viewer=leader, session_id=session_id, agreement=agreement, held_on=now.date(), now=now, notes=notes
    )


def _plan(leader: Viewer, *, now: datetime, on: datetime, today: date) -> None:
    session_id = _accept(leader, now=now)
    if session_id is not None and on.date() > today:
        try:
            coaching.plan_session(viewer=leader, session_id=session_id, planned_for=on, now=now)
        except RefusedError:
            return


def _accept(leader: Viewer, *, now: datetime) -> int | None:
    """Take the most valuable suggestion that a call can show, for somebody without an open focus."""
    for row in suggestions(leader, as_of=now.date()):
        if row.example is None or not row.example.quote:
            continue
        try:
            return (
                coaching.accept_focus(viewer=leader, agent_key=row.agent_key, now=now, as_of=now.date())
                .sessions.get()
                .pk
            )
        except RefusedError:
            continue
    return None


def _develop(leader: Viewer, place: int, *, now: datetime, review_on: date) -> None:
    """An agent-led conversation with somebody who has no certain gap, or else with the strongest."""
    rows = suggestions(leader, as_of=now.date())
    row = next((row for row in rows if row.kind == "developmental"), rows[-1])
    session = coaching.open_developmental(viewer=leader, agent_key=row.agent_key, now=now)
    agreement = Agreement(
        own_words="I would like to show new colleagues how I open calls, and learn to lead a huddle.",
        action="Sit in on one huddle next week and prepare one of my own.",
        goal="Lead the Monday huddle by spring." if place % 2 else "Become a buddy for new starters.",
        review_on=review_on,
    )
    coaching.hold_session(viewer=leader, session_id=session.pk, agreement=agreement, held_on=now.date(), now=now)


def look_back(today: date, zone: ZoneInfo) -> None:
    """Open what is due this morning; every second leader has closed theirs already, each with another answer."""
    now = datetime.combine(today, time(8), zone)
    coaching.open_due_follow_ups(now=now)
    for place, leader in enumerate(leaders()):
        if place % 2:
            continue
        for pk in due_follow_ups(leader):
            step = (NextStep.CLOSE, NextStep.CONTINUE)[place // 2 % 2]
            answers = Answers(DidHappen.YES, DidWork.TOO_EARLY, step, "We read two calls together.")
            coaching.close_follow_up(viewer=leader, follow_up_id=pk, answers=answers, now=now)


def _next_working_day(day: date) -> date:
    following = day + timedelta(days=1)
    return following if following.isoweekday() <= 5 else _next_working_day(following)


def _working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.isoweekday() - 5))


def protect(today: date, zone: ZoneInfo) -> None:
    """Four weeks ago leaders began to protect time: some a slot for everybody, some fewer, some none yet; now and then one moves."""
    for place, leader in enumerate(leaders()):
        began = datetime.combine(today - timedelta(weeks=4), time(8), zone)
        for team in slots.led_teams(leader):
            week = slots.slot_week(leader, team=team.key, now=began)
            if week is None or place % 4 == 3:
                continue
            times = week.lacking[:: 1 + place % 2]
            protected.add_slots(viewer=leader, team_key=team.key, times=times, now=began)
            for weeks in range(1, 1 + place % 3):
                _move_one(
                    leader, team.key, now=began + timedelta(weeks=weeks), reason=MOVED[(place + weeks) % len(MOVED)]
                )


def _move_one(leader: Viewer, team_key: str, *, now: datetime, reason: str) -> None:
    """The first slot that is free goes to an early hour of the same day or the next."""
    week = slots.slot_week(leader, team=team_key, now=now)
    free = [one for each in week.days for one in each.occurrences if one.state is State.FREE] if week else []
    for one in free[:1]:
        to = protected.Replacement(one.day, time(8, 30), reason)
        try:
            protected.move_slot(viewer=leader, slot_id=one.slot_id, day=one.day, to=to, now=now)
        except RefusedError:
            return
