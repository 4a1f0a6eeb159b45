"""Answers of people, stored: ranked by how considered they are, and the days they are about put down to be counted anew."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from coachloop.app.models import DirtyDay, Review
from coachloop.core.model.review import PRECEDENCE, ReviewKind


def store(answers: Iterable[Review]) -> list[Review]:
    """Store answers with their rank; part of the transaction, and of the audit row, of whoever calls.

    Args:
        answers: new rows, each with its conversation.
    """
    rows = list(answers)
    for row in rows:
        row.rank = PRECEDENCE[ReviewKind(row.kind)]
    days = {(call.agent_id, call.day) for call in (row.conversation for row in rows) if call.agent_id and call.day}
    DirtyDay.objects.bulk_create(DirtyDay(agent_id=agent, day=day) for agent, day in days)
    return Review.objects.bulk_create(rows)


def fingerprint(said: Any) -> str:
    """What makes the same answer, given twice, one row: a digest of what can be written as JSON."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
