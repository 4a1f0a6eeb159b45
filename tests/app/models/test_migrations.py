"""Every migration from 0019 on can be applied while the version before it goes on working: docs/operations.md, "Upgrade without a pause".

What is looked for here is what stops everybody on PostgreSQL while a large table is rewritten or read whole, and what the version before
would trip over. Where one of them is harmless after all, it is named with its reason.
"""

import inspect
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from house import Houses

FROZEN = 19
"""The first migration to which the policy applies."""

LARGE = {
    "conversation", "revision", "spoken", "original", "evaluation", "attempt", "verdict", "review", "agentday", "auditentry",
    "auditseal", "judgereply", "trainingcase", "message", "audio", "audiopart", "event", "delivery",
}  # fmt: skip
"""Tables that grow with calls or looks: what reads one whole takes minutes at a large centre."""

ALLOWED = {
    (
        "0019_running",
        "auditentry",
        "AddField programme: its index is not made concurrently",
    ): "all of it NULL: docs/upgrading.md says how long writing waits",
    (
        "0019_running",
        "conversation",
        "AddIndex conversation_of_programme: not concurrently",
    ): "no row has a programme, so nothing is in it: one look at the table",
    (
        "0027_sealed",
        "conversationkey",
        "DeleteModel: the version before asks for it",
    ): "nothing ever wrote to it; a call that the version before would delete meanwhile is deleted at its next run",
}
"""What is found and is harmless: migration, table, what; and why."""

FOLDER = Path(inspect.getfile(import_module("coachloop.app.migrations"))).parent
NAMES = sorted(path.stem for path in FOLDER.glob("[0-9]*.py") if int(path.stem[:4]) >= FROZEN)

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'coachloop_%'"
"""Those that are ours."""

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"


def unsafe(operation: migrations.operations.base.Operation, made: set[str]) -> Iterator[tuple[str, str]]:  # noqa: C901 -- a list
    """Table and what is wrong with this operation, of the tables that are large and were there before."""
    table = (getattr(operation, "model_name", "") or getattr(operation, "name", "")).lower()
    large = table in LARGE - made
    match operation:
        case migrations.RunPython() if "batch" not in _source(operation.code):
            yield from ((one, "RunPython not in batches") for one in LARGE - made if _touches(operation.code, one))
        case migrations.AddField() if large:
            yield from ((table, f"AddField {operation.name}: {why}") for why in _wrong_with(operation.field))
        case migrations.AddIndex() if large and not isinstance(operation, AddIndexConcurrently):
            yield table, f"AddIndex {operation.index.name}: not concurrently"
        case migrations.AlterField() if large:
            yield table, f"AlterField {operation.name}: may rewrite the table"
        case migrations.AddConstraint() if large:
            yield table, f"AddConstraint {operation.constraint.name}: reads the table whole"
        case migrations.RenameField() | migrations.RenameModel():
            yield table, "a new name: the version before asks for the old one"
        case migrations.RemoveField():
            yield table, f"RemoveField {operation.name}: the version before asks for it"
        case migrations.DeleteModel():
            yield table, "DeleteModel: the version before asks for it"
        case migrations.RunSQL():
            yield table, "RunSQL: look for yourself"


def _wrong_with(field: "models.Field[object, object]") -> Iterator[str]:
    if not field.null and field.db_default is NOT_PROVIDED:
        yield "NOT NULL without db_default: the version before writes no value"
    if field.db_index or field.unique:
        yield "its index is not made concurrently"


def _source(code: object) -> str:
    return inspect.getsource(code)  # type: ignore[arg-type] -- a function


def _touches(code: object, table: str) -> bool:
    return re.search(rf"get_model\([^)]*[\"']{table}[\"']", _source(code), re.IGNORECASE) is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_migration_keeps_nobody_waiting_and_the_version_before_goes_on(name: str) -> None:
    module = import_module(f"coachloop.app.migrations.{name}")
    made = {one.name.lower() for one in module.Migration.operations if isinstance(one, migrations.CreateModel)}
    found = {(name, table, what) for one in module.Migration.operations for table, what in unsafe(one, made)}
    assert found - ALLOWED.keys() == set(), "see the policy; what is harmless goes to ALLOWED with its reason"


def test_nothing_is_allowed_that_is_not_there() -> None:
    there = {
        (name, table, what)
        for name in NAMES
        for module in [import_module(f"coachloop.app.migrations.{name}")]
        for made in [
            {one.name.lower() for one in module.Migration.operations if isinstance(one, migrations.CreateModel)}
        ]
        for one in module.Migration.operations
        for table, what in unsafe(one, made)
    }
    assert ALLOWED.keys() <= there


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (migrations.AddField("Verdict", "x", models.IntegerField(default=0)), "NOT NULL without db_default"),
        (migrations.AddField("Verdict", "x", models.IntegerField(null=True, db_index=True)), "not made concurrently"),
        (migrations.AddIndex("Attempt", models.Index(fields=["number"], name="x")), "not concurrently"),
        (migrations.AlterField("Conversation", "key", models.TextField()), "may rewrite"),
        (migrations.RenameField("Team", "key", "name"), "the version before"),
        (migrations.RemoveField("Team", "key"), "the version before"),
        (migrations.AddConstraint("Review", models.CheckConstraint(condition=models.Q(rank=0), name="x")), "whole"),
    ],
)
def test_what_is_unsafe_is_found(operation: migrations.operations.base.Operation, said: str) -> None:
    assert any(said in what for _, what in unsafe(operation, set()))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("Verdict", "x", models.IntegerField(db_default=0)),
        migrations.AddField("Verdict", "x", models.IntegerField(null=True)),
        AddIndexConcurrently("Attempt", models.Index(fields=["number"], name="x")),
        migrations.AddIndex("Team", models.Index(fields=["key"], name="x")),
    ],
)
def test_what_is_safe_passes(operation: migrations.operations.base.Operation) -> None:
    assert list(unsafe(operation, set())) == []


@pytest.mark.skipif(
    "COACHLOOP_EVERY_STEP" not in os.environ, reason="takes half a minute for files that are frozen: `make test-steps`"
)
@pytest.mark.django_db
def test_a_new_site_has_the_tables_of_one_that_took_every_step(houses: Houses, tmp_path: Path) -> None:
    """0001_to_0027 makes them at once. On PostgreSQL, what `pg_dump -s` says of both was compared by hand."""
    houses.empty(tmp_path / "new.sqlite3")
    with houses.moved_to(tmp_path / "old.sqlite3"):
        executor = MigrationExecutor(connection)
        executor.loader = MigrationLoader(connection, replace_migrations=False)
        executor.migrate([("coachloop", NAMES[-1])])
    old, new = (_tables(tmp_path / f"{name}.sqlite3") for name in ("old", "new"))
    assert old.keys() == new.keys()
    assert {name for name in old if old[name] != new[name]} == set()


def _tables(path: Path) -> dict[str, Any]:
    """By name: columns, which may stand in another order, foreign keys, indexes and triggers."""
    with closing(sqlite3.connect(path)) as database:
        ask = lambda *query: database.execute(*query).fetchall()  # noqa: E731 -- two words

        def index(name: str, unique: int, made_by: str, *partial: int) -> tuple[Any, ...]:
            columns = [row[2] for row in ask(f"PRAGMA index_info({name})")]
            return name if made_by == "c" else "of a constraint", unique, *partial, *columns

        return {
            name: (
                {row[1:] for row in ask(f"PRAGMA table_info({name})")},
                {row[2:] for row in ask(f"PRAGMA foreign_key_list({name})")},
                {index(*row[1:]) for row in ask(f"PRAGMA index_list({name})")},
                set(ask(TRIGGERS, [name])),
            )
            for (name,) in ask(TABLES)
        }
