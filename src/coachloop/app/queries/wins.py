"""What an agent does well: their own words, as proof of a behaviour."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, starmap
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from coachloop.app.models import Agent
from coachloop.app.queries import viewing
from coachloop.app.queries.verdicts import CONVERSATION, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.verdict import Outcome

READ = 80
"""Verdicts that are looked through for different behaviours."""

SHOWN = ("pk", "behaviour__title", "evidence", f"{CONVERSATION}__key", f"{CONVERSATION}__started_at")


@dataclass(frozen=True, slots=True)
class WentWell:
    """Words of the agent's own that show a behaviour."""

    title: str
    quote: str
    conversation_key: str
    started_at: datetime | None
    anchor: str


def went_well(viewer: Viewer, agent: Agent, since: date, *, most: int = 3) -> tuple[WentWell, ...]:
    """The newest proof of different behaviours that were met, in the agent's own words."""
    firsts: dict[int, WentWell] = {}
    met = _met(viewer, agent).filter(**{f"{CONVERSATION}__day__gte": since})
    for behaviour_id, *row in met.values_list("behaviour_id", *SHOWN)[:READ]:
        well = _well(*row)
        if behaviour_id not in firsts and well.quote not in {each.quote for each in firsts.values()}:
            firsts[behaviour_id] = well
    return tuple(islice(firsts.values(), most))


def proof(
    viewer: Viewer, agent: Agent, behaviour_id: int, *, first: date, last: date, most: int = 3
) -> tuple[WentWell, ...]:
    """The newest calls of these days in which the agent met the behaviour; only those that the viewer may read."""
    met = _met(viewer, agent).filter(**{f"{CONVERSATION}__day__range": (first, last)}, behaviour=behaviour_id)
    return tuple(starmap(_well, met[:most]))


def _met(viewer: Viewer, agent: Agent) -> QuerySet[Any]:
    """Verdicts with words to read, newest first."""
    seen = viewing.conversations(viewer).filter(pk=OuterRef(CONVERSATION))
    met = effective_verdicts().filter(Exists(seen), **{f"{CONVERSATION}__agent": agent}, effective=Outcome.MET)
    return met.exclude(evidence=[]).order_by(f"-{CONVERSATION}__started_at").values_list(*SHOWN)


def _well(pk: int, title: str, evidence: list[Any], key: str, started_at: datetime | None) -> WentWell:  # noqa: PLR0917 -- SHOWN
    return WentWell(title, evidence[0]["quote"], key, started_at, f"quote-{pk}-0")
