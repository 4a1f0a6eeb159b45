"""How fast conversations come in and are scored, against the least that anybody would write by hand.

usage: python benchmarks/ingest.py [CONVERSATIONS]

The rival reads the same lines with `json.loads` and writes one row a turn with sqlite3's `executemany`: no checks, no duplicate
detection, no audit, nothing to score. Both run in one process, on one core, into a fresh SQLite file on the same disk.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

TURNS = 20
WORDS = "thanks for calling about the house could you tell me more what matters to you is price or time then".split()


def write_lines(path: Path, conversations: int) -> None:
    """Plausible lines: twenty turns of about twelve words, each conversation another."""
    with path.open("w") as file:
        for number in range(conversations):
            turns = [
                {
                    "speaker": "agent" if turn % 2 == 0 else "customer",
                    "start": 4.0 * turn,
                    "end": 4.0 * turn + 3.5,
                    "text": " ".join(WORDS[(number + turn * 7 + word) % len(WORDS)] for word in range(12)),
                }
                for turn in range(TURNS)
            ]
            line = {
                "id": f"bench-{number}",
                "agent_id": f"a-{number % 150}",
                "team": f"t-{number % 10}",
                "channel": "voice",
                "queue": "seller-leads",
                "started_at": f"2026-05-{1 + number % 28:02d}T09:00:00+00:00",
                "turns": turns,
            }
            file.write(json.dumps(line) + "\n")


def rival(path: Path, database: Path) -> float:
    """Seconds to write the turns with nothing checked."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(
        "CREATE TABLE turn (conversation TEXT, number INT, speaker TEXT, start REAL, end REAL, text TEXT)"
    )
    started = time.perf_counter()
    with connection, path.open() as file:
        for line in file:
            data = json.loads(line)
            connection.executemany(
                "INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?)",
                [(data["id"], n, t["speaker"], t["start"], t["end"], t["text"]) for n, t in enumerate(data["turns"])],
            )
    return time.perf_counter() - started


def main(conversations: int) -> None:
    """Print conversations a second for both, and the ratio."""
    folder = Path(tempfile.mkdtemp(prefix="coachloop-bench-"))
    os.environ |= {"COACHLOOP_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "coachloop.project.settings"}
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from coachloop.adapters.readers.lines import json_lines
    from coachloop.app.queries.viewing import OPERATOR
    from coachloop.app.services import ingest, people, rollups, scoring, templates
    from coachloop.wiring import scorers

    call_command("migrate", verbosity=0)
    now = timezone.now()
    people.set_up_site(viewer=OPERATOR, name="Bench", place=people.Place("UTC"), now=now)
    text = Path("playbooks/first-30-seconds.yaml").read_text()
    key = templates.add_template(viewer=OPERATOR, text=text, now=now).version.template.key
    templates.publish_template(viewer=OPERATOR, key=key, now=now)
    path = folder / "lines.jsonl"
    write_lines(path, conversations)

    plain = rival(path, folder / "rival.sqlite3")
    started = time.perf_counter()
    receipt = ingest.ingest(json_lines(path), viewer=OPERATOR, now=now)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    tally = scoring.Tally()
    for engine in scoring.engines(scorers()):
        tally.add(scoring.score_pending(engine, now=now))
    scored = time.perf_counter() - started
    started = time.perf_counter()
    cells = rollups.refresh_rollups()
    refreshed = time.perf_counter() - started
    assert receipt.accepted == tally.evaluations == conversations
    print(f"{conversations:,} conversations of {TURNS} turns, one core, SQLite")
    print(f"ingest, checked and put down to be scored   {conversations / ours:8,.0f} a second")
    print(f"rival: json.loads + executemany, unchecked  {conversations / plain:8,.0f} a second")
    print(f"ratio                                       {plain / ours:8.2f}")
    print(f"score and store, three behaviours           {conversations / scored:8,.0f} a second")
    print(f"counts refreshed                            {cells / refreshed:8,.0f} agent-days a second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
