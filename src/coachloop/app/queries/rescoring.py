"""Stored conversations scored once more, by any version and any scorers; stores nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import batched
from operator import or_

import numpy as np
from django.db.models import Q

from coachloop.app.models import Conversation as Row
from coachloop.app.queries import revisions, viewing
from coachloop.app.queries.templates import of_kind
from coachloop.app.queries.viewing import Viewer
from coachloop.core.masking.shown import shown
from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import Template
from coachloop.core.model.verdict import Verdict
from coachloop.core.scoring.runner import Runner

BLOCK = 200


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates at the site, both included; None is open. A call without a date is in the open period alone."""

    since: date | None = None
    until: date | None = None

    @property
    def asked(self) -> Q:
        """The same for the database."""
        since = Q(day__gte=self.since) if self.since else Q()
        return since & Q(day__lte=self.until) if self.until else since


@dataclass(frozen=True, slots=True)
class Call:
    """A stored conversation with its words as they stand now, for scorers. `group` is its agent, or itself where it has none."""

    row: Row
    group: str
    said: Conversation

    @property
    def shown(self) -> Conversation:
        """The same words as people read them."""
        return shown(self.said)

    def fits(self, template: Template) -> bool:
        """Whether it is of the template's kind."""
        row = self.row
        return template.fits(channel=row.channel, queue=row.queue, language=row.language, direction=row.direction)


def fitting(
    viewer: Viewer, templates: Iterable[Template], period: Period, *, among: Iterable[int] | None = None
) -> list[int]:
    """Ids of the conversations with words that the viewer may see and one of the templates fits, in order.

    Where `among` is given, only of these; however many conversations there are, that costs nothing.
    """
    kinds = (of_kind(one) for one in templates)
    rows = viewing.conversations(viewer).filter(reduce(or_, kinds), period.asked, turn_count__gt=0)
    rows = rows if among is None else rows.filter(id__in=list(among))
    return list(rows.order_by("id").values_list("id", flat=True))


def drawn(ids: Sequence[int], most: int | None, rng: np.random.Generator) -> list[int]:
    """At most so many of the ids, each equally likely, in order; all where `most` is None."""
    if most is None or len(ids) <= most:
        return list(ids)
    return sorted(ids[index] for index in rng.choice(len(ids), most, replace=False))


def calls(viewer: Viewer, ids: Iterable[int]) -> Iterator[list[Call]]:
    """These conversations, as far as the viewer may see them, a block at a time and in the order asked."""
    for block in batched(ids, BLOCK):
        rows = viewing.conversations(viewer).filter(id__in=block).select_related("agent", "team").in_bulk()
        words = revisions.to_score(rows)
        yield [_call(rows[pk], words[pk].said) for pk in block if pk in words]


def _call(row: Row, said: Conversation) -> Call:
    return Call(row, row.agent.key if row.agent else row.key, said)


def scored(
    viewer: Viewer, ids: Iterable[int], runner: Runner, *, progress: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[Call, list[Verdict]]]:
    """Each conversation with its verdicts now; those that a scorer can't answer now are left out.

    Args:
        viewer: who asks; only conversations they may see are scored.
        ids: which ones.
        runner: the version and the scorers.
        progress: called with the number of conversations of each finished block.
    """
    for block in calls(viewer, ids):
        for call, verdicts in zip(block, runner.score([call.said for call in block]), strict=True):
            if verdicts is not None:
                yield call, verdicts
        progress(len(block))


def by_behaviour(verdicts: Iterable[Verdict]) -> Mapping[str, Verdict]:
    """A conversation's verdicts by behaviour key."""
    return {verdict.behaviour: verdict for verdict in verdicts}
