"""Roll-ups, rebuilt from the facts: a dirty agent-day is counted anew, never added to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q

from coachloop.app.models import AgentDay, Conversation, DirtyDay, MatrixDay, PackedDay, PastCount
from coachloop.app.queries import daily
from coachloop.app.queries.verdicts import CONVERSATION, effective_verdicts
from coachloop.core.insight.daily import packed
from coachloop.core.model.verdict import Outcome

CHUNK = 5000
MANY = 500
CELL = {
    "behaviour_id": "behaviour_id",
    "agent_id": f"{CONVERSATION}__agent_id",
    "team_id": f"{CONVERSATION}__team_id",
    "queue": f"{CONVERSATION}__queue",
    "direction": f"{CONVERSATION}__direction",
    "version_id": "attempt__scoring__version_id",
    "day": f"{CONVERSATION}__day",
}
"""What a cell is counted by: its columns, and where they come from."""

OUTCOMES = tuple(outcome.value for outcome in Outcome)
COLUMNS = ", ".join([*CELL, *OUTCOMES])


def refresh_rollups() -> int:
    """Count every dirty agent-day anew; returns how many there were. Safe to break off and to run twice at once."""
    done = 0
    while cells := _refresh_some():
        done += cells
    if done > MANY:
        tell_the_planner()
    return done


def pack_counts() -> int:
    """Pack every day whose counts are not packed as they are now; returns how many there were. Safe to break off."""
    now = daily.marks(Q())
    then = {day: (rows, numbers) for day, rows, numbers in PackedDay.objects.values_list("day", "rows", "numbers")}
    PackedDay.objects.filter(day__in=then.keys() - now.keys()).delete()
    changed = [day for day in now if now[day] != then.get(day)]
    for day in changed:
        _pack(day)
    return len(changed)


@transaction.atomic
def _pack(day: date) -> None:
    """Known by what it was before it was read: a change meanwhile waits for this, and then empties it."""
    list(PackedDay.objects.select_for_update().filter(day=day).values_list("pk"))
    for rows, numbers in daily.marks(Q(day=day)).values():
        cells = daily.of_day(day)
        kept = {"rows": rows, "numbers": numbers, "mixes": cells.mixes, "packed": packed(cells)}
        PackedDay.objects.update_or_create(day=day, defaults=kept)


def _unpack(days: Iterable[date]) -> None:
    """What is packed of these days no longer holds, once this transaction ends.

    The rows stay, empty: whoever packs a day at the same time holds its row or waits for it, and never writes what was before.
    """
    empty = {"rows": 0, "numbers": 0, "mixes": [], "packed": b""}
    PackedDay.objects.bulk_create(
        [PackedDay(day=day, **empty) for day in sorted(days)],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=list(empty),
    )


def tell_the_planner() -> None:
    """Gather the statistics that queries are planned by, after much has changed.

    SQLite never does it by itself, and a leader's week then takes five times as long; PostgreSQL does it minutes later, and
    until then may join the new rows each with each.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit=1000")
        cursor.execute("ANALYZE")


def rebuild_rollups() -> None:
    """Forget all counts and mark every agent-day with facts as dirty; `refresh_rollups` then fills them again."""
    with transaction.atomic():
        AgentDay.objects.all().delete()
        PackedDay.objects.all().delete()
        days = (
            Conversation.objects.filter(agent__isnull=False, day__isnull=False)
            .values_list("agent_id", "day")
            .union(PastCount.objects.values_list("agent_id", "day"))
        )
        DirtyDay.objects.bulk_create(
            (DirtyDay(agent_id=a, day=d) for a, d in days.iterator(CHUNK) if d), batch_size=CHUNK
        )


def give_over(*, gone: int, kept: int, days: Collection[date]) -> None:
    """The calls of one agent on these days are another's now; part of the transaction that says so."""
    AgentDay.objects.filter(agent=gone).delete()
    DirtyDay.objects.filter(agent=gone).delete()
    past = PastCount.objects.filter(agent=gone)
    moved = {*days, *past.values_list("day", flat=True)}
    past.update(agent=kept)
    DirtyDay.objects.bulk_create(DirtyDay(agent_id=kept, day=day) for day in sorted(moved))
    MatrixDay.objects.filter(day__in=moved).delete()
    _unpack(moved)


@transaction.atomic
def _refresh_some() -> int:
    """Take some dirty rows, with their locks, so that two refreshes never count the same agent-day against each other."""
    taken = list(DirtyDay.objects.select_for_update().order_by("day", "id")[:CHUNK])
    agents_of: dict[date, set[int]] = defaultdict(set)
    for row in taken:
        agents_of[row.day].add(row.agent_id)
    for day, agents in agents_of.items():
        _recount(day, agents)
    MatrixDay.objects.filter(day__in=list(agents_of)).delete()
    _unpack(agents_of)
    DirtyDay.objects.filter(id__in=[row.pk for row in taken]).delete()
    return sum(map(len, agents_of.values()))


def _recount(day: date, agents: Iterable[int]) -> None:
    """The database counts and stores in one statement: no cell passes through Python. What was deleted since still counts."""
    among = Q(day=day, agent_id__in=list(agents))
    AgentDay.objects.filter(among).delete()
    facts, of_facts = _counted(Q(**{f"{CONVERSATION}__day": day, f"{CONVERSATION}__agent_id__in": list(agents)}))
    past, of_past = PastCount.objects.filter(among).values_list(*CELL, *OUTCOMES).query.sql_with_params()
    sums = ", ".join(f"SUM({outcome})" for outcome in OUTCOMES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO coachloop_agentday ({COLUMNS}) WITH found ({COLUMNS}) AS ({facts} UNION ALL {past}) "  # noqa: S608
            f"SELECT {', '.join(CELL)}, {sums} FROM found GROUP BY {', '.join(CELL)}",
            (*of_facts, *of_past),
        )


def keep_counts(conversations: Sequence[int]) -> int:
    """Write down what these add to the counts, because they are about to be deleted; in the same transaction. Returns how many cells."""
    dated = Q(**{f"{CONVERSATION}__agent__isnull": False, f"{CONVERSATION}__day__isnull": False})
    facts, values = _counted(dated & Q(**{f"{CONVERSATION}__in": list(conversations)}))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO coachloop_pastcount ({COLUMNS}) {facts}", values)
        return int(cursor.rowcount)


def _counted(among: Q) -> tuple[str, tuple[Any, ...]]:
    counts = (
        effective_verdicts()
        .filter(among)
        .values(*CELL.values())
        .annotate(**{outcome.value: Count("id", filter=Q(effective=outcome)) for outcome in Outcome})
    )
    select, values = counts.query.sql_with_params()
    return select, tuple(values)
