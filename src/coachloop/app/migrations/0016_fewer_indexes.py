"""Keys that other indexes begin with lose the index of their own: it was written with every row and asked by nobody.

The indexes are dropped by name. Django would rebuild the tables on SQLite, millions of rows, and lose their append-only triggers.
"""

import django.db.models.deletion
from django.db import migrations, models


ONCE_MORE = (
    ("Attempt", "evaluation"),
    ("Conversation", "agent"),
    ("Conversation", "team"),
    ("Evaluation", "conversation"),
    ("Revision", "conversation"),
    ("Verdict", "attempt"),
)


def _places(apps):
    for model, field in ONCE_MORE:
        meta = apps.get_model("coachloop", model)._meta
        yield meta.db_table, meta.get_field(field).column


def forwards(apps, schema_editor):
    connection = schema_editor.connection
    for table, column in _places(apps):
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, table)
        for name, one in found.items():
            if one["index"] and not one["unique"] and one["columns"] == [column]:
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


def backwards(apps, schema_editor):
    for table, column in _places(apps):
        schema_editor.execute(f"CREATE INDEX {table}_{column} ON {table} ({column})")


class Migration(migrations.Migration):

    dependencies = [
        ('coachloop', '0015_packed_days'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.AlterField(
                    model_name='attempt',
                    name='evaluation',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='coachloop.evaluation'),
                ),
                migrations.AlterField(
                    model_name='conversation',
                    name='agent',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='coachloop.agent'),
                ),
                migrations.AlterField(
                    model_name='conversation',
                    name='team',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='coachloop.team'),
                ),
                migrations.AlterField(
                    model_name='evaluation',
                    name='conversation',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='evaluations', to='coachloop.conversation'),
                ),
                migrations.AlterField(
                    model_name='revision',
                    name='conversation',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='coachloop.conversation'),
                ),
                migrations.AlterField(
                    model_name='verdict',
                    name='attempt',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='verdicts', to='coachloop.attempt'),
                ),
            ],
        ),
    ]
