"""A conversation made ready for finding phrases in it: folded once, whoever asks."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from coachloop.core.masking.shown import shown
from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.model.phrase import (
    EVERYDAY,
    PLACEHOLDERS,
    TITLES,
    PhraseSet,
    fold,
    fold_turns,
    word_place,
    words,
)
from coachloop.core.model.template import Window

Spans = Mapping[int, tuple[int, int]]
"""Turn index to half-open character offsets of what counts there."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Hit(NamedTuple):
    """Where a phrase stands: half-open character offsets into a turn's text."""

    turn: int
    start: int
    end: int


class Speech:
    """One conversation's words, folded once and kept as long as the conversation is being scored."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.windows: dict[Window, Spans] = {}
        """The agent's words in each window that was asked for."""
        self._passages: dict[int, Passage] = {}

    @cached_property
    def shown(self) -> Conversation:
        """The conversation as people read it."""
        return shown(self.conversation)

    def passage(self, spans: Spans) -> "Passage":
        """What is said in these spans."""
        passage = self._passages.get(id(spans))
        if passage is None:
            passage = self._passages[id(spans)] = Passage(self, spans)
        return passage

    @cached_property
    def whole(self) -> Mapping[Speaker, Spans]:
        """Everything each side says: the whole of each turn that holds more than white space."""
        spans: dict[Speaker, dict[int, tuple[int, int]]] = {speaker: {} for speaker in Speaker}
        for index, turn in enumerate(self.conversation.turns):
            if turn.text and not turn.text.isspace():
                spans[turn.speaker][index] = (0, len(turn.text))
        return spans

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """The words that each placeholder stands for, folded; the typed token is always one of them."""
        said = {"customer_name": self.conversation.customer_name, "agent_name": self.conversation.agent_name}
        return {placeholder: _name_words(name or "") | {placeholder} for placeholder, name in said.items()}

    @cached_property
    def name_marks(self) -> Mapping[str, str]:
        """The marks of every word that is a name here."""
        every = frozenset[str]().union(*self.names.values())
        return {
            word: "".join(mark for name, mark in PLACEHOLDERS.items() if word in self.names[name]) for word in every
        }

    @cached_property
    def opened_at(self) -> float | None:
        """As the conversation's own, worked out once."""
        return self.conversation.opened_at

    def unknown(self, phrases: PhraseSet) -> frozenset[str]:
        """The placeholders among the phrases that nothing here can stand for: no name is given, and no typed token said."""
        return frozenset(name for name in phrases.names if len(self.names[name]) == 1 and not self._has_token(name))

    def _has_token(self, placeholder: str) -> bool:
        token = placeholder.upper()
        return any(token in turn.text for turn in self.conversation.turns)


def _name_words(name: str) -> frozenset[str]:
    parts = {part for part in fold(name).split() if len(part) > 1 and part not in TITLES}
    return frozenset(parts | {f"{part}s" for part in parts})


def _is_written_like_a_name(word: str, text: str, number: int) -> bool:
    """Whether a word may be a name: any but the everyday ones, and these where they have a capital or nothing here has."""
    return word not in EVERYDAY or text == text.lower() or not words(text)[number][0].islower()


class Joined:
    """Folded turns as one string with a bar between them, so that one search looks through all and no match spans two."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.haystack = text.encode() if text.isascii() else text
        """Bytes where they count like characters: RE2 then has nothing to convert."""

    def place(self, start: int, end: int) -> tuple[int, int, int]:
        """Which turn a match is in, and the numbers of its first and last word there."""
        begin = self.text.rfind("|", 0, start) + 1
        first = self.text.count(" ", begin, start)
        return self.text.count("|", 0, begin), first, first + self.text.count(" ", start + 1, end - 1)

    def next_turn(self, end: int) -> int:
        """Where the turn after a match begins; -1 where there is none."""
        return self.text.find("|", end) + 1 or -1


class Passage:
    """What one side says in some spans."""

    def __init__(self, speech: Speech, spans: Spans) -> None:
        self._speech = speech
        self._kept = spans  # as long as it lives nothing else has its id, by which the speech knows this passage
        self._turns = [(turn, start, end) for turn, (start, end) in spans.items()]

    def _written(self, turn: int, start: int, end: int) -> str:
        return self._speech.conversation.turns[turn].text[start:end]

    @cached_property
    def _folded(self) -> Joined:
        return Joined(fold_turns([self._written(*turn) for turn in self._turns]))

    @cached_property
    def _marked(self) -> Joined:
        """Folded, and every word that is somebody's name ends in that name's mark."""
        if self._speech.name_marks.keys().isdisjoint(self._folded.text.split(" ")):
            return self._folded
        return Joined("|".join(self._mark(self._written(*turn)) for turn in self._turns))

    def _mark(self, text: str) -> str:
        marks = self._speech.name_marks
        said = fold(text).split(" ")
        for index, word in enumerate(said):
            if word in marks and _is_written_like_a_name(word, text, index - 1):
                said[index] += marks[word]
        return " ".join(said)

    def turns(self, phrases: PhraseSet) -> list[int]:
        """The turns in which one of the phrases is said, in order."""
        found = {self._turns[bar][0] for bar, _, _ in self._word_matches(phrases)}
        if phrases.regex is not None:
            found |= {hit.turn for hit in self._regex_hits(phrases.regex.search)}
        return sorted(found)

    def hits(self, phrases: PhraseSet) -> dict[int, Hit]:
        """The first place in each turn where one of the phrases is said, by turn, in order."""
        found: dict[int, Hit] = {}
        for number, first, last in self._word_matches(phrases):
            hit = self._hit(number, first, last)
            found[hit.turn] = hit
        if phrases.regex is not None:
            for hit in self._regex_hits(phrases.regex.search):
                found.setdefault(hit.turn, hit)
            found = dict(sorted(found.items()))
        return found

    def _word_matches(self, phrases: PhraseSet) -> Iterator[tuple[int, int, int]]:
        """For each turn that holds a phrase: which of the spans it is, and the number of the first and the last word there."""
        if phrases.words is None:
            return
        text = self._marked if phrases.names else self._folded
        start = 0
        while start >= 0 and (match := phrases.words.search(text.haystack, start)) is not None:
            begin, end = match.span()
            yield text.place(begin, end)
            start = text.next_turn(end)

    def _hit(self, number: int, first: int, last: int) -> Hit:
        """From words as folded to words as written: the n-th is the n-th."""
        turn, start, end = self._turns[number]
        begin, stop = word_place(self._written(turn, start, end), first, last)
        return Hit(turn, start + begin, start + stop)

    def _regex_hits(self, search: Callable[[str], Any]) -> Iterator[Hit]:
        for turn, start, end in self._turns:
            text = self._written(turn, start, end)
            match = search(text if text.isascii() else _SURROGATE.sub("\ufffd", text))
            if match is not None:
                begin, stop = match.span()
                yield Hit(turn, start + begin, start + stop)
