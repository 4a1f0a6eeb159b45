"""Finds phrases in what the agent says: fast, exact, and the same every time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from coachloop.core.model.phrase import DEFAULT_GAP, PhraseSet, phrase_set
from coachloop.core.model.verdict import Missed, Outcome, Quote
from coachloop.core.scoring.evidence import missed_at, sentence
from coachloop.core.scoring.fold import fold_moments
from coachloop.core.scoring.port import Finding, Moment, Question, Scorer
from coachloop.core.scoring.speech import Hit, Speech

MISS = "says none of the phrases that show it"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A behaviour's phrases, compiled: one of each set in `shows`, none of `none_of`."""

    shows: tuple[PhraseSet, ...]
    none_of: PhraseSet | None

    @property
    def names(self) -> bool:
        """Whether somebody's name can show the behaviour."""
        return any(phrases.names for phrases in self.shows)


class Heard(NamedTuple):
    """What one moment holds: its outcome (None: a miss), where the words are that show it, and those that must not be."""

    outcome: Outcome | None
    moment: Moment
    shown: Mapping[int, Hit]
    refuted: Hit | None


class PhraseScorer(Scorer):
    """Decides by the words a template names; what it says is a fact about words, so it gives no probability."""

    name = "phrases"
    version = "1"
    reads_all = True

    def score(self, questions: Sequence[Question]) -> list[Finding]:
        """One finding a question, in order."""
        speech: Speech | None = None
        wanted: dict[int, Wanted] = {}
        findings = []
        for question in questions:
            if speech is None or speech.conversation is not question.conversation:
                speech = Speech(question.conversation)
            key = id(question.options)
            if key not in wanted:
                wanted[key] = _wanted(question.options)
            findings.append(_finding(speech, question, wanted[key]))
        return findings


def _wanted(options: Mapping[str, Any]) -> Wanted:
    lists = (tuple(options.get(name) or ()) for name in ("any", "all", "none"))
    return _compiled(*lists, gap=options.get("gap", DEFAULT_GAP))


@lru_cache(maxsize=4096)
def _compiled(any_of: tuple[str, ...], all_of: tuple[str, ...], none_of: tuple[str, ...], *, gap: int) -> Wanted:
    return Wanted(
        shows=tuple(phrase_set(texts, gap) for texts in (any_of, *((text,) for text in all_of)) if texts),
        none_of=phrase_set(none_of, gap) if none_of else None,
    )


def _finding(speech: Speech, question: Question, wanted: Wanted) -> Finding:
    heard = [_hear(speech, wanted, moment) for moment in question.moments]
    folded = fold_moments([one.outcome for one in heard], question.behaviour.require)
    if folded.outcome is Outcome.MET:
        return _met(speech, heard)
    refuted = heard[folded.moment].refuted
    if refuted is not None:
        missed = Missed(refuted.turn, question.behaviour.good)
        return Finding(Outcome.NOT_MET, f"says {_said(speech, refuted)}, which does not count", missed=missed)
    return _miss(speech, question, wanted=wanted, moment=question.moments[folded.moment])


def _hear(speech: Speech, wanted: Wanted, moment: Moment) -> Heard:
    passage = speech.passage(moment.spans)
    if wanted.none_of is not None and (refuted := passage.hits(wanted.none_of)):
        return Heard(Outcome.NOT_MET, moment, {}, next(iter(refuted.values())))
    shown: dict[int, Hit] = {}
    for phrases in wanted.shows:
        hits = passage.hits(phrases)
        if not hits:
            return Heard(None, moment, {}, None)
        shown = hits | shown
    return Heard(Outcome.MET if shown else None, moment, shown, None)


def _met(speech: Speech, heard: Sequence[Heard]) -> Finding:
    quotes: dict[int, Quote] = {}
    for one in heard:
        for hit in one.shown.values():
            quotes.setdefault(hit.turn, _quote(speech, hit, one.moment))
    first = next(hit for one in heard for hit in one.shown.values())
    return Finding(Outcome.MET, f"says {_said(speech, first)}", evidence=tuple(quotes[turn] for turn in sorted(quotes)))


def _quote(speech: Speech, hit: Hit, moment: Moment) -> Quote:
    text = speech.conversation.turns[hit.turn].text
    start, end = sentence(text, (hit.start, hit.end), moment.spans[hit.turn])
    return Quote(hit.turn, start, end, text[start:end])


def _said(speech: Speech, hit: Hit) -> str:
    text = speech.shown.turns[hit.turn].text[hit.start : hit.end]
    return f'"{text}"' if len(text) <= 80 else f'"{text[:77]}..."'


def _miss(speech: Speech, question: Question, *, wanted: Wanted, moment: Moment) -> Finding:
    """What it means that nothing was found: a pass, unless nobody comes after who could tell."""
    if not wanted.shows:
        return _nothing_wrong(question)
    if wanted.names and (unknown := frozenset[str]().union(*(speech.unknown(phrases) for phrases in wanted.shows))):
        names = " and ".join(sorted(f"the {name.removesuffix('_name')}'s name" for name in unknown))
        return Finding(None, f"can't look for {names}: not known here")
    if question.last or question.options.get("miss") == "not_met":
        return Finding(Outcome.NOT_MET, MISS, missed=missed_at(question, moment))
    return Finding(None, MISS)


def _nothing_wrong(question: Question) -> Finding:
    """Only words to avoid were named: their absence proves the behaviour only where the template ends its cascade so."""
    if question.behaviour.score_with and question.behaviour.score_with[-1].scorer == PhraseScorer.name:
        return Finding(Outcome.MET, "says none of the words to avoid")
    return Finding(None, "says none of the words to avoid, which does not show it")
