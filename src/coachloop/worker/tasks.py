"""What runs in the background. The tables hold the truth: every task is safe to repeat, and a lost one is put again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from coachloop.app.queries.audio import media
from coachloop.app.queries.clip_search import remember
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import answered, data_keys, erasing, events, retention
from coachloop.app.services.allowance import forget_past
from coachloop.app.services.alone import alone
from coachloop.app.services.calendar_links import refresh_busy_times
from coachloop.app.services.clip_sound import tidy
from coachloop.app.services.coaching import open_due_follow_ups
from coachloop.app.services.drift import watch_once_a_day
from coachloop.app.services.due_reports import put_due
from coachloop.app.services.effects import measure_daily
from coachloop.app.services.follow_ups import escalate
from coachloop.app.services.impact import refresh_impact_daily
from coachloop.app.services.invitations import invite
from coachloop.app.services.leaving import settle_leavers
from coachloop.app.services.memberships import place_calls, settle
from coachloop.app.services.messages import send_waiting
from coachloop.app.services.partitions import make_ahead
from coachloop.app.services.reports import switch_on
from coachloop.app.services.rollups import refresh_rollups
from coachloop.app.services.scoring import engines, score_block, take_pending
from coachloop.app.services.sealing import seal_waiting
from coachloop.app.services.suggested import note_once_a_day
from coachloop.app.services.telling import tell_waiting
from coachloop.app.services.transcribing import forget_unwanted, transcribe_waiting
from coachloop.app.services.trust import refresh_trust
from coachloop.wiring import busy_times, carriers, encoder, hands, hearing, invitation, letterbox, scorers, shelf
from coachloop.worker.watching import take_in

LOST_AFTER, JUDGED_LOST_AFTER = timedelta(seconds=90), timedelta(minutes=30)
AWAY = timedelta(minutes=5)
"""How long a recording rests whose transcriber could not be asked."""
FORGETS_FOR = 600.0
"""Seconds of one hour in which what is kept no longer is deleted; the rest goes in the next hour."""
PLACES_FOR = 5.0
"""Seconds of one sweep in which calls follow agents who moved; the rest goes on in the next one."""
HEARS_FOR = 20.0
"""Seconds of one turn at the recordings; a part that is begun is finished."""


def _each(*steps: Callable[[], object]) -> None:
    """Every step, whatever becomes of the others; what went wrong is raised at the end, so that the task counts as failed.

    Raises:
        ExceptionGroup: of what was raised.
    """
    wrong = []
    for step in steps:
        try:
            step()
        except Exception as error:  # noqa: BLE001 -- raised below
            wrong.append(error)
    if wrong:
        raise ExceptionGroup("some steps failed; the others are done", wrong)


@task()
def sweep() -> None:
    """Turn what waits in the tables into queued blocks, let calls follow agents who moved, bring the counts up to date, open what is due, invite, note what is suggested, seal the audit log."""
    _each(
        _queue,
        events.number_new,
        lambda: place_calls(enough=_for(PLACES_FOR)),
        refresh_rollups,
        lambda: open_due_follow_ups(now=timezone.now()),
        lambda: invite(invitation, address=settings.ADDRESS, now=timezone.now()),
        lambda: note_once_a_day(now=timezone.now()),
        seal_waiting,
    )


def _queue() -> None:
    for engine in engines(scorers()):
        lost_after = JUDGED_LOST_AFTER if engine.asks_a_judge else LOST_AFTER
        for ids in take_pending(engine, now=timezone.now(), lost_after=lost_after):
            score_some.enqueue(engine.template.core.key, list(ids))


@task()
def score_some(template: str, ids: list[int]) -> None:
    """Score one block; what is scored already is left alone."""
    for engine in engines(scorers(), template=template):
        score_block(engine, ids, now=timezone.now())


@task()
def hear() -> None:
    """Make words of the recordings that wait, for a while: what is not done by then goes on at the next turn, so that scoring is not kept waiting."""
    ends = monotonic() + HEARS_FOR
    media().tidy()
    transcribe_waiting(hearing(), viewer=OPERATOR, enough=lambda: monotonic() > ends, rest=AWAY)


@task()
def watch() -> None:
    """Take in what lies in the folder that is watched; one worker at a time, of all machines."""
    if settings.CONFIG.watch:
        with alone("watched folder") as mine:
            if mine:
                take_in(Path(settings.CONFIG.watch), shelf(), now=timezone.now())


@task()
def busy() -> None:
    """Read the calendars that people's busy times come from; each is read every quarter of an hour."""
    refresh_busy_times(busy_times, now=timezone.now())


@task()
def tell_addresses() -> None:
    """Tell the addresses that want to hear of it what has happened."""
    tell_waiting(letterbox())


@task()
def tell() -> None:
    """Write what people are to be told now, and send what waits; runs every minute."""
    now = timezone.now()
    switch_on(now=now)
    put_due(now=now)
    escalate(address=settings.ADDRESS, now=now)
    send_waiting(carriers(), now=now)


@task()
def watch_drift() -> None:
    """Look once a day who has slipped, and how far scores can be trusted as soon as that changes; asked for every five minutes, so that a first import is not left waiting for a day."""
    watch_once_a_day(now=timezone.now())
    refresh_trust(now=timezone.now())


@task()
def erase() -> None:
    """Go on with erasing whoever is to be erased, and train anew what had learned from them."""
    erasing.carry_out(now=timezone.now, hands=hands())
    erasing.train_anew(now=timezone.now, hands=hands())


def _for(seconds: float) -> Callable[[], bool]:
    """Says when so long is over."""
    ends = monotonic() + seconds
    return lambda: monotonic() > ends


@task()
def each_hour() -> None:
    """Forget the engine's notes of finished tasks, what is kept no longer, recordings that are not kept, and clips that nobody hears any more; read what clips are about; begin a new data key each month; once a day, look at impact and effect anew."""
    _each(
        lambda: call_command("ox_prune", older_than="1d", verbosity=0),
        lambda: forget_past(now=timezone.now()),
        lambda: answered.sweep(now=timezone.now()),
        lambda: make_ahead(today=timezone.localdate()),
        lambda: data_keys.make_due(now=timezone.now()),
        lambda: settle(now=timezone.now()),
        lambda: settle_leavers(now=timezone.now()),
        lambda: retention.forget_short_lived(now=timezone.now()),
        lambda: retention.run_once_a_day(now=timezone.now(), enough=_for(FORGETS_FOR)),
        lambda: forget_unwanted(now=timezone.now()),
        lambda: tidy(now=timezone.now()),
        _read_clips,
        lambda: refresh_impact_daily(now=timezone.now()),
        lambda: measure_daily(now=timezone.now()),
    )


def _read_clips() -> None:
    if (vectors := encoder()) is not None:
        remember(vectors)
