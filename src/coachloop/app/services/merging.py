"""One agent under two ids: what was kept under the one is the other's from then on."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel, Model, Q

from coachloop.app.errors import WrongStateError
from coachloop.app.models import (
    Absence,
    Agent,
    AgentAlias,
    AgentDay,
    Attendance,
    ClipShare,
    CoachingRequest,
    Conversation,
    DirtyDay,
    Dispute,
    DriftAlert,
    Focus,
    Goal,
    Membership,
    PastCount,
    Proposal,
    Session,
    Suggested,
)
from coachloop.app.queries.people import must_keep
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping, memberships, rollups
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.stays import team_on

MOVED: dict[type[Model], str] = {
    Focus: "an open focus",
    Session: "a developmental conversation planned",
    Proposal: "the same proposal open",
    CoachingRequest: "a request for coaching open",
    Suggested: "the same suggestion standing",
    DriftAlert: "the same drift alert open",
    Attendance: "an invitation to the same huddle",
    Absence: "the same absence",
    ClipShare: "the same clip",
    Goal: "the same goal",
    Dispute: "the same challenge",
    Membership: "stays in teams",
    AgentAlias: "the same other id",
}
"""What goes along, and what both can't have at a time."""

RECOUNTED = (Conversation, AgentDay, DirtyDay, PastCount)
"""What goes along by a way of its own."""


@transaction.atomic
def merge(*, viewer: Viewer, agent_id: int, into_id: int, now: datetime) -> int:
    """Say that somebody who was met in calls is somebody we know: calls and all that hangs on them are theirs from now on.

    The id stays as another one of theirs, so what comes in under it later is theirs too. Where both are noted to be in teams,
    the stays of whom we know hold. Counts follow with the next sweep.

    Args:
        viewer: an admin.
        agent_id: who goes.
        into_id: who stays.
        now: when.

    Returns:
        How many conversations moved.

    Raises:
        NotYoursError: admins do.
        WrongStateError: it is one and the same, who goes is a colleague already, both sign in, or both have something open that nobody has twice.
    """
    must_keep(viewer)
    gone, kept = keeping.agent(viewer, agent_id), keeping.agent(viewer, into_id)
    _must_fit(gone, kept)
    moved = _calls(gone, kept)
    _drop_doubles(gone, kept)
    for model in MOVED:
        _move(model, gone, kept)
    _hand_over(gone, kept)
    detail = {"from": gone.key, "conversations": moved}
    audit.record(viewer, "agent.merge", f"agent:{kept.key}", now=now, detail=detail)
    return moved


def _must_fit(gone: Agent, kept: Agent) -> None:
    if gone.pk == kept.pk:
        raise WrongStateError("choose somebody else: this is one and the same agent")
    if gone.programme_id != kept.programme_id:
        raise WrongStateError("agents of two programmes stay apart")
    if gone.user and kept.user:
        raise WrongStateError(
            f"both sign in, as {gone.user.email} and as {kept.user.email}: take one of these away from their agent first"
        )
    if gone.known:
        raise WrongStateError(
            f"{gone.name} is a colleague already: only somebody whom calls named can be somebody else"
        )


def _calls(gone: Agent, kept: Agent) -> int:
    """Their calls; those that name no team will be where the agent was on that day."""
    calls = Conversation.objects.filter(agent=gone)
    days = set(calls.filter(day__isnull=False).order_by().values_list("day", flat=True).distinct())
    if stays := memberships.begun(kept):
        calls.filter(team=None, day=None).update(team=team_on(stays, None))
        memberships.place_from(kept, min((day for day in days if day), default=None))
    moved = calls.update(agent=kept)
    rollups.give_over(gone=gone.pk, kept=kept.pk, days={day for day in days if isinstance(day, date)})
    return moved


def _drop_doubles(gone: Agent, kept: Agent) -> None:
    """What both have, and one of them is enough."""
    for model, field, among in (
        (Suggested, "behaviour", Q(ended_on=None)),
        (DriftAlert, "behaviour", Q(resolved_at=None)),
        (Attendance, "gathering", Q()),
        (ClipShare, "clip", Q()),
    ):
        theirs = model._default_manager.filter(among, agent=kept).values(field)  # noqa: SLF001 -- of whichever model
        model._default_manager.filter(among, agent=gone, **{f"{field}__in": theirs}).delete()  # noqa: SLF001
    for day in kept.absences.all():
        gone.absences.filter(first_day=day.first_day, last_day=day.last_day).delete()
    imported = {"status": SessionStatus.IMPORTED}
    for session in kept.sessions.filter(**imported):
        gone.sessions.filter(**imported, behaviour=session.behaviour_id, held_on=session.held_on).delete()
    if kept.memberships.exists():
        gone.memberships.all().delete()


def _move(model: type[Model], gone: Agent, kept: Agent) -> None:
    try:
        with transaction.atomic():
            model._default_manager.filter(agent=gone).update(agent=kept)  # noqa: SLF001 -- of whichever model
    except IntegrityError as error:
        raise WrongStateError(f"both have {MOVED[model]}: close one of them first") from error


def _hand_over(gone: Agent, kept: Agent) -> None:
    """The rest of who they are; the id is another one of theirs."""
    _must_be_empty(gone)
    user, joined = gone.user, [day for day in (gone.joined_on, kept.joined_on) if day]
    newer = gone.team_since and (kept.team_since is None or gone.team_since > kept.team_since)
    if kept.team_id is None and newer and not kept.memberships.exists() and kept.left_on is None:
        kept.team, kept.team_since = gone.team, gone.team_since
    gone.delete()
    kept.user, kept.joined_on, kept.known = kept.user or user, min(joined, default=None), True
    kept.save(update_fields=["user", "joined_on", "known", "team", "team_since"])
    AgentAlias.objects.create(key=gone.key, agent=kept)


def _must_be_empty(gone: Agent) -> None:
    """Nothing is lost with the agent: what nobody has thought of here is refused, not deleted."""
    for model, field in named_in():
        if model._default_manager.filter(**{field: gone.pk}).exists():  # noqa: SLF001 -- of whichever model
            raise WrongStateError(f"something hangs on them that can't be moved: {model._meta.verbose_name}")  # noqa: SLF001


def named_in() -> list[tuple[type[Model], str]]:
    """Every table that names an agent, and by which of its columns."""
    found = Agent._meta.get_fields(include_hidden=True)  # noqa: SLF001 -- Django's own way to ask
    return [
        (one.related_model, one.field.name)
        for one in found
        if isinstance(one, ForeignObjectRel) and isinstance(one.related_model, type)
    ]
