"""Which recordings somebody may hear: those whose words a page of theirs shows, less what is read without names."""

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from coachloop.app.models import Assignment, Audio, Conversation
from coachloop.app.queries import audio, disputes, recordings, rooms, viewing
from coachloop.app.queries.assignments import open_to
from coachloop.app.queries.audio import Listenable
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role

ANSWER = (Role.EVALUATOR, Role.QA_LEAD, Role.TEAM_LEADER)
DISPUTE = (Role.AGENT, *ANSWER)


def of(viewer: Viewer, key: str) -> Listenable | None:
    """The recording of a conversation whose words they may read somewhere; None where there is none."""
    row = Audio.objects.select_related("conversation").filter(conversation__key=key).first()
    return audio.listenable(row) if row and _may_hear(viewer, [row.pk]) else None


def audible(viewer: Viewer, keys: Iterable[str]) -> frozenset[str]:
    """Those of these conversations that they can hear now."""
    ready = Audio.objects.filter(conversation__key__in=set(keys)).exclude(copied="")
    there = dict(ready.values_list("pk", "conversation__key"))
    return frozenset(there[pk] for pk in _may_hear(viewer, there))


def _may_hear(viewer: Viewer, there: Collection[int]) -> frozenset[int]:
    """Those of these recordings that they may hear. Most calls have none, and who may hear one takes long to ask."""
    may = Audio.objects.filter(_readable(viewer), pk__in=there) if there else Audio.objects.none()
    return frozenset(may.values_list("pk", flat=True))


def _readable(viewer: Viewer) -> Q:
    """Their calls; what they are asked to answer blind; what is disputed before them; rooms that are open; coaching that they led.

    A call that they are asked about blind is heard for its form alone: every other way to it leaves it out. Coaching that is shared is
    read without names, and a voice is a name.
    """
    calls = Q(conversation__in=viewing.conversations(viewer).values("pk"))
    if viewer.user is None:
        return calls
    found = calls | Q(conversation__in=recordings.own(viewer).values("conversation"))
    if viewer.has(*ANSWER):
        found |= Q(conversation__in=open_to(viewer).values("conversation"))
        found |= Q(conversation__in=_in_rooms(viewer))
    if viewer.has(*DISPUTE):
        found |= Q(conversation__in=disputes.visible(viewer).values("conversation"))
    return found


def _in_rooms(viewer: Viewer) -> QuerySet[Conversation]:
    """Calls of rooms that are open to them."""
    opened = Assignment.objects.filter(room__in=rooms.visible(viewer).filter(opened_at__isnull=False))
    hidden = viewing.hidden(viewer).values("conversation")
    return Conversation.objects.filter(assignments__in=opened).exclude(pk__in=hidden)
