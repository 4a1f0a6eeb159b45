"""A Ray cluster of two simulated nodes on this machine, of which one is killed, and then the driver; and what large archives take.

Overhead against the local path, whether anything is lost or there twice, and from the figures a model for 10^6, 10^7 and 10^9 conversations.

usage: python benchmarks/cluster.py [--conversations N] [--block N] [--seed N] [--core-hour USD] [--gb-month USD] [--bucket-gb-month USD]

Needs the extra `cluster` and PostgreSQL's binaries; `make test-cluster` brings Ray and runs it small. The last lines are the tables of docs/scale.md.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kill
import numpy as np
from machines import postgres
from workers import Site, furnish, site

SIZES = (10**6, 10**7, 10**9)
PLAYBOOK = str(kill.PLAYBOOKS / f"{kill.TEMPLATES[1]}.yaml")


@dataclass(slots=True)
class Measured:
    """What was seen: conversations x templates a second of one core, times against the local path, bytes of one conversation x template."""

    local: float = 0.0
    clustered: float = 0.0
    files_local: float = 0.0
    files_clustered: float = 0.0
    row_bytes: float = 0.0
    words_bytes: float = 0.0
    file_bytes: float = 0.0


def driver(address: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """The real command, in a process group of its own."""
    command = [str(kill.COACHLOOP), "cluster", "score", "--json", "--address", address, *arguments]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE)


def told(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """What it said in the end."""
    said, _ = process.communicate(timeout=900)
    assert process.returncode == 0, f"the driver ended with {process.returncode}"
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def size_of_database() -> tuple[int, int]:
    """Bytes of all tables, and of those that hold words."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute(
            "SELECT sum(pg_total_relation_size(c.oid)), sum(pg_total_relation_size(c.oid)) FILTER (WHERE relname IN"
            " ('coachloop_revision', 'coachloop_conversation', 'coachloop_spoken', 'coachloop_original'))"
            " FROM pg_class c WHERE relkind = 'r'"
        )
        whole, words = cursor.fetchone()
    return int(whole), int(words)


def until(done: Callable[[], bool], patience: float = 600.0) -> None:
    """Wait for it."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < patience, "it did not get there"
        time.sleep(0.05)


def local(server: str, options: argparse.Namespace, seen: Measured) -> None:
    """One process, no cluster."""
    from django.utils import timezone

    from coachloop.app.services import scoring
    from coachloop.wiring import scorers

    with site(server, "local", options.conversations) as found:
        before, words = size_of_database()
        began = time.perf_counter()
        for engine in scoring.engines(scorers()):
            scoring.score_pending(engine, now=timezone.now())
        seen.local = found.total / (time.perf_counter() - began)
        after, _ = size_of_database()
    seen.row_bytes, seen.words_bytes = (after - before) / found.total, words / options.conversations
    print(f"local: {seen.local:,.0f} conversations x templates a second", flush=True)


def overhead(found: Site, options: argparse.Namespace, seen: Measured, *, address: str) -> None:
    """One actor against one process, with the first template; the driver's start is not counted."""
    process = driver(address, "--workers", "1", "--block", str(options.block), "--template", kill.TEMPLATES[0])
    until(lambda: found.scored() > 0)
    began, first = time.perf_counter(), found.scored()
    until(lambda: found.scored() == found.total // 2)
    seen.clustered = (found.scored() - first) / (time.perf_counter() - began)
    whole = told(process)["seconds"]
    print(f"one actor: {seen.clustered:,.0f} a second; {whole:.0f} s with the start", flush=True)


def killed(found: Site, options: argparse.Namespace, cluster: Any, *, node: Any) -> list[str]:
    """With the second template: a node goes, then the driver; the driver is started again."""
    from coachloop.app.models import Attempt

    half = found.total // 2
    process = driver(cluster.address, "--block", str(options.block))
    until(lambda: found.scored() > half + half // 4)
    at_node = found.scored() - half
    cluster.remove_node(node, allow_graceful=False)
    until(lambda: found.scored() > half + half // 2)
    kill.kill(process)
    at_driver = found.scored() - half
    print(f"node killed at {at_node:,}, driver at {at_driver:,} of {half:,}", flush=True)
    again = told(driver(cluster.address, "--block", str(options.block)))
    extra = Attempt.objects.count() - found.total
    found.verify()
    return [
        f"a node killed at {at_node:,} and the driver at {at_driver:,} of {half:,}: lost, twice, extra attempts | 0, 0, {extra}",
        f"left for the driver's second run | {again['conversations']:,}",
    ]


def files(options: argparse.Namespace, seen: Measured, folder: Path, *, address: str) -> list[str]:
    """Files of an archive, here and on the cluster; then once more, which does nothing."""
    from django.utils import timezone

    from coachloop.adapters.media import Bucket
    from coachloop.cluster.archive import Archive
    from coachloop.cluster.ruler import Ruler

    rng, source = np.random.default_rng(options.seed), folder / "archive"
    source.mkdir()
    for number in range(8):
        kill.write_calls(source / f"{number}.jsonl", options.conversations // 8, rng, prefix=f"f{number}")
    text = Path(PLAYBOOK).read_text(encoding="utf-8")
    archive = Archive(Ruler(text, 0, timezone.now()), Bucket(str(source)), Bucket(str(folder / "here")))
    archive.runner.score([])
    began = time.perf_counter()
    done = sum(archive.score(one).conversations for one in archive.files())
    seen.files_local = done / (time.perf_counter() - began)
    seen.file_bytes = sum(one.stat().st_size for one in (folder / "here").iterdir()) / done
    command = ("--archive", str(source), "--out", str(folder / "there"), "--template", PLAYBOOK)
    began = time.perf_counter()
    first = driver(address, "--workers", "1", *command)
    until(lambda: any((folder / "there").glob("*.parquet")) if (folder / "there").is_dir() else False)
    half, since = len(list((folder / "there").glob("*.parquet"))), time.perf_counter()
    until(lambda: len(list((folder / "there").glob("*.parquet"))) == 8)
    seen.files_clustered = done * (8 - half) / 8 / (time.perf_counter() - since)
    assert told(first)["conversations"] == done
    again = told(driver(address, *command))
    return [f"an archive of 8 files once more: files scored, known | {again['files']}, {again['files_known']}"]


def costs(seen: Measured, options: argparse.Namespace) -> None:
    """What so many conversations, one template each, would take, by what was measured and the prices that are named."""
    slower = seen.clustered / seen.local
    print(
        f"\nAssumed: {options.core_hour:g} USD an hour of one core, {options.gb_month:g} a gigabyte-month of the database's disk, "
        f"{options.bucket_gb_month:g} of a bucket; phrases and timing, calls as short as these, one template.\n"
    )
    print(
        "| conversations | way | core-hours | disk, GB | money: work | money: disk a month |\n|---|---|---|---|---|---|"
    )
    for size in SIZES:
        into = [
            ("the database", seen.local * slower, seen.row_bytes + seen.words_bytes, options.gb_month),
            ("files to Parquet", seen.files_clustered, seen.file_bytes, options.bucket_gb_month),
        ]
        for way, pace, one, price in into:
            hours, disk = size / pace / 3600, size * one / 1e9
            row = f"| 10^{np.log10(size):.0f} | {way} | {hours:,.1f} | {disk:,.1f} | {hours * options.core_hour:,.2f} | {disk * price:,.2f} |"
            print(row)


def run(options: argparse.Namespace, server: str, folder: Path) -> None:
    """All parts, then the tables."""
    from ray.cluster_utils import Cluster

    rng, seen = np.random.default_rng(options.seed), Measured()
    furnish(server, options.conversations, rng)
    local(server, options, seen)
    with site(server, "cluster", options.conversations) as found:
        began = time.perf_counter()
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        node = cluster.add_node(num_cpus=1)
        start = time.perf_counter() - began
        try:
            overhead(found, options, seen, address=cluster.address)
            rows = files(options, seen, folder, address=cluster.address)
            rows += killed(found, options, cluster, node=node)
        finally:
            cluster.shutdown()
    print(
        f"\n| {options.conversations:,} conversations x {len(kill.TEMPLATES)} templates, two simulated nodes, {os.cpu_count()} cores | |\n|---|---|"
    )
    print(f"| one process without a cluster, conversations x templates a second | {seen.local:,.0f} |")
    print(f"| one actor of the cluster | {seen.clustered:,.0f} ({seen.clustered / seen.local - 1:+.0%}) |")
    print(
        f"| files to Parquet, one process; one actor | {seen.files_local:,.0f}; {seen.files_clustered:,.0f} ({seen.files_clustered / seen.files_local - 1:+.0%}) |"
    )
    print(f"| the cluster's own start | {start:.0f} s |")
    for row in rows:
        print(f"| {row} |")
    costs(seen, options)


def main() -> None:
    """Read the command line and run in a fresh folder and server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--block", type=int, default=0, help="0: a sixteenth of all")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--core-hour", type=float, default=0.04)
    parser.add_argument("--gb-month", type=float, default=0.12)
    parser.add_argument("--bucket-gb-month", type=float, default=0.023)
    options = parser.parse_args()
    options.block = options.block or max(options.conversations // 16, 200)
    with tempfile.TemporaryDirectory(prefix="coachloop-cluster-") as home, ExitStack() as stack:
        server = stack.enter_context(postgres())
        os.environ |= {"COACHLOOP_HOME": home, "DJANGO_SETTINGS_MODULE": "coachloop.project.settings"}
        os.environ |= {"DATABASE_URL": server, "COACHLOOP_SECRET_KEY": "x" * 50, "RAY_USAGE_STATS_ENABLED": "0"}
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        import django

        django.setup()
        try:
            import ray  # noqa: F401 -- whether it is there
        except ImportError:
            sys.exit("Ray is not installed: `make test-cluster` brings it")
        run(options, server, Path(home))


if __name__ == "__main__":
    main()
