"""Who sees what coaching moved: everybody the programme, leaders their own sessions, the two in a session that session."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from coachloop.app.models import SessionEffect
from coachloop.app.queries import programme, viewing
from coachloop.app.queries.effect import Overall
from coachloop.app.queries.programme import Programme
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.effect import Effect, verdict
from coachloop.core.model.people import Role

SHOWN = 60


@dataclass(frozen=True, slots=True)
class MeasuredSession:
    """One session and what it moved; without an estimate `why` says what is missing."""

    session_id: int
    agent_name: str
    title: str
    held_on: date | None
    before: float | None
    after: float | None
    effect: float | None
    low: float | None
    high: float | None
    controls: float | None
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class EffectPage:
    """The programme for all who may see it; `sessions` and `own` for a leader: what their own sessions moved, by themselves."""

    programme: Programme
    said: str
    own: Overall | None
    sessions: tuple[MeasuredSession, ...]


def effect_page(viewer: Viewer) -> EffectPage | None:
    """What coaching moved, as it was last worked out; None before."""
    found = programme.stored(viewer)
    if found is None:
        return None
    leads = viewer.has(Role.TEAM_LEADER) and viewer.user is not None
    return EffectPage(
        programme=found,
        said=said(found.overall),
        own=found.leaders.get(viewer.user.pk) if leads and viewer.user else None,
        sessions=_own(viewer) if leads else (),
    )


def of_session(viewer: Viewer, session_id: int) -> MeasuredSession | None:
    """What one session moved: for the agent in it and for whoever leads them, nobody else."""
    between = Q(session__agent_id=viewer.agent_id or 0) | Q(session__agent__team__in=viewer.team_ids)
    row = SessionEffect.objects.filter(between, session_id=session_id, session__in=viewing.sessions(viewer))
    found = row.select_related("session__agent", "session__behaviour").first()
    return _shown(found) if found else None


def said(one: Overall) -> str:
    """What the interval allows one to say."""
    if one.low is None or one.high is None:
        return Effect.OPEN.value
    return verdict(one.low, one.high).value


def _own(viewer: Viewer) -> tuple[MeasuredSession, ...]:
    """Sessions that they held themselves, the newest first."""
    theirs = SessionEffect.objects.filter(session__leader=viewer.user)
    rows = viewing.within(viewer, theirs, "session__agent__programme").select_related(
        "session__agent", "session__behaviour"
    )
    return tuple(_shown(row) for row in rows.order_by("-session__held_on", "-session_id")[:SHOWN])


def _shown(row: SessionEffect) -> MeasuredSession:
    behaviour = row.session.behaviour
    return MeasuredSession(
        session_id=row.session_id,
        agent_name=row.session.agent.name,
        title=behaviour.title if behaviour else "",
        held_on=row.session.held_on,
        before=row.before,
        after=row.after,
        effect=row.effect,
        low=row.low,
        high=row.high,
        controls=row.controls,
        verdict=row.verdict,
        why=row.why,
    )
