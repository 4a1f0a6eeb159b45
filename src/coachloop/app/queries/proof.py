"""Whether every stored quote is what the agent says: the words looked up again, verdict by verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched

from coachloop.app import mapping
from coachloop.app.models import Attempt, Revision, Verdict
from coachloop.app.queries.health import Finding
from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.model.verdict import Quote

BLOCK = 500
NAMED = 5
_UNKNOWN_WORDS = ("imported", "human")
"""Who decides without the conversation's words being here."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One verdict that was looked at: how many quotes it has, and what is wrong with those that don't hold."""

    conversation: str
    behaviour: str
    quotes: int
    faults: tuple[str, ...]


def looked() -> Iterator[Looked]:
    """Every verdict with quotes, of every attempt whose conversation came with its words; whoever may see it."""
    attempts = Attempt.objects.filter(revision__gt=0).order_by("id").values_list("id", flat=True)
    for ids in batched(attempts.iterator(BLOCK), BLOCK):
        yield from _block(ids)


def quotes_finding() -> Finding:
    """The check of `coachloop doctor --quotes`."""
    verdicts = quotes = wrong = 0
    named: list[str] = []
    for one in looked():
        verdicts, quotes, wrong = verdicts + 1, quotes + one.quotes, wrong + len(one.faults)
        named += [f"{one.conversation} x {one.behaviour}: {fault}" for fault in one.faults[: NAMED - len(named)]]
    if wrong:
        seen = f"{wrong:,} of {quotes:,} quotes are not what the agent says: {'; '.join(named)}"
        return Finding(
            "quotes", ok=False, seen=seen, way_out="`coachloop score --all` scores them anew; please report it"
        )
    return Finding(
        "quotes", ok=True, seen=f"{quotes:,} quotes of {verdicts:,} verdicts, each word for word in its place"
    )


def _block(ids: Sequence[int]) -> Iterator[Looked]:
    rows = Verdict.objects.filter(attempt__in=ids).exclude(evidence=[]).exclude(decided_by__in=_UNKNOWN_WORDS)
    verdicts = list(rows.select_related("behaviour", "attempt__evaluation__conversation").order_by("id"))
    said = _said(verdicts)
    for row in verdicts:
        call = row.attempt.evaluation.conversation
        words = said[call.pk, row.attempt.revision]
        faults = tuple(fault for quote in row.evidence if (fault := _fault(quote, words)))
        yield Looked(call.key, row.behaviour.key, len(row.evidence), faults)


def _said(verdicts: Sequence[Verdict]) -> Mapping[tuple[int, int], Conversation]:
    wanted = {(row.attempt.evaluation.conversation_id, row.attempt.revision) for row in verdicts}
    revisions = Revision.objects.filter(conversation__in={conversation for conversation, _ in wanted})
    found = {(row.conversation_id, row.number): row.document for row in revisions}
    return {key: mapping.conversation(found[key]) for key in wanted}


def _fault(stored: Mapping[str, object], said: Conversation) -> str:
    """What is wrong with a stored quote; empty where nothing is."""
    turn, start, end, words = (stored.get(name) for name in ("turn", "start", "end", "quote"))
    if not (isinstance(turn, int) and isinstance(start, int) and isinstance(end, int) and isinstance(words, str)):
        return "a quote without its place"
    if not Quote(turn, start, end, words).is_in(said):
        return f"turn {turn} does not say {words[:40]!r} at {start}"
    return "" if said.turns[turn].speaker is Speaker.AGENT else f"turn {turn} is not the agent's"
