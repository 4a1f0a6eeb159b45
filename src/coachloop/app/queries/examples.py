"""Proof that an agent can hear or read: what the customer said, what the agent said next, the better move."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple

from django.db.models import Case, Exists, F, Min, OuterRef, QuerySet, When, Window
from django.db.models.functions import RowNumber

from coachloop.app import mapping
from coachloop.app.models import Revision, Verdict
from coachloop.app.queries import viewing
from coachloop.app.queries.verdicts import CONVERSATION, EVALUATED, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.model.verdict import Outcome

BACKFILL_DAYS = 7
"""A call that lands this many days after it took place is imported history: it starts no five-day clock."""


@dataclass(frozen=True, slots=True)
class Example:
    """One call that shows why: `trigger` is what the customer said, `said` the agent's next turn; empty without a transcript.

    `quote` is the agent's own words there, or the customer's where the agent said nothing. `landed_on` is empty where no clock
    starts.
    """

    verdict_id: int
    conversation_key: str
    started_at: datetime | None
    at: float | None
    trigger_turn: int | None
    trigger_text: str
    said_turn: int | None
    said_text: str
    better: str
    because: str
    landed_at: datetime | None

    @property
    def turn(self) -> int | None:
        """The turn to look at first."""
        return self.trigger_turn if self.trigger_turn is not None else self.said_turn

    @property
    def quote(self) -> str:
        """The words to look at first, verbatim."""
        return self.trigger_text if self.trigger_turn is not None else self.said_text


class Wanted(NamedTuple):
    """An agent and the behaviour to show an example of."""

    agent_id: int
    behaviour_id: int


def newest_misses(
    viewer: Viewer, wanted: Iterable[Wanted], *, first_day: date, last_day: date
) -> dict[Wanted, Example]:
    """The newest call in which each agent missed the behaviour, one with words to read before one without; a few queries."""
    asked = _once_each(set(wanted))
    ids = {pk: one for pairs in asked for pk, one in _newest(viewer, pairs, first_day=first_day, last_day=last_day)}
    return {ids[pk]: example for pk, example in examples(viewer, Verdict.objects.filter(id__in=ids)).items()}


def _once_each(pairs: Collection[Wanted]) -> list[list[Wanted]]:
    """The pairs in as few parts as have no agent twice: `_missed` asks for one behaviour of an agent."""
    of: dict[int, list[Wanted]] = defaultdict(list)
    for pair in pairs:
        of[pair.agent_id].append(pair)
    return [[pair for pair in part if pair] for part in zip_longest(*of.values())]


def _newest(
    viewer: Viewer, pairs: Collection[Wanted], *, first_day: date, last_day: date
) -> Iterator[tuple[int, Wanted]]:
    """The id of the verdict that shows each of them best."""
    agent = f"{CONVERSATION}__agent_id"
    missed = (
        _missed(viewer, pairs)
        .filter(**{f"{CONVERSATION}__day__range": (first_day, last_day)})
        .annotate(readable=Case(When(attempt__revision__gt=0, then=1), default=0))
        .annotate(
            rank=Window(
                RowNumber(),
                partition_by=[F(agent), F("behaviour_id")],
                order_by=[F("readable").desc(), F(f"{CONVERSATION}__started_at").desc(), F("id").desc()],
            )
        )
        .filter(rank=1)
        .values_list("id", agent, "behaviour_id")
    )
    return ((pk, Wanted(who, what)) for pk, who, what in missed)


def misses(viewer: Viewer, wanted: Wanted, *, first_day: date | None = None) -> QuerySet[Verdict]:
    """Every call in which an agent missed a behaviour, the newest first, those with words to read before those without.

    Calls of the agent's time in another team are left out: whoever leads them now may not read those.
    """
    rows = _missed(viewer, {wanted}).filter(**{f"{CONVERSATION}__team": F(f"{CONVERSATION}__agent__team")})
    rows = rows.filter(**{f"{CONVERSATION}__day__gte": first_day}) if first_day else rows
    readable = Case(When(attempt__revision__gt=0, then=1), default=0)
    return rows.order_by(readable.desc(), F(f"{CONVERSATION}__started_at").desc(), "-id")


def _missed(viewer: Viewer, pairs: Collection[Wanted]) -> QuerySet[Verdict]:
    """What these agents, each of them once, missed of these behaviours, in calls that the viewer may read.

    Which behaviour it is follows from whose call it is, so a call's other verdicts are not even looked at.
    """
    whose = f"{CONVERSATION}__agent_id__in"
    agents: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        agents[pair.behaviour_id].add(pair.agent_id)
    seen = viewing.conversations(viewer).filter(pk=OuterRef(CONVERSATION))
    return effective_verdicts().filter(
        Exists(seen),
        **{
            whose: {pair.agent_id for pair in pairs},
            "behaviour_id": Case(*(When(**{whose: some}, then=pk) for pk, some in agents.items())),
            "effective": Outcome.NOT_MET,
            "outcome": Outcome.NOT_MET,
        },
    )


def examples(viewer: Viewer, verdicts: QuerySet[Verdict]) -> dict[int, Example]:
    """The verdicts as examples, by id; only of calls that the viewer may read."""
    seen = viewing.conversations(viewer).filter(pk=OuterRef(EVALUATED))
    rows = list(verdicts.filter(Exists(seen)).select_related("behaviour", EVALUATED))
    landed = _landed(rows)
    said = _words(rows)
    return {
        row.pk: _example(
            row, said.get(row.attempt_id), landed=landed.get((row.attempt.evaluation_id, row.behaviour_id))
        )
        for row in rows
    }


def _landed(rows: list[Verdict]) -> dict[tuple[int, int], datetime]:
    """When each evaluation first said that its behaviour was missed, asked by number: a database without statistics plans that well."""
    missed = Verdict.objects.filter(
        attempt__evaluation_id__in={row.attempt.evaluation_id for row in rows},
        behaviour_id__in={row.behaviour_id for row in rows},
        outcome=Outcome.NOT_MET,
    )
    first = missed.order_by().values_list("attempt__evaluation_id", "behaviour_id").annotate(Min("attempt__stored_at"))
    return {(evaluation, behaviour): at for evaluation, behaviour, at in first}


def _words(rows: list[Verdict]) -> dict[int, Conversation]:
    """What was said, by attempt: the words it judged, also where newer ones have come in since."""
    wanted = {(row.attempt.evaluation.conversation_id, row.attempt.revision) for row in rows}
    stored = Revision.objects.filter(
        conversation__in=[conversation for conversation, _ in wanted], number__in=[number for _, number in wanted]
    )
    texts = {(text.conversation_id, text.number): text.document for text in stored}
    said = {place: mapping.conversation(texts[place]) for place in wanted if place in texts}
    places = {row.attempt_id: (row.attempt.evaluation.conversation_id, row.attempt.revision) for row in rows}
    return {attempt: said[place] for attempt, place in places.items() if place in said}


def _example(row: Verdict, said: Conversation | None, *, landed: datetime | None) -> Example:
    call = row.attempt.evaluation.conversation
    trigger, answer = _turns(row, said)
    fresh = landed and call.started_at and landed - call.started_at <= timedelta(days=BACKFILL_DAYS)
    return Example(
        verdict_id=row.pk,
        conversation_key=call.key,
        started_at=call.started_at,
        at=row.missed["at"] if row.missed else None,
        trigger_turn=trigger,
        trigger_text=said.turns[trigger].text if said and trigger is not None else "",
        said_turn=answer,
        said_text=said.turns[answer].text if said and answer is not None else "",
        better=(row.missed or {}).get("better") or row.behaviour.good,
        because=row.behaviour.why,
        landed_at=landed if fresh and row.decided_by != "imported" else None,
    )


def _turns(row: Verdict, said: Conversation | None) -> tuple[int | None, int | None]:
    """The customer's turn that opened the missed moment, and what the agent said then."""
    if said is None or row.missed is None or row.missed["turn"] >= len(said.turns):
        return None, None
    turn = int(row.missed["turn"])
    if said.turns[turn].speaker is Speaker.AGENT:
        return None, turn
    return turn, next((index for index in said.turns_of(Speaker.AGENT) if index > turn), None)
