"""Which verdicts did not stand when agents challenged them: by behaviour and by scorer."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from coachloop.app.models import Behaviour, Dispute
from coachloop.core.insight.overturned import Challenged, challenged
from coachloop.core.model.review import Decision

PERSON = "a person"
"""Who gave the challenged answer where it was not the machine's."""


@dataclass(frozen=True, slots=True)
class ByScorer:
    """Challenges of what one scorer said. `version` is the cascade that it was a member of; empty for a person's answer."""

    scorer: str
    version: str
    challenged: Challenged


@dataclass(frozen=True, slots=True)
class Overturned:
    """One behaviour whose verdicts were challenged, with all that was decided, and scorer by scorer."""

    template: str
    behaviour: str
    title: str
    challenged: Challenged
    by_scorer: tuple[ByScorer, ...]

    @property
    def often(self) -> bool:
        """Whether it is overturned often beyond chance."""
        return self.challenged.often


def overturned(template: str = "") -> list[Overturned]:
    """Behaviours with decided challenges, of one template or of all, the most often overturned first; no call is shown.

    A change to “did not apply” counts as overturned: what was said did not stand.
    """
    rows = Dispute.objects.filter(decided_at__isnull=False).select_related("verdict__attempt__scoring")
    rows = rows.filter(behaviour__template__key=template) if template else rows
    found: dict[int, list[Dispute]] = defaultdict(list)
    for row in rows:
        found[row.behaviour_id].append(row)
    behaviours = Behaviour.objects.select_related("template").in_bulk(list(found))
    listed = [_overturned(behaviours[pk], decided) for pk, decided in found.items()]
    return sorted(listed, key=lambda one: (-one.challenged.low, one.template, one.behaviour))


def _overturned(behaviour: Behaviour, rows: list[Dispute]) -> Overturned:
    by_scorer: dict[tuple[str, str], list[Dispute]] = defaultdict(list)
    for row in rows:
        by_scorer[_scorer(row, behaviour)].append(row)
    return Overturned(
        template=behaviour.template.key,
        behaviour=behaviour.key,
        title=behaviour.title,
        challenged=_counted(rows),
        by_scorer=tuple(ByScorer(*who, _counted(theirs)) for who, theirs in sorted(by_scorer.items())),
    )


def _counted(rows: Iterable[Dispute]) -> Challenged:
    said = Counter(row.decision != Decision.UPHELD for row in rows)
    return challenged(said[True], said.total())


def _scorer(row: Dispute, behaviour: Behaviour) -> tuple[str, str]:
    """Who said what was challenged: the machine where its verdict was the same, else a person had answered."""
    verdict = row.verdict
    if verdict is None or verdict.outcome != row.outcome:
        return PERSON, ""
    return verdict.decided_by, str(verdict.attempt.scoring.scorers.get(behaviour.key, ""))
