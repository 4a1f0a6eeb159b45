"""An agent asks for coaching; the leader answers by opening a conversation."""

from datetime import datetime

from django.db import IntegrityError, transaction

from coachloop.app.errors import AlreadyOpenError, NotYoursError, WrongStateError
from coachloop.app.models import Agent, CoachingRequest
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services.led import led_agent
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.coaching.words import says_something
from coachloop.core.model.people import Role

LONGEST = 1000
"""Characters in which an agent says what it is about."""


@transaction.atomic
def ask_for_coaching(*, viewer: Viewer, words: str, now: datetime) -> CoachingRequest:
    """Ask, in the agent's own words; one question at a time.

    Raises:
        NotYoursError: only agents ask, for themselves.
        AlreadyOpenError: they have asked and wait for an answer.
        WrongStateError: nothing was said.
    """
    if not viewer.has(Role.AGENT) or viewer.agent_id is None:
        raise NotYoursError("an agent asks for themselves")
    if not says_something(words):
        raise WrongStateError("say in a few words what it is about")
    try:
        with transaction.atomic():
            made = CoachingRequest.objects.create(agent_id=viewer.agent_id, words=words.strip()[:LONGEST], asked_at=now)
    except IntegrityError as error:
        raise AlreadyOpenError("you have asked already; your team leader sees it on their week") from error
    audit.record(viewer, "coaching.ask", f"request:{made.pk}", now=now)
    return made


@transaction.atomic
def answer_with_planned(*, viewer: Viewer, agent_key: str, now: datetime) -> int | None:
    """Answer with the conversation that is planned already.

    Returns:
        Its session; None where nothing is planned, so that one is to be opened, which answers too.

    Raises:
        NotYoursError: only the agent's leader answers.
        WrongStateError: nobody waits for an answer.
    """
    agent = led_agent(viewer, agent_key)
    if not agent.requests.filter(answered_at__isnull=True).exists():
        raise WrongStateError(f"{agent.name} has had an answer already")
    planned = agent.sessions.filter(status=SessionStatus.PLANNED).order_by("planned_for", "pk").first()
    if planned is None:
        return None
    answered(agent, now=now)
    audit.record(viewer, "coaching.answer", f"session:{planned.pk}", now=now)
    return planned.pk


def answered(agent: Agent, *, now: datetime) -> None:
    """A conversation with them is open: whatever they asked has its answer."""
    agent.requests.filter(answered_at__isnull=True).update(answered_at=now)
