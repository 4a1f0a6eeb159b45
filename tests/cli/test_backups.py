"""A backup that is made while calls come in and are scored is the site at one moment, and comes back as that."""

import itertools
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from typer.testing import CliRunner

from builders import call, publish, score, take
from coachloop.adapters.backup import sqlite, store
from coachloop.adapters.media import Folder
from coachloop.app.models import AuditEntry, Conversation, Verdict
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import data_keys, people
from coachloop.cli import app, backups
from house import START, Houses
from keys import KEY, OTHER, use

pytestmark = pytest.mark.django_db
NUMBERS = itertools.count()


def furnish() -> None:
    people.set_up_site(viewer=OPERATOR, name="North", place=people.Place("Europe/Berlin", "DE"), now=START)
    publish()
    work(20)


def work(calls: int) -> None:
    """Some calls come in and are scored."""
    take(*(call(f"c-{next(NUMBERS)}", greets=number % 2 == 0) for number in range(calls)))
    score()


@contextmanager
def load() -> Iterator[None]:
    """Somebody else's work, until the end."""
    enough = threading.Event()

    def on_and_on() -> None:
        while not enough.is_set():
            work(3)
        connection.close()

    thread = threading.Thread(target=on_and_on)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def rows_of(database: sqlite3.Connection) -> dict[str, list[str]]:
    """Every row of every table."""
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for (name,) in tables}  # noqa: S608


@pytest.fixture
def lived(houses: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A site with calls and recordings in a folder of its own."""
    with houses.living_in("backups", furnish):
        monkeypatch.setattr(settings, "HOME", tmp_path / "here")
        for name in ("audio/ab/abc.wav", "browser/ab/abc.m4a", "incoming/half"):
            path = tmp_path / "here" / "media" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode() * 1000)
        yield tmp_path


def run(*arguments: object) -> tuple[int, str]:
    told = CliRunner().invoke(app, [str(one) for one in arguments])
    if told.exception and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told.exit_code, told.stdout + told.stderr


def test_taken_under_load_and_restored_elsewhere_it_is_what_was_there_at_one_moment(
    lived: Path, houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row by row, all tables, against a reader who began at the same moment; and every file."""
    path, held, seen = Path(connection.settings_dict["NAME"]), [], {}
    reader = sqlite3.connect(path, isolation_level=None)
    really = sqlite.copy

    def at_the_same_moment(source: Path, target: Path, progress: store.Progress) -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as gate:
            gate.execute("BEGIN IMMEDIATE")  # nobody writes until both look
            reader.execute("BEGIN")
            seen["calls"] = reader.execute("SELECT count(*) FROM coachloop_conversation").fetchone()[0]

            def until_somebody_worked(done: int) -> None:
                while Conversation.objects.count() == seen["calls"]:
                    time.sleep(0.01)
                progress(done)

            really(source, target, until_somebody_worked, begun=lambda: gate.execute("ROLLBACK"))
        held.append(Conversation.objects.count())

    monkeypatch.setattr(sqlite, "copy", at_the_same_moment)
    monkeypatch.setattr(sqlite, "PAGES", 5)
    with load():
        code, said = run("backup", lived / "kept")
    assert code == 0, said
    assert seen["calls"] < held[0], "somebody worked meanwhile"
    expected = rows_of(reader)
    reader.close()
    with houses.living_in("empty", lambda: None):
        monkeypatch.setattr(settings, "HOME", lived / "elsewhere")
        (lived / "elsewhere").mkdir()
        code, said = run("restore", lived / "kept")
        assert code == 0, said
        assert Conversation.objects.count() == seen["calls"]
        assert Verdict.objects.exists()
        assert AuditEntry.objects.filter(action="site.restore").count() == 1
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as restored:
            restored.execute("DELETE FROM coachloop_auditentry WHERE action = 'site.restore'")
            found = rows_of(restored)
    assert found.keys() == expected.keys()
    other = {name for name in expected if found[name] != expected[name]}
    assert not other, "restoring added one row to the audit log, and nothing else"
    files = {
        str(one.relative_to(lived / "elsewhere" / "media")): one.read_bytes()
        for one in (lived / "elsewhere" / "media").rglob("*.*")
    }
    assert files == {name: name.encode() * 1000 for name in ("audio/ab/abc.wav", "browser/ab/abc.m4a")}


def test_words_that_are_encrypted_come_back_with_their_key_alone(lived: Path, houses: Houses, settings: Any) -> None:
    """The backup says which key it needs, and does not hold it; without that nothing is changed."""
    use(settings, KEY)
    assert run("privacy", "encrypt")[0] == 0
    assert run("backup", lived / "kept", "--with-secrets")[0] == 0
    kept = b"".join(one.read_bytes() for one in (lived / "kept").rglob("*") if one.is_file())
    assert KEY.encode() not in kept
    assert b"Good morning!" not in kept
    with houses.living_in("empty", lambda: None):
        settings.HOME = lived / "elsewhere"
        (lived / "elsewhere").mkdir()
        for given in ("", OTHER):
            use(settings, given)
            code, said = run("restore", lived / "kept")
            assert (code, "nothing was changed: the words in this backup are encrypted" in said) == (2, True), said
        assert not Conversation.objects.exists()
        use(settings, f"{OTHER} {KEY}")
        data_keys.make_due(now=START)  # of the site that is replaced: nothing is written with it any more
        code, said = run("restore", lived / "kept")
        assert code == 0, said
        work(1)
        assert run("export", "conversations")[1].count("Hello.") == 21


def test_what_is_kept_already_is_not_copied_again_and_the_oldest_go(
    lived: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    really = Folder.read
    monkeypatch.setattr(Folder, "read", lambda self, name, *more: read.append(str(name)) or really(self, name, *more))
    moments = iter(datetime(2026, 6, 9, 8, minute, tzinfo=UTC) for minute in range(10))
    monkeypatch.setattr(backups.timezone, "now", lambda: next(moments))
    assert run("backup", lived / "kept")[0] == 0
    assert sorted(read) == ["audio/ab/abc.wav", "browser/ab/abc.m4a"]
    (lived / "here/media/browser/ab/abc.m4a").unlink()
    (lived / "here/media/audio/new.wav").write_bytes(b"new")
    read.clear()
    code, said = run("backup", lived / "kept", "--keep", "1", "--json")
    assert (code, read) == (0, ["audio/new.wav"])
    assert json.loads(said)["recordings"] == 2
    assert len(store.backups_in(lived / "kept")) == 1
    assert len(list((lived / "kept" / store.FILES).glob("*/*"))) == 2, (
        "the deleted copy went with the last backup that had it"
    )


def test_killed_halfway_nothing_looks_whole(lived: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither while it is made, nor what a kill leaves; the next one clears it away."""

    def killed(*_: object) -> None:
        assert store.backups_in(lived / "kept") == []
        raise KeyboardInterrupt

    (lived / "kept/.part-2026-06-01T000000Z").mkdir(parents=True)
    (lived / "kept/.part-2026-06-01T000000Z" / store.MANIFEST).write_text("{}")
    with monkeypatch.context() as patch:
        patch.setattr(store, "write_manifest", killed)
        run("backup", lived / "kept")
    assert run("restore", lived / "kept", "--force") == (2, f"there is no backup in {lived / 'kept'}\n")
    assert run("backup", lived / "kept")[0] == 0
    assert [path.name for path in (lived / "kept").glob(".part-*")] == []


def test_a_backup_that_was_changed_is_found_and_not_restored(lived: Path) -> None:
    assert run("backup", lived / "kept")[0] == 0
    assert run("backup", lived / "kept", "--check")[0] == 0
    [kept, *_] = (lived / "kept" / store.FILES).glob("*/*")
    kept.write_bytes(b"something else")
    code, said = run("backup", lived / "kept", "--check")
    assert (code, "not what was written" in said) == (1, True)
    code, said = run("restore", lived / "kept", "--force")
    assert (code, said.startswith("nothing was changed: media")) == (2, True)
    kept.unlink()
    database = store.chosen(lived / "kept") / sqlite.FILE
    database.write_bytes(database.read_bytes()[:8192])
    said = run("backup", lived / "kept", "--check")[1]
    assert "database.sqlite3 is not what was written" in said


def test_a_site_that_is_there_is_not_overwritten_by_mistake(lived: Path) -> None:
    assert run("backup", lived / "kept")[0] == 0
    code, said = run("restore", lived / "kept")
    assert (code, "--force" in said) == (2, True)
    before = Conversation.objects.count()
    work(2)
    assert run("restore", lived / "kept", "--force")[0] == 0
    assert Conversation.objects.count() == before


def test_a_backup_of_a_newer_version_or_another_database_is_refused(lived: Path) -> None:
    assert run("backup", lived / "kept")[0] == 0
    path = store.chosen(lived / "kept") / store.MANIFEST
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "migrations": [*told["migrations"], "coachloop.9999_later"]}))
    assert "does not know coachloop.9999_later" in run("restore", lived / "kept", "--force")[1]
    path.write_text(json.dumps({**told, "vendor": "postgresql"}))
    assert "the backup is of postgresql" in run("restore", lived / "kept", "--force")[1]
    path.write_text("half")
    assert "can't be read" in run("restore", lived / "kept", "--force")[1]


def test_secrets_are_in_it_only_where_they_are_asked_for(lived: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHLOOP_JUDGE_KEY", "a-key-of-somebody")
    assert run("backup", lived / "kept")[0] == 0
    made = store.chosen(lived / "kept")
    assert {path.name for path in made.iterdir()} == {store.MANIFEST, sqlite.FILE}
    manifest = (made / store.MANIFEST).read_text()
    assert "COACHLOOP_JUDGE_KEY" in manifest
    assert "a-key-of-somebody" not in manifest
    assert settings.SECRET_KEY not in manifest
    monkeypatch.setattr(backups.timezone, "now", lambda: datetime(2036, 6, 9, tzinfo=UTC))
    assert run("backup", lived / "kept", "--with-secrets")[0] == 0
    assert (store.chosen(lived / "kept") / store.KEY).read_text() == settings.SECRET_KEY
    assert run("restore", lived / "kept", "--force")[0] == 0
    assert (lived / "here" / store.KEY).stat().st_mode & 0o777 == 0o600


def test_two_backups_at_once_in_one_folder(lived: Path) -> None:
    with store.making(lived / "kept", START):
        code, said = run("backup", lived / "kept")
        kept = lived / "kept" / store.FILES / "ab" / "of-the-one-that-is-made"
        kept.parent.mkdir()
        kept.touch()
        with pytest.raises(store.BackupError, match="another backup is being made"):
            store.prune(lived / "kept", 1)
        assert kept.exists()
    assert (code, "another backup" in said) == (2, True)
    assert (lived / "kept" / store.FILES).stat().st_mode & 0o777 == 0o700


def test_who_was_erased_since_does_not_come_back(lived: Path) -> None:
    """Wherever it is restored: the list lies beside the backups too, by digests alone."""
    take(call("gone-1", customer_id="c-77"))
    assert run("backup", lived / "kept")[0] == 0
    assert run("privacy", "erase", "customer", "c-77")[0] == 0
    assert not Conversation.objects.filter(key="gone-1").exists()
    (lived / "here" / "erasures.jsonl").unlink()
    code, said = run("restore", lived / "kept", "--force")
    assert (code, "1 who were erased since are erased again" in said) == (0, True), said
    assert not Conversation.objects.filter(key="gone-1").exists()
    assert Conversation.objects.exists()
