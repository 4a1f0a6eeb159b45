"""The words of conversations, kept ready to be searched; written together with the conversation itself."""

from collections.abc import Iterable

from coachloop.app.models import Conversation, Spoken
from coachloop.app.models.sealed import SEARCH, keyring
from coachloop.core.model.cipher import hashed
from coachloop.core.model.conversation import Turn
from coachloop.core.model.spoken import LONGEST_SAID, said
from coachloop.core.model.wire import TurnLine


def kept(words: str) -> str:
    """Words as they are stored to be searched: hashed where the site has a key."""
    ring = keyring()
    return hashed(words, ring.newest(SEARCH), longest=LONGEST_SAID) if ring.site.seals and words else words


def keep(spoken: Iterable[tuple[Conversation, Iterable[Turn | TurnLine]]]) -> None:
    """What each conversation says now, in place of what it said before."""
    rows = [Spoken(conversation=row, words=kept(said(turn.text for turn in turns))) for row, turns in spoken]
    Spoken.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["conversation"], update_fields=["words"], batch_size=500
    )
