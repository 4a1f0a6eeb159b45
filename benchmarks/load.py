"""Many people at once: how long each page takes them, and whether any fails.

usage: python benchmarks/load.py [--users 200] [--seconds 240] [--pause 30] [--home FOLDER]

Needs locust: `uv sync --all-extras --no-extra cluster --group load`. Builds the demonstration centre in FOLDER if it is not there yet,
serves it as `coachloop serve` does, worker included, on a loopback port, signs people of every role in, and lets them click through
journeys (load_journeys.py) from the same machine: what the clicking costs is part of what is measured. The database is SQLite, or the
one that DATABASE_URL names.
"""

import argparse
import csv
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).parent
COACHLOOP = Path(sys.executable).parent / "coachloop"
ROLES = ("agent", "team_leader", "qa_lead", "operations")


def main() -> None:
    """Build, serve, click, tell."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="coachloop-load-") as name:
        home = asked.home or Path(name)
        port = _free_port()
        env = os.environ | {
            "COACHLOOP_HOME": str(home),
            "COACHLOOP_DEMO": "true",
            "COACHLOOP_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "coachloop.project.settings",
        }
        subprocess.run([COACHLOOP, "demo", "--no-serve"], env=env, check=True, stdout=subprocess.DEVNULL)
        people = home / "load-people.json"
        subprocess.run([sys.executable, __file__, "--people", people], env=env, check=True)
        with subprocess.Popen([COACHLOOP, "serve", "--port", str(port)], env=env, stdout=subprocess.DEVNULL) as server:
            try:
                _wait_for(f"http://127.0.0.1:{port}/sign-in")
                rows = _click(
                    asked,
                    port,
                    env=env | {"LOAD_PEOPLE": str(people), "LOAD_PAUSE": str(asked.pause)},
                    folder=Path(name),
                )
            finally:
                server.terminate()
    _tell(rows, asked)
    sys.exit(any(int(row["Failure Count"]) for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=240)
    parser.add_argument("--pause", type=int, default=30, help="seconds from page to page of one person, more or less")
    parser.add_argument("--home", type=Path, help="where the centre stays, and is taken from if it is there")
    parser.add_argument("--people", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.people:
        _sign_in(asked.people)
        sys.exit()
    return asked


def _sign_in(path: Path) -> None:
    """Cookies of everybody, by role: signing in itself is slow by design, and nobody does it all day."""
    import django

    django.setup()
    from django.test import Client

    from coachloop.app.models import User

    found: dict[str, list[str]] = {}
    for role in ROLES:
        for user in User.objects.filter(is_active=True, grants__role=role).distinct():
            client = Client()
            client.force_login(user)
            found.setdefault(role, []).append(client.cookies["sessionid"].value)
    path.write_text(json.dumps(found))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str) -> None:
    for _ in range(600):
        try:
            urlopen(url, timeout=5).close()  # noqa: S310 -- our own server
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server did not answer within two minutes")


def _click(asked: argparse.Namespace, port: int, *, env: dict[str, str], folder: Path) -> list[dict[str, str]]:
    locust = [sys.executable, "-m", "locust", "-f", str(HERE / "load_journeys.py"), "--headless", "--only-summary"]
    sizes = ["-u", str(asked.users), "-r", "10", "-t", f"{asked.seconds}s", "--reset-stats"]
    out = ["--csv", str(folder / "load"), "--host", f"http://127.0.0.1:{port}", "--exit-code-on-error", "0"]
    subprocess.run([*locust, *sizes, *out], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with (folder / "load_stats.csv").open() as lines:
        return list(csv.DictReader(lines))


def _tell(rows: list[dict[str, str]], asked: argparse.Namespace) -> None:
    print(
        f"{asked.users} people, a page every {asked.pause} s, {asked.seconds} s\n\n| page | times | failed | p50 ms | p95 ms | a second |\n|---|---|---|---|---|---|"
    )
    for row in rows:
        name, rate = row["Name"], float(row["Requests/s"])
        print(
            f"| {name} | {row['Request Count']} | {row['Failure Count']} | {row['50%']} | {row['95%']} | {rate:.1f} |"
        )


if __name__ == "__main__":
    main()
