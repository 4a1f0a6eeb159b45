"""What a turn looks like: its meaning, its words and letters, its form, where it stands, and what was said around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.learned.talk import Ints, Talk
from coachloop.core.scoring.learned.words import Folded, Found, Hashes, hashes_of, mixed, pairs

Floats = NDArray[np.float32]

COLUMNS = 1 << 16
"""Columns into which words, and stretches of letters, are hashed."""

_WH = "what how why when where who which whose whom"
_ASKS = (
    "do does did is are was were am can could will would shall should may might have has had don't doesn't didn't isn't aren't "
    "won't wouldn't couldn't can't haven't"
)
_I = "i i'm i've i'd i'll my me mine myself im ive"
_WE = "we we're we've our us ours let's we'll"
_YOU = "you your you're yours yourself you've you'd you'll u ur"
_WORDS = {"wh": _WH, "asks": _ASKS, "i": _I, "we": _WE, "you": _YOU}
_LISTS = {name: hashes_of(words.split()) for name, words in _WORDS.items()}
_MARK, _YES, _NO = (hashes_of([word]) for word in ("?", "yes yeah yep sure", "no nope"))


@dataclass(frozen=True, slots=True)
class Rows:
    """The turns that are scored: their place in the talk, and what counts of their words."""

    talk: Talk
    place: Ints
    texts: tuple[str, ...]

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.texts)


class Seen(NamedTuple):
    """Which text holds which column, once for each time it does."""

    text: Ints
    column: Ints


@dataclass(frozen=True, slots=True)
class Looks:
    """Features of rows before any scale is put on them.

    `blocks` are tables by name, a line a row; `words` and `letters` say what each row holds.
    """

    blocks: Mapping[str, Floats]
    words: Seen
    letters: Seen
    vectors: Floats | None

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.blocks["form"])


def look(rows: Rows, encoder: Encoder | None, weigh: "Weigh") -> Looks:
    """Work out the features of rows, at least one.

    Args:
        rows: which turns, and what of them.
        encoder: turns texts into vectors; None goes by words and the dialogue alone.
        weigh: how telling words are, by their hashes.
    """
    own = Folded(rows.texts)
    words = own.words()
    around = Folded(rows.talk.texts).words()
    heard = _Heard(rows, words, around=around)
    blocks = {"place": _place(rows), "form": _form(rows, words)}
    blocks |= {"echo": heard.echo(weigh), "before": heard.before(), "after": heard.after()}
    vectors = None
    if encoder is not None:
        vectors, context = _meanings(rows, encoder)
        blocks |= context
    return Looks(
        blocks=blocks,
        words=words_of(words),
        letters=columns_of(own.letters()),
        vectors=vectors,
    )


def words_of(words: Found) -> Seen:
    """Words and pairs of words by column."""
    return columns_of(Found(*(np.concatenate(both) for both in zip(words, pairs(words), strict=True))))


def columns_of(found: Found) -> Seen:
    """Finds by column."""
    return Seen(found.text, column_of(found.hash))


def column_of(hashes: Hashes) -> Ints:
    """The column a hash is counted in."""
    return (hashes >> np.uint64(48)).astype(np.int64)


Weigh = NDArray[np.float32]
"""How telling each word's column is (inverse document frequency)."""


def _place(rows: Rows) -> Floats:
    """Where the row stands in its conversation and among its neighbours."""
    talk, here = rows.talk, rows.place
    first, last = (bound[here] for bound in talk.bounds)
    run = talk.run[here]
    since, until = here - talk.run_starts[run], talk.run_ends[run] - here
    ends = talk.run_starts[run] == first, talk.run_ends[run] == last
    gone, left = here - first, last - here
    columns = [gone / np.maximum(1, last - first), np.log1p(gone), np.log1p(left), 1 / (1 + gone), 1 / (1 + left)]
    columns += [since == 0, until == 0, np.log1p(since), np.log1p(until), *ends]
    return _table(columns)


def _form(rows: Rows, words: Found) -> Floats:
    """Length, question form, person and marks."""
    n = len(rows)
    length = _count(words.text, n)
    full = np.maximum(1, length)
    inside = {name: np.isin(words.hash, hashes) for name, hashes in _LISTS.items()}
    each = {name: _count(words.text[hit], n) for name, hit in inside.items()}
    first = np.flatnonzero(np.diff(words.text, prepend=-1))
    opens = {name: _flag(words.text[first[hit[first]]], n) for name, hit in inside.items()}
    turned = np.flatnonzero(inside["asks"][:-1] & inside["you"][1:] & (words.text[:-1] == words.text[1:]))
    signs = [_flag(words.text[words.hash == _MARK[0]], n), _has(rows.texts, "!"), _has_digit(rows.texts)]
    columns = [np.log1p(length), length <= 2, length <= 4, opens["wh"], opens["asks"], opens["i"], opens["you"]]
    columns += [each["wh"] > 0, _flag(words.text[turned], n), each["i"] > 0, each["you"] > 0]
    columns += [each[name] / full for name in ("i", "we", "you")] + signs
    return _table(columns)


class _Heard:
    """What the other side says before and after each row, in words."""

    def __init__(self, rows: Rows, words: Found, *, around: Found) -> None:
        self._rows, self._words, self._count = rows, words, len(rows)
        talk = rows.talk
        self._runs = len(talk.run_starts)
        self._around = Found(talk.run[around.text], around.hash)
        self._prior, self._next = (talk.run_beside(rows.place, step) for step in (-1, 1))

    def echo(self, weigh: Weigh) -> Floats:
        """How much of what the other side just said the row says again."""
        said, kept = self._shared(self._words, self._around)
        two, both = self._shared(pairs(self._words), pairs(self._around))
        n, weight = self._count, weigh[column_of(said.hash)]
        total, shared = (np.bincount(said.text[hit], weight[hit], n) for hit in (slice(None), kept))
        share = _count(said.text[kept], n) / np.maximum(1, _count(said.text, n))
        theirs = _distinct(self._around)
        heard = np.append(np.bincount(theirs.text, weigh[column_of(theirs.hash)], self._runs), 0)[self._prior]
        tops = np.zeros(n)
        np.maximum.at(tops, said.text[kept], weight[kept])
        doubled = _count(two.text[both], n)
        same = (shared > 0) & (np.abs(shared - total) < 1e-6) & (np.abs(shared - heard) < 1e-6)
        columns = [share, shared / np.maximum(total, 1e-6), shared / np.maximum(heard, 1e-6), np.log1p(shared)]
        return _table([*columns, tops, doubled > 0, np.log1p(doubled), same])

    def _shared(self, own: Found, theirs: Found) -> tuple[Found, NDArray[np.bool_]]:
        """The row's distinct words, and which of them the run before holds."""
        said = _distinct(own)
        key = mixed(theirs.hash + np.uint64(7) * theirs.text.astype(np.uint64))
        mine = mixed(said.hash + np.uint64(7) * self._prior[said.text].astype(np.uint64))
        return said, (self._prior[said.text] >= 0) & np.isin(mine, key)

    def before(self) -> Floats:
        """What the other side's words before are like."""
        here = self._around
        kinds = [np.isin(here.hash, hashes) for hashes in (_MARK, _LISTS["i"], _LISTS["you"])]
        first = np.flatnonzero(np.diff(here.text, prepend=-1))
        answers = [first[np.isin(here.hash[first], hashes)] for hashes in (_YES, _NO)]
        columns = [np.log1p(_count(here.text, self._runs)), _count(here.text, self._runs) == 0]
        columns += [_flag(here.text[hit], self._runs) for hit in (*kinds, *answers)]
        return self._at(columns, self._prior)

    def after(self) -> Floats:
        """What the other side's words after are like."""
        length = _count(self._around.text, self._runs)
        asked = _flag(self._around.text[self._around.hash == _MARK[0]], self._runs)
        return self._at([np.log1p(length), asked, length == 0], self._next)

    def _at(self, columns: Sequence[NDArray[Any]], runs: Ints) -> Floats:
        """The runs' columns, as seen from the rows; zeros where there is no run."""
        return np.vstack([_table(columns), np.zeros(len(columns), np.float32)])[runs]


def _meanings(rows: Rows, encoder: Encoder) -> tuple[Floats, dict[str, Floats]]:
    """The rows' own vectors, and those of what stands around them; zeros where nothing does."""
    talk = rows.talk
    whole = tuple(dict.fromkeys((*rows.texts, *talk.texts)))
    number = {text: index for index, text in enumerate(whole)}
    vectors = encoder.encode(whole)
    own = vectors[[number[text] for text in rows.texts]]
    turns = vectors[[number[text] for text in talk.texts]]
    runs = _unit(np.add.reduceat(turns, talk.run_starts, axis=0))
    nothing = np.zeros((1, encoder.dimensions), np.float32)
    runs, turns = np.vstack([runs, nothing]), np.vstack([turns, nothing])
    heard = runs[talk.run_beside(rows.place, -1)]
    context = {"heard": heard, "answer": runs[talk.run_beside(rows.place, 1)], "both": own * heard}
    context |= {"prior": turns[talk.own_beside(rows.place, -1)], "next": turns[talk.own_beside(rows.place, 1)]}
    return own, {**context, "alike": (own * heard).sum(axis=1, keepdims=True)}


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)


def _distinct(found: Found) -> Found:
    _, first = np.unique(mixed(found.hash + np.uint64(7) * found.text.astype(np.uint64)), return_index=True)
    return Found(found.text[first], found.hash[first])


def _count(texts: Ints, size: int) -> NDArray[np.int64]:
    return np.bincount(texts, minlength=size)


def _flag(texts: Ints, size: int) -> NDArray[np.bool_]:
    flags = np.zeros(size, bool)
    flags[texts] = True
    return flags


def _has(texts: Sequence[str], sign: str) -> NDArray[np.bool_]:
    return np.array([sign in text for text in texts], bool)


def _has_digit(texts: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([any(map(str.isdigit, text)) for text in texts], bool)


def _table(columns: Sequence[NDArray[Any]]) -> Floats:
    return np.column_stack([np.asarray(column, np.float32) for column in columns])
