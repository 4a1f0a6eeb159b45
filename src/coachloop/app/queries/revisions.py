"""The words of a conversation as they stand now."""

from coachloop.app.models import Conversation, Original, Revision


def words_of(row: Conversation) -> str:
    """The current document of a conversation as it was said, where that is kept: for scoring, never for a page.

    Raises:
        Revision.DoesNotExist: it has none; its scores came without words.
    """
    revision = Revision.objects.get(conversation=row, number=row.revision)
    original = Original.objects.filter(revision=revision).first()
    return original.document if original else revision.document
