"""A conversation cut into what one request holds: the turns around each moment, long calls in overlapping parts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from coachloop.core.scoring.judge.shown import Transcript, estimated_tokens
from coachloop.core.scoring.port import Moment, Question

CONTEXT = 8
"""Turns that are shown before and after a moment, beside its own."""

OVERLAP = 6
"""Turns at the end of a part that the next one begins with."""

LABEL_TOKENS = 6
"""What a line's number and speaker add."""


class Line(NamedTuple):
    """One line of the prompt: a turn, or a piece of a very long one. Offsets are into the turn as shown."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the conversation, and which moments of which questions are judged in it, by the question's number."""

    lines: tuple[Line, ...]
    moments: Mapping[int, tuple[Moment, ...]]


def parts(transcript: Transcript, questions: Sequence[Question], budget: int) -> list[Part]:
    """Cut a conversation.

    A moment is judged in the first part that holds all of it, else in every part that holds some of what the agent says in it.

    Args:
        transcript: the conversation as shown.
        questions: what is asked about it.
        budget: about how many tokens of transcript a request may hold.

    Returns:
        In order; a part in which nothing is judged is left out, and so is a question for which the agent says nothing.
    """
    lines = [
        line for turn in sorted(_relevant(transcript, questions)) for line in _pieces(transcript, turn, budget // 4)
    ]
    windows = list(_windows(lines, [_tokens(transcript, line) for line in lines], budget))
    index = _index(windows)
    judged: list[dict[int, list[Moment]]] = [{} for _ in windows]
    for number, question in enumerate(questions):
        for moment in question.moments:
            for window, share in _places(moment, index):
                judged[window].setdefault(number, []).append(share)
    return [
        Part(tuple(window), {number: tuple(found) for number, found in moments.items()})
        for window, moments in zip(windows, judged, strict=True)
        if moments
    ]


def _turns_of(moment: Moment) -> set[int]:
    return {*moment.spans} if moment.trigger is None else {moment.trigger, *moment.spans}


def _relevant(transcript: Transcript, questions: Iterable[Question]) -> set[int]:
    turns: set[int] = set()
    for question in questions:
        for moment in question.moments:
            own = _turns_of(moment)
            if own:
                turns.update(range(min(own) - CONTEXT, max(own) + CONTEXT + 1))
    return turns.intersection(range(len(transcript.turns)))


def _pieces(transcript: Transcript, turn: int, most: int) -> Iterator[Line]:
    """The turn as lines of at most so many tokens, cut at spaces where there are any."""
    text = transcript.turns[turn].text
    start = 0
    while start < len(text):
        end = _cut(text, start, most)
        yield Line(turn, start, end)
        start = end


def _cut(text: str, start: int, most: int) -> int:
    end = min(len(text), start + 4 * most)  # no more fits, whatever the letters
    while estimated_tokens(text[start:end]) > most and end - start > 1:
        middle = start + (end - start) // 2
        end = text.rfind(" ", start + 1, middle) + 1 or middle
    return end


def _tokens(transcript: Transcript, line: Line) -> int:
    return estimated_tokens(transcript.turns[line.turn].text[line.start : line.end]) + LABEL_TOKENS


def _windows(lines: Sequence[Line], tokens: Sequence[int], budget: int) -> Iterator[Sequence[Line]]:
    """As many lines as fit; the next begins with the last ones of the one before, and always gets further."""
    start = end = 0
    while end < len(lines):
        used = sum(tokens[start:end])
        fresh = end
        while end < len(lines) and (end == fresh or used + tokens[end] <= budget):
            used += tokens[end]
            end += 1
        yield lines[start:end]
        start = _next_start(tokens, end, budget // 4)


def _next_start(tokens: Sequence[int], end: int, room: int) -> int:
    start = end
    while start > 0 and end - start < OVERLAP and tokens[start - 1] <= room:
        start -= 1
        room -= tokens[start]
    return start


class _Index(NamedTuple):
    """Where each turn is shown: its lines, the windows that hold a line, and the turns of each window."""

    lines: Mapping[int, Sequence[Line]]
    windows: Mapping[Line, frozenset[int]]
    turns: Sequence[frozenset[int]]


def _index(windows: Sequence[Sequence[Line]]) -> _Index:
    held: dict[Line, set[int]] = {}
    for number, window in enumerate(windows):
        for line in window:
            held.setdefault(line, set()).add(number)
    lines: dict[int, list[Line]] = {}
    for line in held:
        lines.setdefault(line.turn, []).append(line)
    turns = [frozenset(line.turn for line in window) for window in windows]
    return _Index(lines, {line: frozenset(numbers) for line, numbers in held.items()}, turns)


def _places(moment: Moment, index: _Index) -> Iterator[tuple[int, Moment]]:
    """The windows in which a moment is judged, and what of it is there."""
    own = [line for turn in _turns_of(moment) for line in index.lines.get(turn, ())]
    if not any(line.turn in moment.spans for line in own):
        return
    whole = frozenset.intersection(*(index.windows[line] for line in own))
    if whole:
        yield min(whole), moment
        return
    for number, here in enumerate(index.turns):
        spans = {turn: span for turn, span in moment.spans.items() if turn in here}
        if spans:
            yield number, Moment(moment.trigger if moment.trigger in here else None, spans)
