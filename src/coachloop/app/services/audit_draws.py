"""Audits: calls drawn by chance, given out to be answered blind."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.models import Assignment, AuditDraw, Conversation, Template, User
from coachloop.app.queries import assignments as blind
from coachloop.app.queries import audit_frames
from coachloop.app.queries.audit_frames import CORE, LEAST, Frame
from coachloop.app.queries.viewing import Viewer, all_of, people, within
from coachloop.app.services import assignments, audit
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind

WITHIN = 0.05
"""Half the interval that the size is computed for where nobody says otherwise: five points up and down."""

TWICE = 0.1
"""The share of calls that two people answer, so that it is known how far people agree."""

DUE_DAYS = 10
"""Working days in which an audit is answered, where no day is given."""

LONGEST_SEED = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an audit is to be. `size` 0: as many as `within` takes; `seed` empty: made here; `due_on` None: after DUE_DAYS.

    `also` are ids of QA leads who want to answer too; everybody with the role of evaluator is asked.
    """

    template: str
    first: date
    last: date
    behaviour: str = ""
    within: float = WITHIN
    size: int = 0
    seed: str = ""
    due_on: date | None = None
    twice: float = TWICE
    also: Sequence[int] = ()


@transaction.atomic
def draw_audit(*, viewer: Viewer, wanted: Wanted, now: datetime) -> AuditDraw:
    """Draw calls and give them out; frame, seed and every chance are kept.

    Args:
        viewer: a QA lead, or the operator.
        wanted: of what, how many, by when.
        now: when.

    Raises:
        NotYoursError: somebody else draws.
        RefusedError: there is nothing to draw, a number is out of its range, or the seed was used before.
        UnknownNameError: no such template or behaviour.
    """
    _may_draw(viewer)
    published = audit_frames.published_for_audit(viewer, wanted.template)
    # two draws at once would not know each other's chances
    Template.objects.select_for_update().get(pk=published.template_id)
    _must_be_possible(wanted, published.template_id)
    behaviour = audit_frames.behaviour_to_draw_by(published, wanted.behaviour)
    frame = audit_frames.frame_of(published, behaviour, first=wanted.first, last=wanted.last)
    seed = wanted.seed.strip() or secrets.token_hex(16)
    size = _size(frame, wanted)
    found = frame.draw(size=size, seed=seed)
    chosen = [key for key, yes in zip(frame.keys, found.chosen, strict=True) if yes]
    alone = dict(zip(frame.keys, found.probability.tolist(), strict=True))
    chances = audit_frames.combined(
        published.template_id, {key: alone[key] for key in chosen}, first=wanted.first, last=wanted.last
    )
    _raise_earlier(published.template_id, alone, wanted)
    row = AuditDraw.objects.create(
        template_id=published.template_id,
        behaviour=behaviour,
        first_day=wanted.first,
        last_day=wanted.last,
        size=size,
        core=CORE,
        least=LEAST,
        twice=wanted.twice,
        seed=seed,
        frame=frame.packed,
        sha256=frame.sha256,
        due_on=wanted.due_on or assignments.working_day(now, DUE_DAYS),
        drawn_at=now,
        drawn_by=viewer.user,
    )
    given = _give_out(row, chances, also=wanted.also, now=now)
    drawn = {"frame": len(frame.keys), "sha256": frame.sha256, "seed": seed, "given": given}
    audit.record(viewer, "audit.draw", f"audit:{row.pk}", now=now, detail={"template": wanted.template, **drawn})
    return row


@transaction.atomic
def give_out_again(*, viewer: Viewer, draw_id: int, now: datetime) -> int:
    """Ask somebody about what waits for somebody, because nobody could be asked before.

    Returns:
        How many were given out.

    Raises:
        NotYoursError: only a QA lead does.
    """
    _may_draw(viewer)
    draw = within(viewer, AuditDraw.objects.all(), "template__programme").get(pk=draw_id)
    rows = list(assignments.open_work().select_for_update().filter(draw=draw, reviewer__isnull=True).order_by("id"))
    people = list(assignments.reviewers(all_of(draw.template.programme_id), draw))
    free, loads = blind.unbiased(people, {row.conversation_id for row in rows}), assignments.waiting(people)
    given = 0
    for row in rows:
        may = [one for one in people if row.conversation_id in free[one.pk]]
        for one in assignments.least_loaded(may, loads)[:1]:
            row.reviewer, given = one, given + 1
            loads[one.pk] += 1
            free[one.pk].discard(row.conversation_id)
    Assignment.objects.bulk_update(rows, ["reviewer"], batch_size=500)
    audit.record(viewer, "audit.give_out", f"audit:{draw_id}", now=now, detail={"given": given})
    return given


def _may_draw(viewer: Viewer) -> None:
    if not viewer.has(Role.QA_LEAD):
        raise NotYoursError("only a QA lead draws audits")


def _must_be_possible(wanted: Wanted, template_id: int) -> None:
    audit_frames.days_of(wanted.first, wanted.last)
    if not 0 < wanted.within < 1:
        raise RefusedError(f"the interval must be between 0 and 100 points up and down, got {100 * wanted.within:g}")
    if not 0 <= wanted.twice <= 1:
        raise RefusedError(f"the share that two people answer must be from 0 to 1, got {wanted.twice}")
    if len(wanted.seed.strip()) > LONGEST_SEED:
        raise RefusedError(f"a seed has at most {LONGEST_SEED} characters, got {len(wanted.seed)}")
    if wanted.seed.strip() and AuditDraw.objects.filter(template=template_id, seed=wanted.seed.strip()).exists():
        raise RefusedError("this seed was used before: two draws with one seed would know of each other; say another")


def _size(frame: Frame, wanted: Wanted) -> int:
    if not frame.keys:
        raise RefusedError(f"there is no call to audit from {wanted.first} to {wanted.last}; choose other days")
    least = frame.needed(0.999)
    if wanted.size and not least <= wanted.size <= len(frame.keys):
        raise RefusedError(
            f"size must be from {least}, one call of every agent, to the {len(frame.keys)} calls there are, got {wanted.size}"
        )
    return wanted.size or frame.needed(wanted.within)


def _raise_earlier(template_id: int, alone: Mapping[str, float], wanted: Wanted) -> None:
    """What was drawn before could have been drawn again now: its chance is that of either."""
    earlier = audit_frames.overlapping(template_id, first=wanted.first, last=wanted.last)
    rows = list(Assignment.objects.filter(draw__in=earlier, kind=ReviewKind.AUDIT).select_related("conversation"))
    for row in rows:
        chance = row.sampling_probability or 0.0
        row.sampling_probability = 1 - (1 - chance) * (1 - alone.get(row.conversation.key, 0.0))
    Assignment.objects.bulk_update(rows, ["sampling_probability"], batch_size=500)


def _give_out(draw: AuditDraw, chances: Mapping[str, float], *, also: Sequence[int], now: datetime) -> int:
    """Ask the least loaded of those who may; what is asked or answered already is not asked again."""
    calls = dict(Conversation.objects.filter(key__in=chances).values_list("key", "id"))
    before = Assignment.objects.filter(
        draw__template=draw.template_id, kind=ReviewKind.AUDIT, conversation__in=calls.values()
    )
    known = set(before.filter(passed_on_at__isnull=True).values_list("conversation__key", flat=True))
    keys = [key for key in chances if key not in known]
    people = _people(all_of(draw.template.programme_id), also)
    free = blind.unbiased(people, [calls[key] for key in keys])
    twice = audit_frames.answered_twice(keys, seed=draw.seed, share=draw.twice)
    loads = assignments.waiting(people)
    pairs: list[tuple[int, int | None, float | None]] = []
    for key in keys:
        may = [one for one in people if calls[key] in free[one.pk]]
        chosen = [one.pk for one in assignments.least_loaded(may, loads)[: 1 + (key in twice)]]
        loads.update(chosen)
        pairs += [(calls[key], who, chances[key]) for who in chosen] or [(calls[key], None, chances[key])]
    asked = list(draw.template.behaviours.filter(retired=False).order_by("position").values_list("id", flat=True))
    kind = ReviewKind.AUDIT
    given = assignments.assign(
        template=draw.template, kind=kind, asked=asked, pairs=pairs, due_on=draw.due_on, draw=draw, now=now
    )
    return len(given)


def _people(viewer: Viewer, also: Sequence[int]) -> list[User]:
    leads = people(viewer, Role.QA_LEAD).filter(id__in=also)
    return sorted({*assignments.reviewers(viewer, None), *leads}, key=lambda one: (one.name, one.pk))
