"""Clips: made by whoever coaches, agreed to by the agent in it, shared only then, and hidden the moment they take it back."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from coachloop.app import mapping
from coachloop.app.errors import NotYoursError, UnknownNameError, WrongStateError
from coachloop.app.models import Clip, ClipShare, ClipView, Revision
from coachloop.app.queries import clips as queries
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, clip_sound
from coachloop.app.services.led import is_agent
from coachloop.core.coaching.clips import around

LONGEST_TITLE, LONGEST_REASON = 200, 1000


@transaction.atomic
def make_clip(*, viewer: Viewer, verdict_id: int, title: str, why_good: str, now: datetime) -> Clip:
    """Cut a clip around the proof of a verdict; its agent is asked before anybody else sees it.

    Raises:
        WrongStateError: the verdict is no candidate (any more), or the clip lacks its title or reason.
    """
    verdict = queries.worthy(viewer, verdict_id)
    if verdict is None:
        raise WrongStateError(
            "this moment can't become a clip: it is one already, somebody disputed it, or it is not yours"
        )
    call = verdict.attempt.evaluation.conversation
    document = Revision.objects.get(conversation=call, number=verdict.attempt.revision).document
    proof = int(verdict.evidence[0]["turn"])
    cut = around(mapping.conversation(document).turns, proof)
    clip = Clip(
        conversation=call,
        revision=verdict.attempt.revision,
        behaviour=verdict.behaviour,
        first_turn=cut.first,
        last_turn=cut.last,
        proof_turn=proof,
        made_by=viewer.user,
        made_at=now,
    )
    _word(clip, title, why_good)
    _save_new(clip)
    audit.record(viewer, "clip.make", f"clip:{clip.pk}", now=now, detail={"conversation": call.key})
    return clip


@transaction.atomic
def word_clip(*, viewer: Viewer, clip_id: int, title: str, why_good: str, now: datetime) -> None:
    """Say in other words what it is called and why it is good.

    Raises:
        WrongStateError: the clip lacks its title or reason.
    """
    clip = queries.keepers(viewer).select_for_update(of=("self",)).get(pk=clip_id)
    _word(clip, title, why_good)
    clip.save(update_fields=["title", "why_good"])
    audit.record(viewer, "clip.word", f"clip:{clip_id}", now=now)


@transaction.atomic
def consent(*, viewer: Viewer, clip_id: int, now: datetime, voice: bool = False) -> None:
    """The agent in it agrees that colleagues may see it.

    Args:
        viewer: the agent.
        clip_id: which.
        now: when.
        voice: whether they were asked about their voice, and colleagues may hear it too; a yes to the words alone takes it back.

    Raises:
        NotYoursError: it is about somebody else.
    """
    clip = _own(viewer, clip_id)
    clip.consented_at, clip.voice_consented_at, clip.withdrawn_at = now, now if voice else None, None
    clip.save(update_fields=["consented_at", "voice_consented_at", "withdrawn_at"])
    if not voice:
        transaction.on_commit(lambda: clip_sound.remove(clip_id))
    audit.record(viewer, "clip.consent", f"clip:{clip_id}", now=now, detail={"voice": voice})


@transaction.atomic
def withdraw(*, viewer: Viewer, clip_id: int, now: datetime) -> None:
    """The agent in it says no, before or after; nobody else finds it from now on, and its sound is deleted.

    Raises:
        NotYoursError: it is about somebody else.
    """
    clip = _own(viewer, clip_id)
    clip.withdrawn_at, clip.voice_consented_at = now, None
    clip.save(update_fields=["withdrawn_at", "voice_consented_at"])
    clip.shares.all().delete()
    transaction.on_commit(lambda: clip_sound.remove(clip_id))
    audit.record(viewer, "clip.withdraw", f"clip:{clip_id}", now=now)


@transaction.atomic
def share(*, viewer: Viewer, clip_id: int, with_whom: str, now: datetime) -> str:
    """Show a clip to an agent (`agent:KEY`) or a team (`team:KEY`); again is harmless.

    Returns:
        The name of who sees it now.

    Raises:
        WrongStateError: the agent in it has not agreed.
        UnknownNameError: no such agent or team of theirs.
    """
    clip = queries.keepers(viewer).select_for_update(of=("self",)).get(pk=clip_id)
    if clip.consented_at is None:
        raise WrongStateError("the agent in this clip has not agreed yet: it is shared once they have")
    kind, _, key = with_whom.partition(":")
    agent = queries.to_agents(viewer).filter(key=key).first() if kind == "agent" else None
    team = viewing.teams(viewer).filter(key=key).first() if kind == "team" else None
    named = agent or team
    if named is None:
        raise UnknownNameError("choose one of your agents or teams")
    ClipShare.objects.get_or_create(
        clip=clip, agent=agent, team=team, defaults={"shared_by": viewer.user, "shared_at": now}
    )
    audit.record(viewer, "clip.share", f"clip:{clip_id}", now=now, detail={"with": with_whom})
    return named.name


@transaction.atomic
def seen(*, viewer: Viewer, clip_id: int, now: datetime) -> None:
    """Count a look at a clip; those of the agent in it don't count."""
    clip = queries.visible(viewer).select_related("conversation").get(pk=clip_id)
    audit.look(viewer, clip.conversation.key, now=now)
    if viewer.user is None or clip.conversation.agent_id == viewer.agent_id:
        return
    _, new = ClipView.objects.get_or_create(clip=clip, user=viewer.user, defaults={"first_at": now})
    if not new:
        ClipView.objects.filter(clip=clip, user=viewer.user).update(count=F("count") + 1)


def _own(viewer: Viewer, clip_id: int) -> Clip:
    clip = queries.visible(viewer).select_for_update(of=("self",)).get(pk=clip_id)
    agent = clip.conversation.agent
    if agent is None or not is_agent(viewer, agent):
        raise NotYoursError("only the agent in a clip says whether colleagues may see it")
    return clip


def _word(clip: Clip, title: str, why_good: str) -> None:
    clip.title, clip.why_good = title.strip(), why_good.strip()
    if not clip.title or not clip.why_good:
        raise WrongStateError("a clip needs a title, and a sentence on why it is good")
    if len(clip.title) > LONGEST_TITLE or len(clip.why_good) > LONGEST_REASON:
        raise WrongStateError(
            f"say it shorter: a title has at most {LONGEST_TITLE} characters, a reason {LONGEST_REASON:,}"
        )


def _save_new(clip: Clip) -> None:
    try:
        with transaction.atomic():
            clip.save()
    except IntegrityError as error:
        raise WrongStateError("somebody has just made a clip of this moment") from error
