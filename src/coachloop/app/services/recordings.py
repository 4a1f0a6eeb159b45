"""A leader's own coaching conversations: handed in, shared to be answered blind, taken back."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import Conversation, Evaluation, Review, Session, SessionRecording
from coachloop.app.queries import recordings as queries
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, ingest, reviews
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.held_notes import BadNotesError, read_notes
from coachloop.core.model.receipt import Line
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome


@transaction.atomic
def hand_in(*, viewer: Viewer, session_id: int, notes: str, both_agreed: bool, now: datetime) -> None:
    """Take in what was said in a session, through the ordinary ingest; the templates for coaching conversations score it.

    Args:
        viewer: the leader who held it.
        session_id: a held session of theirs.
        notes: `Coach: …` and `Agent: …` lines.
        both_agreed: both people in it agreed that it is looked at.
        now: when it lands.

    Raises:
        NotYoursError: somebody else held it.
        RefusedError: not held, not agreed to, handed in already, taken back by the agent, or the notes can't be read.
    """
    session = viewing.sessions(viewer).select_related("agent").get(pk=session_id)
    if viewer.user is None or session.leader_id != viewer.user.pk:
        raise NotYoursError("only whoever held this session hands in what was said in it")
    if session.status != SessionStatus.HELD:
        raise WrongStateError("write down what was agreed first; then hand in what was said")
    if not both_agreed:
        raise RefusedError(f"ask {session.agent.name} first: it is handed in only where you both agree")
    receipt = ingest.ingest([Line("session page", 1, _line(viewer, session, notes, now=now))], viewer=viewer, now=now)
    if receipt.refused:
        raise RefusedError(receipt.refused[0].reason)
    audit.record(viewer, "recording.hand_in", f"session:{session_id}", now=now, detail={"both_agreed": True})


@transaction.atomic
def share(*, viewer: Viewer, recording_id: int, now: datetime) -> None:
    """Let other leaders and QA leads read their own recording, and answer the same questions blind; again is harmless."""
    recording = queries.own(viewer).select_for_update(of=("self",)).get(pk=recording_id)
    if recording.shared_at is None:
        recording.shared_at = now
        recording.save(update_fields=["shared_at"])
        audit.record(viewer, "recording.share", f"recording:{recording_id}", now=now)


@transaction.atomic
def unshare(*, viewer: Viewer, recording_id: int, now: datetime) -> None:
    """Nobody else reads it from now on; answers that were given stay."""
    recording = queries.own(viewer).select_for_update(of=("self",)).get(pk=recording_id)
    if recording.shared_at is not None:
        recording.shared_at = None
        recording.save(update_fields=["shared_at"])
        audit.record(viewer, "recording.unshare", f"recording:{recording_id}", now=now)


@transaction.atomic
def take_back(*, viewer: Viewer, recording_id: int, now: datetime) -> None:
    """Either of the two takes back their consent: the words go, with every verdict and answer about them.

    Once the agent has done so, nobody hands in this session again.
    """
    theirs = queries.coached(viewer).filter(pk=recording_id).exists()
    either = SessionRecording.objects.filter(pk__in=[*_ids(viewer)])
    recording = either.select_for_update(of=("self",)).get(pk=recording_id)
    erased = queries.conversation_of(recording)
    recording.conversation, recording.shared_at = None, None
    recording.withdrawn_at, recording.withdrawn_by_agent = now, theirs
    recording.save()
    _erase(erased)
    audit.record(viewer, "recording.take_back", f"recording:{recording_id}", now=now, detail={"by_agent": theirs})


@transaction.atomic
def answer(*, viewer: Viewer, recording_id: int, outcomes: Mapping[int, Outcome], now: datetime) -> None:
    """Store somebody's blind answers about a shared recording, all of them at once and once only.

    Args:
        viewer: another leader or a QA lead.
        recording_id: shared with them.
        outcomes: met, not met or not applicable, by behaviour id.
        now: when.

    Raises:
        RefusedError: a question is left open.
        WrongStateError: they have answered, and seen what the others say.
    """
    recording = queries.shared(viewer).select_for_update(of=("self",)).get(pk=recording_id)
    if queries.answered(viewer).filter(pk=recording_id).exists():
        raise WrongStateError("you have answered this one; your answers stay as they are")
    asked = queries.questions(recording_id)
    if missing := [one.title for one in asked if outcomes.get(one.id) in {None, Outcome.UNSCORED}]:
        raise RefusedError(f"answer every question; still open: {', '.join(missing)}")
    about = queries.conversation_of(recording)
    reviews.store(_review(viewer, about, (one.id, outcomes[one.id]), now=now) for one in asked)
    audit.record(viewer, "recording.answer", f"recording:{recording_id}", now=now, detail={"answers": len(asked)})


def _ids(viewer: Viewer) -> set[int]:
    """Recordings of conversations that they were in."""
    led = queries.own(viewer).values_list("id", flat=True)
    return {*led, *queries.coached(viewer).values_list("id", flat=True)}


def _line(viewer: Viewer, session: Session, notes: str, *, now: datetime) -> bytes:
    try:
        turns = read_notes(notes, coach=viewer.name, coached=session.agent.name)
    except BadNotesError as error:
        raise RefusedError(str(error)) from error
    document = {
        "id": f"coaching-{session.pk}-{now:%Y%m%dT%H%M%S%f}",
        "channel": COACHING,
        "session_id": session.pk,
        "both_agreed": True,
        "agent_name": viewer.name,
        "customer_name": session.agent.name,
        "started_at": session.held_on.isoformat() if session.held_on else None,
        "turns": [{"speaker": turn.speaker, "start": turn.start, "text": turn.text} for turn in turns],
    }
    return json.dumps(document).encode()


def _erase(conversation: Conversation) -> None:
    """Everything that is known of it; evaluations let go of their attempts first, which they protect."""
    Evaluation.objects.filter(conversation=conversation).update(attempt=None, state=Evaluation.State.PENDING)
    conversation.delete()


def _review(viewer: Viewer, about: Conversation, said: tuple[int, Outcome], *, now: datetime) -> Review:
    behaviour, outcome = said
    blind = ["blind", viewer.name, viewer.user.pk if viewer.user else 0, about.key, behaviour, outcome]
    return Review(
        conversation=about,
        behaviour_id=behaviour,
        kind=ReviewKind.LABEL,
        outcome=outcome,
        reviewer=viewer.user,
        reviewer_name=viewer.name,
        reviewed_at=now,
        fingerprint=reviews.fingerprint(blind),
    )
