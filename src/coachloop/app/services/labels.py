"""Human answers in: labels and audits from a file, and one by one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import batched
from zoneinfo import ZoneInfo

from django.db import transaction

from coachloop.app.errors import NotYoursError, UnknownNameError
from coachloop.app.models import Behaviour, Conversation, Review
from coachloop.app.queries import programmes, viewing
from coachloop.app.queries.sites import zone
from coachloop.app.queries.templates import BehaviourFinder, find_template
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, reviews
from coachloop.core.model import template as template_core
from coachloop.core.model.conversation import moment
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line, Receipt, Record, Refusal
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import BadLineError, LabelLine, row, taken

BATCH = 500


def add_labels(lines: Iterable[Line | Record | Refusal], *, viewer: Viewer, now: datetime) -> Receipt:
    """Store human answers; the same answer again is a duplicate. One with `sampling_probability` is an audit.

    Returns:
        The receipt; an answer about an unknown conversation or behaviour, or a turn that is not there, is refused.
    """
    programmes.of(viewer)
    receipt, finder, site_zone = Receipt(), BehaviourFinder(viewer), zone()
    for batch in batched(taken(lines, receipt, row(LabelLine)), BATCH):
        with transaction.atomic():
            _store(batch, receipt, finder=finder, viewer=viewer, zone=site_zone, now=now)
    audit.record(viewer, "labels.add", "labels", now=now, detail={"accepted": receipt.accepted})
    return receipt


@transaction.atomic
def answer(
    *,
    viewer: Viewer,
    template: str,
    behaviour: template_core.Behaviour,
    conversation: int,
    outcome: Outcome,
    now: datetime,
) -> Review:
    """Store the viewer's own answer about one behaviour of one conversation; the latest counts, the same again changes nothing.

    Whoever answers has seen what the machine says, so it is a label and never an audit. A behaviour that is still a draft gets its
    identity here, and is not scored before it is published.

    Args:
        viewer: who answers.
        template: key of a stored template.
        behaviour: as the text that is worked on defines it.
        conversation: id of a conversation they may see.
        outcome: met, not met or not applicable.
        now: when.

    Raises:
        NotYoursError: only a QA lead answers here.
        ObjectDoesNotExist: they may see no such conversation.
        UnknownNameError: no such template.
    """
    if not viewer.has(Role.QA_LEAD):
        raise NotYoursError("only a QA lead labels in the studio")
    about = viewing.conversations(viewer).get(pk=conversation)
    row, _ = Behaviour.objects.get_or_create(
        template=find_template(viewer, template),
        key=behaviour.key,
        defaults={"title": behaviour.title, "position": 0, "retired": True},
    )
    newest = Review.objects.filter(conversation=about, behaviour=row).order_by("-reviewed_at", "-id").first()
    if newest is not None and (newest.reviewer, newest.outcome) == (viewer.user, outcome):
        return newest
    review = _own(about, row, outcome, viewer=viewer, now=now)
    detail = {"template": template, "behaviour": behaviour.key, "outcome": outcome.value}
    audit.record(viewer, "label.answer", f"conversation:{about.key}", now=now, detail=detail)
    return review


def _own(about: Conversation, behaviour: Behaviour, outcome: Outcome, *, viewer: Viewer, now: datetime) -> Review:
    said = {"by": viewer.name, "of": about.key, "behaviour": behaviour.pk, "at": now.isoformat(), "outcome": outcome}
    given = Review(
        conversation=about,
        behaviour=behaviour,
        kind=ReviewKind.LABEL,
        outcome=outcome,
        reviewer=viewer.user,
        reviewer_name=viewer.name,
        reviewed_at=now,
        fingerprint=reviews.fingerprint(said),
    )
    return reviews.store([given])[0]


def _store(
    read: tuple[tuple[Line | Record, LabelLine], ...],
    receipt: Receipt,
    *,
    finder: BehaviourFinder,
    viewer: Viewer,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    keys = {label.conversation_id for _, label in read}
    known = {row.key: row for row in viewing.within(viewer, Conversation.objects.filter(key__in=keys))}
    rows: dict[str, Review] = {}
    for item, label in read:
        try:
            review = _review(label, known, finder=finder, zone=zone, now=now)
        except (UnknownNameError, BadLineError) as error:
            receipt.refuse(item.file, item.number, str(error))
            continue
        receipt.duplicates += review.fingerprint in rows
        rows[review.fingerprint] = review
    there = set(Review.objects.filter(fingerprint__in=rows).values_list("fingerprint", flat=True))
    fresh = [row for fingerprint, row in rows.items() if fingerprint not in there]
    reviews.store(fresh)
    receipt.accepted += len(fresh)
    receipt.duplicates += len(there)


def _review(
    label: LabelLine, known: dict[str, Conversation], *, finder: BehaviourFinder, zone: ZoneInfo, now: datetime
) -> Review:
    conversation = known.get(label.conversation_id)
    if conversation is None:
        raise UnknownNameError(f"no conversation {label.conversation_id!r}; ingest it first")
    if conversation.revision and label.turns and max(label.turns) >= conversation.turn_count:
        raise BadLineError(f"turns: {max(label.turns)} is beyond the last turn, {conversation.turn_count - 1}")
    behaviour = finder.find(label.behaviour, label.template)
    kind = ReviewKind.LABEL if label.sampling_probability is None else ReviewKind.AUDIT
    return Review(
        conversation=conversation,
        behaviour=behaviour,
        kind=kind,
        outcome=label.verdict,
        reviewer_name=label.reviewer or "",
        reviewed_at=_reviewed_at(label, zone) or now,
        turns=label.turns,
        sampling_probability=label.sampling_probability,
        fingerprint=_fingerprint(label, behaviour),
    )


def _reviewed_at(label: LabelLine, zone: ZoneInfo) -> datetime | None:
    if label.reviewed_at is None:
        return None
    try:
        return moment(label.reviewed_at, zone).astimezone(UTC)
    except ValueError as error:
        raise BadLineError(f"reviewed_at: {error}") from error


def _fingerprint(label: LabelLine, behaviour: Behaviour) -> str:
    said = label.model_dump(mode="json") | {"behaviour": behaviour.pk, "template": None}
    return reviews.fingerprint(said)
