"""The phrase language of templates: words in order, distance, names and regular expressions.

A phrase is looked up in folded text: the words alone, in lower case, without apostrophes, between single spaces. So a phrase
meets its words on word boundaries whatever stands between them, and `I'm` is one word, with a straight apostrophe, a curly one or none.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import re2

PLACEHOLDERS = {"customer_name": "\x01", "agent_name": "\x02"}
"""What a phrase may hold in braces, and the mark that a word which is such a name ends in where names are looked up."""

DEFAULT_GAP = 5
"""Other words that ` ... ` leaves room for where the template does not say."""

TITLES = (
    *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam", "lord", "lady", "rev"),
    *("herr", "frau", "monsieur", "madame", "mme", "mlle", "senor", "senora", "signor", "signora"),
)
"""What stands before a name and is no part of it."""

_APOSTROPHES = "'`\u2019\u2018\u02bc\u00b4\uff07"
_PART = re.compile(r"\{([^{}]*)\}(?:['\u2019]s\b)?|(?<!\S)(\.\.\.|\u2026)(?!\S)|([^\s{}]+)")
_ANY_WORD = "[^ |]+ "

_ASCII_WORD = re.compile(r"\w(?:[\w'`]*\w)?")
_WITHOUT_APOSTROPHES = str.maketrans("", "", _APOSTROPHES)

# Most talk fits into Latin-1 once its typography is plain, and bytes fold many times faster than characters.
_PLAINER = (
    *(
        ("\u2019", "'"),
        ("\u2018", "'"),
        ("\u201c", " "),
        ("\u201d", " "),
        ("\u201e", " "),
        ("\u2013", " "),
        ("\u2014", " "),
    ),
    *(("\u2026", " "), ("\u20ac", " "), ("\u00df", "ss"), ("\u00b5", "\u03bc")),
)
_SILENT = _APOSTROPHES.encode("latin-1", "ignore")
_UNIT = "\x1f"
_LATIN = "".join(char.lower() if char.isalnum() or char == "_" else " " for char in map(chr, range(256))).encode(
    "latin-1", "ignore"
)
_LATIN_TURNS = _LATIN[: ord(_UNIT)] + b"|" + _LATIN[ord(_UNIT) + 1 :]


@cache
def _marks() -> frozenset[str]:
    """What combines with a letter; Python's own class of word characters leaves it out."""
    return frozenset(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)).startswith("M"))


@cache
def _word(*, marks: bool) -> re.Pattern[str]:
    joined = "".join(sorted(_marks())) if marks else ""
    letter = rf"(?:[^\W\u02bc]|[{joined}])" if marks else r"[^\W\u02bc]"
    return re.compile(rf"{letter}(?:[\w{_APOSTROPHES}{joined}]*{letter})?")


def _words_of(text: str) -> re.Pattern[str]:
    return _ASCII_WORD if text.isascii() else _word(marks=not _marks().isdisjoint(text))


def words(text: str) -> list[str]:
    """The words of a text as written, in order."""
    return _words_of(text).findall(text)


def word_place(text: str, first: int, last: int) -> tuple[int, int]:
    """Where the words from the first to the last of these numbers stand: character offsets, half-open."""
    matches = list(islice(_words_of(text).finditer(text), first, last + 1))
    return matches[0].start(), matches[-1].end()


def fold(text: str) -> str:
    """The text as phrases are looked up in it: ` im calling because `, or one space where there is no word."""
    latin = _latin(text)
    if latin is not None:
        return _spaced(latin.translate(_LATIN, _SILENT).decode("latin-1").split())
    return unicodedata.normalize("NFC", _spaced(words(text)).casefold().translate(_WITHOUT_APOSTROPHES))


def fold_turns(texts: Sequence[str]) -> str:
    """Several texts folded, with a bar between them that no phrase reaches across."""
    joined = f" {_UNIT} ".join(texts)
    latin = _latin(joined) if joined.count(_UNIT) < len(texts) else None
    if latin is not None:
        return _spaced(latin.translate(_LATIN_TURNS, _SILENT).decode("latin-1").split())
    return "|".join(map(fold, texts))


def _spaced(said: Sequence[str]) -> str:
    return f" {' '.join(said)} " if said else " "


def _latin(text: str) -> bytes | None:
    if not text.isascii():
        for fancy, plain in _PLAINER:
            text = text.replace(fancy, plain)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None


EVERYDAY = frozenset(
    fold(
        "will mark may an do so to in no he bill grace hope joy rose rich art sue april june august long young day way son "
        "dean frank drew jack guy love king price case field hill lake best good well wood stone brown black white green grey "
        "major pope page cook baker see sun you yes mine my her van von de der den la le el al di da del du bin may chance faith "
        "home house park rule sale sell cost pay buy bank march early hardy noble ray pat don ben"
    ).split()
)
"""Names that are words too: these have to be written like a name."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase taken apart: runs of words with gaps between them, or a regular expression.

    A word is folded, or a placeholder's name in braces.
    """

    runs: tuple[tuple[str, ...], ...] = ()
    regex: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The placeholders it holds."""
        return frozenset(word[1:-1] for run in self.runs for word in run if word.startswith("{"))


def parse_phrase(text: str) -> Phrase:
    """Take a phrase apart.

    Raises:
        ValueError: it says nothing, names an unknown placeholder, has a gap at an end, or is no expression that RE2 takes.
    """
    stripped = text.strip()
    if len(stripped) > 1 and stripped.startswith("/") and stripped.endswith("/"):
        return Phrase(regex=_checked_regex(stripped[1:-1]))
    runs: list[list[str]] = [[]]
    for placeholder, gap, rest in _PART.findall(stripped):
        if gap:
            runs.append([])
        elif rest:
            runs[-1] += fold(rest).split()
        else:
            runs[-1].append(_checked_placeholder(placeholder))
    if not any(runs):
        raise ValueError(f"a phrase needs at least one word, got {text!r}")
    if not all(runs):
        raise ValueError(f"` ... ` needs words on both sides, got {text!r}")
    return Phrase(runs=tuple(tuple(run) for run in runs))


def _checked_placeholder(name: str) -> str:
    if name not in PLACEHOLDERS:
        close = get_close_matches(name, PLACEHOLDERS, 1, 0.5)
        known = "{" + close[0] + "}" if close else " and ".join("{" + known + "}" for known in PLACEHOLDERS)
        raise ValueError(f"unknown placeholder {{{name}}}; {'did you mean' if close else 'known are'} {known}")
    return "{" + name + "}"


def _checked_regex(source: str) -> str:
    for name in PLACEHOLDERS:
        if "{" + name + "}" in source:
            raise ValueError(f"a regular expression can't hold {{{name}}}; write that phrase as words")
    if _compiled(source).search("") is not None:
        raise ValueError(
            f"the regular expression /{source}/ finds the empty text, so it would find something everywhere"
        )
    return source


def _compiled(source: str, *, folded: bool = False) -> Any:
    """RE2's view of a pattern: case does not matter unless it says `(?-i)`, and its groups capture nothing."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.case_sensitive = folded
    try:
        return re2.compile(source, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"RE2 does not take the regular expression /{source:.200}/: {reason}") from error


@dataclass(frozen=True, slots=True)
class PhraseSet:
    """Phrases made ready: one pattern for all that are words, one for all that are regular expressions.

    `words` is looked up in folded text, `regex` in the text as it stands; `names` are the placeholders that words hold.
    """

    words: Any = None
    regex: Any = None
    names: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def phrase_set(phrases: Sequence[str], gap: int = DEFAULT_GAP) -> PhraseSet:
    """Compile phrases, once for as long as they are in use.

    Args:
        phrases: a tuple of phrases as a template writes them.
        gap: the most other words that ` ... ` leaves room for.

    Raises:
        ValueError: one of them is no phrase, or RE2 finds them too many for one pattern.
    """
    parsed = [parse_phrase(text) for text in phrases]
    names = frozenset[str]().union(*(phrase.names for phrase in parsed))
    said = [_pattern(phrase, gap, named=bool(names)) for phrase in parsed if phrase.runs]
    regexes = [f"(?:{phrase.regex})" for phrase in parsed if phrase.regex]
    return PhraseSet(
        words=_compiled(f" (?:{'|'.join(said)}) ", folded=True) if said else None,
        regex=_compiled("|".join(regexes)) if regexes else None,
        names=names,
    )


def _pattern(phrase: Phrase, gap: int, *, named: bool) -> str:
    between = f" (?:{_ANY_WORD}){{0,{gap}}}"
    return between.join(" ".join(_words_pattern(run, named=named)) for run in phrase.runs)


def _words_pattern(run: Iterable[str], *, named: bool) -> Iterable[str]:
    """Each word's pattern; where names are marked, any word may happen to carry a mark, and a name has to."""
    customer, agent = PLACEHOLDERS.values()
    for word in run:
        if word == "{customer_name}":
            yield _name_pattern(f"[^ |]*{customer}{agent}?")
        elif word == "{agent_name}":
            yield _name_pattern(f"[^ |]*{agent}")
        else:
            yield str(re2.escape(word)) + (f"{customer}?{agent}?" if named else "")


def _name_pattern(part: str) -> str:
    """A name as it is said: any of its parts, after a title or not."""
    return f"(?:(?:{'|'.join(TITLES)}) )?{part}(?: {part}){{0,3}}"
