"""What is shown in the place of what is masked, and when it is said."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from coachloop.core.masking.find import find
from coachloop.core.masking.kinds import Found, Kind
from coachloop.core.model.conversation import Conversation, Masked, Turn

FILL = "\u00b7"

EARLY, LATE = 0.25, 0.35
"""Seconds that are muted before and behind masked words: nine of ten word times are within 0.21 seconds of the sound."""


class Text(NamedTuple):
    """A text with something in the place of what is masked, and where that stands now."""

    text: str
    found: tuple[Found, ...]


def display(text: str, found: Iterable[Found]) -> Text:
    """The text with each place masked in its own length, so that every offset still holds: `[CARD]·············`.

    A place that is shorter than its token is filled up alone.
    """
    places = tuple(found)
    return Text(_in_place(text, ((start, end, _fill(kind.token, end - start)) for start, end, kind in places)), places)


def _fill(token: str, size: int) -> str:
    return FILL * size if size < len(token) else token.ljust(size, FILL)


def _in_place(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    """The text with something else at each of the places, which are in order."""
    parts, done = [], 0
    for start, end, shown in places:
        parts += [text[done:start], shown]
        done = end
    return "".join([*parts, text[done:]])


def typed(text: str, found: Iterable[Found]) -> Text:
    """The text with each place replaced by its token: `[CARD]`."""
    before, places, moved = tuple(found), [], 0
    for start, end, kind in before:
        places.append(Found(start + moved, start + moved + len(kind.token), kind))
        moved += len(kind.token) - (end - start)
    return Text(_in_place(text, ((start, end, kind.token) for start, end, kind in before)), tuple(places))


def shown(conversation: Conversation) -> Conversation:
    """The conversation as people and models read it: masked, with every offset as it was."""
    hidden = masked_by_turn(conversation)
    if not hidden:
        return conversation
    turns = list(conversation.turns)
    for turn, masks in hidden.items():
        places = ((mask.start, mask.end, _fill(f"[{mask.kind}]", mask.end - mask.start)) for mask in masks)
        turns[turn] = replace(turns[turn], text=_in_place(turns[turn].text, places))
    return replace(conversation, turns=tuple(turns))


def masked_by_turn(conversation: Conversation) -> dict[int, list[Masked]]:
    """What is masked, by turn, in order; of what overlaps, which no document of ours says, the first."""
    found: dict[int, list[Masked]] = {}
    for mask in sorted(conversation.masked or (), key=lambda mask: (mask.turn, mask.start)):
        there = found.setdefault(mask.turn, [])
        if not there or there[-1].end <= mask.start:
            there.append(mask)
    return found


def by_tokens(conversation: Conversation) -> Conversation:
    """The conversation with `[CARD]` in the place of what is masked: nicer to read, and nothing can be looked up in it by offset."""
    turns = list(conversation.turns)
    for turn, masks in masked_by_turn(conversation).items():
        text = _in_place(turns[turn].text, ((mask.start, mask.end, f"[{mask.kind}]") for mask in masks))
        turns[turn] = replace(turns[turn], text=text, words=())
    return replace(conversation, turns=tuple(turns), masked=None if conversation.masked is None else ())


def scrubbed(text: str, conversation: Conversation) -> str:
    """A sentence of ours or of a model's about a conversation, without anything that is masked in it.

    Args:
        text: may quote the conversation as it was said, cut short or in its own words.
        conversation: with its words as they were said, and what of them is masked.
    """
    if not text or conversation.masked is None:
        return text
    for mask in sorted(conversation.masked, key=lambda mask: mask.start - mask.end):
        said = conversation.turns[mask.turn].text[mask.start : mask.end]
        text = text.replace(said, f"[{mask.kind}]") if len(said) > 2 else text
    named = any(mask.kind == Kind.CUSTOMER_NAME for mask in conversation.masked)
    names = (conversation.customer_name,) if conversation.customer_name and named else ()
    return typed(text, find(text, names=names)).text


def muted(conversation: Conversation) -> tuple[tuple[float, float], ...]:
    """The seconds of a recording in which something is said that is masked; in order, none of which overlap.

    By the times of the words; where a turn has none, by the share of the turn, generously. A turn without times can't be muted.
    """
    spans = [span for mask in conversation.masked or () if (span := _seconds(conversation.turns[mask.turn], mask))]
    apart: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return tuple(apart)


def _seconds(turn: Turn, mask: Masked) -> tuple[float, float] | None:
    inside = [number for number, word in enumerate(turn.words) if word.start < mask.end and mask.start < word.end]
    if inside:
        start, end = turn.words[inside[0]].at, _until(turn, inside[-1])
    elif turn.start is not None and turn.end is not None:
        start, end = _share(turn, mask, turn.end - turn.start)
    else:
        return None
    return round(max(0.0, start - EARLY), 3), round(end + LATE, 3)


def _until(turn: Turn, number: int) -> float:
    """When a word ends: as its times say, else when the next begins, or the turn ends."""
    word = turn.words[number]
    if word.until is None:
        following = turn.words[number + 1].at if number + 1 < len(turn.words) else turn.end
        return max(word.at, following or word.at)
    return max(word.at, word.until)


def _share(turn: Turn, mask: Masked, seconds: float) -> tuple[float, float]:
    """Where a stretch of a turn's characters is in its time, with a tenth of the turn and a second on both sides."""
    start, spare = turn.start or 0.0, 0.1 * seconds + 1.0
    first, last = (seconds * place / len(turn.text) for place in (mask.start, mask.end))
    return max(start, start + first - spare), min(start + seconds, start + last + spare)
