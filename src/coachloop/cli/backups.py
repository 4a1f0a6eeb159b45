"""Copying a site, and putting it back."""

import hashlib
import json
import os
import shutil
from dataclasses import replace
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.db import connection
from django.utils import timezone

from coachloop.adapters.backup import postgres, sqlite, store
from coachloop.adapters.backup.store import KEY, BackupError, Manifest
from coachloop.app.queries import encryption, health, schema
from coachloop.app.queries.audio import media
from coachloop.app.queries.erasures import certificates
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import backups, data_keys, erasing, migrating
from coachloop.app.services.rollups import tell_the_planner
from coachloop.cli.output import AsJson, err, need_site, out, print_json, progress, say, stop
from coachloop.wiring import hands

SQLITE = "sqlite"


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept, one beside the other.")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Make none; read the newest, or this one, whole.")] = False,
    with_secrets: Annotated[bool, typer.Option("--with-secrets", help="The secret key too.")] = False,
    keep: Annotated[int, typer.Option(min=0, help="Delete all but so many of the newest; 0: none.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Copy the database, as it is at one moment, and the recordings that are not kept yet; while everybody works."""
    try:
        if check:
            _check(store.chosen(folder), as_json=as_json)
            return
        need_site()
        _make(folder, with_secrets=with_secrets, keep=keep, as_json=as_json)
    except BackupError as error:
        stop(str(error))


def restore(
    path: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A backup, or a folder of them: the newest.")
    ],
    *,
    force: Annotated[bool, typer.Option("--force", help="Also where a site is: what it holds is lost.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of this site: the database, recordings, and the secret key where it holds one."""
    try:
        chosen = store.chosen(path)
        manifest = store.manifest_of(chosen)
        _refuse(manifest, force=force)
        erased = _erased(chosen.parent)
        _put_back(chosen, manifest)
        again = _erase_again(erased)
    except BackupError as error:
        stop(str(error))
    told = _of(chosen, manifest)
    erased_too = f"; {again} who were erased since are erased again" if again else ""
    say(
        f"{chosen.name} is restored: {_in_words(manifest)}{erased_too}.",
        told | {"erased_again": again},
        as_json=as_json,
    )


def _make(folder: Path, *, with_secrets: bool, keep: int, as_json: bool) -> None:
    now = timezone.now()
    with store.making(folder, now) as part:
        with progress("database", 100) as show:
            name, tables = _copy_database(part, show)
        with progress("recordings") as show:
            files = store.keep_media(media(), folder, show)
        if with_secrets:
            (part / KEY).write_text(settings.SECRET_KEY)
            (part / KEY).chmod(0o600)
        manifest = replace(_described(part / name, tables), made_at=now.isoformat(), media=files)
        store.write_manifest(part, manifest)
    made = store.backups_in(folder)[-1]
    (folder / erasing.LIST).write_text("".join(f"{line}\n" for line in _erased(folder)), encoding="utf-8")
    backups.note_backup(OPERATOR, made.name, size=manifest.size, now=now)
    if keep:
        store.prune(folder, keep)
    say(f"{made} is whole: {_in_words(manifest)}.", _of(made, manifest), as_json=as_json)


def _copy_database(part: Path, show: Any) -> tuple[str, dict[str, int]]:
    if connection.vendor == SQLITE:
        sqlite.copy(Path(connection.settings_dict["NAME"]), part / sqlite.FILE, show)
        return sqlite.FILE, sqlite.counts(part / sqlite.FILE)
    return postgres.FILE, postgres.copy(_server(), part / postgres.FILE, show)


def _described(database: Path, tables: dict[str, int]) -> Manifest:
    return Manifest(
        made_at="",
        version=version("coachloop"),
        vendor=connection.vendor,
        database=database.name,
        size=database.stat().st_size,
        sha256=store.sha256_of(database),
        migrations=schema.applied(),
        tables=tables,
        settings=sorted(name for name in os.environ if name.startswith(("COACHLOOP_", "DATABASE_URL"))),
        key=_mark(settings.SECRET_KEY),
        encrypted_with=encryption.wrapped_by(),
    )


def _refuse(manifest: Manifest, *, force: bool) -> None:
    """Say no before anything is changed."""
    if manifest.vendor != connection.vendor:
        raise BackupError(
            f"the backup is of {manifest.vendor}, and this site uses {connection.vendor}: see DATABASE_URL"
        )
    if unknown := schema.unknown_among(manifest.migrations):
        raise BackupError(
            f"the backup is of a newer version, {manifest.version}: this one does not know {', '.join(unknown)}"
        )
    if missing := encryption.lacking(manifest.encrypted_with):
        raise BackupError(f"nothing was changed: {missing.replace('words here', 'the words in this backup')}")
    if health.is_set_up() and (health.has_conversations() or health.has_people()) and not force:
        raise BackupError(
            "there is a site here already; --force puts the backup in its place, and what it holds is lost"
        )


def _put_back(chosen: Path, manifest: Manifest) -> None:
    folder, now = chosen.parent, timezone.now()
    with progress("checking", len(manifest.media)) as show:
        if wrong := store.wrong_files(folder, chosen, show):
            raise BackupError(f"nothing was changed: {'; '.join(wrong[:5])}")
    with progress("recordings", len(manifest.media)) as show:
        store.put_media(folder, manifest, media(), progress=show)
    _put_key(chosen, manifest)
    connection.close()
    with progress("database", 100) as show:
        if manifest.vendor == SQLITE:
            sqlite.put(chosen / manifest.database, Path(connection.settings_dict["NAME"]), show)
        else:
            postgres.put(_server(), chosen / manifest.database)
    with migrating.alone(settings.HOME):
        migrating.migrate()
    encryption.look_again()
    data_keys.make_due(now=now)
    tell_the_planner()
    store.forget_others(manifest, media())
    backups.note_restored(OPERATOR, chosen.name, made_at=manifest.made_at, now=now)


def _erased(folder: Path) -> list[str]:
    """Who was erased until now, by digest: as this site knows it, its list, and the list that lies beside the backups."""
    store.must_lie_in(folder, folder / erasing.LIST)
    listed = [
        path.read_text(encoding="utf-8").splitlines()
        for path in (erasing.list_file(), folder / erasing.LIST)
        if path.is_file()
    ]
    here = certificates(OPERATOR) if health.is_set_up() and not schema.in_words() else []
    known = [json.dumps({"kind": one.kind, "digest": one.digest, "programme": one.programme}) for one in here]
    told = ((line, json.loads(line)) for line in chain(known, *listed))
    lines = {(one["kind"], one["digest"], one.get("programme", "")): line for line, one in told}
    return list(lines.values())


def _erase_again(lines: list[str]) -> int:
    """Whoever was erased since the backup was made, and came back with it."""
    again = erasing.replay(viewer=OPERATOR, lines=lines, now=timezone.now())
    erasing.carry_out(now=timezone.now, hands=hands())
    erasing.train_anew(now=timezone.now, hands=hands())
    return len(again)


def _put_key(chosen: Path, manifest: Manifest) -> None:
    """The backup's, where it holds one and none is set; else whoever restores is told what another key means."""
    target = settings.HOME / KEY
    if (chosen / KEY).is_file() and not settings.CONFIG.secret_key:
        part = target.with_name(f".{KEY}.part")
        shutil.copyfile(chosen / KEY, part)
        part.chmod(0o600)
        part.replace(target)
    elif _mark(settings.SECRET_KEY) != manifest.key:
        err.print(
            "The secret key here is another one than the backup's: everybody signs in anew, and links in calendars end.",
            highlight=False,
        )


def _check(chosen: Path, *, as_json: bool) -> None:
    manifest = store.manifest_of(chosen)
    with progress("checking", len(manifest.media)) as show:
        wrong = store.wrong_files(chosen.parent, chosen, show)
    wrong += (sqlite if manifest.vendor == SQLITE else postgres).damage(chosen / manifest.database)
    if not wrong and manifest.vendor == SQLITE and sqlite.counts(chosen / manifest.database) != manifest.tables:
        wrong.append("the tables do not have as many rows as when the backup was made")
    if as_json:
        print_json({**_of(chosen, manifest), "wrong": wrong})
    else:
        out.print(
            f"{chosen}: {'; '.join(wrong) or 'as it was written'}; {_in_words(manifest)}.",
            markup=False,
            highlight=False,
        )
    if wrong:
        raise typer.Exit(1)


def _server() -> postgres.Server:
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 -- an extra

    told = connection.get_connection_params()
    wanted = {
        name: told[name]
        for name in ("host", "port", "user", "dbname", "sslmode", "sslrootcert", "options")
        if told.get(name)
    }
    return postgres.Server(make_conninfo("", **wanted), str(told.get("password") or ""))


def _mark(key: str) -> str:
    """Tells two keys apart, and neither of them."""
    return hashlib.sha256(b"coachloop's mark of a key:" + key.encode()).hexdigest()[:16]


def _of(chosen: Path, manifest: Manifest) -> dict[str, Any]:
    return {
        "backup": str(chosen),
        "made_at": manifest.made_at,
        "version": manifest.version,
        "database": manifest.vendor,
        "bytes": manifest.size,
        "rows": sum(manifest.tables.values()),
        "recordings": len(manifest.media),
        "recordings_bytes": manifest.media_bytes,
        "settings": manifest.settings,
    }


def _in_words(manifest: Manifest) -> str:
    calls = manifest.tables.get("coachloop_conversation", 0)
    return (
        f"{calls:,} conversations, {sum(manifest.tables.values()):,} rows in {manifest.size / 1e6:,.1f} MB, "
        f"{len(manifest.media):,} files of recordings in {manifest.media_bytes / 1e6:,.1f} MB"
    )
