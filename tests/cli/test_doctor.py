"""Each thing that doctor finds, broken for real."""

import http.server
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from pydantic import SecretStr

from coachloop.cli import checks


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch):
    def change(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setattr(settings.CONFIG, name, value)

    return change


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


def wrong(found: object, words: str) -> None:
    """It is found, it says why it matters, and the way out."""
    assert isinstance(found, checks.Wrong), found
    assert words in found.what, found
    assert found.way_out


@contextmanager
def answering(status: int, body: bytes = b"") -> Iterator[str]:
    """Something that answers every request, and is not us."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=partial(server.serve_forever, poll_interval=0.01)).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_a_setting_whose_name_is_misspelt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHLOOP_TIMZONE", "Europe/London")
    wrong(checks.variables(), "COACHLOOP_TIMZONE: no setting has this name")
    assert "probably COACHLOOP_TIMEZONE for COACHLOOP_TIMZONE" in checks.variables().way_out
    monkeypatch.setenv("COACHLOOP_TIMEZONE_FILE", "/run/secrets/zone")
    monkeypatch.delenv("COACHLOOP_TIMZONE")
    assert checks.variables() == "all known"
    monkeypatch.setenv("COACHLOOP_DATABASE_URL", "postgres://db/x")
    assert "probably DATABASE_URL" in checks.variables().way_out
    monkeypatch.delenv("COACHLOOP_DATABASE_URL")
    monkeypatch.setenv("COACHLOOP_QQQQQ", "")
    assert "take it out" in checks.variables().way_out


@pytest.mark.parametrize(
    ("mounts", "kind"),
    [
        ("/dev/sda / ext4 rw 0 0\nnas:/x /srv nfs4 rw 0 0\n", "nfs4"),
        ("/dev/sda / ext4 rw 0 0\nnas:/x /srv/other nfs4 rw 0 0\n", "ext4"),
        ("//nas/x / cifs rw 0 0\n/dev/sda /srv/my\\040site ext4 rw 0 0\n", "cifs"),
    ],
)
def test_a_database_on_a_network_share(tmp_path: Path, mounts: str, kind: str) -> None:
    (tmp_path / "mounts").write_text(mounts)
    assert checks._mounted_as(Path("/srv/site/coachloop.sqlite3"), tmp_path / "mounts") == kind


def test_sqlite_on_a_share_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_mounted_as", lambda *_: "nfs4")
    if connection.vendor == "sqlite":
        wrong(checks.database_disk(), "network share (nfs4)")


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100 * 10**9, 99 * 10**9, 10**9))
    wrong(checks.disk_space(), "1.0 GB of 100 GB free")


@pytest.mark.parametrize(
    ("config", "address", "words"),
    [
        ({"hosts": "*"}, "http://coach.example", "any name is believed"),
        ({"hosts": "localhost"}, "http://coach.example", "following one ends in an error"),
        ({"hosts": "coach.example", "https": True}, "http://coach.example", "begins with http:"),
        ({"hosts": ".example", "https": False}, "https://coach.example", "forms are refused"),
    ],
)
def test_addresses_that_do_not_go_together(*, configure, monkeypatch, config, address, words) -> None:
    configure(**config)
    monkeypatch.setattr(settings, "ADDRESS", address)
    wrong(checks.addresses(), words)


def test_passwords_over_plain_http_and_a_proxy_that_is_not_believed(configure) -> None:
    configure(hosts="coach.example", https=False)
    wrong(checks.plain_http(), "passwords can be read")
    configure(https=True, proxies=0)
    assert checks.plain_http() == "on"
    wrong(checks.proxy(), "has the proxy's address")
    configure(proxies=1)
    assert checks.proxy() == "1 in front"


def test_an_address_where_nobody_or_somebody_else_answers(configure, monkeypatch) -> None:
    monkeypatch.setattr(settings, "ADDRESS", f"http://127.0.0.1:{free_port()}")
    configure(address=settings.ADDRESS)
    wrong(checks.reachable(), "nothing listens there")
    with answering(200) as other:
        monkeypatch.setattr(settings, "ADDRESS", other)
        wrong(checks.reachable(), "by something else")


def test_a_secret_key_that_others_read_or_guess(configure, home: Path, monkeypatch) -> None:
    configure(secret_key=None)
    (home / "secret_key").write_text("x" * 50)
    (home / "secret_key").chmod(0o644)
    wrong(checks.secret_key(), "can be read by other accounts")
    (home / "secret_key").chmod(0o600)
    assert checks.secret_key() == "in the folder"
    monkeypatch.setattr(settings, "SECRET_KEY", "short")
    wrong(checks.secret_key(), "can be guessed")


@pytest.mark.usefixtures("home")
def test_keys_of_several_machines(configure, monkeypatch) -> None:
    configure(secret_key=None, address="https://coach.example", worker=False)
    monkeypatch.setattr(checks, "connection", SimpleNamespace(vendor="postgresql"))
    wrong(checks.secret_key(), "each machine makes its own")


def test_a_database_that_everybody_reads(monkeypatch, tmp_path: Path) -> None:
    path = tmp_path / "coachloop.sqlite3"
    path.write_text("")
    path.chmod(0o644)
    database = SimpleNamespace(vendor="sqlite", settings_dict={"NAME": str(path)})
    monkeypatch.setattr(checks, "connection", database)
    monkeypatch.setattr(settings, "HOME", Path("/"))
    wrong(checks.folder(), "every account of this machine can read")
    monkeypatch.setattr(settings, "HOME", tmp_path)
    tmp_path.chmod(0o700)
    assert checks.folder() == str(tmp_path)


def test_recordings_that_can_not_be_written(home: Path) -> None:
    assert checks.recordings() == str(home / "media")
    assert list((home / "media").rglob(".doctor*")) == []
    shutil.rmtree(home / "media")
    (home / "media").write_text("no folder")
    wrong(checks.recordings(), "no recording is taken")


def test_a_mail_server_that_does_not_answer(configure) -> None:
    configure(mail_url=SecretStr(f"smtp://me:very-secret@127.0.0.1:{free_port()}"))
    found = checks.mail()
    wrong(found, "messages wait")
    assert "very-secret" not in str(found)


def test_an_identity_provider_that_is_not_there_or_another(configure) -> None:
    configure(oidc_issuer=f"http://127.0.0.1:{free_port()}")
    wrong(checks.identity_provider(), "does not say how to sign in")
    with answering(200, b'{"issuer": "https://other.example"}') as other:
        configure(oidc_issuer=other)
        wrong(checks.identity_provider(), "calls itself https://other.example")


def test_a_demonstration_that_others_reach(configure, monkeypatch) -> None:
    configure(hosts="coach.example")
    monkeypatch.setattr(settings, "DEMO", True)
    wrong(checks.demonstration(), "anybody may sign in as anybody")


def test_a_watched_folder_that_is_not_there(configure) -> None:
    configure(watch="/nowhere/at/all")
    wrong(checks.watched(), "nothing is taken in")


def test_a_check_that_fails_is_a_finding(monkeypatch) -> None:
    monkeypatch.setitem(checks.CHECKS, "mail server", lambda: 1 / 0)
    found = {one.check: one for one in checks.findings()}
    assert found["mail server"].seen == "could not be looked at (ZeroDivisionError)"
