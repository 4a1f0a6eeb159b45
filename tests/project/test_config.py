"""The environment: what is wrong stops the start, by name and with what would be right."""

import os
from pathlib import Path

import pytest

from coachloop.project import config


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """Nothing set but a home."""
    for name in list(os.environ):
        if name.startswith(("COACHLOOP_", "DATABASE_URL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COACHLOOP_HOME", str(tmp_path / "var"))


def refused(capsys):
    with pytest.raises(SystemExit) as ended:
        config.load()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("coachloop: the configuration can't be used.\n")
    return said


def test_nothing_set_is_sqlite_and_a_worker_inside(tmp_path):
    found = config.load()
    assert (found.home, found.database_url, found.worker, found.demo) == (tmp_path / "var", "", True, False)
    assert found.home.is_dir()
    assert (found.timezone, found.country, found.secret_key) == ("UTC", "", None)


def test_what_is_set_is_taken(monkeypatch):
    for name, value in {
        "COACHLOOP_TIMEZONE": "Europe/Berlin", "COACHLOOP_COUNTRY": "DE", "COACHLOOP_WORKERS": "4", "COACHLOOP_HTTPS": "true",
        "COACHLOOP_WORKER": "false", "DATABASE_URL": "postgres://me:secret@db.example.org:5432/coachloop",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    found = config.load()
    assert (found.timezone, found.country, found.workers, found.https, found.worker) == (
        "Europe/Berlin",
        "DE",
        4,
        True,
        False,
    )
    assert found.database_url.startswith("postgres://")


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("COACHLOOP_TIMEZONE", "Berlin", "is no IANA zone; for example Europe/London, got 'Berlin'"),
        ("COACHLOOP_COUNTRY", "Germany", "got 'Germany'"),
        ("COACHLOOP_COUNTRY", "XX", "has no known public holidays; an ISO 3166 code such as GB, or nothing, got 'XX'"),
        ("COACHLOOP_REGION", "BY", "needs COACHLOOP_COUNTRY beside it, got 'BY'"),
        ("COACHLOOP_MEDIA", "media", "a folder such as /srv/media, s3://bucket/prefix, or nothing, got 'media'"),
        ("COACHLOOP_MEDIA_ENDPOINT", "minio:9000", "is no address of a server"),
        ("COACHLOOP_WORKERS", "0", "greater than or equal to 1, got '0'"),
        ("COACHLOOP_WORKERS", "many", "should be a whole number"),
        (
            "COACHLOOP_EMBEDDINGS",
            "/",
            "no folder with model.onnx and tokenizer.json; such a folder, off, or nothing, got '/'",
        ),
        ("COACHLOOP_HTTPS", "perhaps", "should be true or false"),
        ("COACHLOOP_LOG_LEVEL", "LOUD", "DEBUG|INFO|WARNING|ERROR"),
        ("COACHLOOP_HOME", "/proc/nowhere/var", "is no folder and can't be made one (No such file or directory)"),
        ("COACHLOOP_HOME", __file__, "is no folder and can't be made one (File exists)"),
        ("COACHLOOP_ADDRESS", "coachloop.example.org", "for example https://coachloop.example.org, got 'coachloop"),
        ("COACHLOOP_MAIL_URL", "mail://me:secret@host", "for example smtp://user:password@mail.example.org:587"),
        ("COACHLOOP_MAIL_URL", "smtp://me:secret@host:many", "is no mail server"),
        ("COACHLOOP_MAIL_URL", "smtp://me:secret@host?tls=perhaps", "is no mail server"),
        ("COACHLOOP_MAIL_FROM", "coachloop", "is no sender; for example coachloop@example.org, got 'coachloop'"),
        ("COACHLOOP_NOTIFY", "a=json://x/ b=secret", "target 2 is not name=address"),
        ("COACHLOOP_NOTIFY", "mail=json://secret", "target 1 is not name=address"),
        ("DATABASE_URL", "nonsense", "for example postgres://user:password@host:5432/name"),
        ("DATABASE_URL", "mysql://me:secret@db/x", "is no SQLite or PostgreSQL address"),
        ("DATABASE_URL", "postgres://me:secret@db:port/x", "is no SQLite or PostgreSQL address"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(*, monkeypatch, capsys, name, value, right):
    monkeypatch.setenv(name, value)
    said = refused(capsys)
    assert f"  {name}: " in said
    assert right in said
    assert "secret" not in said


def test_a_region_is_one_of_its_country(monkeypatch, capsys):
    """It says which there are."""
    monkeypatch.setenv("COACHLOOP_COUNTRY", "DE")
    monkeypatch.setenv("COACHLOOP_REGION", "BY")
    assert config.load().region == "BY"
    monkeypatch.setenv("COACHLOOP_REGION", "TX")
    assert "is no region of DE with holidays of its own; there are BB, BE" in refused(capsys)


def test_every_mistake_is_said_at_once(monkeypatch, capsys):
    monkeypatch.setenv("COACHLOOP_TIMEZONE", "Berlin")
    monkeypatch.setenv("COACHLOOP_WORKERS", "0")
    assert len(refused(capsys).splitlines()) == 3


def test_any_value_may_come_from_a_file(monkeypatch, tmp_path):
    """As secrets come to containers; the line feed at the end is none of it."""
    (tmp_path / "key").write_text("very secret\n")
    (tmp_path / "url").write_text("postgres://me:secret@db/coachloop\n")
    monkeypatch.setenv("COACHLOOP_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    found = config.load()
    assert found.secret_key.get_secret_value() == "very secret"
    assert found.database_url == "postgres://me:secret@db/coachloop"
    assert "very secret" not in repr(found)


def test_a_file_that_is_not_there_is_named(monkeypatch, capsys):
    monkeypatch.setenv("COACHLOOP_SECRET_KEY_FILE", "/nowhere/key")
    assert "  COACHLOOP_SECRET_KEY_FILE: /nowhere/key: No such file or directory" in refused(capsys)


def test_a_wrong_value_in_a_file_is_wrong_too(monkeypatch, capsys, tmp_path):
    path = Path(tmp_path / "zone")
    path.write_text("Berlin")
    monkeypatch.setenv("COACHLOOP_TIMEZONE_FILE", str(path))
    assert "COACHLOOP_TIMEZONE: is no IANA zone" in refused(capsys)


def test_a_judge_needs_a_server_and_a_model_and_its_budget_prices(monkeypatch, capsys):
    for name, value in {"URL": "localhost:8000", "MODEL": "m", "MONEY_A_DAY": "3", "CURRENCY": "euro"}.items():
        monkeypatch.setenv(f"COACHLOOP_JUDGE_{name}", value)
    said = refused(capsys)
    assert (
        "COACHLOOP_JUDGE_URL: is no address of a server; for example http://localhost:8000/v1, got 'localhost:8000'"
        in said
    )
    assert "COACHLOOP_JUDGE_MONEY_A_DAY: needs COACHLOOP_JUDGE_PRICE_IN and COACHLOOP_JUDGE_PRICE_OUT" in said
    assert "COACHLOOP_JUDGE_CURRENCY" in said
    monkeypatch.delenv("COACHLOOP_JUDGE_URL")
    assert "COACHLOOP_JUDGE_MODEL: and COACHLOOP_JUDGE_URL go together" in refused(capsys)


def test_a_judge_is_taken_and_its_key_is_a_secret(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("k-1\n")
    for name, value in {
        "URL": "http://localhost:8000/v1", "MODEL": "m", "MONEY_A_DAY": "3", "PRICE_OUT": "0.6", "KEY_FILE": str(tmp_path / "key"),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"COACHLOOP_JUDGE_{name}", value)
    found = config.load()
    assert (found.judge_url, found.judge_model, found.judge_money_a_day) == ("http://localhost:8000/v1", "m", 3)
    assert found.judge_key.get_secret_value() == "k-1"
    assert "k-1" not in repr(found)


def test_a_key_of_vcons_is_a_public_one(monkeypatch, capsys, tmp_path):
    """From a file as well; a private key is not wanted."""
    (tmp_path / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    monkeypatch.setenv("COACHLOOP_VCON_KEY_FILE", str(tmp_path / "key.pem"))
    assert config.load().vcon_key.startswith("-----BEGIN PUBLIC KEY-----")
    for wrong in ("-----BEGIN PRIVATE KEY-----", "key.pem"):
        (tmp_path / "key.pem").write_text(wrong)
        assert "COACHLOOP_VCON_KEY: is no public key" in refused(capsys)
