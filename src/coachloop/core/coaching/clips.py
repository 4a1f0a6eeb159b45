"""A clip: the few turns around the proof of a behaviour done well, and the customer's name out of sight."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from coachloop.core.model.conversation import Turn
from coachloop.core.model.spoken import Place, looked_for, places

MOST_TURNS = 8
MOST_SECONDS = 30.0
"""What is worth hearing of one moment."""

UNTIMED_TURNS = 5
"""Turns where nobody knows how long they take."""

HIDDEN = "[CUSTOMER_NAME]"
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "herr", "frau", "mme", "the", "and"})
TWICE = re.compile(rf"{re.escape(HIDDEN)}(?:[\s\-]+{re.escape(HIDDEN)})+")


class Cut(NamedTuple):
    """The turns of a clip, both included."""

    first: int
    last: int


def around(turns: Sequence[Turn], proof: int) -> Cut:
    """The turns to show around the proof: what led to it and what came of it, in turn, as long as it stays short.

    Args:
        turns: the conversation's.
        proof: the turn that shows the behaviour.

    Returns:
        At most MOST_TURNS turns with the proof among them, at most MOST_SECONDS long where times are known; the proof alone where
        that is longer already.

    Raises:
        ValueError: there is no such turn.
    """
    if not 0 <= proof < len(turns):
        raise ValueError(f"the proof must be one of {len(turns)} turns, counted from 0; got {proof}")
    cut = Cut(proof, proof)
    before = after = True
    while before or after:
        if before:
            before = _fits(turns, wider := Cut(cut.first - 1, cut.last))
            cut = wider if before else cut
        if after:
            after = _fits(turns, wider := Cut(cut.first, cut.last + 1))
            cut = wider if after else cut
    return cut


def seconds(turns: Sequence[Turn], cut: Cut) -> float | None:
    """How long a cut takes, from its first to its last known moment; None where not every turn has its time."""
    shown = turns[cut.first : cut.last + 1]
    starts = [turn.start for turn in shown if turn.start is not None]
    if len(starts) < len(shown):
        return None
    ends = [turn.end for turn in shown if turn.end is not None]
    return max([*starts, *ends]) - min(starts)


def hidden(text: str, customer_name: str) -> str:
    """A text without the customer's name: each word of it, titles apart, wherever it stands by itself."""
    shown, end = [], 0
    for place in name_places(text, customer_name):
        shown += [text[end : place.start], HIDDEN]
        end = place.end
    return TWICE.sub(HIDDEN, "".join([*shown, text[end:]]))


def name_places(text: str, customer_name: str) -> list[Place]:
    """Where a text says the customer's name; nowhere if the conversation is masked, and so is the name."""
    if customer_name == HIDDEN:
        return []
    names = [phrase for phrase in looked_for(customer_name) if len("".join(phrase)) > 1 and phrase[0] not in TITLES]
    return places(text, names) if names else []


def _fits(turns: Sequence[Turn], cut: Cut) -> bool:
    if cut.first < 0 or cut.last >= len(turns):
        return False
    size, takes = cut.last - cut.first + 1, seconds(turns, cut)
    return size <= UNTIMED_TURNS if takes is None else size <= MOST_TURNS and takes <= MOST_SECONDS
