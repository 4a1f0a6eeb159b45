"""Which calls a calibration room takes, and who may be asked about them."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import batched

import numpy as np
from django.db.models import Count, Exists, Max, OuterRef, Prefetch

from coachloop.app.models import Dispute, Evaluation, Grant, Review, Template, User
from coachloop.app.queries import viewing
from coachloop.app.queries.assignments import unbiased
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

DAYS = 56
"""Calls of so many days before the newest one are chosen from."""

UNSURE = (0.35, 0.65)
"""Between these the machine's probability decides little."""

AT_ONCE = 300
TAKES_PART = (Role.EVALUATOR, Role.QA_LEAD, Role.TEAM_LEADER)


def people(viewer: Viewer) -> list[tuple[User, tuple[Role, ...]]]:
    """Who can be asked into a room, by name, with the roles for which they can."""
    ours = Prefetch("grants", viewing.within_or_everywhere(viewer, Grant.objects.all()))
    rows = viewing.people(viewer, *TAKES_PART).prefetch_related(ours)
    held = {row: {grant.role for grant in row.grants.all()} for row in rows.order_by("name", "id")}
    return [(row, tuple(role for role in TAKES_PART if role in roles)) for row, roles in held.items()]


def templates(viewer: Viewer) -> list[Template]:
    """Published ones whose calls are transcribed, by title."""
    scored = Evaluation.objects.filter(template=OuterRef("pk"), attempt__isnull=False, conversation__turn_count__gt=0)
    calls = scored.exclude(conversation__channel=COACHING)
    ours = viewing.within(viewer, Template.objects.all())
    return list(ours.filter(Exists(calls), current__isnull=False).order_by("title", "key"))


def choose(template: Template, *, users: Sequence[User], contested: bool, size: int, seed: str) -> list[int]:
    """So many calls that everybody can still answer blind, or fewer where there are not as many.

    Without `contested` by chance: every call that all of them can answer is as likely as any other, and the same seed over the same
    calls gives the same ones.
    """
    order = _shuffled(_candidates(template), seed)
    if contested:
        order = _most_contested(template, order)
    chosen: list[int] = []
    for some in batched(order, AT_ONCE):
        free = unbiased(users, some)
        chosen += [pk for pk in some if all(pk in free[user.pk] for user in users)]
        if len(chosen) >= size:
            break
    return chosen[:size]


def _candidates(template: Template) -> list[tuple[int, str]]:
    """Scored calls of the last weeks with words, except those about which a dispute waits: ids with keys, by key."""
    waits = Dispute.objects.filter(
        conversation=OuterRef("conversation"), decided_at__isnull=True, withdrawn_at__isnull=True
    )
    calls = Evaluation.objects.filter(template=template, attempt__isnull=False, conversation__turn_count__gt=0)
    calls = calls.exclude(conversation__channel=COACHING).exclude(Exists(waits))
    newest = calls.aggregate(day=Max("conversation__day"))["day"]
    if newest is not None:
        calls = calls.filter(conversation__day__gt=newest - timedelta(days=DAYS))
    return list(calls.order_by("conversation__key").values_list("conversation_id", "conversation__key"))


def _shuffled(calls: Sequence[tuple[int, str]], seed: str) -> list[int]:
    """In an order by chance that anybody who knows the seed can make again from the keys."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()))
    return [calls[at][0] for at in rng.permutation(len(calls))]


def _most_contested(template: Template, order: Sequence[int]) -> list[int]:
    """Those that agents disputed, or that people or the machine see differently; then those where the machine is unsure of most."""
    known, unsure = Counter(_known(template)), _unsure(template)
    return sorted((pk for pk in order if known[pk] or unsure.get(pk)), key=lambda pk: (-known[pk], -unsure.get(pk, 0)))


def _known(template: Template) -> Iterator[int]:
    """Conversations: once for a dispute that was decided, once for each behaviour about which not all say the same."""
    disputes = Dispute.objects.filter(behaviour__template=template, decided_at__isnull=False)
    yield from disputes.values_list("conversation_id", flat=True)
    reviews = Review.objects.filter(behaviour__template=template)
    decided = current_verdicts().filter(behaviour__template=template).exclude(outcome=Outcome.UNSCORED)
    said: dict[tuple[int, int], set[str]] = defaultdict(set)
    for rows, call in (
        (reviews, "conversation"),
        (decided.filter(**{f"{CONVERSATION}__in": reviews.values("conversation")}), CONVERSATION),
    ):
        for conversation, behaviour, outcome in rows.values_list(call, "behaviour", "outcome"):
            said[conversation, behaviour].add(outcome)
    yield from (conversation for (conversation, _), outcomes in said.items() if len(outcomes) > 1)


def _unsure(template: Template) -> dict[int, int]:
    rows = current_verdicts().filter(behaviour__template=template, probability__range=UNSURE)
    return dict(rows.values_list(CONVERSATION).annotate(many=Count("id")).order_by())
