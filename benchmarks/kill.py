"""Kills coachloop at random moments, starts it again until it is done, and looks whether anything is lost or there twice.

usage: python benchmarks/kill.py [--kills N] [--conversations N] [--worker-kills N] [--postgres URL] [--seed N] [--forked] [--tables FILE]

The real commands run as processes of their own and end by SIGKILL, the whole process group at once: `ingest`, `score`, and a
`worker` with work in flight. (--forked copies this process instead of starting a fresh one, which saves the seconds of a start;
--tables begins with a copy of an empty SQLite file that is migrated already.) The moments are drawn by a seeded generator: after so
many rows more, and a few milliseconds. SQLite in a fresh folder, or with --postgres a fresh database on that server, dropped
afterwards.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

SECOND = 1.0
PATIENCE = 600 * SECOND
TEMPLATES = ("first-30-seconds", "discovery")
PLAYBOOKS = Path(__file__).parents[1] / "playbooks"
COACHLOOP = Path(sys.executable).with_name("coachloop")
TURNS = (
    ("agent", "Good morning, am I speaking with {name}?"),
    ("customer", "Yes, speaking. Who is this?"),
    ("agent", "{opening}"),
    ("customer", "The last agency let us down, and we need at least 480 thousand for it."),
    ("agent", "{question}"),
    ("customer", "That somebody calls us back, honestly."),
)
OPENINGS = (
    "I'm calling because you asked what your home is worth.",
    "I'm just calling to see if you had any thoughts.",
)
QUESTIONS = ("How did you arrive at that number?", "Great, let me see what we have.")


@dataclass(frozen=True, slots=True)
class Work:
    """A command, how far it has come, and how far it has to."""

    name: str
    arguments: tuple[str, ...]
    done: Callable[[], int]
    total: int
    forked: bool

    def start(self) -> "subprocess.Popen[bytes] | Forked":
        """Begin, or go on."""
        return start(*self.arguments, forked=self.forked)


def write_calls(path: Path, count: int, rng: np.random.Generator, *, prefix: str = "c") -> None:
    """Calls of 30 agents over 20 days; one line in twenty comes again, somewhere behind the first."""
    lines = []
    for number in range(count):
        words = {
            "name": f"Ms Berg {number}",
            "opening": OPENINGS[rng.integers(2)],
            "question": QUESTIONS[rng.integers(2)],
        }
        turns = [
            {"speaker": who, "start": 5.0 * n, "end": 5.0 * n + 4, "text": text.format(**words)}
            for n, (who, text) in enumerate(TURNS)
        ]
        call = {
            "id": f"{prefix}-{number}", "channel": "voice", "queue": "seller-leads", "agent_id": f"a-{number % 30}",
            "team": f"t-{number % 3}", "customer_name": words["name"], "started_at": f"2026-05-{1 + number % 20:02d}T09:00:00Z",
            "turns": turns,
        }  # fmt: skip
        lines.append(json.dumps(call))
        if rng.random() < 0.05:
            lines.append(lines[rng.integers(len(lines))])
    path.write_text("\n".join(lines) + "\n")


@contextmanager
def fresh_database(server: str | None, called: str = "kill") -> Iterator[str]:
    """The address of an empty database: none for SQLite, one of its own on the server."""
    if server is None:
        yield ""
        return
    import psycopg

    name = f"coachloop_{called}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def set_up(*, copied: tuple[Path, Path] | None = None) -> None:
    """Tables (or `copied` from a file of SQLite to another), a site and two published playbooks, made in this process."""
    from django.core.management import call_command
    from django.utils import timezone

    from coachloop.app.queries.viewing import OPERATOR
    from coachloop.app.services import people, templates

    if copied:
        shutil.copyfile(*copied)
    else:
        call_command("migrate", verbosity=0)
    now = timezone.now()
    people.set_up_site(viewer=OPERATOR, name="Kill", place=people.Place("Europe/Berlin", "DE"), now=now)
    for name in TEMPLATES:
        text = (PLAYBOOKS / f"{name}.yaml").read_text(encoding="utf-8")
        key = templates.add_template(viewer=OPERATOR, text=text, now=now).version.template.key
        templates.publish_template(viewer=OPERATOR, key=key, now=now)


class Forked:
    """A command in a copy of this process, with the few methods of Popen that are used here."""

    def __init__(self, arguments: Sequence[str]) -> None:
        from django.db import connections

        connections.close_all()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.setpgid(0, 0)
            os._exit(_run_here(arguments))
        with suppress(OSError):  # whichever of the two is first
            os.setpgid(self.pid, self.pid)

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float = PATIENCE) -> int | None:
        """The exit code, once it has one."""
        until = time.monotonic() + timeout
        while self.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        return self.returncode


def _run_here(arguments: Sequence[str]) -> int:
    from coachloop.cli import app

    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        try:
            app(list(arguments))
        except SystemExit as ended:
            return int(ended.code or 0)
        except Exception:  # noqa: BLE001 -- whatever it is, it belongs on standard error
            traceback.print_exc()
            return 1
    return 0


def start(*arguments: str, forked: bool = False) -> "subprocess.Popen[bytes] | Forked":
    """One of the real commands, in a process group of its own."""
    if forked:
        return Forked(arguments)
    return subprocess.Popen([str(COACHLOOP), *arguments], start_new_session=True, stdout=subprocess.DEVNULL)


def kill(process: "subprocess.Popen[bytes] | Forked") -> None:
    """SIGKILL to everything that the command started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_until_done(work: Work, kills: int, rng: np.random.Generator) -> None:
    """Kill the command so many times, then let it finish; print what each life achieved."""
    print(f"\n{work.name}: {work.total:,} to do\n  kill  lived, s  stored before      after")
    killed = 0
    while killed < kills:
        before = work.done()
        left = work.total - before
        goal = before + int(rng.integers(0, max(2 * left // (kills - killed + 1), 1)))
        process, started = work.start(), time.monotonic()
        while process.poll() is None and work.done() < goal:
            time.sleep(0.005)
        time.sleep(float(rng.uniform(0, 0.15 if goal > before or work.forked else 3)))
        if process.poll() is not None:
            assert process.returncode == 0, f"{work.name} ended with {process.returncode}"
            print(f"        it was done before kill {killed + 1}; --conversations makes the work longer")
            break
        kill(process)
        killed += 1
        print(f"  {killed:4d}  {time.monotonic() - started:8.2f}  {before:13,}  {work.done():9,}")
    started = time.monotonic()
    assert work.start().wait(PATIENCE) == 0, f"{work.name} did not finish"
    print(f"  then left alone: {work.done():,} of {work.total:,} after {time.monotonic() - started:.1f} s more")


def kill_workers(count: int, kills: int, rng: np.random.Generator) -> None:
    """Kill a worker with blocks in flight, start another, and time how long until everything is scored."""
    from coachloop.app.models import DirtyDay, Evaluation
    from coachloop.worker.tasks import LOST_AFTER

    def scored() -> int:
        return Evaluation.objects.filter(state="done").count()

    total, first = Evaluation.objects.count(), scored()
    print(
        f"\nworker: {count:,} conversations more, {total - first:,} to score\n  kill  lived, s  stored before      after"
    )
    for number in range(kills):
        before, started = scored(), time.monotonic()
        goal = before + int(rng.integers(1, max((total - before) // 2, 2)))
        process = start("worker")
        while scored() < goal and time.monotonic() - started < PATIENCE:
            time.sleep(0.005)
        time.sleep(float(rng.uniform(0, 0.1)))
        kill(process)
        print(f"  {number + 1:4d}  {time.monotonic() - started:8.2f}  {before:13,}  {scored():9,}", flush=True)
    process, started = start("worker"), time.monotonic()
    try:
        while (scored() < total or DirtyDay.objects.exists()) and time.monotonic() - started < PATIENCE:
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()
    took = time.monotonic() - started
    print(
        f"  then left alone: {scored():,} of {total:,} after {took:.1f} s; LOST_AFTER is {LOST_AFTER.total_seconds():.0f} s"
    )
    assert scored() == total
    assert took < LOST_AFTER.total_seconds() + 30, "it took longer than a lost word may"


def verify(expected: int) -> None:
    """Stop at the first thing that is lost, there twice, or other than it would be without a kill."""
    from django.db.models import Count

    from coachloop.app.models import (
        AgentDay,
        Attempt,
        Behaviour,
        Conversation,
        Evaluation,
        Revision,
        Verdict,
    )
    from coachloop.app.services import rollups

    def cells() -> list[tuple[object, ...]]:
        fields = ("agent_id", "behaviour_id", "day", "team_id", "queue", "direction", "version_id")
        return sorted(AgentDay.objects.values_list(*fields, "met", "not_met", "not_applicable", "unscored"), key=str)

    behaviours = Behaviour.objects.count()
    checks = {
        "every conversation once": Conversation.objects.count() == expected,
        "each with its words, once": Revision.objects.count() == expected
        and not Conversation.objects.exclude(revision=1).exists(),
        "every conversation x template scored once": Evaluation.objects.filter(state="done").count()
        == Evaluation.objects.count()
        == expected * len(TEMPLATES),
        "one attempt each, and it is the current one": Attempt.objects.count() == Evaluation.objects.count()
        and not Attempt.objects.filter(current_for=None).exists(),
        "one current verdict a conversation and behaviour": Verdict.objects.count() == expected * behaviours
        and not Verdict.objects.values("attempt__current_for__conversation", "behaviour")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
        .exists(),
        "each verdict as it would be without a kill": not differing(),
    }
    rollups.refresh_rollups()
    counted = cells()
    rollups.rebuild_rollups()
    rollups.refresh_rollups()
    checks["counts equal to a full rebuild"] = counted == cells() and bool(counted)
    print()
    for name, well in checks.items():
        print(f"  {'yes' if well else 'NO '}  {name}")
    if not all(checks.values()):
        sys.exit("something is lost, or there twice")
    print("nothing lost, nothing twice")


def differing() -> list[tuple[str, str]]:
    """Conversation and behaviour of stored verdicts that scoring the stored words in one go does not give."""
    from coachloop.app import mapping
    from coachloop.app.models import Revision, Verdict
    from coachloop.app.services.scoring import engines
    from coachloop.wiring import scorers

    spoken = [mapping.conversation(text) for text in Revision.objects.values_list("document", flat=True)]
    wrong = []
    for engine in engines(scorers()):
        rows = Verdict.objects.filter(behaviour__template=engine.template.template_id)
        stored = {
            (key, behaviour): outcome
            for key, behaviour, outcome in rows.values_list(
                "attempt__current_for__conversation__key", "behaviour__key", "outcome"
            )
        }
        for said, found in zip(spoken, engine.runner.score(spoken), strict=True):
            wrong += [(said.id, v.behaviour) for v in found or () if stored.get((said.id, v.behaviour)) != v.outcome]
    return wrong


def run(options: argparse.Namespace, folder: Path) -> None:
    """Kill ingest, score and workers, then verify."""
    import django

    django.setup()
    from coachloop.app.models import Conversation, Evaluation

    if options.forked:
        import coachloop.cli  # noqa: F401 -- copied with this process

    rng = np.random.default_rng(options.seed)
    set_up(copied=(options.tables, folder / "coachloop.sqlite3") if options.tables else None)
    total, calls = options.conversations, folder / "calls.jsonl"
    write_calls(calls, total, rng)
    ingest = Work("ingest", ("ingest", str(calls)), Conversation.objects.count, total, options.forked)
    score = Work(
        "score", ("score",), Evaluation.objects.filter(state="done").count, total * len(TEMPLATES), options.forked
    )
    for work in (ingest, score):
        kill_until_done(work, options.kills, rng)
    if options.worker_kills:
        more = folder / "more.jsonl"
        write_calls(more, total, rng, prefix="w")
        assert start("ingest", str(more)).wait(PATIENCE) == 0
        kill_workers(total, options.worker_kills, rng)
        total *= 2
    verify(total)


def main() -> None:
    """Read the command line and run in a fresh folder and database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--conversations", type=int, default=12_000)
    parser.add_argument("--worker-kills", type=int, default=3)
    parser.add_argument("--postgres", metavar="URL", help="a server on which databases may be created")
    parser.add_argument(
        "--tables", metavar="FILE", type=Path, help="a migrated, empty SQLite file to begin with a copy of"
    )
    parser.add_argument("--forked", action="store_true", help="copy this process instead of starting a fresh one")
    parser.add_argument("--seed", type=int, default=20260504)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="coachloop-kill-") as name, fresh_database(options.postgres) as url:
        os.environ |= {"COACHLOOP_HOME": name, "DJANGO_SETTINGS_MODULE": "coachloop.project.settings"}
        os.environ["DATABASE_URL"] = url
        print(f"{options.conversations:,} conversations on {'PostgreSQL' if url else 'SQLite'}, seed {options.seed}")
        run(options, Path(name))


if __name__ == "__main__":
    main()
