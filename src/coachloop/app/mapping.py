"""Rows to core and back."""

from dataclasses import replace
from typing import Any

from coachloop.app.models import Verdict
from coachloop.core.model import verdict as core
from coachloop.core.model.conversation import Conversation
from coachloop.core.model.wire import ConversationLine


def conversation(document: str) -> Conversation:
    """A stored document as the scorers read it."""
    return ConversationLine.model_validate_json(document).conversation()


def to_score(document: str, original: str | None) -> Conversation:
    """A stored document with the words as they were said, where they are kept: for scorers, and never for a page.

    Args:
        document: as everybody reads it.
        original: the same before it was masked.
    """
    shown = conversation(document)
    if not original:
        return shown
    return replace(conversation(original), masked=shown.masked or ())


def verdict_row(verdict: core.Verdict, said: Conversation, *, attempt_id: int, behaviour_id: int) -> Verdict:
    """A verdict as it is stored, with the time of each piece of its proof."""
    return Verdict(
        attempt_id=attempt_id,
        behaviour_id=behaviour_id,
        outcome=verdict.outcome,
        probability=verdict.probability,
        decided_by=verdict.decided_by,
        reason=verdict.reason,
        evidence=[_quote(quote, said) for quote in verdict.evidence],
        missed=_missed(verdict.missed, said),
        dropped_quotes=verdict.dropped_quotes,
    )


def _quote(quote: core.Quote, said: Conversation) -> dict[str, Any]:
    return {
        "turn": quote.turn,
        "start": quote.start,
        "end": quote.end,
        "quote": quote.text,
        "at": said.turns[quote.turn].start,
    }


def _missed(missed: core.Missed | None, said: Conversation) -> dict[str, Any] | None:
    if missed is None:
        return None
    return {"turn": missed.turn, "at": said.turns[missed.turn].start, "better": missed.better}
