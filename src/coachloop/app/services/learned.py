"""Training the learned scorers of a template from what people say of its calls, and letting a re-trained one score."""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction
from django.db.models import Max

from coachloop.app.errors import UnknownNameError, WrongStateError
from coachloop.app.models import Behaviour, Conversation, LearnedModel, Template, TrainingCase
from coachloop.app.queries.learned import LEARNED, newest_models
from coachloop.app.queries.templates import Published, published_as
from coachloop.app.queries.training import Material, digest, material
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services.templates import put_down
from coachloop.core.model import template as core
from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.learned.training import HeldOut, Trained, Untrained, train


@dataclass(frozen=True, slots=True)
class TrainedRow:
    """What came of training one behaviour; kappa is cross-validated by agent, with its interval.

    `state` is `published` (it scores), `candidate` (it waits for `template publish`) or `untrained`. `decided` is the share of
    labelled calls that it does not pass on, `accuracy` how often it is right there. `audits` counts answers that were kept
    back to measure it with. `note` says what else there is to know.
    """

    behaviour: str
    labels: int
    kappa: float | None
    low: float | None
    high: float | None
    threshold: float | None
    decided: float | None
    accuracy: float | None
    state: str
    audits: int
    note: str


@dataclass(frozen=True, slots=True)
class _Lesson:
    """One command: the template, what of it to learn, what there is to learn from, and what each model would be learned from."""

    published: Published
    wanted: Sequence[core.Behaviour]
    behaviours: Mapping[str, Behaviour]
    known: Material
    encoder: str
    digests: Mapping[str, str]
    now: datetime


def train_template(
    *,
    viewer: Viewer,
    key: str,
    now: datetime,
    behaviour: str | None = None,
    encoder: Encoder | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> list[TrainedRow]:
    """Train the learned scorers of a published template; the first of a behaviour scores at once, a later one is a candidate.

    What would be learned from the same answers about the same words is not learned again.

    Args:
        viewer: who trains.
        key: the template's.
        now: when.
        behaviour: only this one.
        encoder: sentence embeddings, where there are any.
        progress: called with what is done so far.

    Raises:
        UnknownNameError: no such template or behaviour, or none of them names `learned`.
        WrongStateError: a labelled conversation was deleted meanwhile.
    """
    lesson = _lesson(viewer, published_as(viewer, key), behaviour, encoder=encoder, now=now)
    there = {model.behaviour.key: model for model in _newest(lesson.published)}
    fresh = [b for b in lesson.wanted if b.key not in there or there[b.key].digest != lesson.digests[b.key]]
    found = _learn(lesson, fresh, encoder=encoder, progress=progress)
    stored = _store(viewer, lesson, [one for one in found if isinstance(one, Trained)])
    untrained = {one.behaviour: one for one in found if isinstance(one, Untrained)}
    results = there | stored | untrained
    return [_row(lesson, results[b.key]) for b in lesson.wanted]


def _lesson(
    viewer: Viewer, published: Published, behaviour: str | None, *, encoder: Encoder | None, now: datetime
) -> _Lesson:
    wanted = _wanted(published.core, behaviour)
    rows = {b.key: b for b in Behaviour.objects.filter(template_id=published.template_id)}
    known = material(viewer, published, {rows[b.key].pk: b.key for b in wanted})
    name = encoder.name if encoder else ""
    return _Lesson(published, wanted, rows, known, name, {b.key: digest(b, known, name) for b in wanted}, now)


def _wanted(template: core.Template, key: str | None) -> list[core.Behaviour]:
    able = [b for b in template.behaviours if any(member.scorer == LEARNED for member in b.score_with)]
    wanted = [b for b in able if key in {None, b.key}]
    if not wanted:
        what = f"behaviour {key!r}" if key else "no behaviour"
        known = f"; those that do: {', '.join(b.key for b in able)}" if able else ""
        raise UnknownNameError(
            f"{what} of template {template.key!r} {'does not name' if key else 'names'} `learned` in its "
            f"`score_with`{known or '; add it there and publish the template'}"
        )
    return wanted


def _newest(published: Published) -> list[LearnedModel]:
    rows = newest_models().filter(behaviour__template_id=published.template_id)
    return list(rows.select_related("behaviour").defer("data"))


def _learn(
    lesson: _Lesson, behaviours: Sequence[core.Behaviour], *, encoder: Encoder | None, progress: Callable[[int], None]
) -> list[Trained | Untrained]:
    if not behaviours:
        return []
    seed = int.from_bytes(hashlib.sha256(lesson.published.core.key.encode()).digest()[:8])
    return train(
        behaviours,
        lesson.known.labelled,
        encoder=encoder,
        background=lesson.known.background,
        rng=np.random.default_rng(seed),
        progress=progress,
    )


@transaction.atomic
def _store(viewer: Viewer, lesson: _Lesson, trained: Sequence[Trained]) -> dict[str, LearnedModel]:
    """Keep the models with what they learned from; the first of a behaviour scores at once."""
    Template.objects.select_for_update().get(pk=lesson.published.template_id)
    stored = {one.behaviour: _keep(lesson, one) for one in trained}
    if any(model.published_at for model in stored.values()):
        put_down(lesson.published)
    detail = {key: {"model": row.number, "labels": row.labels} for key, row in stored.items()}
    audit.record(viewer, "train", f"template:{lesson.published.core.key}", now=lesson.now, detail=detail)
    return stored


def _keep(lesson: _Lesson, trained: Trained) -> LearnedModel:
    behaviour = lesson.behaviours[trained.behaviour]
    models = LearnedModel.objects.filter(behaviour=behaviour)
    number = models.aggregate(newest=Max("number"))["newest"] or 0
    row = LearnedModel.objects.create(
        behaviour=behaviour,
        number=number + 1,
        trained_at=lesson.now,
        published_at=None if models.filter(published_at__isnull=False).exists() else lesson.now,
        labels=trained.labels,
        kappa=_finite(trained.kappa),
        low=_finite(trained.low),
        high=_finite(trained.high),
        threshold=trained.threshold,
        encoder=lesson.encoder,
        metrics={name: _finite(value) for name, value in trained.metrics.items()},
        data=trained.model,
        digest=lesson.digests[trained.behaviour],
    )
    _keep_cases(row, trained.held_out, lesson.known.ids)
    return row


def _keep_cases(row: LearnedModel, cases: Sequence[HeldOut], ids: Mapping[str, int]) -> None:
    """What it learned from: without a conversation there is no case, and no model that remembers it."""
    wanted = {ids[case.conversation_id] for case in cases}
    if Conversation.objects.filter(id__in=wanted).count() < len(wanted):
        raise WrongStateError("a labelled conversation was deleted during the training; train again")
    TrainingCase.objects.bulk_create(
        TrainingCase(
            model=row,
            conversation_id=ids[case.conversation_id],
            human=case.human,
            outcome=case.finding.outcome or "",
            probability=case.finding.probability,
        )
        for case in cases
    )


def _row(lesson: _Lesson, found: LearnedModel | Untrained) -> TrainedRow:
    if isinstance(found, Untrained):
        key, state, figures = found.behaviour, "untrained", dict.fromkeys(_FIGURES)
    else:
        key, state = found.behaviour.key, "published" if found.published_at else "candidate"
        figures = {name: _rounded(figure(found)) for name, figure in _FIGURES.items()}
    return TrainedRow(
        behaviour=key,
        labels=found.labels,
        **figures,
        state=state,
        audits=lesson.known.audits[key],
        note="; ".join(_notes(lesson, key, found)),
    )


def _notes(lesson: _Lesson, key: str, found: LearnedModel | Untrained) -> Iterator[str]:
    if isinstance(found, Untrained):
        yield found.reason
    elif found.trained_at != lesson.now:
        yield f"the labels and their words are those of the training on {found.trained_at:%Y-%m-%d}"
    if lesson.known.wordless[key]:
        yield f"{lesson.known.wordless[key]} more are about calls without a transcript or that the template does not fit"


_FIGURES: Mapping[str, Callable[[LearnedModel], float | None]] = {
    "kappa": lambda model: model.kappa,
    "low": lambda model: model.low,
    "high": lambda model: model.high,
    "threshold": lambda model: model.threshold,
    "decided": lambda model: model.metrics.get("decided"),
    "accuracy": lambda model: model.metrics.get("accuracy_decided"),
}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
