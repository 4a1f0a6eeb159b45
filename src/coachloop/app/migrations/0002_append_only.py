"""What is written once stays as written: the database itself refuses changes, whoever asks.

Deletion stays possible, for retention and erasure. A later migration that rebuilds one of these tables on SQLite drops its
trigger and must add it again; tests/app/models/test_constraints.py would notice.
"""

from django.db import migrations

TABLES = ("coachloop_verdict", "coachloop_attempt", "coachloop_review", "coachloop_revision", "coachloop_auditentry")
SET_NULL = {"coachloop_review": "reviewer_id", "coachloop_auditentry": "actor_id"}
PUBLISHED = "coachloop_templateversion"


def _columns(schema_editor, table):
    with schema_editor.connection.cursor() as cursor:
        columns = schema_editor.connection.introspection.get_table_description(cursor, table)
    return [column.name for column in columns if column.name != SET_NULL.get(table)]


def _sqlite(schema_editor):
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OF {', '.join(_columns(schema_editor, table))} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    schema_editor.execute(
        f"CREATE TRIGGER {PUBLISHED}_frozen BEFORE UPDATE ON {PUBLISHED} WHEN OLD.published_at IS NOT NULL "
        f"BEGIN SELECT RAISE(ABORT, 'a published template version is frozen'); END"
    )


def _postgresql(schema_editor):
    schema_editor.execute(
        "CREATE FUNCTION coachloop_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OF {', '.join(_columns(schema_editor, table))} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION coachloop_refuse('{table} is append-only')"
        )
    schema_editor.execute(
        f"CREATE TRIGGER {PUBLISHED}_frozen BEFORE UPDATE ON {PUBLISHED} FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) "
        "EXECUTE FUNCTION coachloop_refuse('a published template version is frozen')"
    )


def forwards(apps, schema_editor):
    {"sqlite": _sqlite, "postgresql": _postgresql}[schema_editor.connection.vendor](schema_editor)


def backwards(apps, schema_editor):
    on = {"sqlite": lambda table: "", "postgresql": lambda table: f" ON {table}"}[schema_editor.connection.vendor]
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER {table}_append_only{on(table)}")
    schema_editor.execute(f"DROP TRIGGER {PUBLISHED}_frozen{on(PUBLISHED)}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION coachloop_refuse()")


class Migration(migrations.Migration):
    dependencies = [("coachloop", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
