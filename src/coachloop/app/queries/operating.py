"""Figures of a running site for Prometheus: what waits and for how long, what came of scoring lately, what it cost today.

All are read from the tables, so that they say the same whichever machine is asked, and none is about anybody: no names, and labels with
few values alone. What would take long to count over years is counted over the newest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from django.db.models import Avg, Count, F, Min, Model, QuerySet, Sum
from django_ox.models import OxTask

from coachloop.app.models import (
    Audio,
    AuditEntry,
    Conversation,
    Delivery,
    DirtyDay,
    DriftAlert,
    Evaluation,
    Event,
    FollowUp,
    JudgeReply,
    Message,
    Session,
    Verdict,
)
from coachloop.app.queries.readiness import worker_age
from coachloop.app.queries.sites import zone
from coachloop.core.model.verdict import Outcome

NEWEST = 10_000
LATELY = timedelta(minutes=15)
BACKED_UP = "site.back_up"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, what it says, and what it is about."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def figures(now: datetime) -> list[Figure]:
    """All of them."""
    made = (_version(), _queues(now), _workers(now), _verdicts(), _people(now), _judge(now), _backup(now))
    return [figure for some in made for figure in some]


def backed_up_at() -> datetime | None:
    """When a backup was last made by `coachloop backup`; None where there is none."""
    return AuditEntry.objects.filter(action=BACKED_UP).order_by("-at").values_list("at", flat=True).first()


def _version() -> Iterator[Figure]:
    yield Figure("coachloop_info", "The version that runs.", 1, (("version", version("coachloop")),))


def _queues(now: datetime) -> Iterator[Figure]:
    pending = Evaluation.objects.filter(state=Evaluation.State.PENDING)
    audio = Audio.objects.filter(state=Audio.State.WAITING)
    unsent = Message.objects.filter(sent_at__isnull=True)
    mail = unsent.filter(try_after__isnull=False)
    hooks = Delivery.objects.filter(try_after__isnull=False)
    oldest = pending.order_by("id").values_list("conversation__landed_at", flat=True).first()
    yield _waiting("evaluations", pending)
    yield _age("evaluations", oldest, now)
    yield _waiting("recordings", audio)
    yield _age("recordings", audio.aggregate(at=Min("conversation__landed_at"))["at"], now)
    yield _waiting("messages", mail)
    yield _age("messages", mail.aggregate(at=Min("created_at"))["at"], now)
    yield _waiting("deliveries", hooks)
    yield _age("deliveries", hooks.aggregate(at=Min("event__at"))["at"], now)
    yield _waiting("events", Event.objects.filter(number__isnull=True))
    yield _waiting("counts", DirtyDay.objects.all())
    given_up = unsent.filter(try_after__isnull=True).exclude(text="").count()
    yield Figure("coachloop_messages_given_up", "Messages that are not tried any more.", given_up)
    failed = Audio.objects.filter(state=Audio.State.FAILED).count()
    yield Figure("coachloop_recordings_failed", "Recordings that could not be transcribed.", failed)


def _waiting[M: Model](what: str, rows: QuerySet[M]) -> Figure:
    return Figure(
        "coachloop_waiting",
        "What waits: evaluations to be scored, recordings to be transcribed, messages and deliveries to be sent.",
        rows.count(),
        (("what", what),),
    )


def _age(what: str, since: datetime | None, now: datetime) -> Figure:
    seconds = max((now - since).total_seconds(), 0.0) if since else 0.0
    return Figure(
        "coachloop_oldest_waiting_seconds", "How long the oldest of it has waited.", seconds, (("what", what),)
    )


def _workers(now: datetime) -> Iterator[Figure]:
    age = worker_age(now)
    seconds = float("inf") if age == timedelta.max else age.total_seconds()
    yield Figure("coachloop_worker_age_seconds", "Since when nothing was heard of any worker.", seconds)
    done = OxTask.objects.filter(finished_at__gte=now - LATELY)
    took = F("finished_at") - F("started_at")
    for row in done.values("task_path", "status").annotate(runs=Count("id"), mean=Avg(took)).order_by():
        labels = (("task", row["task_path"].rpartition(".")[2]), ("status", row["status"].lower()))
        yield Figure(
            "coachloop_task_runs",
            "Tasks that ended in the last 15 minutes; score_some is a block of 200.",
            row["runs"],
            labels,
        )
        mean = row["mean"].total_seconds() if row["mean"] is not None else 0.0
        yield Figure("coachloop_task_seconds", "How long such a task took on average.", mean, labels)


def _verdicts() -> Iterator[Figure]:
    counted = Verdict.objects.filter(id__gt=(_highest(Verdict) or 0) - NEWEST)
    rows = list(counted.values_list("decided_by", "outcome").annotate(count=Count("id")).order_by())
    total = sum(count for *_, count in rows)
    for scorer, outcome, count in rows:
        labels = (("scorer", scorer or "none"), ("outcome", outcome))
        yield Figure("coachloop_newest_verdicts", "Of the newest 10,000 verdicts, by who decided.", count, labels)
    unscored = sum(count for _, outcome, count in rows if outcome == Outcome.UNSCORED)
    yield Figure(
        "coachloop_unscored_share", "The share of these that nobody could decide.", unscored / total if total else 0.0
    )
    for what, table in (("conversations", Conversation), ("verdicts", Verdict)):
        yield Figure(
            "coachloop_stored",
            "The highest number given; its growth is what was stored.",
            _highest(table) or 0,
            (("what", what),),
        )


def _highest(table: type[Model]) -> int | None:
    return table._default_manager.order_by("-pk").values_list("pk", flat=True).first()  # noqa: SLF001 -- Django's name for it


def _people(now: datetime) -> Iterator[Figure]:
    open_ = DriftAlert.objects.filter(resolved_at__isnull=True).count()
    yield Figure("coachloop_drift_alerts_open", "Alerts of people who slipped, that nothing has ended yet.", open_)
    late = Session.objects.filter(status="planned", planned_for__lt=now - timedelta(days=1)).count()
    yield Figure(
        "coachloop_sessions_late", "Sessions that were planned for yesterday or before, and are not held.", late
    )
    due = FollowUp.objects.filter(
        opened_at__isnull=False, closed_at__isnull=True, due_on__lt=now.astimezone(zone()).date()
    )
    yield Figure("coachloop_follow_ups_overdue", "Follow-ups whose day is over.", due.count())


def _judge(now: datetime) -> Iterator[Figure]:
    midnight = now.astimezone(zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = JudgeReply.objects.filter(asked_at__gte=midnight).aggregate(
        requests=Count("id"), tokens_in=Sum("tokens_in"), tokens_out=Sum("tokens_out"), cost=Sum("cost")
    )
    yield Figure(
        "coachloop_judge_requests_today", "Requests to the judge since midnight at the site.", spent["requests"]
    )
    for way in ("in", "out"):
        tokens = spent[f"tokens_{way}"] or 0
        yield Figure("coachloop_judge_tokens_today", "Tokens asked and answered since then.", tokens, (("way", way),))
    yield Figure("coachloop_judge_cost_today", "What that cost, in the currency of the prices.", spent["cost"] or 0.0)


def _backup(now: datetime) -> Iterator[Figure]:
    last = backed_up_at()
    if last is not None:
        yield Figure(
            "coachloop_backup_age_seconds",
            "Since the newest backup by `coachloop backup`.",
            (now - last).total_seconds(),
        )
