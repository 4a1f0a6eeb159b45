"""The words of a conversation as they stand now."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import F

from coachloop.app import mapping
from coachloop.app.models import Conversation, Original, Revision
from coachloop.core.model.conversation import Conversation as Words


class Current(NamedTuple):
    """The words of a conversation that count now, as scorers read them; `number` is the revision's."""

    number: int
    said: Words


def to_score(conversations: Iterable[Any]) -> dict[int, Current]:
    """What is said in these, by id, as it was said where that is kept: what comes of scoring it is masked by the runner.

    Args:
        conversations: rows, ids, or a query of them; those without words are left out.
    """
    rows = Revision.objects.filter(conversation__in=conversations, number=F("conversation__revision"))
    found = rows.values_list("conversation_id", "number", "document", "original__document")
    return {pk: Current(number, mapping.to_score(document, original)) for pk, number, document, original in found}


def words_of(row: Conversation) -> str:
    """The current document of a conversation as it was said, where that is kept: for scoring, never for a page.

    Raises:
        Revision.DoesNotExist: it has none; its scores came without words.
    """
    revision = Revision.objects.get(conversation=row, number=row.revision)
    original = Original.objects.filter(revision=revision).first()
    return str(original.document if original else revision.document)


def shown_of(row: Conversation) -> Words:
    """What is said in a conversation as everybody reads it.

    Raises:
        Revision.DoesNotExist: it has none; its scores came without words.
    """
    return mapping.conversation(Revision.objects.get(conversation=row, number=row.revision).document)
