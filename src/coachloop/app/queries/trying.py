"""A draft on twenty real calls, and how far it agrees with everybody who has answered so far; stores nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from zlib import crc32

import numpy as np

from coachloop.app.queries import rescoring
from coachloop.app.queries.answers import Agreed, agreed, answers
from coachloop.app.queries.rescoring import Call, Period
from coachloop.app.queries.verdicts import CONVERSATION, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.model.template import Behaviour, Template
from coachloop.core.model.verdict import Outcome, Verdict
from coachloop.core.scoring.port import Scorer
from coachloop.core.scoring.runner import Runner

TWENTY = 20
POOL = 200
"""Calls among which the twenty are looked for."""

OF_EACH = 2
"""How often every outcome of every behaviour shall be among the twenty, if there are so many."""

MOST_LABELLED = 1000
"""Labelled calls that kappa is worked out on while somebody waits; of more, as many are drawn."""

CHEAP = ("phrases", "timing")
AT_ONCE = 5
"""Calls that a judge is asked about before the clock is looked at again."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one turn; `at` is seconds from the start, where known."""

    turn: int
    at: float | None
    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class TriedCall:
    """One behaviour in one of the twenty: the verdict of the text as it stands, its proof, and what people say."""

    id: int
    key: str
    agent_name: str
    started_at: datetime | None
    verdict: Verdict
    quotes: tuple[Said, ...]
    missed: tuple[Said, ...]
    human: Outcome | None

    @property
    def differs(self) -> bool:
        """Whether the machine decides otherwise than people do."""
        return self.human is not None and self.verdict.outcome not in {self.human, Outcome.UNSCORED}


@dataclass(frozen=True, slots=True)
class TriedBehaviour:
    """One behaviour on the twenty, and its agreement with all answers of people so far."""

    definition: Behaviour
    version: str
    calls: tuple[TriedCall, ...]
    agreement: Agreed

    @property
    def counts(self) -> Mapping[str, int]:
        """Calls by outcome."""
        return Counter(str(call.verdict.outcome) for call in self.calls)


@dataclass(frozen=True, slots=True)
class Tried:
    """A text on twenty calls. `ids` and `draw` find the same twenty again.

    `judged` says that a judge was asked as well, `waiting` about how many of the calls it could not be.
    """

    draw: int
    ids: tuple[int, ...]
    keys: tuple[str, ...]
    behaviours: tuple[TriedBehaviour, ...]
    judged: bool = False
    waiting: int = 0

    @property
    def open_ids(self) -> tuple[int, ...]:
        """Calls with anything left open, which is what a judge would be asked about."""
        left = (
            call.id for tried in self.behaviours for call in tried.calls if call.verdict.outcome is Outcome.UNSCORED
        )
        return tuple(dict.fromkeys(left))


@dataclass(frozen=True, slots=True)
class Judged:
    """The scorers with a judge among them, and `more_time`: whether there is time to ask it about the next few calls."""

    scorers: Mapping[str, Scorer]
    more_time: Callable[[], bool]


def twenty(
    viewer: Viewer, template: Template, *, draw: int, scorers: Mapping[str, Scorer], keep: Iterable[int] = ()
) -> tuple[int, ...]:
    """Twenty calls that the viewer may see and the template fits: those to keep, filled up from the draw.

    A seeded draw in which every outcome of every behaviour comes up where there is one: by the verdicts that are stored, else by
    what the cheapest scorers say of the text.
    """
    wanted = list(dict.fromkeys(keep))[:TWENTY]
    there = set(rescoring.fitting(viewer, [template], Period(), among=wanted))
    kept = [pk for pk in wanted if pk in there]
    if len(kept) == TWENTY:
        return tuple(kept)
    ids = rescoring.fitting(viewer, [template], Period())
    rng = np.random.default_rng([crc32(template.key.encode()), draw])
    pool = [int(pk) for pk in rng.permutation(rescoring.drawn(ids, POOL, rng)) if pk not in kept]
    cheap = {name: scorers[name] for name in CHEAP if name in scorers}
    cells = _cells(viewer, template, pool, scorers=cheap)
    return (*kept, *_mixed(pool, cells, most=TWENTY - len(kept)))


def _cells(
    viewer: Viewer, template: Template, pool: Sequence[int], *, scorers: Mapping[str, Scorer]
) -> Iterable[Sequence[int]]:
    """The calls of each behaviour and outcome, the rarest first."""
    cells: dict[tuple[str, str], list[int]] = defaultdict(list)
    keys = {behaviour.key for behaviour in template.behaviours}
    stored = effective_verdicts().filter(
        **{f"{CONVERSATION}__in": pool}, behaviour__template__key=template.key, behaviour__key__in=keys
    )
    for pk, key, outcome in stored.values_list(CONVERSATION, "behaviour__key", "effective"):
        cells[key, outcome].append(pk)
    unknown = only(template, keys - {key for key, outcome in cells if outcome != Outcome.UNSCORED})
    if unknown.behaviours:
        for call, verdicts in rescoring.scored(viewer, pool, Runner(unknown, scorers)):
            for verdict in verdicts:
                cells[verdict.behaviour, verdict.outcome].append(call.row.pk)
    return sorted(cells.values(), key=len)


def _mixed(pool: Sequence[int], cells: Iterable[Sequence[int]], *, most: int) -> list[int]:
    """The pool's first, but for one of each cell, and then for a second, as far as there is room."""
    chosen: dict[int, None] = {}
    for wanted in range(1, OF_EACH + 1):
        for cell in cells:
            more = wanted - sum(pk in chosen for pk in cell)
            chosen |= dict.fromkeys([pk for pk in pool if pk in cell and pk not in chosen][: max(0, more)])
    picked = set([*chosen, *(pk for pk in pool if pk not in chosen)][:most])
    return [pk for pk in pool if pk in picked]


def only(template: Template, keys: Iterable[str]) -> Template:
    """The template with these of its behaviours alone."""
    wanted = set(keys)
    return replace(template, behaviours=tuple(b for b in template.behaviours if b.key in wanted))


def try_out(
    viewer: Viewer,
    template: Template,
    ids: Iterable[int],
    *,
    draw: int,
    scorers: Mapping[str, Scorer],
    judged: Judged | None = None,
) -> Tried:
    """Score these calls with a text as it stands.

    Args:
        viewer: who asks; only calls they may see are scored.
        template: the text, read.
        ids: the calls, from `twenty`.
        draw: which draw they are from.
        scorers: those that answer at once.
        judged: where a judge is asked about what these leave open.
    """
    calls = [call for block in rescoring.calls(viewer, ids) for call in block]
    runner = Runner(template, scorers)
    found = runner.score([call.said for call in calls])
    waiting = _ask_the_judge(template, calls, found, judged=judged) if judged else 0
    people = answers(viewer, template.key, (b.key for b in template.behaviours))
    alike = agreement_with_people(viewer, template, scorers=scorers)
    versions = (Runner(template, judged.scorers) if judged else runner).scorer_versions
    scored = [(call, rescoring.by_behaviour(verdicts)) for call, verdicts in zip(calls, found, strict=True) if verdicts]
    return Tried(
        draw=draw,
        ids=tuple(call.row.pk for call, _ in scored),
        keys=tuple(call.row.key for call, _ in scored),
        behaviours=tuple(
            TriedBehaviour(
                b, versions[b.key], tuple(_tried(call, by[b.key], people[b.key]) for call, by in scored), alike[b.key]
            )
            for b in template.behaviours
        ),
        judged=judged is not None,
        waiting=waiting,
    )


def _ask_the_judge(
    template: Template, calls: Sequence[Call], found: list[list[Verdict] | None], *, judged: Judged
) -> int:
    """Put the judge's verdicts where anything was left open; how many calls it was not asked about, or did not answer."""
    runner, waiting = Runner(template, judged.scorers), 0
    left = [i for i, verdicts in enumerate(found) if any(v.outcome is Outcome.UNSCORED for v in verdicts or ())]
    for some in batched(left, AT_ONCE):
        answered = runner.score([calls[i].said for i in some]) if judged.more_time() else [None] * len(some)
        for index, verdicts in zip(some, answered, strict=True):
            found[index] = verdicts or found[index]
            waiting += verdicts is None
    return waiting


def rehearse(viewer: Viewer, template: Template, tried: Tried, *, scorers: Mapping[str, Scorer]) -> None:
    """Ask scorers, among them a judge that only counts, about what the calls leave open; stores and returns nothing."""
    calls = [call.said for block in rescoring.calls(viewer, tried.open_ids) for call in block]
    Runner(template, scorers).score(calls)


def agreement_with_people(viewer: Viewer, template: Template, *, scorers: Mapping[str, Scorer]) -> Mapping[str, Agreed]:
    """Kappa of a text with everybody's answers, behaviour by behaviour, over all calls that have one and that it fits."""
    people = answers(viewer, template.key, (b.key for b in template.behaviours))
    asked = only(template, (key for key, by_call in people.items() if by_call))
    ids = sorted({pk for by_call in people.values() for pk in by_call})
    pairs: dict[str, list[tuple[Outcome, Outcome, str]]] = {key: [] for key in people}
    chosen = rescoring.drawn(ids, MOST_LABELLED, np.random.default_rng(crc32(template.key.encode())))
    for call, verdicts in rescoring.scored(viewer, chosen, Runner(asked, scorers)):
        for verdict in verdicts if call.fits(template) else ():
            human = people[verdict.behaviour].get(call.row.pk)
            if human is not None:
                pairs[verdict.behaviour].append((verdict.outcome, human, call.group))
    return {key: agreed(some) for key, some in pairs.items()}


def _tried(call: Call, verdict: Verdict, people: Mapping[int, Outcome]) -> TriedCall:
    return TriedCall(
        id=call.row.pk,
        key=call.row.key,
        agent_name=call.row.agent.name if call.row.agent else "",
        started_at=call.row.started_at,
        verdict=verdict,
        quotes=tuple(_said(call.shown, quote.turn, quote.text) for quote in verdict.evidence),
        missed=tuple(_moment(call.shown, verdict)),
        human=people.get(call.row.pk),
    )


def _moment(said: Conversation, verdict: Verdict) -> Iterator[Said]:
    """The missed moment's turn, and what the agent said next where that turn is not the agent's."""
    if verdict.missed is None or verdict.outcome is not Outcome.NOT_MET:
        return
    turn = verdict.missed.turn
    yield _said(said, turn, said.turns[turn].text)
    if said.turns[turn].speaker is not Speaker.AGENT:
        after = next((index for index in said.turns_of(Speaker.AGENT) if index > turn), None)
        if after is not None:
            yield _said(said, after, said.turns[after].text)


def _said(said: Conversation, turn: int, text: str) -> Said:
    return Said(turn, said.turns[turn].start, said.turns[turn].speaker, text)
