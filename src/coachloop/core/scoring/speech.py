"""A conversation made ready for finding phrases in it: folded once, whoever asks."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.model.phrase import PLACEHOLDERS, TITLES, PhraseSet, fold, word_places, words

Spans = Mapping[int, tuple[int, int]]
"""Turn index to half-open character offsets of what counts there."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_EVERYDAY = frozenset(
    fold(
        "will mark may an do so to in no he bill grace hope joy rose rich art sue april june august long young day way son "
        "dean frank drew jack guy love king price case field hill lake best good well wood stone brown black white green grey "
        "major pope page cook baker see sun you yes mine my her van von de der den la le el al di da del du bin may chance faith "
        "home house park rule sale sell cost pay buy bank march early hardy noble ray pat don ben"
    ).split()
)
"""Names that are words too: these have to be written like a name."""


class Hit(NamedTuple):
    """Where a phrase stands: half-open character offsets into a turn's text."""

    turn: int
    start: int
    end: int


class Speech:
    """One conversation's words, folded turn by turn and kept as long as the conversation is being scored."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self._folded: dict[tuple[int, int, int], str] = {}
        self._passages: dict[tuple[tuple[int, tuple[int, int]], ...], Passage] = {}

    def passage(self, spans: Spans) -> "Passage":
        """What is said in these spans."""
        key = tuple(spans.items())
        if key not in self._passages:
            self._passages[key] = Passage(self, spans)
        return self._passages[key]

    def folded(self, turn: int, start: int, end: int) -> str:
        """One stretch of one turn, folded."""
        key = (turn, start, end)
        if key not in self._folded:
            self._folded[key] = fold(self.conversation.turns[turn].text[start:end])
        return self._folded[key]

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

    def unknown(self, phrases: PhraseSet) -> frozenset[str]:
        """The placeholders among the phrases that nothing here can stand for: no name is given, and no typed token said."""
        return frozenset(name for name in phrases.names if len(self.names[name]) == 1 and not self._has_token(name))

    def _has_token(self, placeholder: str) -> bool:
        token = placeholder.upper()
        return any(token in turn.text for turn in self.conversation.turns)


def _name_words(name: str) -> frozenset[str]:
    parts = {part for part in fold(name).split() if len(part) > 1 and part not in TITLES}
    return frozenset(parts | {f"{part}s" for part in parts})


class Passage:
    """What one side says in some spans, as one string with a bar between turns, so that one search looks through all."""

    def __init__(self, speech: Speech, spans: Spans) -> None:
        self._speech = speech
        self._spans = spans
        self._folded = "|".join([speech.folded(turn, start, end) for turn, (start, end) in spans.items()])

    @cached_property
    def _turns(self) -> list[tuple[int, int, int]]:
        return [(turn, start, end) for turn, (start, end) in self._spans.items()]

    @cached_property
    def _named(self) -> str:
        """Folded, and every word that is somebody's name ends in that name's mark."""
        return "|".join(self._marked(*turn) for turn in self._turns)

    def _marked(self, turn: int, start: int, end: int) -> str:
        folded = self._speech.folded(turn, start, end)
        said = folded.split(" ")
        names = self._speech.names
        if all(parts.isdisjoint(said) for parts in names.values()):
            return folded
        text = self._speech.conversation.turns[turn].text[start:end]
        written = ["", *words(text), ""]
        has_capitals = text != text.lower()
        for index, word in enumerate(said):
            if word in _EVERYDAY and has_capitals and written[index][0].islower():
                continue
            said[index] += "".join(mark for name, mark in PLACEHOLDERS.items() if word in names[name])
        return " ".join(said)

    def hits(self, phrases: PhraseSet) -> dict[int, Hit]:
        """The first place in each turn where one of the phrases is said, by turn, in order."""
        found: dict[int, Hit] = {}
        if phrases.words is not None:
            found |= {hit.turn: hit for hit in self._word_hits(phrases)}
        if phrases.regex is not None:
            for hit in self._regex_hits(phrases.regex.search):
                found.setdefault(hit.turn, hit)
            found = dict(sorted(found.items()))
        return found

    def _word_hits(self, phrases: PhraseSet) -> Iterator[Hit]:
        text = self._named if phrases.names else self._folded
        start = 0
        while start >= 0 and (match := phrases.words.search(text, start)) is not None:
            yield self._hit(text, match.start(), match.end())
            start = text.find("|", match.end() - 1) + 1 or -1

    def _hit(self, text: str, start: int, end: int) -> Hit:
        """From an offset into the folded words to the words as written: the n-th word is the n-th word."""
        turn, first, last = self._turns[text.count("|", 0, start)]
        begin = text.rfind("|", 0, start) + 1
        places = word_places(self._speech.conversation.turns[turn].text[first:last])
        from_word = text.count(" ", begin, start + 1) - 1
        to_word = text.count(" ", begin, end - 1) - 1
        return Hit(turn, first + places[from_word][0], first + places[to_word][1])

    def _regex_hits(self, search: Callable[[str], Any]) -> Iterator[Hit]:
        for turn, start, end in self._turns:
            text = self._speech.conversation.turns[turn].text[start:end]
            match = search(text if text.isascii() else _SURROGATE.sub("\ufffd", text))
            if match is not None:
                yield Hit(turn, start + match.start(), start + match.end())
