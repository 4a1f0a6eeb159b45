"""A transcript as it is read on a page: turns cut into plain and marked stretches, at the exact characters."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from coachloop.app.queries.conversation import ConversationView, Proof, VerdictView
from coachloop.app.queries.room_question import QuestionView
from coachloop.app.queries.search import Passage
from coachloop.core.model.conversation import Speaker
from coachloop.core.model.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some characters of a turn. `outcome` is empty where nothing is marked; `anchors` are the quotes that start here."""

    text: str
    outcome: str = ""
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One turn on the page: its stretches, whose evidence it holds, and what was missed here."""

    index: int
    who: str
    speaker: Speaker
    at: float | None
    stretches: tuple[Stretch, ...]
    shown: tuple[VerdictView, ...]
    missed: tuple[VerdictView, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A quote to mark in one turn."""

    start: int
    end: int
    outcome: str
    anchor: str


def lines(view: ConversationView) -> tuple[Line, ...]:
    """The conversation's turns with every piece of evidence marked at its place."""
    verdicts = [verdict for scored in view.scored for verdict in scored.verdicts]
    marks, shown, missed = _marks(verdicts), defaultdict(list), defaultdict(list)
    for verdict in verdicts:
        for turn in dict.fromkeys(proof.turn for proof in verdict.evidence if proof.shown):
            shown[turn].append(verdict)
        if verdict.missed and verdict.outcome is Outcome.NOT_MET:
            missed[verdict.missed.turn].append(verdict)
    names = {Speaker.AGENT: view.agent_name or "Agent", Speaker.CUSTOMER: view.customer_name or "Customer"}
    return tuple(
        Line(
            index,
            names.get(turn.speaker, "Somebody else"),
            turn.speaker,
            turn.start,
            stretches(turn.text, marks[index]),
            tuple(shown[index]),
            tuple(missed[index]),
        )
        for index, turn in enumerate(view.turns)
    )


def said(view: QuestionView) -> tuple[Line, ...]:
    """The turns of one call of a room, with the moments that everybody chose marked."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    for one, says in enumerate(view.says):
        for number, moment in enumerate(says.moments):
            marks[moment.turn].append(Mark(moment.start, moment.end, says.outcome, f"said-{one}-{number}"))
    names = {Speaker.AGENT: "Agent", Speaker.CUSTOMER: "Customer"}
    return tuple(
        Line(
            index,
            names.get(turn.speaker, "Somebody else"),
            turn.speaker,
            turn.start,
            stretches(turn.text, marks[index]),
            (),
            (),
        )
        for index, turn in enumerate(view.turns)
    )


def jump(verdict: VerdictView) -> str:
    """The anchor that shows why: the first quote that stands in the text, or the missed moment; empty where neither is."""
    if verdict.missed and verdict.outcome is Outcome.NOT_MET:
        return f"missed-{verdict.id}"
    return next((_anchor(verdict, i) for i, proof in enumerate(verdict.evidence) if proof.shown), "")


def found(passage: Passage) -> tuple[Stretch, ...]:
    """A passage with what was looked for marked."""
    return stretches(passage.text, [Mark(mark.start, mark.end, "found", "") for mark in passage.marks])


def stretches(text: str, marks: Sequence[Mark]) -> tuple[Stretch, ...]:
    """`text` cut at both ends of every mark; joined, the stretches are the text again."""
    edges = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    return tuple(_stretch(text, (a, b), marks) for a, b in pairwise(edges)) or (Stretch(text),)


def _stretch(text: str, place: tuple[int, int], marks: Sequence[Mark]) -> Stretch:
    start, end = place
    over = [mark for mark in marks if mark.start <= start and end <= mark.end]
    worst = min((mark.outcome for mark in over), key=lambda outcome: outcome != Outcome.NOT_MET, default="")
    return Stretch(text[start:end], worst, tuple(mark.anchor for mark in over if mark.start == start))


def _marks(verdicts: Sequence[VerdictView]) -> dict[int, list[Mark]]:
    marks: dict[int, list[Mark]] = defaultdict(list)
    for verdict in verdicts:
        for number, proof in enumerate(verdict.evidence):
            if proof.shown:
                marks[proof.turn].append(_mark(verdict, number, proof))
    return marks


def _mark(verdict: VerdictView, number: int, proof: Proof) -> Mark:
    return Mark(proof.start, proof.end, verdict.outcome.value, _anchor(verdict, number))


def _anchor(verdict: VerdictView, number: int) -> str:
    return f"quote-{verdict.id}-{number}"
