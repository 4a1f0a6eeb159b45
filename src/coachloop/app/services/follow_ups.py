"""Follow-ups that wait: told gently, to the leader first, once each."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

from coachloop.app.models import FollowUp, Message, User
from coachloop.app.queries import sites
from coachloop.app.queries.follow_up import overdue
from coachloop.app.queries.viewing import all_of, people
from coachloop.app.services import messages
from coachloop.app.services.messages import Words
from coachloop.core.coaching.follow_up import Escalation, escalation
from coachloop.core.model.people import Role

KIND = "follow-up"
SUBJECT = "A follow-up waits for its answers"
FROM_HOUR = 8
"""Of the agent's site: nobody is told at night."""


def escalate(*, address: str, now: datetime) -> int:
    """Put a message for everybody whom an overdue follow-up has come to; run by the worker, harmless to repeat.

    On working days of the agent's own, from eight in the morning. Operations are told nothing by name: they see counts on
    their page.

    Args:
        address: this site's own, for the link that needs signing in.
        now: when.

    Returns:
        How many messages are new.
    """
    told = set(Message.objects.filter(kind=KIND).values_list("about", "user_id"))
    advisers = cache(lambda programme: list(people(all_of(programme), Role.QA_LEAD).order_by("pk")))
    new = 0
    for row in overdue(now.date() + timedelta(days=1)):  # the latest date anywhere
        for level, person in _due(row, advisers(row.session.agent.programme_id), now):
            about = f"{KIND}:{row.pk}:{level}"
            if (about, person.pk) not in told:
                new += messages.put(person, _words(row, level, address), kind=KIND, about=about, now=now)
    return new


def _due(row: FollowUp, advisers: list[User], now: datetime) -> Iterator[tuple[Escalation, User]]:
    """Whom it has come to by now, at which level; nobody outside of the agent's working hours."""
    agent = row.session.agent
    today, calendar = sites.local_date(agent, now), sites.calendar_of(agent, around=row.due_on)
    if not calendar.works(today) or now.astimezone(sites.zone_of(agent)).hour < FROM_HOUR:
        return
    for level in escalation(row.due_on, today, calendar).reached:
        people = {Escalation.LEADER: _leaders(row, today), Escalation.QA_LEAD: advisers}
        yield from ((level, person) for person in people.get(level, ()))


def _leaders(row: FollowUp, today: date) -> list[User]:
    """Who leads the agent today: whoever stands in, else the leader."""
    team = row.session.agent.team
    if team is None:
        return []
    standing_in = team.stand_ins.filter(first_day__lte=today, last_day__gte=today).select_related("user")
    return [one.user for one in standing_in] or ([team.leader] if team.leader else [])


def _words(row: FollowUp, level: Escalation, address: str) -> Words:
    session = row.session
    asked = (
        "Did it happen, did it work, what next? The numbers are there already. Three answers close it."
        if level is Escalation.LEADER
        else f"It has waited for a week of work. It stays with {session.leader_name or 'the team leader'}: ask what would help."
    )
    text = (
        f"The follow-up with {session.agent.name} was due on {row.due_on:%A %-d %B}.\n{asked}\n\n"
        f"Once you are signed in: {address}/follow-ups/{row.pk}\n"
    )
    return Words(subject=SUBJECT, text=text)
