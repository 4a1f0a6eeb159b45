"""How well the machine agrees with people, per behaviour; its verdicts alone, and never about calls that it has learned from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from coachloop.app.errors import UnknownNameError
from coachloop.app.models import Behaviour
from coachloop.app.queries import revisions, viewing
from coachloop.app.queries.learned import unseen
from coachloop.app.queries.templates import find_template, find_version
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import LabelLine
from coachloop.core.scoring.port import Scorer
from coachloop.core.scoring.runner import Runner
from coachloop.core.stats.agreement import agreement

type Said = dict[tuple[str, str], tuple[Outcome, str]]
"""What the machine says of (conversation, behaviour), and whose conversation it is."""

CODES = {Outcome.NOT_MET: 0, Outcome.MET: 1, Outcome.NOT_APPLICABLE: 2}
SEED = 20260504
"""Of the bootstrap: the same labels give the same interval."""


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One behaviour: kappa over met, not met and not applicable; precision, recall and F1 of `met`.

    `n` counts labelled conversations that the machine decided, `unscored` those it did not; figures are empty where undefined.
    """

    behaviour: str
    n: int
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    f1: float | None
    precision: float | None
    recall: float | None
    unscored: int


@dataclass(frozen=True, slots=True)
class Pair:
    """What the machine and a person say about one behaviour in one conversation, and whose conversation it is."""

    machine: Outcome
    human: Outcome
    group: str


def evaluate(viewer: Viewer, template: str, labels: Iterable[LabelLine]) -> list[AgreementRow]:
    """Agreement of the template's current verdicts with these labels, in the template's order; stores nothing.

    Where a learned model has learned from a conversation, what its cross-validation says of it counts.

    Raises:
        UnknownNameError: no such template, or none of the labels is about it.
    """
    behaviours = find_template(viewer, template).behaviours.filter(retired=False).order_by("position")
    keys = list(behaviours.values_list("key", flat=True))
    about = _about(labels, template, keys)
    said = _stored(viewer, behaviours, {label.conversation_id for label in about})
    return [_row(key, list(_pairs(key, about, said))) for key in keys]


def try_out(
    viewer: Viewer, version: str, labels: Iterable[LabelLine], *, scorers: Mapping[str, Scorer]
) -> list[AgreementRow]:
    """The same for a version that need not be published: scores the labelled conversations now and stores nothing.

    Args:
        viewer: who asks; only conversations they may see are scored.
        version: `KEY`, which is the newest, or `KEY@N`.
        labels: human answers.
        scorers: those that can answer now; learned ones with what their cross-validation says of the calls they learned from.

    Raises:
        UnknownNameError: no such version, or none of the labels is about it.
    """
    template = parse_template(find_version(viewer, version).text)
    keys = [b.key for b in template.behaviours]
    about = _about(labels, template.key, keys)
    said = _scored_now(viewer, Runner(template, scorers), {label.conversation_id for label in about})
    return [_row(key, list(_pairs(key, about, said))) for key in keys]


def _about(labels: Iterable[LabelLine], template: str, keys: Sequence[str]) -> list[LabelLine]:
    about = [label for label in labels if label.template in {None, template} and label.behaviour in keys]
    if not about:
        raise UnknownNameError(f"no label is about template {template!r}; its behaviours are {', '.join(keys)}")
    return about


def _scored_now(viewer: Viewer, runner: Runner, keys: set[str]) -> Said:
    calls = viewing.conversations(viewer).filter(key__in=keys, turn_count__gt=0)
    agents = dict(calls.values_list("key", "agent__key"))
    spoken = [one.said for one in revisions.to_score(calls).values()]
    return {
        (said.id, verdict.behaviour): (verdict.outcome, agents[said.id] or said.id)
        for said, found in zip(spoken, runner.score(spoken), strict=True)
        for verdict in found or ()
    }


def _stored(viewer: Viewer, behaviours: QuerySet[Behaviour], keys: set[str]) -> Said:
    calls = viewing.conversations(viewer).filter(key__in=keys)
    rows = current_verdicts().filter(**{"behaviour__in": behaviours, f"{CONVERSATION}__in": calls})
    return {(said.conversation, said.behaviour): (said.outcome, said.group) for said in unseen(rows)}


def _pairs(behaviour: str, labels: Iterable[LabelLine], said: Said) -> Iterable[Pair]:
    for label in labels:
        found = said.get((label.conversation_id, behaviour)) if label.behaviour == behaviour else None
        if found:
            yield Pair(found[0], Outcome(label.verdict), found[1])


def _row(behaviour: str, pairs: list[Pair]) -> AgreementRow:
    decided = [pair for pair in pairs if pair.machine in CODES]
    found = agreement(
        [CODES[pair.machine] for pair in decided],
        [CODES[pair.human] for pair in decided],
        [pair.group for pair in decided],
        rng=np.random.default_rng(SEED),
    )
    return AgreementRow(
        behaviour=behaviour,
        n=found.n,
        kappa=_defined(found.kappa),
        kappa_low=_defined(found.low),
        kappa_high=_defined(found.high),
        f1=_defined(found.f1),
        precision=_defined(found.precision),
        recall=_defined(found.recall),
        unscored=len(pairs) - len(decided),
    )


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
