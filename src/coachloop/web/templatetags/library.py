"""Clips on other pages: a colleague's for the behaviour at hand, and those that wait for the agent's answer."""

from typing import Any

from django import template

from coachloop.app.queries import clips
from coachloop.app.queries.clips import ClipView, Short
from coachloop.web.access import viewer_of
from coachloop.web.links import clip_link

register = template.Library()


@register.simple_tag(takes_context=True)
def peer_of_session(context: dict[str, Any], session_id: int) -> Short | None:
    """A colleague's clip of what a session is about, if the reader sees one."""
    return clips.peer_of_session(viewer_of(context["request"]), session_id)


@register.simple_tag(takes_context=True)
def peer_of_agent(context: dict[str, Any], agent_key: str) -> Short | None:
    """The same of what an agent works on."""
    return clips.peer_of_agent(viewer_of(context["request"]), agent_key)


@register.simple_tag(takes_context=True)
def clips_to_answer(context: dict[str, Any]) -> list[Short]:
    """Clips of the reader's own that wait for their yes or no."""
    return clips.waiting(viewer_of(context["request"]))


@register.inclusion_tag("coachloop/parts/clip_sound.html", takes_context=True)
def clip_sound(context: dict[str, Any], clip: ClipView) -> dict[str, Any]:
    """A small player, where the reader may hear a clip."""
    return {"clip": clip, "source": clip_link(viewer_of(context["request"]), clip)}
