"""The words of conversations, kept ready to be searched; written together with the conversation itself."""

from collections.abc import Iterable

from coachloop.app.models import Conversation, Spoken
from coachloop.core.model.conversation import Turn
from coachloop.core.model.spoken import said
from coachloop.core.model.wire import TurnLine


def keep(spoken: Iterable[tuple[Conversation, Iterable[Turn | TurnLine]]]) -> None:
    """What each conversation says now, in place of what it said before."""
    rows = [Spoken(conversation=row, words=said(turn.text for turn in turns)) for row, turns in spoken]
    Spoken.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["conversation"], update_fields=["words"], batch_size=500
    )
