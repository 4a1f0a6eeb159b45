"""The demonstration centre: simulated files, taken in through the ordinary services, a day at a time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

import typer
from django.conf import settings
from django.utils import timezone

from coachloop.adapters.playbooks import playbooks
from coachloop.adapters.readers.ahead import read_scores
from coachloop.adapters.readers.incoming import lines_of
from coachloop.adapters.readers.lines import json_lines, records
from coachloop.app.queries.demo import person_in
from coachloop.app.queries.evaluate import evaluate
from coachloop.app.queries.health import has_conversations
from coachloop.app.queries.sites import zone
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import imports, ingest, people_files, rollups, scoring, templates
from coachloop.app.services.transcribing import transcribe_waiting
from coachloop.cli import checked_weeks, coached_weeks
from coachloop.cli.output import err, out, progress, show_rows
from coachloop.cli.scoring import read_labels
from coachloop.cli.serving import serve
from coachloop.cli.site import init
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line, Receipt, Refusal
from coachloop.simulation import CentreFiles, write_centre
from coachloop.wiring import hearing, scorers, shelf

RECORDED = Path(str(resources.files("coachloop.simulation"))) / "recordings" / "recorded-call.ogg"
SEED = 20260504
EVENING = time(19)
SCORED_IN_DEMO = ("first-30-seconds", "discovery", "closing", "service")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(demo)


def demo(
    *,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the centre when it is built.")] = True,
    agents: Annotated[int, typer.Option(min=12, help="How many agents the centre has.")] = 150,
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
) -> None:
    """Build the demonstration centre through the ordinary pipeline and serve it; built once, it is only served."""
    init(name="Harbour Homes")
    if not has_conversations():
        build(settings.HOME / "demo", agents=agents, today=timezone.localdate(timezone.now(), zone()))
    if serving:
        serve(host=host, port=port)


def build(folder: Path, *, agents: int, today: date) -> None:
    """Write the centre's files, then take them in as they would have come: history first, then a day at a time."""
    with err.status("Writing the centre's files"):
        files = write_centre(folder, seed=SEED, last_day=_last_working_day(today), agents=agents, teams=_teams(agents))
    live_through(files, today=today, now=timezone.now())
    _print_agreement(files.truth)


def live_through(files: CentreFiles, *, today: date, now: datetime) -> None:
    """The centre until this morning: its history at once, its last days one by one."""
    _take_in_history(files, now=now)
    days = list(_days(files.conversations))
    truth = checked_weeks.known(read_labels(files.truth))
    with progress("Living through the last days", len(days), counts=True) as show:
        for number, day in enumerate(days):
            live(day, zone())
            coached_weeks.coach(number, day.day, last=days[-1].day, today=today, zone=zone())
            checked_weeks.check(number, day.day, truth=truth, zone=zone())
            show(1)
    coached_weeks.look_back(today, zone())
    coached_weeks.protect(today, zone())
    checked_weeks.catch_up(today, truth=truth, zone=zone())
    hear(days[-1], zone())
    rollups.refresh_rollups()


def _teams(agents: int) -> int:
    return min(20, max(4, agents // 15))


def _last_working_day(today: date) -> date:
    day = today - timedelta(days=1)
    return day if day.isoweekday() <= 5 else _last_working_day(day)


def _take_in_history(files: CentreFiles, *, now: datetime) -> None:
    _whole(people_files.add_people(records(files.people), viewer=OPERATOR, now=now))
    for path in playbooks():
        key = templates.add_template(
            viewer=OPERATOR, text=path.read_text(encoding="utf-8"), now=now
        ).version.template.key
        templates.publish_template(viewer=OPERATOR, key=key, now=now)
    with progress("Importing the older scores") as show:
        _whole(imports.import_scores(read_scores(files.scores, zone()), viewer=OPERATOR, now=now, progress=show))
    _whole(imports.import_coaching(records(files.coaching), viewer=OPERATOR, now=now))


def _whole(receipt: Receipt) -> None:
    """Stop where the centre's own files are refused: then something is broken."""
    if receipt.refused:
        first = receipt.refused[0]
        raise RuntimeError(f"{first.file}:{first.line}: {first.reason} (and {len(receipt.refused) - 1} more)")


@dataclass(frozen=True, slots=True)
class Day:
    """One day's calls, as lines."""

    day: date
    lines: tuple[Line | Refusal, ...]


def _days(path: Path) -> Iterator[Day]:
    """The calls by day, in order."""
    lines = sorted((line for line in json_lines(path) if isinstance(line, Line)), key=_started)
    for day, calls in groupby(lines, key=lambda line: _started(line)[:10]):
        yield Day(date.fromisoformat(day), tuple(calls))


def _started(line: Line) -> str:
    return str(json.loads(line.raw)["started_at"])


def live(day: Day, site_zone: ZoneInfo) -> None:
    """An evening at the centre: the day's calls land and are scored."""
    now = datetime.combine(day.day, EVENING, site_zone)
    _whole(ingest.ingest(iter(day.lines), viewer=OPERATOR, now=now))
    tally = scoring.Tally()
    for engine in scoring.engines(scorers()):
        tally.add(scoring.score_pending(engine, now=now))
    scoring.record_scoring(OPERATOR, tally, now=now)
    rollups.refresh_rollups()


def hear(day: Day, site_zone: ZoneInfo) -> None:
    """One more call of the last day, that can be heard: by the agent who a visitor can be."""
    agent = cast(Any, person_in(Role.AGENT)).agent
    whose = {"agent_id": agent.key, "team": agent.team.key, "started_at": _started(cast(Line, day.lines[0]))}
    recorded = tuple(_about(line, whose) for line in lines_of(RECORDED, shelf()))
    live(replace(day, lines=recorded), site_zone)
    transcribe_waiting(hearing(), viewer=OPERATOR)


def _about(line: Line | Refusal, whose: Mapping[str, object]) -> Line | Refusal:
    if isinstance(line, Refusal):
        return line
    said = json.loads(line.raw) | whose | {"queue": "seller-leads", "id": "c-recorded"}
    return replace(line, raw=json.dumps(said).encode())


def _print_agreement(truth: Path) -> None:
    """How well the playbooks read the generated truth: above .95 the language would be too easy."""
    out.print("The playbooks against the generated truth:")
    labels = read_labels(truth)
    rows = (row for key in SCORED_IN_DEMO for row in evaluate(OPERATOR, key, labels))
    show_rows((row for row in rows if row.n), as_json=False)
