"""Times: who speaks how much, how long it is silent, who cuts in, how fast, how soon."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from coachloop.core.model.conversation import Speaker, Turn
from coachloop.core.model.phrase import words
from coachloop.core.model.template import Span
from coachloop.core.model.verdict import Missed, Outcome
from coachloop.core.scoring.evidence import missed_at
from coachloop.core.scoring.fold import fold_moments
from coachloop.core.scoring.port import Finding, Moment, Question, Scorer

OVERLAP = 0.3
"""Seconds of talking at the same time that are no interruption: people's turns touch."""

BACKCHANNEL = 2
"""Words up to which cutting in is a sign of listening ("mm-hm", "I see"), not an interruption."""

NO_TIMES = "no times: not every turn says when it starts and ends"


class Timed(NamedTuple):
    """A turn whose times are known, with its index."""

    at: int
    speaker: Speaker
    start: float
    end: float
    words: int


class Measured(NamedTuple):
    """A number, and the turn to look at where it is out of range; `value` None: there was nothing to measure."""

    value: float | None
    turn: int | None = None


class TimingScorer(Scorer):
    """Decides by the clock: met where every number that the template names is in its range.

    It measures the whole conversation, or with a window the stretch from the first to the last of the agent's turns in it.
    """

    name = "timing"
    version = "1"
    reads_all = True

    def score(self, questions: Sequence[Question]) -> list[Finding]:
        """One finding a question, in order."""
        return [_finding(question) for question in questions]


def _finding(question: Question) -> Finding:
    judged = [_judge(question, moment) for moment in question.moments]
    folded = fold_moments([one.outcome for one in judged], question.behaviour.require)
    return judged[folded.moment]


def _judge(question: Question, moment: Moment) -> Finding:
    turns = _timed(_stretch(question, moment))
    if turns is None:
        return Finding(None, NO_TIMES)
    if not turns:
        return Finding(None, "nobody speaks in the window")
    reasons = []
    for name, limits in question.options.items():
        measured = _MEASURES[name](turns)
        if measured.value is None:
            return Finding(None, f"{_LABELS[name]} can't be measured here")
        reason = f"{_LABELS[name]} {_number(measured.value)} ({_range(limits)})"
        if not _is_in(measured.value, limits):
            missed = (
                missed_at(question, moment) if measured.turn is None else Missed(measured.turn, question.behaviour.good)
            )
            return Finding(Outcome.NOT_MET, reason, missed=missed)
        reasons.append(reason)
    return Finding(Outcome.MET, "; ".join(reasons))


def _stretch(question: Question, moment: Moment) -> Mapping[int, Turn]:
    turns = dict(enumerate(question.conversation.turns))
    if question.behaviour.window.span is Span.ANYWHERE:
        return turns
    inside = [*moment.spans, *([] if moment.trigger is None else [moment.trigger])]
    if not moment.spans:
        return {}
    return {index: turns[index] for index in range(min(inside), max(inside) + 1)}


def _timed(turns: Mapping[int, Turn]) -> list[Timed] | None:
    """The turns in the order they start; None where one that says something has no times."""
    timed = []
    for index, turn in turns.items():
        said = len(words(turn.text))
        if turn.start is not None and turn.end is not None:
            timed.append(Timed(index, turn.speaker, turn.start, max(turn.start, turn.end), said))
        elif said:
            return None
    return sorted(timed, key=lambda turn: turn.start)


def _of(turns: Sequence[Timed], speaker: Speaker) -> list[Timed]:
    return [turn for turn in turns if turn.speaker is speaker]


def _seconds(turns: Sequence[Timed]) -> float:
    return sum(turn.end - turn.start for turn in turns)


def _talk_share(turns: Sequence[Timed]) -> Measured:
    agent, customer = _seconds(_of(turns, Speaker.AGENT)), _seconds(_of(turns, Speaker.CUSTOMER))
    return Measured(agent / (agent + customer) if agent + customer else None)


def _longest_silence(turns: Sequence[Timed]) -> Measured:
    """The longest time in which nobody speaks; the turn is the one that it follows."""
    longest = Measured(0.0)
    latest = turns[0]
    for turn in turns[1:]:
        if turn.start - latest.end > (longest.value or 0.0):
            longest = Measured(turn.start - latest.end, latest.at)
        if turn.end > latest.end:
            latest = turn
    return longest


def _interruptions(turns: Sequence[Timed]) -> Measured:
    """Turns with which the agent cuts in: the customer began before and goes on, and it is more than a sign of listening."""
    customer = _of(turns, Speaker.CUSTOMER)
    cuts = [
        turn
        for turn in _of(turns, Speaker.AGENT)
        if turn.words > BACKCHANNEL and any(said.start < turn.start < said.end - OVERLAP for said in customer)
    ]
    return Measured(float(len(cuts)), cuts[0].at if cuts else None)


def _words_a_minute(turns: Sequence[Timed]) -> Measured:
    agent = _of(turns, Speaker.AGENT)
    seconds = _seconds(agent)
    return Measured(60 * sum(turn.words for turn in agent) / seconds if seconds else None)


def _first_response(turns: Sequence[Timed]) -> Measured:
    """From the end of the customer's first turn to the agent's next; the turn is the customer's."""
    asked = next(iter(_of(turns, Speaker.CUSTOMER)), None)
    if asked is None:
        return Measured(None)
    answer = next((turn for turn in _of(turns, Speaker.AGENT) if turn.start >= asked.start), None)
    return Measured(None) if answer is None else Measured(max(0.0, answer.start - asked.end), asked.at)


_MEASURES: Mapping[str, Callable[[Sequence[Timed]], Measured]] = {
    "talk_share": _talk_share,
    "longest_silence": _longest_silence,
    "interruptions": _interruptions,
    "words_a_minute": _words_a_minute,
    "first_response": _first_response,
}

_LABELS = {
    "talk_share": "the agent's share of the talk is",
    "longest_silence": "the longest silence in seconds is",
    "interruptions": "the agent's interruptions are",
    "words_a_minute": "the agent's words a minute are",
    "first_response": "the first response in seconds took",
}


def _is_in(value: float, limits: Mapping[str, Any]) -> bool:
    return bool(limits.get("min", value) <= value <= limits.get("max", value))


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _range(limits: Mapping[str, Any]) -> str:
    return ", ".join(
        f"at {'least' if end == 'min' else 'most'} {limits[end]:g}" for end in ("min", "max") if end in limits
    )
