"""Proof: quotes cut from what was said, and the check that a quote is what it claims to be."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from coachloop.core.masking.shown import scrubbed, shown
from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.model.verdict import Missed, Quote, Verdict
from coachloop.core.scoring.port import Moment, Question

QUOTE_LIMIT = 240
"""Characters of the longest quote that the local scorers cut."""

# It begins with what ends a sentence, so that the search jumps from one such character to the next; twenty at once, so that a turn
# of nothing but dots costs no more than another one.
_SENTENCE_END = re.compile(
    r"[.!?\u2026\u3002\uff01\uff1f\n]{1,20}(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bMrs\.)"
    r"(?:(?<=[\u3002\uff01\uff1f\n])|[\"'\u2019\u201d)\]]*(?=\s))"
)


class Checked(NamedTuple):
    """The quotes that hold, and how many did not."""

    kept: tuple[Quote, ...]
    dropped: int


def check(quotes: Iterable[Quote], question: Question) -> Checked:
    """Keep what the agent says word for word inside the moments' spans."""
    given = tuple(quotes)
    kept = tuple(quote for quote in given if _holds(quote, question))
    return Checked(kept, len(given) - len(kept))


def _holds(quote: Quote, question: Question) -> bool:
    return (
        quote.is_in(question.conversation)
        and question.conversation.turns[quote.turn].speaker is Speaker.AGENT
        and any(_inside(quote, moment) for moment in question.moments)
    )


def _inside(quote: Quote, moment: Moment) -> bool:
    start, end = moment.spans.get(quote.turn, (0, 0))
    return start <= quote.start and quote.end <= end


def masked(verdict: Verdict, conversation: Conversation) -> Verdict:
    """A verdict as people read it: its quotes as the masked conversation has them in the same place, nothing masked in its sentences."""
    if conversation.masked is None:
        return verdict
    turns = shown(conversation).turns
    missed = verdict.missed and replace(verdict.missed, better=scrubbed(verdict.missed.better, conversation))
    quotes = (replace(quote, text=turns[quote.turn].text[quote.start : quote.end]) for quote in verdict.evidence)
    reason = scrubbed(verdict.reason, conversation)
    return replace(verdict, reason=reason, evidence=tuple(quotes), missed=missed)


def missed_at(question: Question, moment: Moment) -> Missed:
    """Where a moment was missed: its trigger, else the agent's first turn in the window, else their first at all."""
    turn = moment.trigger
    if turn is None:
        turn = min(moment.spans, default=None)
    if turn is None:
        turn = next(iter(question.conversation.turns_of(Speaker.AGENT)), 0)
    return Missed(turn, question.behaviour.good)


def sentence(text: str, hit: tuple[int, int], span: tuple[int, int]) -> tuple[int, int]:
    """The sentence around a hit, cut to the span and to QUOTE_LIMIT: half-open offsets, without white space at the ends.

    Args:
        text: the turn's text.
        hit: offsets of what was found; inside `span`.
        span: the part of the turn that counts.
    """
    start = max((end.end() for end in _SENTENCE_END.finditer(text, span[0], hit[0])), default=span[0])
    stop = _SENTENCE_END.search(text, hit[1], span[1])
    start, end = _shortened(text, hit, (start, stop.end() if stop else span[1]))
    said = text[start:end]
    begin = start + len(said) - len(said.lstrip())
    return begin, max(begin, start + len(said.rstrip()))


def _shortened(text: str, hit: tuple[int, int], around: tuple[int, int]) -> tuple[int, int]:
    """At most QUOTE_LIMIT characters of a long sentence, whole words where there is room, the hit in the middle."""
    start, end = around
    if end - start <= QUOTE_LIMIT:
        return around
    room = max(0, QUOTE_LIMIT - (hit[1] - hit[0])) // 2
    if hit[0] - room > start:
        start = hit[0] - room
        start = text.find(" ", start, hit[0]) + 1 or start
    if start + QUOTE_LIMIT < end:
        end = start + QUOTE_LIMIT
        space = text.rfind(" ", hit[1], end)
        end = end if space < 0 else space
    return start, end
