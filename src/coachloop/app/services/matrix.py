"""The compact matrix that impact is computed from: a day is packed when it is missed, and thrown away when its facts change."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import batched
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Min, OuterRef, Subquery
from numpy.typing import NDArray

from coachloop.app.models import AgentDay, Conversation, MatrixDay, Review, Template
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.core.insight.matrix import Matrix, packed
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats import calls as core

CODES = {
    Outcome.NOT_MET: core.NOT_MET,
    Outcome.MET: core.MET,
    Outcome.NOT_APPLICABLE: core.NOT_APPLICABLE,
    Outcome.UNSCORED: core.UNSCORED,
}
AT_ONCE = 500
YES, NO = frozenset({"true", "yes"}), frozenset({"false", "no"})


def refresh_matrix(progress: Callable[[int], None] = lambda _: None) -> int:
    """Pack every day that has counts and is not packed; returns how many there were. Safe to break off."""
    done = 0
    for template in Template.objects.order_by("key"):
        there = set(MatrixDay.objects.filter(template=template).values_list("day", flat=True))
        for day in _counted(template):
            if day not in there:
                _pack(template, day)
                done += 1
                progress(done)
    return done


def _counted(template: Template) -> Iterator[date]:
    """Days with counts, each looked up from the one before: an index is stepped through, and millions of counts are not."""
    counts = AgentDay.objects.filter(behaviour=OuterRef("pk")).order_by("day").values("day")
    day: date | None = date.min
    while day:
        following = template.behaviours.annotate(following=Subquery(counts.filter(day__gt=day)[:1]))
        day = following.aggregate(day=Min("following"))["day"]
        if day:
            yield day


def _pack(template: Template, day: date) -> None:
    with transaction.atomic():
        matrix = _read(template, day)
        MatrixDay.objects.update_or_create(template=template, day=day, defaults={"packed": packed(matrix)})


def _read(template: Template, day: date) -> Matrix:
    behaviours = np.array(sorted(template.behaviours.values_list("id", flat=True)), np.int64)
    found = _calls(template, day)
    ids = np.array([row[0] for row in found], np.int64)
    codes = np.full((len(ids), len(behaviours)), core.NOT_APPLICABLE, np.int8)
    known = _verdicts([row[1] for row in found if row[1]], place=Place(ids, behaviours), codes=codes)
    _answers(template, day, place=Place(ids, behaviours), codes=codes, known=known)
    known = known.any(axis=1)
    kept = [row for row, scored in zip(found, known, strict=True) if scored]
    mixes = {row[4:]: None for row in kept}
    place = {mix: i for i, mix in enumerate(mixes)}
    names, outcomes = _outcomes([row[3] for row in kept])
    return Matrix(
        agent=np.array([row[2] for row in kept], np.int64),
        mix=np.array([place[row[4:]] for row in kept], np.int64),
        day=np.full(len(kept), day, "datetime64[D]"),
        codes=codes[known],
        outcomes=outcomes,
        behaviours=behaviours,
        mixes=tuple(mixes),
        names=names,
    )


class Place:
    """Where a conversation and a behaviour stand among sorted ids."""

    def __init__(self, conversations: NDArray[np.int64], behaviours: NDArray[np.int64]) -> None:
        self._axes = (conversations, behaviours)

    def of(self, *ids: tuple[int, ...]) -> tuple[NDArray[np.intp], ...]:
        """Row and column of each pair."""
        return tuple(
            np.searchsorted(axis, np.array(some, np.int64)) for axis, some in zip(self._axes, ids, strict=True)
        )


def _calls(template: Template, day: date) -> list[tuple[Any, ...]]:
    """What is asked of each call of the day, by the agents who have counts: a list, so that no planner goes through all days."""
    counts = AgentDay.objects.filter(behaviour__template=template, day=day)
    agents = list(counts.values_list("agent_id", flat=True).distinct())
    about = ("id", "evaluations__attempt_id", "agent_id", "outcome")
    mix = ("queue", "direction", "channel", "language", "call_type")
    calls = (
        Conversation.objects.filter(day=day, evaluations__template=template).order_by("id").values_list(*about, *mix)
    )
    found = [row for some in batched(agents, AT_ONCE) for row in calls.filter(agent__in=some)]
    return sorted(found, key=itemgetter(0))


def _verdicts(attempts: list[int], *, place: Place, codes: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Fill in the machine's verdicts; says which cells have any."""
    known = np.zeros(codes.shape, bool)
    for some in batched(attempts, AT_ONCE):
        cells = current_verdicts().filter(attempt__in=some).values_list(CONVERSATION, "behaviour_id", "outcome")
        conversations, behaviours, outcomes = zip(*cells, strict=True) if cells else ((), (), ())
        at = place.of(conversations, behaviours)
        codes[at], known[at] = [CODES[Outcome(one)] for one in outcomes], True
    return known


def _answers(template: Template, day: date, *, place: Place, codes: NDArray[np.int8], known: NDArray[np.bool_]) -> None:
    """Over the machine's verdicts, the most considered answers of people."""
    people = Review.objects.filter(
        conversation__day=day, conversation__agent__isnull=False, behaviour__template=template
    ).order_by("-rank", "reviewed_at", "id")
    for conversation, behaviour, outcome in people.values_list("conversation_id", "behaviour_id", "outcome"):
        row, column = place.of((conversation,), (behaviour,))
        if row[0] < len(codes) and known[row[0], column[0]]:
            codes[row[0], column[0]] = CODES[Outcome(outcome)]


def _outcomes(given: list[Any]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """The names, and what is known by them as numbers: NaN where nothing is, or nothing that is a number or a yes or no."""
    rows = [one if isinstance(one, dict) else {} for one in given]
    names = tuple(sorted({name for row in rows for name in row}))
    table = [[_number(row.get(name)) for name in names] for row in rows]
    return names, np.array(table, np.float32).reshape(len(rows), len(names))


def _number(value: object) -> float:
    if isinstance(value, bool | int | float):
        return float(value)
    word = value.strip().casefold() if isinstance(value, str) else ""
    return 1.0 if word in YES else 0.0 if word in NO else float("nan")
