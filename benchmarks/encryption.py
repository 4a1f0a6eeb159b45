"""What encrypting words costs: ingest, score, a conversation's page, search and room on the disk, with a key and without one.

usage: python benchmarks/encryption.py [CONVERSATIONS] [ROUNDS]

Each round runs two processes, one with a key and one without, in turns, each into a fresh SQLite file; calls are those of the simulated
centre, with its own words. Seconds are those of the cores, which says more than the clock where others are at work; the median of the
rounds is shown. At last the words of the largest plain file are encrypted, as `coachloop privacy encrypt` does it.
"""

import base64
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

KEY = base64.b64encode(bytes(range(32))).decode()
QUERIES = ('"thank you"', "house", '"how much" sell', "zebra")
LOOKS, SEARCHES = 100, 25


def write_lines(path: Path, conversations: int) -> None:
    """So many calls of the simulated centre, under ids of their own."""
    from coachloop.simulation import write_centre

    with tempfile.TemporaryDirectory() as name, path.open("w") as file:
        files = write_centre(Path(name), seed=1, last_day=date(2026, 1, 30), agents=12, teams=4)
        with gzip.open(files.conversations, "rt", encoding="utf-8") as lines:
            calls = [json.loads(line) for line in lines]
        for number, call in zip(count(), islice(cycle(calls), conversations)):
            file.write(json.dumps({**call, "id": f"c-{number}"}) + "\n")


def seconds(work: Callable[[], object]) -> float:
    """Of the cores."""
    before = process_time()
    work()
    return process_time() - before


def run(path: Path, folder: Path) -> dict[str, float]:
    """The loop once, in this process, with the key that its environment has."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from coachloop.adapters.readers.lines import json_lines
    from coachloop.app.models import Conversation, Grant, User
    from coachloop.app.queries.search import passages, says
    from coachloop.app.queries.viewing import OPERATOR
    from coachloop.app.services import data_keys, encrypting, ingest, people, scoring, templates
    from coachloop.core.model.people import Role
    from coachloop.wiring import scorers

    now = timezone.now()
    call_command("migrate", verbosity=0)
    people.set_up_site(viewer=OPERATOR, name="Bench", place=people.Place("UTC"), now=now)
    data_keys.make_due(now=now)
    text = Path("playbooks/first-30-seconds.yaml").read_text()
    key = templates.add_template(viewer=OPERATOR, text=text, now=now).version.template.key
    templates.publish_template(viewer=OPERATOR, key=key, now=now)
    user = User.objects.create(email="q@example.org", name="Q", password="!")  # noqa: S106 -- nobody signs in by it
    Grant.objects.create(user=user, role=Role.QA_LEAD)

    def score() -> None:
        for engine in scoring.engines(scorers()):
            scoring.score_pending(engine, now=now)

    def search() -> None:
        for query in QUERIES:
            rows = list(Conversation.objects.filter(says(query)).order_by("-id")[:20])
            passages(rows, query)

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    found = {
        "ingest": seconds(lambda: ingest.ingest(json_lines(path), viewer=OPERATOR, now=now)),
        "score": seconds(score),
    }
    keys = list(Conversation.objects.values_list("key", flat=True)[: LOOKS + 1])
    assert client.get(f"/conversations/{keys.pop()}").status_code == 200
    found["page"] = seconds(lambda: [client.get(f"/conversations/{one}") for one in keys])
    found["search"] = seconds(lambda: [search() for _ in range(SEARCHES)])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found["bytes"] = (folder / "coachloop.sqlite3").stat().st_size
    if not os.environ.get("COACHLOOP_ENCRYPTION_KEY"):
        from django.conf import settings
        from pydantic import SecretStr

        settings.ENCRYPTION_KEY = SecretStr(KEY)
        data_keys.make_due(now=now)
        found["rows"] = encrypting.left(sealing=True)
        found["encrypt"] = seconds(lambda: encrypting.encrypt(viewer=OPERATOR, now=lambda: now))
    return found


def once(path: Path, *, key: str) -> dict[str, float]:
    """One process, with a key or without."""
    with tempfile.TemporaryDirectory(prefix="coachloop-bench-") as home:
        told = {"COACHLOOP_HOME": home, "COACHLOOP_ENCRYPTION_KEY": key, "COACHLOOP_EMBEDDINGS": "off"}
        told |= {"DJANGO_SETTINGS_MODULE": "coachloop.project.settings"}
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(path), home],
            env=os.environ | told,
            check=True,
            stdout=subprocess.PIPE,
        )
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found


def main(conversations: int, rounds: int) -> None:
    """Print each measure without and with a key, and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "lines.jsonl"
        write_lines(path, conversations)
        runs = [(once(path, key=""), once(path, key=KEY)) for _ in range(rounds)]
        print(
            f"{conversations:,} calls of the simulated centre, {path.stat().st_size / 1e6:.1f} MB of JSON Lines, SQLite, {rounds} rounds"
        )
    print(f"{'':<34}{'plain':>12}{'encrypted':>12}{'ratio':>8}")
    told: tuple[tuple[str, str, Any], ...] = (
        ("ingest", "ingest, calls a second", lambda one: conversations / one["ingest"]),
        ("score", "score and store, calls a second", lambda one: conversations / one["score"]),
        ("page", "a conversation's page, ms", lambda one: 1000 * one["page"] / min(LOOKS, conversations)),
        ("search", "a search with its passages, ms", lambda one: 1000 * one["search"] / SEARCHES / len(QUERIES)),
        ("bytes", "on the disk, MB", lambda one: one["bytes"] / 1e6),
    )
    for measure, title, shown in told:
        ratio = median(sealed[measure] / plain[measure] for plain, sealed in runs)
        plain, sealed = (median(shown(pair[which]) for pair in runs) for which in (0, 1))
        print(f"{title:<34}{plain:>12,.1f}{sealed:>12,.1f}{ratio:>8.2f}")
    print("ratio: seconds or bytes with a key to those without; 1.10 is a tenth more")
    rate = median(plain["rows"] / plain["encrypt"] for plain, _ in runs)
    print(f"what is there is encrypted at {rate:,.0f} rows a second")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(run(Path(sys.argv[2]), Path(sys.argv[3]))))
    else:
        main(*(int(sys.argv[n]) if len(sys.argv) > n else usual for n, usual in ((1, 3000), (2, 3))))
