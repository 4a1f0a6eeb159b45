"""From pending evaluations to stored verdicts, a block a transaction."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import batched
from operator import attrgetter

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from coachloop.app import mapping
from coachloop.app.models import (
    Attempt,
    Behaviour,
    DirtyDay,
    Evaluation,
    LearnedModel,
    Scoring,
    Template,
    Verdict,
)
from coachloop.app.queries import revisions
from coachloop.app.queries.templates import Published, published
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.app.services import audit, bulk, events
from coachloop.core.model import verdict as core
from coachloop.core.model.conversation import Conversation
from coachloop.core.model.event import EventKind
from coachloop.core.scoring.port import Scorer
from coachloop.core.scoring.runner import Runner

BLOCK, JUDGED_BLOCK = 200, 20
MOST_BLOCKS = 50
HISTORY = timedelta(days=30)
"""Of older calls nobody outside is told: an archive that is scored is no news."""


@dataclass(slots=True)
class Tally:
    """What scoring came to: conversations x templates, and verdicts by who decided them."""

    evaluations: int = 0
    postponed: int = 0
    dropped_quotes: int = 0
    decided: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Take in another block's counts."""
        self.evaluations += other.evaluations
        self.postponed += other.postponed
        self.dropped_quotes += other.dropped_quotes
        self.decided += other.decided
        self.outcomes += other.outcomes


@dataclass(frozen=True, slots=True)
class Engine:
    """A published template, its cascades resolved against the scorers that can answer now. `models` were published by then."""

    template: Published
    runner: Runner
    scoring: Scoring
    behaviours: Mapping[str, Behaviour]
    models: frozenset[int]

    @property
    def asks_a_judge(self) -> bool:
        """Whether it may wait for a language model: blocks are small then, and one under way is no lost one for longer."""
        return any("judge@" in version for version in self.runner.scorer_versions.values())

    @property
    def block(self) -> int:
        """How many conversations are scored in one transaction."""
        return JUDGED_BLOCK if self.asks_a_judge else BLOCK


def engines(scorers: Mapping[str, Scorer], *, template: str | None = None) -> tuple[Engine, ...]:
    """One engine a published template that can score transcripts, or only the one named."""
    return tuple(_engine(found, scorers) for found in published(OPERATOR) if template in {None, found.core.key})


def _engine(template: Published, scorers: Mapping[str, Scorer]) -> Engine:
    models = _published_models(template)
    runner = Runner(template.core, scorers)
    behaviours = {b.key: b for b in Behaviour.objects.filter(template_id=template.template_id)}
    return Engine(template, runner, scoring_of(template.version_id, runner.scorer_versions), behaviours, models)


def _published_models(template: Published) -> frozenset[int]:
    models = LearnedModel.objects.filter(behaviour__template=template.template_id, published_at__isnull=False)
    return frozenset(models.values_list("id", flat=True))


def scoring_of(version_id: int, scorers: Mapping[str, str]) -> Scoring:
    """The row that says who scores with this version; made the first time."""
    digest = hashlib.sha256(json.dumps(dict(scorers), sort_keys=True).encode()).hexdigest()
    scoring, _ = Scoring.objects.get_or_create(
        version_id=version_id, digest=digest, defaults={"scorers": dict(scorers)}
    )
    return scoring


def put_down_outdated(engine: Engine, *, everything: bool = False) -> None:
    """Make pending again what another version or cascade scored; with `everything`, all conversations that the template fits."""
    done = Evaluation.objects.filter(
        engine.template.fitting("conversation__"),
        template_id=engine.template.template_id,
        conversation__turn_count__gt=0,
    )
    done = done.exclude(state=Evaluation.State.PENDING)
    if not everything:
        done = done.exclude(attempt__scoring=engine.scoring, attempt__revision=F("conversation__revision"))
    done.update(state=Evaluation.State.PENDING, queued_at=None)


def pending(engine: Engine, *, since: date | None = None) -> QuerySet[Evaluation]:
    """What waits to be scored with the engine's template; calls that the published version no longer fits do not."""
    waiting = Evaluation.objects.filter(
        engine.template.fitting("conversation__"),
        template_id=engine.template.template_id,
        state=Evaluation.State.PENDING,
    )
    return waiting.filter(conversation__day__gte=since) if since else waiting


def score_pending(
    engine: Engine,
    *,
    now: datetime,
    since: date | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Score everything that waits for the engine's template.

    Args:
        engine: from `engines`.
        now: when the verdicts land.
        since: only conversations of this local date or later.
        progress: called with the number of conversations of each finished block.
    """
    tally = Tally()
    waiting = pending(engine, since=since).order_by("id").values_list("id", flat=True)
    for ids in batched(list(waiting), engine.block):
        tally.add(score_block(engine, ids, now=now))
        progress(len(ids))
    return tally


@transaction.atomic
def take_pending(engine: Engine, *, now: datetime, lost_after: timedelta) -> list[tuple[int, ...]]:
    """Blocks of what waits and nobody was told of, or was told of so long ago that the word must be lost; marks them told."""
    waiting = pending(engine).filter(Q(queued_at__isnull=True) | Q(queued_at__lt=now - lost_after))
    ids = list(waiting.order_by("id").values_list("id", flat=True)[: engine.block * MOST_BLOCKS])
    Evaluation.objects.filter(id__in=ids).update(queued_at=now)
    return list(batched(ids, engine.block))


def record_scoring(viewer: Viewer, tally: Tally, *, now: datetime) -> None:
    """The audit row of a scoring command."""
    audit.record(viewer, "score", "evaluations", now=now, detail={"evaluations": tally.evaluations, **tally.outcomes})


def score_block(engine: Engine, ids: Sequence[int], *, now: datetime) -> Tally:
    """Score these evaluations and store the verdicts, all or none; what somebody else scored meanwhile is left as it is.

    Whatever a scorer breaks on is `unscored`, and stored. A scorer that is not available now leaves its conversations pending, and
    so does a template or model that was published since the engine was made: others wait for them then.
    """
    ready = _read(ids)
    found = engine.runner.score([one.said for one in ready])
    scored = [(one, verdicts) for one, verdicts in zip(ready, found, strict=True) if verdicts is not None]
    with transaction.atomic():
        if _overtaken(engine):
            return Tally(postponed=len(ready))
        still = _waiting(ids).select_for_update(of=("self",)).values_list("id", "conversation__revision")
        current = set(still)
        fresh = [(one, verdicts) for one, verdicts in scored if (one.evaluation.pk, one.revision) in current]
        tally = _store(engine, fresh, now)
    tally.postponed = len(ready) - len(scored)
    return tally


def _overtaken(engine: Engine) -> bool:
    """Whether the engine's verdicts would be those of yesterday's ruler; a model's date is when its training began."""
    template = engine.template
    is_current = Template.objects.filter(pk=template.template_id, current_id=template.version_id).exists()
    return not is_current or _published_models(template) != engine.models


@dataclass(frozen=True, slots=True)
class _Ready:
    """A pending evaluation with the words it is about."""

    evaluation: Evaluation
    revision: int
    said: Conversation


def _waiting(ids: Iterable[int]) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(id__in=list(ids), state=Evaluation.State.PENDING)


def _read(ids: Sequence[int]) -> list[_Ready]:
    rows = list(_waiting(ids).select_related("conversation"))
    words = revisions.to_score([row.conversation_id for row in rows])
    return [_Ready(row, *words[row.conversation_id]) for row in rows if row.conversation_id in words]


def _store(engine: Engine, scored: list[tuple[_Ready, list[core.Verdict]]], now: datetime) -> Tally:
    rows = [one.evaluation for one, _ in scored]
    numbers = dict(Attempt.objects.filter(evaluation__in=rows).values_list("evaluation_id").annotate(Max("number")))
    attempts = Attempt.objects.bulk_create(
        Attempt(
            evaluation=one.evaluation,
            scoring=engine.scoring,
            revision=one.revision,
            number=numbers.get(one.evaluation.pk, 0) + 1,
            stored_at=now,
        )
        for one, _ in scored
    )
    verdicts = [
        mapping.verdict_row(
            verdict, one.said, attempt_id=attempt.pk, behaviour_id=engine.behaviours[verdict.behaviour].pk
        )
        for attempt, (one, found) in zip(attempts, scored, strict=True)
        for verdict in found
    ]
    bulk.insert(Verdict, bulk.VERDICT, map(attrgetter(*bulk.VERDICT), verdicts))
    newest = Attempt.objects.filter(evaluation=OuterRef("pk")).order_by("-number").values("id")[:1]
    done = Evaluation.objects.filter(id__in=[row.pk for row in rows])
    done.update(attempt=Subquery(newest), state=Evaluation.State.DONE)
    mark_dirty(rows)
    landed = _landed(engine, zip(attempts, scored, strict=True), since=(now - HISTORY).date())
    events.put_all(EventKind.VERDICTS_LANDED, landed, now=now)
    return Tally(
        evaluations=len(rows),
        dropped_quotes=sum(v.dropped_quotes for v in verdicts),
        decided=Counter(v.decided_by or "nobody" for v in verdicts),
        outcomes=Counter(str(v.outcome) for v in verdicts),
    )


def _landed(
    engine: Engine, scored: Iterable[tuple[Attempt, tuple[_Ready, list[core.Verdict]]]], *, since: date
) -> Iterator[events.Happened]:
    """What other systems hear: of calls of this day or later, and of those without a date."""
    critical = {behaviour.key for behaviour in engine.template.core.behaviours if behaviour.critical}
    for attempt, (one, found) in scored:
        call = one.evaluation.conversation
        if call.day is None or call.day >= since:
            missed = [v.behaviour for v in found if v.outcome is core.Outcome.NOT_MET and v.behaviour in critical]
            said = {
                "conversation": call.key,
                "template": engine.template.core.key,
                "version": engine.template.number,
                "attempt": attempt.number,
                "counts": Counter(str(v.outcome) for v in found),
                "critical_not_met": missed,
            }
            yield f"conversation:{call.key}", call.programme_id, said


def mark_dirty(evaluations: Iterable[Evaluation]) -> None:
    """Note the agent-days whose counts no longer match; in the transaction of the facts."""
    conversations = [evaluation.conversation for evaluation in evaluations]
    DirtyDay.objects.bulk_create(
        DirtyDay(agent_id=c.agent_id, day=c.day) for c in conversations if c.agent_id and c.day
    )
