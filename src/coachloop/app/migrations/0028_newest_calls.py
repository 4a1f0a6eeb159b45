from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

NEWEST = """CREATE INDEX CONCURRENTLY IF NOT EXISTS conversation_newest
            ON coachloop_conversation (started_at DESC NULLS LAST, id DESC)"""


class AddNewest(AddIndexConcurrently):
    """The same index on either: read backwards SQLite's has undated calls last, and PostgreSQL's would have them first.

    On PostgreSQL it is made concurrently: calls come in meanwhile.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(NEWEST)
        else:
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute("DROP INDEX IF EXISTS conversation_newest")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("coachloop", "0027_sealed")]

    operations = [
        AddNewest(model_name="conversation", index=models.Index(fields=["started_at"], name="conversation_newest"))
    ]
