"""A person who is erased leaves their answers by name as well: the trigger lets the name go, and nothing else."""

from django.db import migrations

REVIEW, MAY_CHANGE = "coachloop_review", {"reviewer_id", "reviewer_name"}


def watch(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        found = schema_editor.connection.introspection.get_table_description(cursor, REVIEW)
    columns = ", ".join(column.name for column in found if column.name not in MAY_CHANGE)
    begin = f"CREATE TRIGGER {REVIEW}_append_only BEFORE UPDATE OF {columns} ON {REVIEW}"
    on_postgres = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(f"DROP TRIGGER {REVIEW}_append_only{f' ON {REVIEW}' if on_postgres else ''}")
    if on_postgres:
        schema_editor.execute(f"{begin} FOR EACH ROW EXECUTE FUNCTION coachloop_refuse('{REVIEW} is append-only')")
    else:
        schema_editor.execute(f"{begin} BEGIN SELECT RAISE(ABORT, '{REVIEW} is append-only'); END")


class Migration(migrations.Migration):

    dependencies = [
        ('coachloop', '0022_past_counts'),
    ]

    operations = [migrations.RunPython(watch, migrations.RunPython.noop)]
