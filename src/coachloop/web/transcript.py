"""A transcript as it is read on a page: turns cut into plain and marked stretches, at the exact characters."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from coachloop.app.queries.conversation import ConversationView, Proof, VerdictView
from coachloop.app.queries.room_question import QuestionView
from coachloop.app.queries.search import Passage
from coachloop.core.model.conversation import Speaker, Turn
from coachloop.core.model.verdict import Outcome

LAST_OF_ONE_UNIT = 0xFFFF
"""Browsers count characters beyond this one as two."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some characters of a turn. `outcome` is empty where nothing is marked; `anchors` are the quotes that start here."""

    text: str
    outcome: str = ""
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One turn on the page: its stretches, whose evidence it holds, and what was missed here.

    `times` says when each word is spoken, for the script that plays it: `offset:second`, the offset as browsers count.
    """

    index: int
    who: str
    speaker: Speaker
    at: float | None
    times: str
    stretches: tuple[Stretch, ...]
    shown: tuple[VerdictView, ...] = ()
    missed: tuple[VerdictView, ...] = ()

    @property
    def second(self) -> str:
        """Where it begins, as an address gives it; empty where that is not known."""
        return "" if self.at is None else f"{self.at:.2f}"


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
            times(turn),
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
    return bare(view.turns, marks)


def bare(turns: Sequence[Turn], marks: Mapping[int, Sequence[Mark]] = MappingProxyType({})) -> tuple[Line, ...]:
    """Turns without a name above them and without verdicts; `marks` by the turn that they stand in."""
    names = {Speaker.AGENT: "Agent", Speaker.CUSTOMER: "Customer"}
    return tuple(
        Line(
            index,
            names.get(turn.speaker, "Somebody else"),
            turn.speaker,
            turn.start,
            times(turn),
            stretches(turn.text, marks.get(index, ())),
        )
        for index, turn in enumerate(turns)
    )


def times(turn: Turn) -> str:
    """When each word of a turn is spoken: `0:12.5 4:12.9`; empty where only the turn's own time is known."""
    wide = [place for place, letter in enumerate(turn.text) if ord(letter) > LAST_OF_ONE_UNIT]
    return " ".join(f"{word.start + bisect_left(wide, word.start)}:{word.at:.2f}" for word in turn.words)


def second(turn: Turn, offset: int) -> float | None:
    """When the word at a character of a turn is spoken; the turn's own time where no word's is known."""
    return max((word.at for word in turn.words if word.start <= offset), default=turn.start)


def moments(view: ConversationView) -> list[tuple[float, str]]:
    """When each piece of evidence is heard, with its verdict's outcome."""
    verdicts = [verdict for scored in view.scored for verdict in scored.verdicts]
    proofs = [(verdict, proof) for verdict in verdicts for proof in verdict.evidence if proof.shown]
    found = [(second(view.turns[proof.turn], proof.start), verdict.outcome.value) for verdict, proof in proofs]
    missed = [(one.missed.at, one.outcome.value) for one in verdicts if one.missed and one.outcome is Outcome.NOT_MET]
    return sorted((at, outcome) for at, outcome in (*found, *missed) if at is not None)


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
