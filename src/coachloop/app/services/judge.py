"""What a judge keeps in the database, the reviews it is shown, and what judging would cost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched, chain, zip_longest

from django.db import transaction
from django.db.models import Count, F, Sum

from coachloop.app import mapping
from coachloop.app.models import Conversation, Evaluation, JudgeReply, Review, Revision
from coachloop.app.queries import revisions
from coachloop.app.queries.sites import zone
from coachloop.app.services.scoring import BLOCK, Engine, engines, pending, put_down_outdated
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.template import Behaviour
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.judge.ports import ChatReply, Kept, Reviewed, Spent
from coachloop.core.scoring.port import Scorer

CONSIDERED = 500
"""The oldest answers about a behaviour, among which examples are chosen."""


class KeptReplies:
    """A `ReplyStore` in the table of replies; each is stored at once, outside of any other transaction."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def get(self, digest: str) -> ChatReply | None:
        """The reply to a request with this content."""
        row = JudgeReply.objects.filter(digest=digest).first()
        return ChatReply(row.body, row.tokens_in, row.tokens_out) if row else None

    def put(self, digest: str, kept: Kept) -> None:
        """Keep a reply; one that another process stored first stays."""
        conversation = Conversation.objects.filter(key=kept.conversation).values_list("id", flat=True).first()
        row = JudgeReply(
            digest=digest,
            conversation_id=conversation,
            model=kept.model,
            body=kept.reply.text,
            tokens_in=kept.reply.tokens_in,
            tokens_out=kept.reply.tokens_out,
            cost=kept.cost,
            asked_at=self._now(),
        )
        JudgeReply.objects.bulk_create([row], ignore_conflicts=True)

    def spent_today(self) -> Spent:
        """What was asked since midnight at the site, by every process."""
        midnight = self._now().astimezone(zone()).replace(hour=0, minute=0, second=0, microsecond=0)
        spent = JudgeReply.objects.filter(asked_at__gte=midnight).aggregate(requests=Count("id"), cost=Sum("cost"))
        return Spent(spent["requests"], spent["cost"] or 0.0)


class CentreReviews:
    """The centre's own answers as examples: never an audit, nor another answer about a conversation that was audited.

    Nor one about a coaching conversation: its words are for nobody but its leader. The oldest come first, met and not met in turn, so that new answers change the choice only as long as there are too few.
    """

    def of(self, behaviour: Behaviour, template: str, count: int) -> tuple[Reviewed, ...]:
        """At most so many; `met` only where a person named the turn."""
        about = Review.objects.filter(behaviour__key=behaviour.key, behaviour__template__key=template)
        about = about.exclude(conversation__channel=COACHING)
        audited = about.filter(kind=ReviewKind.AUDIT) | about.filter(sampling_probability__isnull=False)
        rows = about.exclude(conversation__in=audited.values("conversation")).order_by("id")[:CONSIDERED]
        best = list(_best(rows).values())
        met = [row for row in best if row.outcome == Outcome.MET and row.turns]
        not_met = [row for row in best if row.outcome == Outcome.NOT_MET]
        in_turn = [row for row in chain.from_iterable(zip_longest(met, not_met)) if row is not None]
        return tuple(_reviewed(in_turn[:count]))


def _best(rows: Iterable[Review]) -> Mapping[int, Review]:
    """The answer that counts of each conversation: the most considered, of these the latest; in the order of the first ones."""
    best: dict[int, Review] = {}
    for row in rows:
        before = best.get(row.conversation_id)
        if before is None or (row.rank, before.reviewed_at) <= (before.rank, row.reviewed_at):
            best[row.conversation_id] = row
    return best


def _reviewed(rows: Sequence[Review]) -> Iterable[Reviewed]:
    said = _documents(row.conversation_id for row in rows)
    for row in rows:
        if row.conversation_id in said:
            conversation = mapping.conversation(said[row.conversation_id])
            yield Reviewed(str(row.pk), conversation, Outcome(row.outcome), tuple(row.turns))


def _documents(conversations: Iterable[int]) -> Mapping[int, str]:
    current = Revision.objects.filter(conversation__in=list(conversations), number=F("conversation__revision"))
    return dict(current.values_list("conversation_id", "document"))


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be scored: one template or all, since a day, and what is scored already with it or not."""

    template: str | None = None
    since: date | None = None
    everything: bool = False


def rehearse(scorers: Mapping[str, Scorer], scope: Scope, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Run the cascades over all that waits, storing nothing; a rehearsing judge among the scorers counts what it would ask.

    Returns:
        Conversations x templates that were looked at.
    """
    waiting = _waiting(scorers, scope)
    for engine, ids in waiting:
        for block in batched(ids, BLOCK):
            words = revisions.to_score(
                list(Evaluation.objects.filter(id__in=block).values_list("conversation", flat=True))
            )
            engine.runner.score([one.said for one in words.values()])
            progress(len(block))
    return sum(len(ids) for _, ids in waiting)


def _waiting(scorers: Mapping[str, Scorer], scope: Scope) -> list[tuple[Engine, list[int]]]:
    """What would be scored; all that finding it out writes is taken back."""
    with transaction.atomic():
        found = []
        for engine in engines(scorers, template=scope.template):
            put_down_outdated(engine, everything=scope.everything)
            ids = pending(engine, since=scope.since).order_by("id").values_list("id", flat=True)
            found.append((engine, list(ids)))
        transaction.set_rollback(True)
    return found
