"""Phrases with choices: `[Hi|Hello|] {name}` says one of the alternatives and fills the slot; brackets nest."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from coachloop.simulation.dice import Dice

_TOKEN = re.compile(r"[\[\]|]|\{\w+\}|[^\[\]|{}]+")
_SPACES = re.compile(r"\s{2,}")
_SPACE_BEFORE_MARK = re.compile(r" +(?=[,.?!:])")
_COMMA_BEFORE_END = re.compile(r"[,:][ ,]*(?=[.?!,])")
_MARK_AFTER_END = re.compile(r"(\.\.\.|[?!]|(?<!\.)\.(?!\.))[ ]*[,.:](?!\.)")
_SENTENCE_START = re.compile(r"(^|[.?!] )([a-z])")

_numbers = count()


class Slot(str):
    """The name of a value that the conversation supplies."""

    __slots__ = ()


class Choice(tuple["Sequence[Node]", ...]):
    """Alternatives, of which one is said."""

    __slots__ = ()


type Node = str | Slot | Choice


class Pool:
    """Ways of saying the same thing.

    Attributes:
        number: what a speaker's habits are remembered under.
        patterns: the compiled phrases, those that most people say several times over.
    """

    __slots__ = ("number", "patterns")

    def __init__(self, *phrases: str, usual: int = 0) -> None:
        """Compiles the phrases; the first `usual` of them are what people say two times in three."""
        self.number = next(_numbers)
        patterns = tuple(compiled(phrase) for phrase in phrases)
        extra = max(0, round(2 * (len(phrases) - usual) / usual) - 1) if usual else 0
        self.patterns = patterns + patterns[:usual] * extra

    def say(self, dice: Dice, slots: Mapping[str, str]) -> str:
        """Any one of the phrases, filled in."""
        return rendered(dice.pick(self.patterns), dice, slots)


def compiled(phrase: str) -> Sequence[Node]:
    """The tree of a phrase.

    Raises:
        ValueError: its brackets do not match, or a brace stands alone.
    """
    tokens = _TOKEN.findall(phrase)
    if "".join(tokens) != phrase or phrase.count("[") != phrase.count("]"):
        raise ValueError(f"brackets or braces must match, got {phrase!r}")
    return _sequences(iter(tokens))[0]


def _sequences(tokens: Iterator[str]) -> list[list[Node]]:
    """The alternatives up to the bracket that closes them, or to the end."""
    options: list[list[Node]] = [[]]
    for mark in tokens:
        if mark == "[":
            options[-1].append(Choice(_sequences(tokens)))
        elif mark == "]":
            break
        elif mark == "|":
            options.append([])
        elif mark.startswith("{"):
            options[-1].append(Slot(mark[1:-1]))
        else:
            options[-1].append(mark)
    return options


def rendered(nodes: Sequence[Node], dice: Dice, slots: Mapping[str, str]) -> str:
    """The words of a compiled phrase, not yet tidied."""
    words = []
    for node in nodes:
        if isinstance(node, Choice):
            words.append(rendered(dice.pick(node), dice, slots))
        elif isinstance(node, Slot):
            words.append(slots[node])
        else:
            words.append(node)
    return "".join(words)


def tidy(text: str) -> str:
    """Spaces, punctuation and capitals as a transcript has them."""
    text = _SPACES.sub(" ", text.strip())
    text = _COMMA_BEFORE_END.sub("", _SPACE_BEFORE_MARK.sub("", text))
    text = _MARK_AFTER_END.sub(r"\1", text)
    return _SENTENCE_START.sub(lambda found: found[1] + found[2].upper(), text.lstrip(",. "))


def slot_names(nodes: Sequence[Node]) -> set[str]:
    """Every slot that a compiled phrase can ask for."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, Choice):
            names = names.union(*(slot_names(option) for option in node))
        elif isinstance(node, Slot):
            names.add(str(node))
    return names
