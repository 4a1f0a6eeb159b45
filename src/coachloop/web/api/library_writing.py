"""Clips, and who speaks in a call."""

from typing import Annotated

from pydantic import Field

from coachloop.app.services import clips, speakers
from coachloop.core.model.people import Role
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Made
from coachloop.web.api.shapes import Body, Id, Key, Words

WRITE = "coaching:write"
KEEPERS = (Role.TEAM_LEADER, Role.QA_LEAD)
Title = Annotated[str, Field(max_length=1000)]


class Worded(Body):
    """What a clip is called, and why it is good."""

    title: Title
    why_good: Words


class Moment(Worded):
    """The same of a new one, made of the verdict that shows it."""

    verdict: Id


class With(Body):
    """An agent, `agent:KEY`, or a team, `team:KEY`."""

    with_whom: Annotated[str, Field(max_length=300)]


class Consent(Body):
    """Colleagues may see it; with `voice` they may hear it too."""

    voice: bool = False


class Speakers(Body):
    """Whether agent and customer are the other way round, in the revision that you looked at."""

    swapped: bool
    revision: Annotated[int, Field(ge=0, le=2**31 - 1)]


@endpoint("POST /clips", *KEEPERS, scope=WRITE, status=201)
def make_clip(asked: Asked, body: Moment) -> Made:
    """Make a clip of a moment done well; the agent in it is asked."""
    made = clips.make_clip(
        viewer=asked.viewer, verdict_id=body.verdict, title=body.title, why_good=body.why_good, now=asked.now
    )
    return Made(made.pk)


@endpoint("PUT /clips/{clip_id}", *KEEPERS, scope=WRITE)
def word_clip(asked: Asked, clip_id: Id, body: Worded) -> None:
    """Another title, or another reason."""
    clips.word_clip(viewer=asked.viewer, clip_id=clip_id, title=body.title, why_good=body.why_good, now=asked.now)


@endpoint("POST /clips/{clip_id}/share", *KEEPERS, scope=WRITE)
def share_clip(asked: Asked, clip_id: Id, body: With) -> None:
    """Show a clip to an agent or a team."""
    clips.share(viewer=asked.viewer, clip_id=clip_id, with_whom=body.with_whom, now=asked.now)


@endpoint("POST /clips/{clip_id}/consent", Role.AGENT, scope=WRITE)
def consent_clip(asked: Asked, clip_id: Id, body: Consent) -> None:
    """Colleagues may see you in a clip; and hear you, if you say so."""
    clips.consent(viewer=asked.viewer, clip_id=clip_id, voice=body.voice, now=asked.now)


@endpoint("POST /clips/{clip_id}/withdraw", Role.AGENT, scope=WRITE)
def withdraw_clip(asked: Asked, clip_id: Id) -> None:
    """Nobody else sees a clip of you any more."""
    clips.withdraw(viewer=asked.viewer, clip_id=clip_id, now=asked.now)


@endpoint("POST /speakers/{path:key}", *KEEPERS, scope="conversations:write")
def confirm_speakers(asked: Asked, key: Key, body: Speakers) -> None:
    """Who is the agent is as it stands, or the other way round; the call is scored anew."""
    speakers.confirm(viewer=asked.viewer, key=key, swapped=body.swapped, revision=body.revision, now=asked.now)
