"""The averaged baseline of benchmarks/p4g.py: two logistic regressions on every agent turn, and the mean of their probabilities.

One reads words: 1-2-gram TF-IDF of the turn and unigram TF-IDF of the customer's turns just before. One reads meanings: the turn's
vector, 48 principal components of the vector of the customer's turns just before and 48 of both vectors' product, fitted without
labels on all texts, and their cosine. Both get the share of words in common, the length and whether there is a question mark.
Balanced classes, C = 1; thresholds for kappa from 5-fold predictions by conversation; a conversation's score is its best turn's.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.scoring.encoder import Encoder

FOLDS, COMPONENTS = 5, 48
TOKEN = r"(?u)\b\w+\b|\?"  # noqa: S105 -- a regular expression
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")


@dataclass(frozen=True)
class Sentences:
    """Every agent turn with the customer's turns just before it, and both as numbers."""

    place: dict[tuple[str, int], int]
    texts: list[str]
    before: list[str]
    plain: np.ndarray
    meanings: np.ndarray

    @classmethod
    def of(cls, conversations: Iterable[Conversation], encoder: Encoder) -> "Sentences":
        """Lay out all conversations' agent turns."""
        from sklearn.decomposition import PCA

        place, texts, before = {}, [], []
        for conversation in conversations:
            for turn, heard in _agent_turns(conversation):
                place[conversation.id, turn] = len(texts)
                texts.append(conversation.turns[turn].text)
                before.append(heard)
        own, heard = encoder.encode(texts), encoder.encode(before)
        plain = np.array([_plain(*both) for both in zip(texts, before, strict=True)])
        parts = [PCA(COMPONENTS, random_state=0).fit_transform(some) for some in (heard, own * heard)]
        alike = (own * heard).sum(axis=1, keepdims=True)
        return cls(place, texts, before, plain, np.hstack([own, *parts, alike, plain]))


def _agent_turns(conversation: Conversation) -> Iterable[tuple[int, str]]:
    heard: list[str] = []
    last = Speaker.CUSTOMER
    for number, turn in enumerate(conversation.turns):
        if turn.speaker is Speaker.AGENT:
            yield number, " ".join(heard)
        else:
            heard = [turn.text] if last is Speaker.AGENT else [*heard, turn.text]
        last = turn.speaker


def _plain(text: str, before: str) -> tuple[float, float, bool]:
    words, heard = _WORD.findall(text.lower()), set(_WORD.findall(before.lower()))
    return len(set(words) & heard) / max(1, len(set(words))), float(np.log1p(len(words))), "?" in text


@dataclass(frozen=True)
class Baseline:
    """The averaged baseline on one set of conversations."""

    data: Any
    sentences: Sentences

    def run(self, pool: Sequence[str], test: Sequence[str], *, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Yes or no for the test part's labelled turns and conversations, by behaviour."""
        known, asked = self.data.turns(pool), self.data.turns(test)
        dealt = dict(zip(pool, np.random.default_rng(seed).permutation(len(pool)) % FOLDS, strict=True))
        fold = np.array([dealt[key] for key, _ in known])
        truth, rows = self.data.shown(known), self._rows(known)
        left_out = np.zeros(truth.shape)
        for number in range(FOLDS):
            inside, outside = fold != number, fold == number
            left_out[outside] = self._scores(rows[inside], truth[inside], rows[outside])
        scores = self._scores(rows, truth, self._rows(asked))
        turns = scores >= [_best(left_out[:, one], truth[:, one]) for one in range(truth.shape[1])]
        ours, theirs = _highest(left_out, known, pool), _highest(scores, asked, test)
        met = self.data.met(pool)
        return turns, theirs >= [_best(ours[:, one], met[:, one]) for one in range(met.shape[1])]

    def _rows(self, turns: Sequence[tuple[str, int]]) -> np.ndarray:
        return np.array([self.sentences.place[turn] for turn in turns])

    def _scores(self, known: np.ndarray, truth: np.ndarray, asked: np.ndarray) -> np.ndarray:
        """The mean of both regressions' probabilities, a column a behaviour."""
        words = self._words(known)
        views = (words, "liblinear"), (self.sentences.meanings, "lbfgs")
        return np.mean([_fitted(view[known], truth, view[asked], solver=solver) for view, solver in views], axis=0)

    def _words(self, known: np.ndarray) -> Any:
        from scipy.sparse import csr_array, hstack
        from sklearn.feature_extraction.text import TfidfVectorizer

        parts = []
        for texts, longest in ((self.sentences.texts, 2), (self.sentences.before, 1)):
            weigh = TfidfVectorizer(ngram_range=(1, longest), sublinear_tf=True, min_df=2, token_pattern=TOKEN)
            parts.append(weigh.fit([texts[row] for row in known]).transform(texts))
        return hstack([*parts, csr_array(self.sentences.plain)], format="csr")


def _fitted(known: Any, truth: np.ndarray, asked: Any, *, solver: str) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    columns = []
    for shown in truth.T:
        if shown.all() or not shown.any():
            columns.append(np.full(asked.shape[0], float(shown.mean())))
            continue
        model = LogisticRegression(C=1, class_weight="balanced", max_iter=1000, tol=1e-3, solver=solver)
        columns.append(model.fit(known, shown).predict_proba(asked)[:, 1])
    return np.column_stack(columns)


def _highest(scores: np.ndarray, turns: Sequence[tuple[str, int]], keys: Sequence[str]) -> np.ndarray:
    """Each conversation's best turn."""
    place = {key: number for number, key in enumerate(keys)}
    best = np.full((len(keys), scores.shape[1]), -1.0)
    np.maximum.at(best, [place[key] for key, _ in turns], scores)
    return best


def _best(scores: np.ndarray, truth: np.ndarray) -> float:
    """The score from which yes agrees best with people."""
    order = np.argsort(-scores, kind="stable")
    ranked, true = scores[order], truth[order].astype(float)
    said, total, yes = np.arange(1, len(true) + 1), len(true), true.sum()
    hit = np.cumsum(true)
    agreed = (hit + total - yes - (said - hit)) / total
    chance = said / total * yes / total + (1 - said / total) * (1 - yes / total)
    kappa = np.divide(agreed - chance, 1 - chance, out=np.zeros(total), where=chance < 1)
    kappa[:-1][ranked[1:] >= ranked[:-1]] = -1
    best = int(np.argmax(kappa))
    return float((ranked[best] + (ranked[best + 1] if best + 1 < total else ranked[best] - 1e-9)) / 2)
