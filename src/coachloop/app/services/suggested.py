"""What was suggested and when: noted once a day, so that a suggestion nobody takes up runs out like any other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from coachloop.app.models import Focus, Site, Suggested
from coachloop.app.queries import programmes, sites
from coachloop.app.queries.examples import Wanted
from coachloop.app.queries.focus import Gaps, gaps
from coachloop.app.queries.suggested import Clock
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import audit

End = Suggested.End
KEPT = ("clock_day", "due_on", "last_suggested_on", "ended_on", "how")


@dataclass(frozen=True, slots=True)
class Noted:
    """How many clocks of suggestions began, and how many ended."""

    begun: int = 0
    ended: int = 0


def note_once_a_day(*, now: datetime) -> Noted | None:
    """Note the day's suggestions; None where that is done. Run by the worker, harmless to repeat.

    The day is marked in the same transaction: what was interrupted is done again, whole.
    """
    today = sites.first_local_date(now)
    to_do = Site.objects.filter(Q(suggestions_noted_on__isnull=True) | Q(suggestions_noted_on__lt=today))
    to_do = to_do.filter(pk=sites.first_site().pk)
    if not to_do.exists():
        return None
    each = [gaps(one, as_of=today) for one in programmes.operators()]
    found = Gaps(
        frozenset().union(*(one.certain for one in each)), {k: v for one in each for k, v in one.suggested.items()}
    )
    with transaction.atomic():
        return _note(found, today=today, now=now) if to_do.update(suggestions_noted_on=today) else None


def _note(found: Gaps, *, today: date, now: datetime) -> Noted:
    """Begin a clock for what is suggested, keep those whose gap still stands, end the others."""
    foci = dict(Focus.objects.filter(closed_at__isnull=True).values_list("agent_id", "behaviour_id"))
    rows = Suggested.objects.select_for_update(of=("self",)).filter(ended_on__isnull=True)
    standing = {Wanted(row.agent_id, row.behaviour_id): row for row in rows}
    for gap, row in standing.items():
        _carry_on(row, gap, found, working_on=foci.get(gap.agent_id), today=today)
    Suggested.objects.bulk_update(standing.values(), KEPT)
    new = [
        _begin(gap, clock, today)
        for gap, clock in found.suggested.items()
        if clock is not None and gap not in standing and gap.agent_id not in foci
    ]
    Suggested.objects.bulk_create(new)
    done = Noted(len(new), sum(row.ended_on is not None for row in standing.values()))
    if done != Noted():
        detail = {"begun": done.begun, "ended": done.ended}
        audit.record(OPERATOR, "suggestions.note", "suggestions", now=now, detail=detail)
    return done


def _carry_on(row: Suggested, gap: Wanted, found: Gaps, *, working_on: int | None, today: date) -> None:
    """Bring one that stands up to date; a clock may begin earlier than was known, never later."""
    if working_on is not None:
        row.ended_on, row.how = today, _how(row, working_on)
    elif gap not in found.certain:
        row.ended_on, row.how = today, End.GAP_GONE
    elif gap in found.suggested:
        row.last_suggested_on = max(row.last_suggested_on, today)
        clock = found.suggested[gap] or Clock(row.clock_day, row.due_on)
        row.clock_day, row.due_on = min(row.clock_day, clock.day), min(row.due_on, clock.due_on)


def _begin(gap: Wanted, clock: Clock, today: date) -> Suggested:
    return Suggested(
        agent_id=gap.agent_id,
        behaviour_id=gap.behaviour_id,
        clock_day=clock.day,
        due_on=clock.due_on,
        first_suggested_on=today,
        last_suggested_on=today,
    )


def _how(row: Suggested, behaviour_id: int) -> str:
    return End.TAKEN if row.behaviour_id == behaviour_id else End.OTHER_FOCUS


def end_with(focus: Focus, *, today: date) -> None:
    """What was suggested of the agent ends with the focus they got; part of the transaction that opens it, whose audit row stands."""
    rows: Iterable[Suggested] = Suggested.objects.filter(agent=focus.agent, ended_on__isnull=True)
    for row in rows:
        row.ended_on, row.how = today, _how(row, focus.behaviour_id)
        row.save(update_fields=["ended_on", "how"])
