"""How long the daily insight run and the insight pages take for a year of a large centre, and how much memory.

usage: python benchmarks/insight_speed.py [--agents 500] [--behaviours 20] [--days 261] [--weeks 4] [--keep DIRECTORY]
       python tests/with_postgres.py python benchmarks/insight_speed.py --weeks 53

500 agents x 20 behaviours x a year are 20 million verdicts. A site is filled with the roll-ups and packed days of all of them
(big_centre.py), and with the calls and verdicts of the last weeks: all of them with `--weeks 53`. Then the services of the worker's
daily run are timed, each in a process of its own and all in one, and every page and list of the API thirty times through Django's test
client: the first time in a process that has only done what a server does before it lets anybody in, and then again. The database is
SQLite, or the one that DATABASE_URL names.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

TIMES, MOST = 30, 300
EVERYBODY = (
    "/trust",
    "/trust/year",
    "/how-we-score",
    "/templates",
    "/templates/year",
    "/drift",
    "/impact",
    "/effect",
    "/workshops",
)
PAGES = {
    "leader@example.org": (
        "/week",
        "/heatmap",
        "/heatmap?days=90",
        "/agents/a-0000",
        "/agents/a-0000/choose",
        "/agents/a-0000/goals",
        "/agents/a-0000/trend.svg?behaviour=behaviour_1&template=year",
        "/sessions/1",
        "/conversations",
        "/conversations/call-1",
        "/clips",
        "/clips/candidates",
        "/gatherings",
        "/gatherings/new",
        "/slots",
        "/away",
        "/me/reports",
        "/how-i-coach",
        "/shared-coaching",
        "/disputes",
        "/rooms",
        "/reviews",
        "/impact/chart.svg",
        "/effect/chart.svg",
    ),
    "qa@example.org": (
        "/week",
        "/heatmap",
        "/heatmap?team=all",
        "/heatmap?team=all&days=90",
        "/agents/a-0000",
        "/conversations",
        "/clips",
        "/proposals",
        "/disputes",
        "/rooms",
        "/audits",
        "/reviews",
        "/templates/year/studio",
        "/templates/year/history",
    ),
    "operations@example.org": (
        "/heatmap",
        "/heatmap?days=90",
        "/worth",
        "/mix",
        "/slots/lost",
        "/operations/rules",
        "/roll-out",
        "/audits",
        "/site",
    ),
}


def main() -> None:
    """Fill, then measure each part in a process of its own."""
    asked = _arguments()
    if asked.part:
        _set_up()
        PARTS[asked.part](asked)
        return
    with tempfile.TemporaryDirectory(prefix="coachloop-year-") as name:
        home = asked.keep or Path(name)
        os.environ["COACHLOOP_HOME"] = str(home)
        if not (home / "filled.json").exists():
            home.mkdir(parents=True, exist_ok=True)
            _run("fill", asked)
        _run("migrate", asked)
        for part in asked.only or [part for part in PARTS if part not in {"fill", "migrate"}]:
            _run(part, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"agents": 500, "behaviours": 20, "days": 261, "weeks": 4}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--keep", type=Path, help="where the filled site stays, and is taken from if it is there")
    parser.add_argument("--only", nargs="*", choices=PARTS)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(part: str, asked: argparse.Namespace) -> None:
    sizes = [f"--{name}={getattr(asked, name)}" for name in ("agents", "behaviours", "days", "weeks")]
    subprocess.run([sys.executable, __file__, "--part", part, *sizes], check=True)


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "coachloop.project.settings"
    import django

    django.setup()


def _timed(name: str, work: Callable[[], object]) -> None:
    """One line: seconds on the clock, seconds of the cores, the most memory so far in this process."""
    wall, cores = perf_counter(), process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:34} {perf_counter() - wall:7.1f} s  {process_time() - cores:7.1f} s of cores  {peak:6,.0f} MB  {result}",
        flush=True,
    )


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()


# -- parts --------------------------------------------------------------------------------------------------------------------


def _fill(asked: argparse.Namespace) -> None:
    from big_centre import fill
    from django.core.management import call_command

    from coachloop.app.queries.viewing import OPERATOR
    from coachloop.app.services import people
    from coachloop.app.services.rollups import tell_the_planner

    call_command("migrate", verbosity=0)
    people.set_up_site(viewer=OPERATOR, name="Year", place=people.Place("UTC"), now=_now())
    last = (_now() - timedelta(days=1)).date()
    sizes = {"agents": asked.agents, "behaviours": asked.behaviours, "days": asked.days}
    counts = fill(**sizes, last=last, weeks=asked.weeks)
    tell_the_planner()
    (Path(os.environ["COACHLOOP_HOME"]) / "filled.json").write_text(json.dumps(counts))


def _migrate(_: argparse.Namespace) -> None:
    """A site that was kept may be older than the tables."""
    from django.core.management import call_command

    from coachloop.app.services.rollups import tell_the_planner

    call_command("migrate", verbosity=0)
    tell_the_planner()
    print((Path(os.environ["COACHLOOP_HOME"]) / "filled.json").read_text())


def _counts(_: argparse.Namespace) -> None:
    """The last day comes in anew: its calls are counted, and packed for impact; its counts for drift and effect."""
    from coachloop.app.models import AgentDay, DirtyDay
    from coachloop.app.queries.daily import newest_day
    from coachloop.app.queries.viewing import OPERATOR
    from coachloop.app.services.matrix import refresh_matrix
    from coachloop.app.services.rollups import pack_counts, refresh_rollups

    day = newest_day(OPERATOR)
    agents = AgentDay.objects.filter(day=day).values_list("agent_id", flat=True).distinct()
    DirtyDay.objects.bulk_create(DirtyDay(agent_id=agent, day=day) for agent in agents)
    _timed("counts of one day", lambda: f"{refresh_rollups()} agent-days")
    _timed("matrix of one day", lambda: f"{refresh_matrix()} day")
    _timed("packing its counts", lambda: f"{pack_counts()} day")


def _sizes(_: argparse.Namespace) -> None:
    """What lies on the disk, the largest tables with their indexes first."""
    from django.db import connection

    for name, rows, size in _SIZES[connection.vendor]():
        print(f"{name:40} {rows:>12,} rows {size / 1e6:9,.0f} MB")


def _on_sqlite() -> list[tuple[str, int, int]]:
    """SQLite tells its tables' sizes only where it was built to; the file is what counts."""
    from django.conf import settings

    file = Path(settings.DATABASES["default"]["NAME"])
    return [(file.name, _count("coachloop_verdict"), file.stat().st_size)]


def _on_postgres() -> list[tuple[str, int, int]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        whole = ("the database", 0, cursor.fetchone()[0])
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'coachloop_%' "
            "ORDER BY 2 DESC LIMIT 8"
        )
        return [whole, *((name, _count(name), size) for name, size in cursor.fetchall())]


def _count(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 -- our own names
        return int(cursor.fetchone()[0])


_SIZES = {"sqlite": _on_sqlite, "postgresql": _on_postgres}


def _drift(_: argparse.Namespace) -> None:
    from coachloop.app.models import DriftAlert
    from coachloop.app.queries.viewing import OPERATOR
    from coachloop.app.services.drift import watch

    DriftAlert.objects.all().delete()
    _timed("drift", lambda: watch(OPERATOR, as_of=(_now() - timedelta(days=1)).date(), now=_now()))


def _impact(_: argparse.Namespace) -> None:
    from coachloop.app.models import ImpactEstimate, ImpactRun
    from coachloop.app.services.impact import refresh_impact

    ImpactRun.objects.all().delete()
    _timed(
        "impact",
        lambda: refresh_impact(now=_now()) and f"{ImpactEstimate.objects.filter(survives=True).count()} survive",
    )


def _effect(_: argparse.Namespace) -> None:
    from coachloop.app.models import SessionEffect
    from coachloop.app.services.effects import measure

    _timed(
        "effect and programme",
        lambda: measure(now=_now()) and f"{SessionEffect.objects.exclude(effect=None).count()} sessions measured",
    )


def _trust(_: argparse.Namespace) -> None:
    from coachloop.app.models import Figures
    from coachloop.app.services.trust import refresh_trust

    Figures.objects.filter(kind__startswith="trust:").delete()
    _timed("trust", lambda: f"{refresh_trust(now=_now())} template")


def _focus(_: argparse.Namespace) -> None:
    from coachloop.app.queries.focus import suggestions
    from coachloop.app.queries.viewing import OPERATOR

    _timed("suggestions for everybody", lambda: len(suggestions(OPERATOR)))


def _whole(asked: argparse.Namespace) -> None:
    """The daily run as a worker does it: one after another in one process."""

    def work() -> str:
        for part in (_counts, _drift, _impact, _effect, _trust, _focus):
            part(asked)
        return ""

    print("all in one process:")
    _timed("the daily run", work)


def _pages(_: argparse.Namespace) -> None:
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from coachloop.app.models import User
    from coachloop.app.services.rollups import pack_counts
    from coachloop.app.services.trust import refresh_trust
    from coachloop.web.warm import warm

    settings.ALLOWED_HOSTS.append("testserver")
    pack_counts()
    refresh_trust(now=_now())
    _timed("before anybody is let in", lambda: warm(today=timezone.localdate()))
    slow = []
    for email, paths in PAGES.items():
        client = Client()
        client.force_login(User.objects.get(email=email))
        slow += [_page(client, path, email) for path in (*paths, *EVERYBODY)]
    _after_new_counts(client)
    print(f"{sum(ms > MOST for ms in slow)} of {len(slow)} pages take more than {MOST} ms of cores at p95")


def _lists(_: argparse.Namespace) -> None:
    """Every list and figure of the API that needs no more than its address, for somebody who may have it."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from coachloop.app.models import User
    from coachloop.app.queries.viewing import viewer
    from coachloop.app.services import tokens
    from coachloop.core.model.scopes import open_to
    from coachloop.web.api.api import ROOT, api
    from coachloop.web.warm import warm

    settings.ALLOWED_HOSTS.append("testserver")
    settings.CONFIG.api_requests_a_minute = 0
    warm(today=timezone.localdate())
    described = api().get_openapi_schema(path_prefix=f"/{ROOT}/")["paths"]
    slow = []
    for email in PAGES:
        who = viewer(User.objects.get(email=email), now=_now())
        wanted = tokens.Wanted("figures", open_to(who.roles), _now() + timedelta(hours=12))
        token = tokens.make(viewer=who, wanted=wanted, now=_now())
        client = Client(headers={"authorization": f"Bearer {token.secret}"})
        plain = [path for path, does in described.items() if "get" in does and _needs_nothing(path, does["get"])]
        slow += [_page(client, path, email) for path in plain if client.get(path).status_code == 200]
    print(f"{sum(ms > MOST for ms in slow)} of {len(slow)} lists take more than {MOST} ms of cores at p95")


def _needs_nothing(path: str, operation: dict[str, list[dict[str, object]]]) -> bool:
    return "{" not in path and not any(one.get("required") for one in operation.get("parameters", ()))


def _after_new_counts(client: object) -> None:
    """Pages that add up the centre, each time right after an agent's newest day was counted again."""
    from coachloop.app.models import AgentDay, DirtyDay, User
    from coachloop.app.queries.daily import newest_day
    from coachloop.app.queries.viewing import OPERATOR
    from coachloop.app.services.rollups import refresh_rollups

    day = newest_day(OPERATOR)
    agent = AgentDay.objects.filter(day=day).values_list("agent_id", flat=True)[0]
    for email, path in (("leader@example.org", "/week"), ("qa@example.org", "/heatmap?team=all&days=90")):
        client.force_login(User.objects.get(email=email))
        cores = []
        for _ in range(TIMES):
            DirtyDay.objects.create(agent_id=agent, day=day)
            refresh_rollups()
            before = process_time()
            client.get(path)
            cores.append(1000 * (process_time() - before))
        name = f"{email.split('@', maxsplit=1)[0]:10} {path} after new counts"
        print(f"{name:71} p95 {sorted(cores)[round(0.95 * TIMES) - 1]:6.0f} ms of cores", flush=True)


def _page(client: object, path: str, who: str) -> float:
    spent, cores = [], []
    for _ in range(TIMES + 1):
        wall, before = perf_counter(), process_time()
        answer = client.get(path)
        spent.append(1000 * (perf_counter() - wall))
        cores.append(1000 * (process_time() - before))
    middle = sorted(spent[1:])[TIMES // 2]
    of = [sorted(some[1:])[round(0.95 * TIMES) - 1] for some in (spent, cores)]
    print(
        f"{who.split('@', maxsplit=1)[0]:10} {path:60} {answer.status_code}  p50 {middle:6.0f} ms  p95 {of[0]:6.0f} ms  {of[1]:6.0f} ms of cores"
        f"  first {cores[0]:6.0f} ms of cores",
        flush=True,
    )
    return of[1]


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "fill": _fill,
    "migrate": _migrate,
    "sizes": _sizes,
    "counts": _counts,
    "drift": _drift,
    "impact": _impact,
    "effect": _effect,
    "trust": _trust,
    "focus": _focus,
    "whole": _whole,
    "pages": _pages,
    "lists": _lists,
}


if __name__ == "__main__":
    main()
