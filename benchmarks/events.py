"""Writes events from many processes at once, kills them at random, and looks whether a reader missed one or saw one twice.

usage: python benchmarks/events.py [--seconds N] [--kills N] [--postgres URL] [--seed N]

Writers put events in transactions of their own, wait inside some of them, and undo one in ten; other processes give numbers, and tell
one address. Each ends by SIGKILL now and then and is started again. Meanwhile a reader follows the feed by its cursor. SQLite in a
fresh folder, or with --postgres a fresh database on that server.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import numpy as np
from kill import fresh_database

WRITERS, NUMBERERS, TELLERS = 3, 2, 2
ADDRESS = "https://receiver.example/hook"


def write(rng: np.random.Generator) -> None:
    """Some events a transaction; one in ten is undone."""
    from django.db import transaction
    from django.utils import timezone

    from coachloop.app.services import events
    from coachloop.core.model.event import EventKind

    with suppress(ZeroDivisionError), transaction.atomic():
        some = [(f"drift:{os.getpid()}", None, {"n": int(rng.integers(1_000_000))}) for _ in range(rng.integers(1, 40))]
        events.put_all(EventKind.ALERT_RAISED, some, now=timezone.now())
        time.sleep(float(rng.choice([0, 0, 0.002, 0.02])))
        if rng.random() < 0.1:
            raise ZeroDivisionError
    time.sleep(0.04)


def number(rng: np.random.Generator) -> None:
    """What the sweep does."""
    from coachloop.app.services import events

    events.number_new()
    time.sleep(float(rng.uniform(0, 0.01)))


def tell(rng: np.random.Generator) -> None:
    """What the worker does; the address writes down what it got, and refuses now and then."""
    from django.utils import timezone

    from coachloop.app.services import telling
    from coachloop.core.model.event import Answer

    def receive(address: str, body: bytes, *, key: str, **_: object) -> Answer:  # noqa: ARG001 -- as it is called
        with Path(os.environ["COACHLOOP_HOME"], "received").open("a") as file:
            file.write(f"{key}\n")
        return Answer(500, "no") if rng.random() < 0.002 else Answer(204)

    telling.TAKEN, telling.AT_ONCE = timedelta(seconds=0.5), 500
    telling.rest = lambda _: timedelta(milliseconds=20)  # type: ignore[assignment]
    telling.next_try = lambda *_, **__: timedelta(milliseconds=50)  # type: ignore[assignment]
    telling.tell_waiting(telling.Letterbox(receive, timezone.now, rng))
    time.sleep(0.01)


def fork(work: Callable[[np.random.Generator], None], seed: int) -> int:
    """A process that goes on until it is ended."""
    from django.db import connections

    connections.close_all()
    parent = os.getpid()
    if (pid := os.fork()) == 0:
        going = [True]
        signal.signal(signal.SIGTERM, lambda *_: going.clear())
        rng = np.random.default_rng(seed)
        try:
            while going and os.getppid() == parent:
                work(rng)
        except BaseException as error:  # noqa: BLE001 -- whatever it is, it belongs on standard error
            sys.stderr.write(f"{work.__name__}: {error!r}\n")
            os._exit(1)
        os._exit(0)
    return pid


def run(options: argparse.Namespace) -> None:
    """Let them all loose, kill, and compare."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from coachloop.app.models import Delivery, Event
    from coachloop.app.queries import events as queries
    from coachloop.app.queries.viewing import OPERATOR
    from coachloop.app.services import webhooks

    call_command("migrate", verbosity=0)
    webhooks.add_webhook(viewer=OPERATOR, address=ADDRESS, kinds=(), check=str, now=timezone.now())
    rng = np.random.default_rng(options.seed)
    works = [write] * WRITERS + [number] * NUMBERERS + [tell] * TELLERS
    running = {fork(work, options.seed + n): work for n, work in enumerate(works)}
    seen, after, killed, ends = [], 0, 0, time.monotonic() + options.seconds
    kills = sorted(rng.uniform(0, options.seconds, options.kills) + time.monotonic())
    while time.monotonic() < ends:
        found = queries.feed(OPERATOR, after=after, limit=200)
        seen += [one.number for one in found.events]
        after = found.after
        if kills and time.monotonic() > kills[0]:
            kills.pop(0)
            killed += 1
            pid = int(rng.choice(list(running)))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            work = running.pop(pid)
            running[fork(work, options.seed + 100 + killed)] = work
        time.sleep(0.003)
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in running]
    number(rng)
    while (found := queries.feed(OPERATOR, after=after, limit=1000)).events:
        seen, after = seen + [one.number for one in found.events], found.after
    until = time.monotonic() + 60
    while time.monotonic() < until and Delivery.objects.filter(delivered_at__isnull=False).count() < len(seen):
        tell(rng)
    received = Path(os.environ["COACHLOOP_HOME"], "received").read_text().split()
    stored = sorted(Event.objects.values_list("number", flat=True))
    checks = {
        "the reader saw every event that was committed, once, in order": seen == stored,
        "numbers without a gap": stored == list(range(1, len(stored) + 1)),
        "the address got every event at least once": {f"evt_{n}" for n in stored} == set(received),
        "one delivery an event, and it has arrived": Delivery.objects.filter(delivered_at__isnull=False).count()
        == Delivery.objects.count()
        == len(stored),
        "nobody ended but by a kill": not any(code > 0 for code in codes),
    }
    again = len(received) - len(set(received))
    print(f"{len(stored):,} events in {options.seconds:.0f} s, {killed} kills; {again:,} were told twice or more")
    for name, well in checks.items():
        print(f"  {'yes' if well else 'NO '}  {name}")
    if not all(checks.values()) or not stored:
        sys.exit("an event was missed, or came twice")


def main() -> None:
    """Read the command line and run in a fresh folder and database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--postgres", metavar="URL", help="a server on which databases may be created")
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="coachloop-events-") as name, fresh_database(options.postgres) as url:
        os.environ |= {
            "COACHLOOP_HOME": name,
            "DJANGO_SETTINGS_MODULE": "coachloop.project.settings",
            "DATABASE_URL": url,
        }
        print(f"on {'PostgreSQL' if url else 'SQLite'}, seed {options.seed}")
        run(options)
        from django.db import connections

        connections.close_all()


if __name__ == "__main__":
    main()
