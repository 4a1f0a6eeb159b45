"""Proof that what is stored is proved: every quote of every stored verdict against the words it claims to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from coachloop.app import mapping
from coachloop.app.models import Revision, Verdict
from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.model.template import Behaviour, Template
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.scoring.moments import NoMoment, moments_in
from coachloop.core.scoring.port import Moment
from coachloop.core.scoring.speech import Speech

ELSEWHERE = frozenset({"imported", "human"})
"""Who decides without the words being there to look them up in."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was looked at, and every fault that was found."""

    verdicts: int
    quotes: int
    met: int
    faults: tuple[str, ...]


def stored() -> Stored:
    """Every stored verdict whose conversation has words, current or not: its quotes, its missed moment, its probability."""
    faults: list[str] = []
    verdicts = quotes = met = 0
    for row, said in _rows():
        place = f"{said.id} x {row.behaviour.key}"
        verdicts, quotes, met = verdicts + 1, quotes + len(row.evidence), met + (row.outcome == "met")
        faults += [f"{place}: {fault}" for fault in _faults(row, said)]
    return Stored(verdicts, quotes, met, tuple(faults))


def _rows() -> Iterator[tuple[Verdict, Conversation]]:
    wanted = Verdict.objects.exclude(decided_by__in=ELSEWHERE).filter(attempt__revision__gt=0)
    related = wanted.select_related("behaviour", "attempt__evaluation", "attempt__scoring__version")
    known: dict[tuple[int, int], Conversation] = {}
    for row in related.order_by("attempt_id", "id"):
        key = (row.attempt.evaluation.conversation_id, row.attempt.revision)
        if key not in known:
            revision = Revision.objects.get(conversation_id=key[0], number=key[1])
            known = {key: mapping.conversation(revision.document)}
        yield row, known[key]


def _faults(row: Verdict, said: Conversation) -> Iterator[str]:
    behaviour = next(b for b in _template(row.attempt.scoring.version.text).behaviours if b.key == row.behaviour.key)
    moments = _moments(said, behaviour)
    for quote in row.evidence:
        yield from _of_quote(quote, said, moments)
    if row.outcome == "met" and row.decided_by == "judge" and not row.evidence:
        yield "the judge's met stands without a quote"
    if row.outcome == "unscored" and not row.reason:
        yield "unscored without a reason"
    if row.missed is not None and not 0 <= row.missed["turn"] < len(said.turns):
        yield f"missed at turn {row.missed['turn']} of {len(said.turns)}"


def _of_quote(quote: dict[str, object], said: Conversation, moments: tuple[Moment, ...]) -> Iterator[str]:
    turn, start, end, words = quote["turn"], quote["start"], quote["end"], quote["quote"]
    if not (isinstance(turn, int) and isinstance(start, int) and isinstance(end, int)):
        yield f"a quote without its place: {quote}"
    elif not 0 <= turn < len(said.turns) or not 0 <= start < end:
        yield f"a quote from nowhere: {quote}"
    elif said.turns[turn].text[start:end] != words:
        yield f"turn {turn} says {said.turns[turn].text[start:end]!r}, not {words!r}"
    elif said.turns[turn].speaker is not Speaker.AGENT:
        yield f"turn {turn} is not the agent's"
    elif not any(_inside(turn, (start, end), moment) for moment in moments):
        yield f"turn {turn} does not count for it"


def _inside(turn: int, place: tuple[int, int], moment: Moment) -> bool:
    start, end = moment.spans.get(turn, (0, 0))
    return start <= place[0] and place[1] <= end


def _moments(said: Conversation, behaviour: Behaviour) -> tuple[Moment, ...]:
    found = moments_in(Speech(said), behaviour)
    return () if isinstance(found, NoMoment) else found


@lru_cache(maxsize=32)
def _template(text: str) -> Template:
    return parse_template(text)
