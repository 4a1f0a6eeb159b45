"""Whether the machine is as good for every language, every site and any time in the job; aggregates that anyone may see."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from coachloop.app.models import Conversation, Template
from coachloop.app.queries.checked import AUDITS, Checked, Pair, asked_blind, checked
from coachloop.app.queries.rates import number
from coachloop.app.queries.templates import find_template
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.fairness import UNKNOWN, Compare, Compared
from coachloop.core.insight.fairness import fairness as compared
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome

NEW, YOUNG = timedelta(days=90), timedelta(days=365)
TENURES = ("less than three months here", "three months to a year here", "more than a year here")
CODES = {Outcome.MET: 1, Outcome.NOT_MET: 0, Outcome.NOT_APPLICABLE: 2, Outcome.UNSCORED: -1}

type Groups = dict[str, tuple[str, str, str]]
"""By a conversation's key: language, site and tenure, each empty where it is not recorded."""

KINDS = ("language", "site", "tenure")


@dataclass(frozen=True, slots=True)
class FairRow:
    """One measure of one group: `agreement`, `sensitivity`, `specificity` or `abstention` of the machine.

    `n` audited answers and `agents` stand behind it; `enough` says whether that is enough to look, figures are empty where not.
    `difference` is against everybody else of its kind, question by question; `said` where its interval leaves 0 out.
    """

    kind: str
    group: str
    measure: str
    n: int
    agents: int
    enough: bool
    share: float | None
    low: float | None
    high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    p_value: float | None
    said: bool


def fairness(viewer: Viewer, template: str) -> list[FairRow]:
    """Every group that audited calls name, by kind and name; none without audits. Calls of nobody count for no group.

    Raises:
        UnknownNameError: no such template.
    """
    found = find_template(viewer, template)
    return fairness_of(found, checked(found, without=asked_blind(viewer)))


def fairness_of(template: Template, known: Mapping[str, Checked]) -> list[FairRow]:
    """The same from what is known already."""
    pairs = [
        (at, pair)
        for at, one in enumerate(known.values())
        if one.basis == AUDITS
        for pair in one.pairs()
        if pair.key in one.chance
    ]
    groups = _groups(template) if pairs else {}
    pairs = [(at, pair) for at, pair in pairs if pair.key in groups]
    if not pairs:
        return []
    names = [sorted({groups[pair.key][at] for _, pair in pairs} - {""}, key=_order) for at in range(len(KINDS))]
    rows = compared(_arrays(pairs, groups, names))
    return [_row(one, names[KINDS.index(one.kind)][one.group]) for one in rows]


def _arrays(pairs: Sequence[tuple[int, Pair]], groups: Groups, names: Sequence[Sequence[str]]) -> Compared:
    agents = {name: at for at, name in enumerate(dict.fromkeys(pair.group for _, pair in pairs))}
    places = [{name: at for at, name in enumerate(those)} for those in names]
    return Compared(
        said=np.array([CODES[pair.said] for _, pair in pairs], np.int64),
        true=np.array([CODES[pair.true] for _, pair in pairs], np.int64),
        agent=np.array([agents[pair.group] for _, pair in pairs], np.int64),
        behaviour=np.array([at for at, _ in pairs], np.int64),
        chance=np.array([pair.chance for _, pair in pairs], float),
        groups={
            kind: np.array([places[at].get(groups[pair.key][at], UNKNOWN) for _, pair in pairs], np.int64)
            for at, kind in enumerate(KINDS)
        },
    )


def _groups(template: Template) -> Groups:
    """Of audited conversations that are somebody's."""
    audited = Conversation.objects.filter(
        reviews__kind=ReviewKind.AUDIT, reviews__behaviour__template=template, agent__isnull=False
    )
    rows = audited.distinct().values_list("key", "language", "team__site__name", "agent__joined_on", "day")
    return {
        key: (language.strip().lower(), site or "", tenure(joined, day)) for key, language, site, joined, day in rows
    }


def tenure(joined_on: date | None, day: date | None) -> str:
    """How long somebody had been here on a day; empty where either is not known."""
    if joined_on is None or day is None:
        return ""
    here = day - joined_on
    return TENURES[0] if here < NEW else TENURES[1] if here < YOUNG else TENURES[2]


def _order(name: str) -> tuple[int, str]:
    return (TENURES.index(name) if name in TENURES else 0, name)


def _row(one: Compare, group: str) -> FairRow:
    given = one._asdict() | {"group": group}
    figures: dict[str, Any] = {name: number(one) if isinstance(one, float) else one for name, one in given.items()}
    return FairRow(**figures)


def as_json(row: FairRow) -> dict[str, object]:
    """With the keys of `insight fairness --json`, figures to four places."""
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(row).items()}
