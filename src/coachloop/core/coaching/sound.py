"""What is heard in a clip: its turns from word to word, at most half a minute, and nothing that its text hides."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from coachloop.core.coaching.clips import MOST_SECONDS, Cut, name_places
from coachloop.core.masking.shown import EARLY, LATE
from coachloop.core.model.conversation import Conversation, Turn

AROUND = 0.2
"""Seconds before the first word and behind the last, as far as nobody else speaks there: word times are that exact."""

SHORTEST = 0.3
"""Seconds of which nobody would understand a word."""


class Span(NamedTuple):
    """From a second of the recording up to another."""

    start: float
    end: float


class Sound(NamedTuple):
    """What is cut out of a recording for a clip, and what of it is muted."""

    start: float
    end: float
    muted: tuple[Span, ...]


def sound(said: Conversation, cut: Cut, *, seconds: float) -> Sound | None:
    """Where a clip lies in its recording.

    What is masked anywhere in the conversation is muted, and so is the customer's name: people speak at the same time, so the words of
    a turn that is not shown may be heard too. Where the words of a turn leave open when it was said, the whole turn is muted.

    Args:
        said: the conversation, as its document shows it.
        cut: which turns.
        seconds: how long the recording is.

    Returns:
        None where it is not known when the turns were said, or when something was that is hidden: then there is no way to be sure.
    """
    shown = said.turns[cut.first : cut.last + 1]
    spoken = [_when(turn, 0, len(turn.text)) for turn in shown]
    hidden = [_when(said.turns[turn], start, end) for turn, start, end in _places(said)]
    known, silent = [span for span in spoken if span], [span for span in hidden if span]
    if not known or len(known) < len(spoken) or len(silent) < len(hidden):
        return None
    start, end = _window(known, [word for turn in shown for word in _words(turn)], said)
    end = min(end, seconds)
    if end - start < SHORTEST:
        return None
    muted = _apart(Span(max(0.0, span.start - EARLY), span.end + LATE) for span in silent)
    return Sound(start, end, tuple(span for span in muted if span.start < end and start < span.end))


def _places(said: Conversation) -> Iterator[tuple[int, int, int]]:
    """What nobody hears: turns, and characters in them."""
    for mask in said.masked or ():
        yield mask.turn, mask.start, mask.end
    for index, turn in enumerate(said.turns):
        for place in name_places(turn.text, said.customer_name or ""):
            yield index, place.start, place.end


def _when(turn: Turn, start: int, end: int) -> Span | None:
    """When characters of a turn were said: by the times of their words if all have some, else in the turn; None where nobody knows."""
    times = _words(turn)
    inside = [number for number, word in enumerate(turn.words) if word.start < end and start < word.end]
    timed = {place for number in inside for place in range(turn.words[number].start, turn.words[number].end)}
    if inside and all(place in timed or not turn.text[place].isalnum() for place in range(start, end)):
        return _around([times[number] for number in inside])
    if turn.start is None or turn.end is None:
        return None
    return _around([Span(turn.start, max(turn.start, turn.end)), *times])


def _words(turn: Turn) -> list[Span]:
    """When each word was said; one without an end lasts until the next begins, or the turn ends."""
    following = [*(word.at for word in turn.words[1:]), turn.end]
    ends = [word.until if word.until is not None else after for word, after in zip(turn.words, following, strict=False)]
    return [Span(word.at, max(word.at, end or 0.0)) for word, end in zip(turn.words, ends, strict=True)]


def _around(spans: Sequence[Span]) -> Span:
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _window(spoken: Sequence[Span], words: Sequence[Span], said: Conversation) -> Span:
    """All of the turns with a breath before and after; where that is too long, up to the last word that fits."""
    start, end = _around(spoken)
    whole = [when for turn in said.turns if (when := _when(turn, 0, len(turn.text)))]
    others = [*whole, *(word for turn in said.turns for word in _words(turn))]
    begin = max([start - AROUND, *(span.end for span in others if span.end <= start)])
    begin = max(begin, 0.0)
    if end - begin > MOST_SECONDS:
        return Span(begin, _last_word(begin + MOST_SECONDS, words))
    after = min([end + AROUND, *(span.start for span in others if span.start >= end)])
    return Span(begin, min(after, begin + MOST_SECONDS))


def _last_word(latest: float, words: Sequence[Span]) -> float:
    """The last moment at which no word of the clip is cut in two."""
    while across := [span.start for span in words if span.start < latest < span.end]:
        latest = min(across)
    return latest


def _apart(spans: Iterable[Span]) -> list[Span]:
    """In order, those that touch as one."""
    apart: list[Span] = []
    for span in sorted(spans):
        if apart and span.start <= apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(span.end, apart[-1].end))
        else:
            apart.append(span)
    return apart
