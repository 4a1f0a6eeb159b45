"""How a leader coaches: each behaviour of their own coaching conversations, with its n, its interval and their words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from coachloop.app.models import Behaviour
from coachloop.app.queries.recordings import own
from coachloop.app.queries.verdicts import CONVERSATION, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.proportions import wilson


@dataclass(frozen=True, slots=True)
class Words:
    """Their own words from one conversation; `day` is when it was held."""

    recording_id: int
    conversation_key: str
    day: date | None
    text: str


@dataclass(frozen=True, slots=True)
class Practice:
    """One behaviour over all their recordings; `words` of the newest in which it was met, `open` counts those not scored."""

    title: str
    why: str
    good: str
    met: int
    n: int
    rate: float | None
    low: float
    high: float
    target: float | None
    open: int
    words: Words | None


def practices(viewer: Viewer) -> list[Practice]:
    """Every behaviour that their own coaching conversations were scored on, in the template's order."""
    verdicts = effective_verdicts().filter(**{f"{CONVERSATION}__recording__in": own(viewer)})
    rows = verdicts.select_related("behaviour").order_by("behaviour__template__title", "behaviour__position", "id")
    found: dict[Behaviour, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.behaviour].append(row)
    return _practices(found, _words(viewer))


def _practices(found: dict[Behaviour, list[Any]], words: dict[int, Words]) -> list[Practice]:
    counts = [_counts(rows) for rows in found.values()]
    spans = wilson([met for met, _ in counts], [n for _, n in counts]) if counts else None
    return [
        Practice(
            title=behaviour.title,
            why=behaviour.why,
            good=behaviour.good,
            met=met,
            n=n,
            rate=met / n if n else None,
            low=float(spans.low[index]) if spans else 0,
            high=float(spans.high[index]) if spans else 1,
            target=behaviour.target,
            open=sum(row.effective == Outcome.UNSCORED for row in rows),
            words=words.get(behaviour.pk),
        )
        for index, ((behaviour, rows), (met, n)) in enumerate(zip(found.items(), counts, strict=True))
    ]


def _counts(rows: Sequence[Any]) -> tuple[int, int]:
    said = [row.effective for row in rows]
    return said.count(Outcome.MET), said.count(Outcome.MET) + said.count(Outcome.NOT_MET)


def _words(viewer: Viewer) -> dict[int, Words]:
    """The newest proof of each behaviour, by its id."""
    place = f"{CONVERSATION}__recording"
    met = effective_verdicts().filter(**{f"{place}__in": own(viewer), "effective": Outcome.MET, "outcome": Outcome.MET})
    rows = met.order_by(f"{place}__session__held_on", "id")
    named = rows.values_list(
        "behaviour_id", f"{place}__id", f"{CONVERSATION}__key", f"{place}__session__held_on", "evidence"
    )
    return {behaviour: Words(pk, key, day, proof[0]["quote"]) for behaviour, pk, key, day, proof in named if proof}
