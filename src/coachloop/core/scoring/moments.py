"""Opportunities: the moments of a conversation at which a behaviour applies, and the agent's words that count there."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.phrase import phrase_set
from coachloop.core.model.template import Behaviour, Require, Span, Window
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.port import Moment
from coachloop.core.scoring.speech import Spans, Speech

NO_TIMES = "no times: the window is in seconds and this conversation has none"
WHO = "it is not certain who speaks: somebody has to confirm it on the conversation's page"
SILENT = "the agent says nothing"
NO_TRIGGER = "nothing the customer says opens a moment for it"
NO_ANSWER = "the agent says nothing after the moment opened"
UNDECIDED = "applicability undecided"


@dataclass(frozen=True, slots=True)
class NoMoment:
    """Why there is nothing to score: `not_applicable`, or `unscored` where that can't be told."""

    outcome: Outcome
    reason: str


def moments(conversation: Conversation, behaviour: Behaviour) -> tuple[Moment, ...] | NoMoment:
    """Where the behaviour applies in the conversation; see `moments_in`."""
    return moments_in(Speech(conversation), behaviour)


def moments_in(speech: Speech, behaviour: Behaviour) -> tuple[Moment, ...] | NoMoment:
    """Where the behaviour applies.

    With `applies_when.question` there is one moment: the window, or all the agent says where the window would open on the
    answer; whether it applies is for the scorers to say.

    Returns:
        At least one moment, just the first with `require: first`; or why there is none.
    """
    if not speech.conversation.speakers_sure:
        return NoMoment(Outcome.UNSCORED, WHO)
    if not speech.whole[Speaker.AGENT]:
        return NoMoment(Outcome.NOT_APPLICABLE, SILENT)
    if behaviour.window.span in _SECONDS and speech.opened_at is None:
        return NoMoment(Outcome.UNSCORED, NO_TIMES)
    if behaviour.applies_when is None or not behaviour.applies_when.customer_says:
        return (Moment(None, _window(speech, behaviour.window)),)
    triggers = _triggers(speech, behaviour.applies_when.customer_says)
    opened = _opened(speech, triggers)
    if not opened:
        return NoMoment(Outcome.NOT_APPLICABLE, NO_ANSWER if triggers else NO_TRIGGER)
    return tuple(_triggered(speech, behaviour, opened))


def _triggered(speech: Speech, behaviour: Behaviour, opened: list[int]) -> Iterator[Moment]:
    """With a window of its own the behaviour has one moment, however often it is opened."""
    if behaviour.window.span is not Span.AFTER:
        yield Moment(opened[0], _window(speech, behaviour.window))
        return
    agent = speech.whole[Speaker.AGENT]
    answers, within = list(agent), int(behaviour.window.size)
    for trigger in opened[:1] if behaviour.require is Require.FIRST else opened:
        first = bisect_right(answers, trigger)
        yield Moment(trigger, {turn: agent[turn] for turn in answers[first : first + within]})


_SECONDS = frozenset({Span.FIRST_SECONDS, Span.LAST_SECONDS})


def _triggers(speech: Speech, phrases: tuple[str, ...]) -> list[int]:
    return speech.passage(speech.whole[Speaker.CUSTOMER]).turns(phrase_set(phrases))


def _opened(speech: Speech, triggers: list[int]) -> list[int]:
    """The triggers that open a moment of their own: the agent speaks after them, and spoke since the one before."""
    opened: list[int] = []
    answers = list(speech.whole[Speaker.AGENT])
    answered = -1
    for trigger in triggers:
        answer = bisect_right(answers, trigger)
        if answer < len(answers) and answer != answered:
            opened.append(trigger)
            answered = answer
    return opened


def _window(speech: Speech, window: Window) -> Spans:
    """The agent's words in a window; the same object whoever asks, so that they are made ready only once."""
    if window not in speech.windows:
        speech.windows[window] = _opened_by_itself(speech, window.span, window.size)
    return speech.windows[window]


def _opened_by_itself(speech: Speech, span: Span, size: float) -> Spans:
    agent = speech.whole[Speaker.AGENT]
    if span is Span.FIRST_TURNS:
        return {turn: whole for turn, whole in agent.items() if turn < size}
    if span is Span.LAST_TURNS:
        from_turn = len(speech.conversation.turns) - size
        return {turn: whole for turn, whole in agent.items() if turn >= from_turn}
    if span is Span.FIRST_SECONDS:
        return _between(speech, float("-inf"), (speech.opened_at or 0.0) + size)
    if span is Span.LAST_SECONDS:
        return _between(speech, (speech.conversation.closed_at or 0.0) - size, float("inf"))
    return agent


def _between(speech: Speech, since: float, until: float) -> Spans:
    """What the agent says from `since` to before `until`: turns that start there, or their words where those have times."""
    starts = _starts(speech.conversation)
    spans: dict[int, tuple[int, int]] = {}
    for index, whole in speech.whole[Speaker.AGENT].items():
        turn = speech.conversation.turns[index]
        span = _timed(turn, since, until) if turn.words else whole if since <= starts[index] < until else None
        if span is not None:
            spans[index] = span
    return spans


def _timed(turn: Turn, since: float, until: float) -> tuple[int, int] | None:
    """The stretch of a turn whose words are spoken in time; what stands around its first and last words goes with them."""
    inside = [since <= word.at < until for word in turn.words]
    if not any(inside):
        return None
    first, last = inside.index(True), len(inside) - 1 - inside[::-1].index(True)
    start = turn.words[first].start if first else 0
    end = turn.words[last].end if last < len(inside) - 1 else len(turn.text)
    return start, end


def _starts(conversation: Conversation) -> list[float]:
    """When each turn starts; one without a time starts when the one before it ends."""
    starts: list[float] = []
    clock = conversation.opened_at or 0.0
    for turn in conversation.turns:
        clock = clock if turn.start is None else turn.start
        starts.append(clock)
        clock = clock if turn.end is None else turn.end
    return starts
