"""What is kept of the words that come in: masked for whoever reads them, and as they were said beside it, or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from coachloop.app.models import Original, Revision
from coachloop.core.masking.document import Form, masked
from coachloop.core.masking.find import find
from coachloop.core.masking.shown import typed
from coachloop.core.model.wire import ConversationLine, Read

OFF = "off"


@dataclass(frozen=True, slots=True)
class Kept:
    """A line as it is stored: what everybody reads, and the words as they were said where they are kept and differ.

    `content_hash` is that of what came in.
    """

    line: ConversationLine
    document: str
    content_hash: str
    original: str = ""


def kept(read: Read) -> Kept:
    """A line that came in, as this site stores it.

    A line without its words keeps what came in until they are there: whose name is to be masked in them is known by it alone.
    """
    way: str = settings.CONFIG.masking
    names = way == Form.TYPED or settings.CONFIG.masking_names
    shown = None if way == OFF else masked(read.data, Form(way), names=names)
    if shown is None:
        return Kept(read.line, read.document, read.content_hash)
    for_scoring = way == Form.DISPLAY or not read.line.turns
    original = read.document if for_scoring else ""
    return Kept(ConversationLine.model_validate_json(shown), shown, read.content_hash, original)


def keep(stored: Iterable[tuple[Revision, Kept]]) -> None:
    """The words as they were said, beside revisions that are stored already; in the same transaction."""
    rows = [Original(revision=revision, document=one.original) for revision, one in stored if one.original]
    Original.objects.bulk_create(rows, batch_size=500)


def keeps_originals() -> bool:
    """Whether words and recordings are kept here as they were said."""
    return bool(settings.CONFIG.masking != Form.TYPED)


def told(text: str) -> str:
    """A sentence about a call that came in by itself, as this site stores it."""
    return text if settings.CONFIG.masking == OFF else typed(text, find(text)).text


def forget(conversation_id: int) -> None:
    """Let go of words that only waited for others, where none are kept unmasked."""
    if not keeps_originals():
        Original.objects.filter(revision__conversation=conversation_id).delete()
