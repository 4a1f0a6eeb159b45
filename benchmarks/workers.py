"""Several workers on PostgreSQL: how much they score, and whether anything is lost or there twice when they are killed or cut off.

usage: python benchmarks/workers.py [--conversations N] [--workers 1,2] [--kills N] [--seed N] [--only throughput,kills,network]

Starts a PostgreSQL server of its own (with everything on that keeps what is stored) and the real `coachloop worker`, a process each. Three
parts, each in a fresh database: the time that 1 and 2 workers take for new conversations x 2 templates; 2 workers that end by SIGKILL at random
moments and are started again; and two hosts (network namespaces, which need root) with a worker each, one of which is cut off from the server
in the middle of its work, and comes back. The last lines are the table of docs/scale.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kill
import numpy as np
from machines import Host, can_have_hosts, hosts, postgres

AWAY = 30.0
"""Seconds that a host is cut off."""


class Site:
    """A site in a database of its own, with conversations that wait to be scored."""

    def __init__(self, url: str, conversations: int) -> None:
        self.url, self.conversations, self.total = url, conversations, conversations * len(kill.TEMPLATES)

    def scored(self) -> int:
        """Conversations x templates that are done."""
        from coachloop.app.models import Evaluation

        return Evaluation.objects.filter(state="done").count()

    def by_host(self) -> dict[str, int]:
        """Blocks that each host's worker has finished."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT client_addr::text, count(*) FROM pg_stat_activity WHERE client_addr IS NOT NULL GROUP BY 1"
            )
            return dict(cursor.fetchall())

    def until(self, done: Callable[[], bool], patience: float = 600.0) -> float:
        """Wait for it; the seconds that it took."""
        began = time.monotonic()
        while not done():
            assert time.monotonic() - began < patience, f"{self.scored():,} of {self.total:,} after {patience:.0f} s"
            time.sleep(0.05)
        return time.monotonic() - began

    def verify(self) -> None:
        """Stop where anything is lost or there twice."""
        from coachloop.app.services import rollups

        rollups.refresh_rollups()
        kill.verify(self.conversations)


MODEL = "coachloop_workers_model"


def furnish(server: str, conversations: int, rng: np.random.Generator) -> None:
    """A site whose conversations wait to be scored; every part begins with a copy of it."""
    with tempfile.TemporaryDirectory() as folder, living_in(server, MODEL):
        kill.set_up()
        path = Path(folder) / "calls.jsonl"
        kill.write_calls(path, conversations, rng)
        assert kill.start("ingest", str(path)).wait() == 0


@contextmanager
def living_in(server: str, database: str) -> Iterator[str]:
    """Use this database, made as a copy of the furnished one where that is there."""
    import psycopg
    from django.db import connections

    with psycopg.connect(server, autocommit=True) as admin:
        copied = f" TEMPLATE {MODEL}" if database != MODEL else ""
        admin.execute(f'CREATE DATABASE "{database}"{copied}')
        url = urlsplit(server)._replace(path=f"/{database}").geturl()
        os.environ["DATABASE_URL"] = url
        connections.close_all()
        for told in (connections.settings["default"], connections["default"].settings_dict):
            told["NAME"] = database
        try:
            yield url
        finally:
            connections.close_all()


@contextmanager
def site(server: str, name: str, conversations: int) -> Iterator[Site]:
    """A fresh copy of the site."""
    with living_in(server, f"coachloop_workers_{name}") as url:
        yield Site(url, conversations)


def started(host: Host | None = None, url: str = "") -> "subprocess.Popen[bytes]":
    """A worker, here or there."""
    command = [str(kill.COACHLOOP), "worker"]
    environment = os.environ | ({"DATABASE_URL": url} if url else {})
    return subprocess.Popen(
        host.command(*command) if host else command, start_new_session=True, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def working(count: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """So many workers, gone in the end."""
    workers = [started() for _ in range(count)]
    try:
        yield workers
    finally:
        for one in workers:
            if one.poll() is None:
                kill.kill(one)


def throughput(server: str, options: argparse.Namespace) -> Iterator[Sequence[Any]]:
    """Time from the first scored block to the last."""
    for count in options.workers:
        with site(server, f"{count}", options.conversations) as found, working(count):
            start = found.until(lambda: found.scored() > 0)
            first = found.scored()
            took = found.until(lambda: found.scored() == found.total)
        pace = (found.total - first) / took
        print(f"{count} workers: {found.total:,} in {took:.1f} s after {start:.1f} s of starting", flush=True)
        yield f"{count} worker{'s' if count > 1 else ''}: conversations x templates a second", f"{pace:,.0f}"


def kills(server: str, options: argparse.Namespace, rng: np.random.Generator) -> Iterator[Sequence[Any]]:
    """Two workers; one of them at a time ends in the middle, and another one begins."""
    from coachloop.app.models import Attempt

    with site(server, "kills", options.conversations) as found, working(2) as workers:
        for number in range(options.kills):
            goal = found.scored() + int(rng.integers(1, max((found.total - found.scored()) // 2, 2)))
            found.until(lambda goal=goal: found.scored() >= goal)  # type: ignore[misc]
            time.sleep(float(rng.uniform(0, 0.2)))
            victim = int(rng.integers(2))
            kill.kill(workers[victim])
            workers[victim] = started()
            print(f"kill {number + 1}: {found.scored():,} of {found.total:,} were scored", flush=True)
        found.until(lambda: found.scored() == found.total)
        extra = Attempt.objects.count() - found.total
        found.verify()
    yield f"2 workers, {options.kills} times SIGKILL: lost, twice, extra attempts", f"0, 0, {extra}"


def network(server: str, options: argparse.Namespace, there: list[Host]) -> Iterator[Sequence[Any]]:
    """Two hosts; the wire of one is cut in the middle of its work and healed later."""
    from coachloop.app.models import Attempt

    with site(server, "network", options.conversations) as found, ExitStack() as stack:
        parts, workers = urlsplit(found.url), list["subprocess.Popen[bytes]"]()
        for host in there:
            url = parts._replace(netloc=f"coachloop@{host.server}:{parts.port}").geturl()
            workers.append(started(host, url))
            stack.callback(kill.kill, workers[-1])
        found.until(lambda: len(found.by_host()) > 2 and found.scored() > found.total // 20, 120)
        there[0].cut()
        at, began = found.scored(), time.monotonic()
        print(f"cut off at {at:,} of {found.total:,}", flush=True)
        held = found.until(lambda: len(found.by_host()) < 3)
        print(f"the server let go of what it held after {held:.0f} s", flush=True)
        time.sleep(max(AWAY - (time.monotonic() - began), 0))
        alone = found.scored()
        there[0].heal()
        back = found.until(lambda: len(found.by_host()) > 2, 120)
        print(f"healed at {alone:,}; it was back after {back:.0f} s", flush=True)
        took = found.until(lambda: found.scored() == found.total)
        extra = Attempt.objects.count() - found.total
        found.verify()
    yield "network of one of two hosts cut: scored meanwhile by the other", f"{alone - at:,} in {AWAY:.0f} s"
    yield (
        "the server frees what the lost host held, and the host is back after the wire is healed",
        f"{held:.0f} s, {back:.0f} s",
    )
    yield "lost, twice, extra attempts", f"0, 0, {extra}"
    print(f"all done {took:.0f} s after it was back")


def main() -> None:
    """Read the command line and run all parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=5_000)
    parser.add_argument("--workers", type=lambda text: [int(one) for one in text.split(",")], default=[1, 2])
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--only", default="throughput,kills,network")
    options = parser.parse_args()
    rng, rows = np.random.default_rng(options.seed), []
    with tempfile.TemporaryDirectory(prefix="coachloop-workers-") as home, ExitStack() as stack:
        there = stack.enter_context(hosts(2)) if "network" in options.only and can_have_hosts() else []
        server = stack.enter_context(postgres(*(host.server for host in there)))
        os.environ |= {"COACHLOOP_HOME": home, "DJANGO_SETTINGS_MODULE": "coachloop.project.settings"}
        os.environ |= {"DATABASE_URL": server, "COACHLOOP_WORKERS": "1", "COACHLOOP_SECRET_KEY": "x" * 50}
        import django

        django.setup()
        furnish(server, options.conversations, rng)
        if "throughput" in options.only:
            rows += throughput(server, options)
        if "kills" in options.only:
            rows += kills(server, options, rng)
        if "network" in options.only and there:
            rows += network(server, options, there)
        elif "network" in options.only:
            print("no hosts: making networks needs root and iproute2", file=sys.stderr)
    print(
        f"\n| {options.conversations:,} conversations x {len(kill.TEMPLATES)} templates, PostgreSQL, {os.cpu_count()} cores | |\n|---|---|"
    )
    for name, value in rows:
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
