"""Somebody who knows the agent says who is who; what was guessed is right then, or turned round, and the call is scored anew."""

import json
from datetime import datetime

from django.db import transaction

from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Audio, Conversation
from coachloop.app.queries import speakers as queries
from coachloop.app.queries import viewing
from coachloop.app.queries.revisions import words_of
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, ingest
from coachloop.core.model.conversation import Speaker

ROUND = {Speaker.AGENT: Speaker.CUSTOMER, Speaker.CUSTOMER: Speaker.AGENT}


@transaction.atomic
def confirm(*, viewer: Viewer, key: str, swapped: bool, revision: int, now: datetime) -> None:
    """Say that the agent is who is taken for it, or the other one.

    Args:
        viewer: a QA lead, or the leader of the call's team.
        key: the conversation's.
        swapped: it is the other one.
        revision: the state that they looked at.
        now: when.

    Raises:
        Conversation.DoesNotExist: they see no such call.
        NotYoursError: somebody else says who speaks.
        WrongStateError: somebody was faster, or nothing was guessed.
    """
    row = Conversation.objects.select_for_update(of=("self",)).get(pk=viewing.conversations(viewer).get(key=key).pk)
    if not queries.may_confirm(viewer, row):
        raise NotYoursError("a QA lead or the leader of the call's team says who speaks")
    if row.revision != revision:
        raise WrongStateError("something changed in this conversation meanwhile; look again at who says what")
    text = words_of(row)
    said = queries.told(text)
    if said is None:
        raise WrongStateError("this conversation came in with its speakers; nothing was guessed")
    document = json.loads(text)
    if swapped:
        _swap(document, row)
    document["speakers"] |= {"confirmed": True}
    ingest.revise(row, json.dumps(document, ensure_ascii=False), now=now)
    detail = {"from": said.source, "confidence": said.confidence, "swapped": swapped}
    audit.record(viewer, "speakers.confirm", f"conversation:{key}", now=now, detail=detail)


def _swap(document: dict[str, object], row: Conversation) -> None:
    """Every turn is the other one's, and so is every channel; what is muted is worked out anew."""
    turns = document.get("turns")
    for turn in turns if isinstance(turns, list) else ():
        turn["speaker"] = ROUND.get(turn["speaker"], turn["speaker"])
    audio = Audio.objects.filter(conversation=row)
    for one in audio.filter(agent_channel__isnull=False):
        audio.update(agent_channel=1 - (one.agent_channel or 0))
    audio.filter(state=Audio.State.DONE).update(state=Audio.State.WAITING, tries=0)
