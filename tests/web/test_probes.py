"""What machines ask of a server."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_ox.models import OxTask
from pydantic import SecretStr

from coachloop.adapters.media import Folder
from coachloop.app.queries import readiness
from web.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cast")]
TOKEN = "who-has-it-reads"  # noqa: S105 -- a test's own


@pytest.fixture
def swept() -> None:
    """A worker that ended something just now."""
    done = timezone.now()
    OxTask.objects.create(
        task_path="coachloop.worker.tasks.sweep", backend_name="default", status=OxTask.Status.SUCCESSFUL,
        enqueued_at=done, started_at=done - timedelta(seconds=1), finished_at=done,
    )  # fmt: skip


@pytest.fixture
def scraped(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(settings.CONFIG, "metrics_token", SecretStr(TOKEN))
    answer = Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_a_probe_by_number_is_answered_without_cookies_and_never_kept(path: str) -> None:
    answer = Client().get(path, headers={"host": "10.1.2.3"})
    assert answer.status_code in {200, 404}
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert Client().post(path).status_code == 405


def test_a_late_worker_leaves_the_pages_ready() -> None:
    """Unless it is asked for."""
    answer = Client().get("/ready")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (200, "late")
    assert Client().get("/ready?worker=1").status_code == 503


@pytest.mark.usefixtures("swept")
def test_ready_with_a_worker() -> None:
    answer = Client().get("/ready?worker=1")
    assert answer.json() == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "media": "ok", "worker": "ok"},
    }


def test_a_migration_that_is_missing_and_one_that_is_not_known() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET name = '9999_later' WHERE app = 'coachloop' AND name LIKE '0018%%'"
        )
        answer = Client().get("/ready")
        assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "newer than this version")
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
        answer = Client().get("/ready")
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('coachloop', '0018_clip_voice', '2026-01-01')"
        )
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "missing")


def test_media_that_cant_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(readiness, "media", lambda: Folder(tmp_path / "file" / "media"))
    answer = Client().get("/ready")
    assert (answer.status_code, answer.json()["checks"]["media"]) == (503, "can't be written to")


def test_told_to_end_it_says_so_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COACHLOOP_DRAINING", str(tmp_path / "flag"))
    assert Client().get("/ready").status_code == 200
    (tmp_path / "flag").touch()
    assert Client().get("/ready").status_code == 503
    assert Client().get("/health").status_code == 200


def test_figures_are_for_who_has_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/metrics").status_code == 404
    monkeypatch.setattr(settings.CONFIG, "metrics_token", SecretStr(TOKEN))
    assert Client().get("/metrics").status_code == 401
    assert Client().get("/metrics", headers={"authorization": "Bearer other"}).status_code == 401


def test_figures_count_routes_never_addresses_and_name_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.force_login(cast.leader)
    client.get("/agents/lea?words=sentinelword")
    client.get("/no/such/page")
    monkeypatch.setattr(settings.CONFIG, "metrics_token", SecretStr(TOKEN))
    said = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()
    assert 'coachloop_request_seconds_count{route="agent",status="2xx"}' in said
    assert 'coachloop_request_seconds_count{route="none",status="4xx"}' in said
    assert 'coachloop_waiting{what="evaluations"}' in said
    assert "coachloop_database_up 1.0" in said
    for name in ("/lea", "Lea", "Rossi", "sentinelword", "no/such", "discovery"):
        assert name not in said


def test_figures_of_a_house_with_calls(scraped: str) -> None:
    newest = [line for line in scraped.splitlines() if line.startswith("coachloop_newest_verdicts{")]
    assert any('scorer="phrases"' in line for line in newest)
    assert all(float(line.rpartition(" ")[2]) > 0 for line in newest)


def test_everything_that_the_dashboard_and_the_alerts_ask_for_is_there(scraped: str) -> None:
    """No name in deploy/ that /metrics does not have, but those of what has not happened here yet."""
    deploy = Path(__file__).parents[2] / "deploy"
    asked = {
        name
        for file in ("dashboard.json", "alerts.yaml")
        for name in re.findall(r"coachloop_\w+", (deploy / file).read_text())
        if not name.startswith("coachloop_web")
    }
    there = set(re.findall(r"^# TYPE (coachloop_\w+)", scraped, re.MULTILINE))
    there |= {f"{name}{end}" for name in there for end in ("_bucket", "_count", "_sum")}
    not_yet = {"coachloop_task_runs", "coachloop_task_seconds", "coachloop_backup_age_seconds"}
    assert asked
    assert asked - there <= not_yet
    panels = json.loads((deploy / "dashboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_a_request_keeps_its_number_and_a_strange_one_gets_another() -> None:
    assert Client().get("/health", headers={"x-request-id": "abc-1"})["X-Request-ID"] == "abc-1"
    strange = Client().get("/sign-in", headers={"x-request-id": "a\tb c"})["X-Request-ID"]
    assert len(strange) == 16
    assert os.linesep not in strange
