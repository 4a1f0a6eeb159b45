"""From which calls an audit is drawn, how many it takes, and whether a draw was what it says."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from numpy.typing import NDArray

from coachloop.app.errors import RefusedError, UnknownNameError
from coachloop.app.models import AgentDay, Assignment, AuditDraw, Behaviour, Conversation
from coachloop.app.queries.audits import audits, machine_and_people
from coachloop.app.queries.templates import Published, published_as
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.correction import MET, NOT_MET
from coachloop.core.stats.sampling import Drawn, draw, needed, permanent_numbers, smallest

CORE, LEAST = 0.25, 1
"""Share drawn with equal chance from each agent's calls, and the fewest calls of each agent."""

RIGHT, OF = 9.0, 10.0
"""As long as few audits say otherwise, the machine is taken to be right in nine of ten, where it gives no probability."""


@dataclass(frozen=True)
class Frame:
    """Calls that can be drawn, in the order of their keys: `predicted` is P(met), NaN where the machine says nothing."""

    keys: Sequence[str]
    predicted: NDArray[np.float64]
    agents: Sequence[str]

    @cached_property
    def document(self) -> bytes:
        """What is kept: `[[key, predicted, agent], …]` as JSON, null for NaN."""
        chances = [None if np.isnan(one) else one for one in self.predicted.tolist()]
        rows = list(zip(self.keys, chances, self.agents, strict=True))
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def packed(self) -> bytes:
        """The same, small."""
        return gzip.compress(self.document, mtime=0)

    @property
    def sha256(self) -> str:
        """Of the document."""
        return hashlib.sha256(self.document).hexdigest()

    def needed(self, within: float) -> int:
        """Calls to audit so that the rate is known within so much, and every agent has their share."""
        return smallest(self.agents, wanted=needed(self.predicted, within=within), core=CORE, least=LEAST)

    def draw(self, *, size: int, seed: str, core: float = CORE, least: int = LEAST) -> Drawn:
        """Which are audited, and with what chance."""
        return draw(self.keys, self.predicted, self.agents, size=size, seed=seed, core=core, least=least)


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a draw can be repeated: the calls that the seed draws from the kept frame, against those that were given out.

    `answered_before` were drawn, and had been audited after an earlier draw: one answer serves both. `gone` were deleted since.
    """

    id: int
    frame: int
    frame_unchanged: bool
    chosen: int
    answered_before: int
    gone: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    wrong_chance: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return self.frame_unchanged and not (self.missing or self.extra or self.wrong_chance)


def frame_of(published: Published, behaviour: Behaviour, *, first: date, last: date) -> Frame:
    """Every call of these days that the template is about and that somebody can be asked about.

    That is: of an agent, with words. Calls of another tool's scores have none; they are heard where the site keeps its recordings.
    """
    calls = _calls(published, first=first, last=last).order_by("key")
    rows = list(calls.values_list("id", "key", "agent__key"))
    said = _predicted(behaviour, calls, published.core.key)
    order = sorted(rows, key=lambda row: row[1])
    return Frame(
        [key for _, key, _ in order],
        np.array([said.get(pk, np.nan) for pk, _, _ in order], float),
        [agent for _, _, agent in order],
    )


def read(draw: AuditDraw) -> Frame:
    """The frame that was kept with a draw."""
    rows = json.loads(gzip.decompress(bytes(draw.frame)))
    chances = np.array([np.nan if one is None else one for _, one, _ in rows], float)
    return Frame([key for key, _, _ in rows], chances, [agent for _, _, agent in rows])


def of_draw(viewer: Viewer, draw_id: int) -> Frame:
    """The frame of a draw.

    Raises:
        ObjectDoesNotExist: no such draw.
    """
    return read(within(viewer, AuditDraw.objects.all(), "template__programme").get(pk=draw_id))


def drawn_again(draw: AuditDraw, frame: Frame | None = None) -> dict[str, float]:
    """Every call of a draw's frame with the chance that it had."""
    frame = frame or read(draw)
    found = frame.draw(size=draw.size, seed=draw.seed, core=draw.core, least=draw.least)
    return dict(zip(frame.keys, found.probability.tolist(), strict=True))


def answered_twice(keys: Sequence[str], *, seed: str, share: float) -> frozenset[str]:
    """Which of the drawn calls two people answer: chosen by chance as well."""
    numbers = permanent_numbers(keys, f"{seed}:twice")
    many = round(share * len(keys))
    return frozenset(keys[place] for place in np.argsort(numbers, kind="stable")[:many])


def combined(template_id: int, drawn: Mapping[str, float], *, first: date, last: date) -> dict[str, float]:
    """The chance that a call is drawn by this draw or by any before it whose frame it was in; draws know nothing of each other."""
    chances = dict(drawn)
    for earlier in overlapping(template_id, first=first, last=last):
        before = drawn_again(earlier)
        chances = {key: 1 - (1 - chance) * (1 - before.get(key, 0.0)) for key, chance in chances.items()}
    return chances


def overlapping(template_id: int, *, first: date, last: date) -> QuerySet[AuditDraw]:
    """Draws of the template over some of these days."""
    return AuditDraw.objects.filter(template=template_id, first_day__lte=last, last_day__gte=first)


def verify(viewer: Viewer, draw_id: int) -> Verified:
    """Draw again from the kept frame with the kept seed, and compare with what was given out.

    Raises:
        ObjectDoesNotExist: no such draw.
    """
    row = within(viewer, AuditDraw.objects.all(), "template__programme").get(pk=draw_id)
    frame = read(row)
    found = frame.draw(size=row.size, seed=row.seed, core=row.core, least=row.least)
    chosen = {key: chance for key, chance, yes in zip(frame.keys, found.probability, found.chosen, strict=True) if yes}
    given = _given(Q(draw=row))
    elsewhere = _given(Q(draw__template=row.template_id) & ~Q(draw=row), among=chosen.keys() - given.keys())
    left = chosen.keys() - given.keys() - elsewhere.keys()
    there = set(Conversation.objects.filter(key__in=left).values_list("key", flat=True))
    return Verified(
        id=row.pk,
        frame=len(frame.keys),
        frame_unchanged=frame.sha256 == row.sha256,
        chosen=len(chosen),
        answered_before=len(elsewhere),
        gone=len(left - there),
        missing=tuple(sorted(there)),
        extra=tuple(sorted(given.keys() - chosen.keys())),
        wrong_chance=tuple(sorted(key for key in given.keys() & chosen.keys() if given[key] < chosen[key] - 1e-9)),
    )


def behaviour_to_draw_by(template: Published, key: str = "") -> Behaviour:
    """The behaviour whose verdicts say where to look: the one named, else of those that are scored the one with the fewest audits.

    Raises:
        UnknownNameError: the template has no such behaviour, or none at all.
    """
    rows = Behaviour.objects.filter(template=template.template_id, retired=False)
    if key:
        found = rows.filter(key=key).first()
    else:
        asked = Count("reviews", filter=Q(reviews__kind=ReviewKind.AUDIT))
        counted = AgentDay.objects.filter(Q(met__gt=0) | Q(not_met__gt=0), behaviour=OuterRef("pk"))
        found = (
            rows.annotate(audited=asked, scored=Exists(counted))
            .order_by("-scored", "audited", "position", "id")
            .first()
        )
    if found is None:
        known = ", ".join(rows.order_by("position").values_list("key", flat=True)) or "none"
        raise UnknownNameError(f"template {template.core.key!r} has no behaviour {key!r}; it has: {known}")
    return found


def days_of(first: date, last: date) -> None:
    """Refuse days that are none.

    Raises:
        RefusedError: the last one comes first.
    """
    if last < first:
        raise RefusedError(f"the days must end after they begin, got {first} to {last}")


def published_for_audit(viewer: Viewer, key: str) -> Published:
    """The template as it stands, if it is about calls.

    Raises:
        UnknownNameError: no such template, or it is not published.
        RefusedError: it is about coaching conversations.
    """
    found = published_as(viewer, key)
    if found.core.applies_to.get("channel") == (COACHING,):
        raise RefusedError(
            f"{key!r} is about coaching conversations, which are never audited: leaders share their own to be answered blind"
        )
    return found


def _calls(published: Published, *, first: date, last: date) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(published.fitting(), day__range=(first, last), agent__isnull=False)
    if published.reads_transcripts:
        return rows.filter(turn_count__gt=0)
    return rows.filter(evaluations__template=published.template_id)


def _predicted(behaviour: Behaviour, calls: QuerySet[Conversation], template: str) -> dict[int, float]:
    """P(met) by conversation id, as the machine says it; where it says a verdict alone, how often it is right with it."""
    verdicts = current_verdicts().filter(behaviour=behaviour)
    met, not_met = _right(behaviour, template)
    alone = {Outcome.MET: met, Outcome.NOT_MET: 1 - not_met}
    rows = verdicts.filter(**{f"{CONVERSATION}__in": calls.order_by().values("id")})
    found: dict[int, float] = {}
    for pk, outcome, probability in rows.values_list(CONVERSATION, "outcome", "probability"):
        chance = alone.get(outcome, np.nan) if probability is None else probability
        found[pk] = round(float(chance), 4)
    return found


def _right(behaviour: Behaviour, template: str) -> tuple[float, float]:
    """How often the machine is right where it says met, and where it says not met, as far as audits have shown."""
    audited = audits().filter(behaviour=behaviour).values("conversation")
    verdicts = current_verdicts().filter(**{"behaviour": behaviour, f"{CONVERSATION}__in": audited})
    pairs = machine_and_people(verdicts, template, [behaviour.key])
    met, not_met = (
        (RIGHT + _alike(pairs.truth[pairs.said == code], code)) / (OF + (pairs.said == code).sum())
        for code in (MET, NOT_MET)
    )
    return float(met), float(not_met)


def _alike(truth: NDArray[np.int64], code: int) -> int:
    return int((truth == code).sum())


def _given(where: Q, among: Iterable[str] | None = None) -> dict[str, float]:
    rows = Assignment.objects.filter(where, kind=ReviewKind.AUDIT)
    if among is not None:
        rows = rows.filter(conversation__key__in=list(among))
    return dict(rows.values_list(F("conversation__key"), F("sampling_probability")))
