"""Learned models: which of them score, how good they are, and what the machine says of calls that it did not learn from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, QuerySet, Subquery

from coachloop.app.models import LearnedModel, Scoring, TrainingCase, Verdict
from coachloop.app.queries.health import Finding
from coachloop.app.queries.templates import Published
from coachloop.app.queries.training import labels_so_far
from coachloop.app.queries.verdicts import CONVERSATION
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.learned.scorer import Model
from coachloop.core.scoring.port import Finding as Found

LEARNED = "learned"
ENOUGH, MORE = 50, 20
"""Labelled calls that make a good first model, and a better one."""

HELD_OUT = "said by a model that did not learn from this agent's calls"


@dataclass(frozen=True, slots=True)
class ModelKey:
    """A stored model without its data; `trained_at` makes it another one where a database begins its numbers anew."""

    pk: int
    template: str
    behaviour: str
    number: int
    trained_at: datetime


def current_models() -> QuerySet[LearnedModel]:
    """The models that score: the one published last, of every behaviour in use."""
    published = LearnedModel.objects.filter(behaviour=OuterRef("behaviour"), published_at__isnull=False)
    newest = published.order_by("-published_at", "-number").values("id")[:1]
    return LearnedModel.objects.filter(id=Subquery(newest), behaviour__retired=False)


def newest_models() -> QuerySet[LearnedModel]:
    """The models that would score if what waits were published: the one trained last, of every behaviour in use."""
    newest = LearnedModel.objects.filter(behaviour=OuterRef("behaviour")).order_by("-number").values("id")[:1]
    return LearnedModel.objects.filter(id=Subquery(newest), behaviour__retired=False)


def candidates() -> QuerySet[LearnedModel]:
    """The models that wait to be published."""
    return newest_models().filter(published_at__isnull=True)


def models_finding(encoder: Callable[[], str]) -> Finding:
    """What `doctor` says of the models that score: without the embeddings that one was trained with it is not asked.

    Args:
        encoder: says the name of the embeddings that are here, empty without; asked only where a model needs some.
    """
    models = current_models().order_by("behaviour__template__key", "behaviour__position")
    rows = list(models.values_list("behaviour__template__key", "behaviour__key", "encoder"))
    here = encoder() if any(needed for _, _, needed in rows) else ""
    names = [f"{template}: {key}" for template, key, needed in rows if needed not in {"", here}]
    if not names:
        return Finding("learned models", ok=True, seen=f"{len(rows)} score")
    seen = f"not asked, for they were trained with other sentence embeddings than are here: {', '.join(names)}"
    return Finding(
        "learned models",
        ok=False,
        seen=seen,
        way_out="before anything is scored, set COACHLOOP_EMBEDDINGS back, or `coachloop train KEY` and publish",
    )


@dataclass(frozen=True, slots=True)
class ModelView:
    """How good a model is: kappa with people, cross-validated by agent, with its interval."""

    number: int
    labels: int
    kappa: float | None
    low: float | None
    high: float | None
    trained_at: datetime


@dataclass(frozen=True, slots=True)
class LearnedView:
    """How far a behaviour's learned scorer is: what scores, what waits to be published, and the next step.

    `labels` counts the answers that there are to learn from now; `command` is empty where the next step is no command.
    """

    current: ModelView | None
    candidate: ModelView | None
    labels: int
    next_step: str
    command: str = ""


def learned_views(published: Published) -> dict[str, LearnedView]:
    """By behaviour key, for those of a template whose cascade names `learned`."""
    named = [b.key for b in published.core.behaviours if any(member.scorer == LEARNED for member in b.score_with)]
    if not named:
        return {}
    key, labels = published.core.key, labels_so_far(published)
    current, waiting = (_views(models, published) for models in (current_models(), candidates()))
    return {name: _view(key, current.get(name), waiting.get(name), labels=labels[name]) for name in named}


def _views(models: QuerySet[LearnedModel], published: Published) -> dict[str, ModelView]:
    rows = models.filter(behaviour__template_id=published.template_id).select_related("behaviour").defer("data")
    return {
        row.behaviour.key: ModelView(row.number, row.labels, row.kappa, row.low, row.high, row.trained_at)
        for row in rows
    }


def _view(template: str, current: ModelView | None, candidate: ModelView | None, *, labels: int) -> LearnedView:
    newest = candidate or current
    train, publish = f"coachloop train {template}", f"coachloop template publish {template}"
    if newest is None:
        return LearnedView(None, None, labels, f"{labels} labelled calls; about {ENOUGH} make a first model", train)
    if labels > newest.labels:
        return LearnedView(
            current, candidate, labels, f"More labels since the training: {labels - newest.labels}", train
        )
    if candidate:
        return LearnedView(current, candidate, labels, "The re-trained model waits to be published", publish)
    return LearnedView(current, None, labels, f"Label {MORE} more calls and train again: the interval narrows")


def keys_of(models: QuerySet[LearnedModel]) -> tuple[ModelKey, ...]:
    """The models without their data, which is big: cheap enough to ask for every few seconds."""
    rows = models.order_by("id").values_list("id", "behaviour__template__key", "behaviour__key", "number", "trained_at")
    return tuple(ModelKey(*row) for row in rows)


def load(keys: Iterable[ModelKey]) -> dict[tuple[str, str], Model]:
    """The models as the scorer takes them, by template and behaviour key."""
    named = {key.pk: key for key in keys}
    rows = LearnedModel.objects.filter(id__in=named).values_list("id", "number", "data")
    return {(named[pk].template, named[pk].behaviour): Model(str(number), bytes(data)) for pk, number, data in rows}


def held_out(keys: Iterable[ModelKey]) -> dict[tuple[str, str], dict[str, Found]]:
    """What each model's cross-validation says of the calls it learned from, by their keys: never its own memory of them."""
    named = {key.pk: key for key in keys}
    found: dict[tuple[str, str], dict[str, Found]] = {(k.template, k.behaviour): {} for k in named.values()}
    for case in _cases().filter(model__in=named).select_related("conversation"):
        key = named[case.model_id]
        found[key.template, key.behaviour][case.conversation.key] = _finding(case)
    return found


def _cases() -> QuerySet[TrainingCase]:
    """What models learned from, except words that have been replaced since: those that stand now they have not seen."""
    return TrainingCase.objects.exclude(conversation__revisions__stored_at__gt=F("model__trained_at"))


def _finding(case: TrainingCase) -> Found:
    return Found(Outcome(case.outcome) if case.outcome else None, reason=HELD_OUT, probability=case.probability)


@dataclass(frozen=True, slots=True)
class Said:
    """What the machine says of one behaviour in one conversation that it has not learned from. `group` is its agent.

    `scorer` is the version that said it, `decided_by` the member of it; `conversation_id`, `attempt` and `scoring` are numbers.
    """

    conversation: str
    behaviour: str
    outcome: Outcome
    group: str
    conversation_id: int
    attempt: int
    scoring: int
    scorer: str
    decided_by: str


def unseen(verdicts: QuerySet[Verdict], *, to: str = CONVERSATION) -> Iterator[Said]:
    """Verdicts, as they would be if no learned model had seen the conversation's agent in its training.

    Where the model that took part learned from the conversation, its out-of-fold prediction takes its place: what was decided
    before it stands; what it decides out of fold counts; where it passes, a later scorer's verdict counts, and without one
    the answer is open. Everything that asks how good the machine is starts here.

    Args:
        verdicts: current ones, or with `to` any.
        to: the way from a verdict to its conversation.
    """
    rows = list(
        verdicts.values_list(
            f"{to}_id",
            f"{to}__key",
            f"{to}__agent__key",
            "behaviour_id",
            "behaviour__key",
            "outcome",
            "decided_by",
            "attempt_id",
            "attempt__scoring_id",
        )
    )
    scorings = Scoring.objects.in_bulk({row[-1] for row in rows})
    cascades = {pk: {key: (said, Cascade(said)) for key, said in row.scorers.items()} for pk, row in scorings.items()}
    cases = _held_out({row[3] for row in rows}, {row[0] for row in rows})
    for pk, conversation, agent, behaviour_id, behaviour, said, decided_by, attempt, scoring in rows:
        scorer, cascade = cascades[scoring].get(behaviour) or ("", Cascade(""))
        case = cases.get((behaviour_id, cascade.model, pk))
        outcome = Outcome(said) if case is None else cascade.without_memory(Outcome(said), decided_by, held_out=case)
        group = agent or conversation
        yield Said(conversation, behaviour, outcome, group, pk, attempt, scoring, scorer, decided_by)


class Cascade:
    """A stored scorer version, such as `phrases@1>learned@3>judge@2`, as far as its learned member goes."""

    def __init__(self, version: str) -> None:
        members = [member.partition("@") for member in version.split(">")]
        names = [name for name, _, _ in members]
        self.before = frozenset(names[: names.index(LEARNED)]) if LEARNED in names else frozenset(names)
        number = next((version for name, _, version in members if name == LEARNED), "")
        self.model = int(number) if number.isdecimal() else 0

    def without_memory(self, said: Outcome, decided_by: str, *, held_out: str) -> Outcome:
        """The verdict if the model had said what it says out of fold, which is empty where it passes."""
        learned_was_asked = bool(decided_by) or said is Outcome.UNSCORED  # else there was no moment to ask about
        if decided_by in self.before or not learned_was_asked:
            return said
        if held_out:
            return Outcome(held_out)
        return Outcome.UNSCORED if decided_by == LEARNED else said


def _held_out(behaviours: set[int], conversations: set[int]) -> Mapping[tuple[int, int, int], str]:
    """Out-of-fold outcomes by behaviour, model number and conversation."""
    rows = (
        _cases()
        .filter(model__behaviour__in=behaviours)
        .values_list("model__behaviour_id", "model__number", "conversation_id", "outcome")
    )
    return {(behaviour, number, pk): outcome for behaviour, number, pk, outcome in rows if pk in conversations}
