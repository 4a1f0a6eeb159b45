"""Trust as pages show it: figures that are kept until something they hang on changes, and the calls behind them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q

from coachloop.app.models import Behaviour, Conversation, Dispute, Evaluation, Figures, Review, Template
from coachloop.app.queries import viewing
from coachloop.app.queries.audits import Correction
from coachloop.app.queries.checked import Checked, asked_blind, checked
from coachloop.app.queries.disputes import Overturned, overturned
from coachloop.app.queries.fairness import FairRow, fairness_of
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.rates import RateRow
from coachloop.app.queries.trust import Figure, TrustRow, VersionRow, trust_of
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.insight.trust import GOOD
from coachloop.core.model.verdict import Outcome

FIGURES = ("kappa", "alpha", "people_alpha", "sensitivity", "specificity")


OWN = "own:"
"""Figures of one person, who has calls to answer blind that others have answered already."""


def kind_of(template: Template, viewer: Viewer | None = None) -> str:
    """Under which name a template's figures are kept: everybody's, or one person's own."""
    return f"{OWN}{template.pk}:{viewer.user.pk}" if viewer and viewer.user else f"trust:{template.pk}"


def kept_from(viewer: Viewer, template: Template) -> frozenset[int]:
    """Conversations that others have answered and the viewer still has to: figures with them would tell what these say."""
    waiting = asked_blind(viewer)
    if not waiting:
        return waiting
    answered = Review.objects.filter(behaviour__template=template, conversation_id__in=waiting)
    return frozenset(answered.values_list("conversation_id", flat=True))


def print_of(template: Template, *, today: date) -> list[Any]:
    """What the figures hang on, in a few quick counts: another one, and they are worked out anew.

    People's answers, the machine's verdicts about the same calls, and the wording. New calls alone change little: they count from the
    next day on.
    """
    answers = Review.objects.filter(behaviour__template=template)
    checked_calls = Evaluation.objects.filter(template=template, conversation__in=answers.values("conversation"))
    stands = checked_calls.aggregate(attempt=Max("attempt_id"), many=Count("id"))
    said = answers.aggregate(newest=Max("id"), many=Count("id"))
    return [today.isoformat(), said["newest"], said["many"], stands["attempt"], stands["many"], template.current_id]


@dataclass(frozen=True, slots=True)
class Trusted:
    """What is known of a template's scores; `worked_out_at` is when. `hidden` says that something is left out for this viewer."""

    key: str
    title: str
    rows: tuple[TrustRow, ...]
    fairness: tuple[FairRow, ...]
    worked_out_at: datetime
    hidden: bool = False

    @property
    def checked(self) -> int:
        """The most calls that anything was checked in."""
        return max((row.n for row in self.rows), default=0)

    @property
    def good(self) -> int:
        """Behaviours whose agreement is good for sure."""
        return sum(row.kappa.low is not None and row.kappa.low >= GOOD for row in self.rows)

    @property
    def differences(self) -> tuple[FairRow, ...]:
        """Where the machine is better or worse for a group, beyond chance."""
        return tuple(row for row in self.fairness if row.said)


def worked_out(template: Template, *, without: Collection[int] = ()) -> dict[str, Any]:
    """The figures for keeping, as those may see them who have none of `without` to answer blind."""
    known = checked(template, without=without)
    return {
        "rows": [asdict(row) for row in trust_of(template, known)],
        "fairness": [asdict(row) for row in fairness_of(template, known)],
        "without": sorted(without),
    }


def trusted(viewer: Viewer, key: str) -> Trusted | None:
    """The figures of a template as they were worked out last, for everybody or for this viewer; None before, or without it."""
    template = within(viewer, Template.objects.filter(key=key)).first()
    if template is None:
        return None
    hidden = kept_from(viewer, template)
    row = Figures.objects.filter(kind=kind_of(template, viewer if hidden else None)).first()
    return _read(template, row) if row and hidden <= set(row.data["without"]) else None


def templates(viewer: Viewer) -> list[tuple[str, str, Trusted | None]]:
    """Key and title of every template that scores, with its figures where they are worked out; by title.

    No figure of this list is of few enough calls to tell what somebody else said of one.
    """
    templates = within(viewer, Template.objects.all())
    rows = templates.filter(Q(current__isnull=False) | Q(behaviours__retired=False)).distinct().order_by("title")
    kept = {row.kind: row for row in Figures.objects.filter(kind__startswith="trust:")}
    found = [(one, kept.get(kind_of(one))) for one in rows]
    return [(one.key, one.title, _read(one, row) if row else None) for one, row in found]


def challenges(viewer: Viewer, key: str) -> dict[str, Overturned]:
    """By behaviour, what became of what agents challenged."""
    if not within(viewer, Dispute.objects.filter(behaviour__template__key=key), "agent__programme").exists():
        return {}
    return {one.behaviour: one for one in overturned(viewer, key)}


def _read(template: Template, row: Figures) -> Trusted:
    rows = tuple(_row(one) for one in row.data["rows"])
    fair = tuple(FairRow(**one) for one in row.data["fairness"])
    return Trusted(template.key, template.title, rows, fair, row.worked_out_at, hidden=bool(row.data["without"]))


def _row(data: dict[str, Any]) -> TrustRow:
    """From JSON."""
    return TrustRow(
        **data
        | {name: Figure(**data[name]) for name in FIGURES}
        | {
            "rate": RateRow(**data["rate"]) if data["rate"] else None,
            "corrected": Correction(**data["corrected"]),
            "reasons": [tuple(one) for one in data["reasons"]],
            "deciders": [tuple(one) for one in data["deciders"]],
            "versions": [VersionRow(**one | {"kappa": Figure(**one["kappa"])}) for one in data["versions"]],
        }
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """Calls in which the machine says one thing and people another, or the same. `behaviour` is its key."""

    behaviour: str
    title: str
    said: Outcome
    true: Outcome


@dataclass(frozen=True, slots=True)
class CellCall:
    """One of them."""

    key: str
    agent_name: str
    started_at: datetime | None


def cell(viewer: Viewer, template: str, behaviour: str, *, said: str, true: str) -> Cell | None:
    """A cell of the confusion table; None where there is none such."""
    ours = within(viewer, Behaviour.objects.all(), "template__programme")
    row = ours.filter(template__key=template, key=behaviour, retired=False).first()
    if row is None or said not in set(Outcome) or true not in set(Outcome) - {Outcome.UNSCORED}:
        return None
    return Cell(row.key, row.title, Outcome(said), Outcome(true))


def calls_behind(viewer: Viewer, template: str, which: Cell, *, page: int = 1) -> Slice[CellCall]:
    """The calls of a cell that the viewer may see, the newest first; never one that they are asked to answer blind."""
    ours = within(viewer, Behaviour.objects.all(), "template__programme")
    behaviour = ours.select_related("template").get(template__key=template, key=which.behaviour)
    known = checked(behaviour.template, without=asked_blind(viewer), only=behaviour).get(behaviour.key, Checked())
    keys = [pair.key for pair in known.pairs() if (pair.said, pair.true) == (which.said, which.true)]
    rows = viewing.conversations(viewer).filter(key__in=keys).select_related("agent").order_by("-started_at", "-id")
    return cut(rows, page, _calls)


def _calls(rows: Sequence[Conversation]) -> list[CellCall]:
    return [CellCall(row.key, row.agent.name if row.agent else "", row.started_at) for row in rows]
