"""The words of conversations, to search by: FTS5 on SQLite, kept in step by triggers; a GIN index on PostgreSQL.

What is stored already is read once more. A later migration that rebuilds the table on SQLite drops its triggers and must add
them again; tests/app/services/test_spoken.py would notice.
"""

import json

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

from coachloop.core.model.spoken import said

BLOCK = 200
DROP_ROW = "INSERT INTO coachloop_spoken_fts(coachloop_spoken_fts, rowid, words) VALUES ('delete', OLD.conversation_id, OLD.words);"
ADD_ROW = "INSERT INTO coachloop_spoken_fts(rowid, words) VALUES (NEW.conversation_id, NEW.words);"
SQLITE = (
    "CREATE VIRTUAL TABLE coachloop_spoken_fts USING fts5(words, content='coachloop_spoken', "
    "content_rowid='conversation_id', tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER coachloop_spoken_added AFTER INSERT ON coachloop_spoken BEGIN {ADD_ROW} END",
    f"CREATE TRIGGER coachloop_spoken_gone AFTER DELETE ON coachloop_spoken BEGIN {DROP_ROW} END",
    f"CREATE TRIGGER coachloop_spoken_changed AFTER UPDATE ON coachloop_spoken BEGIN {DROP_ROW} {ADD_ROW} END",
)
POSTGRESQL = (
    "CREATE INDEX coachloop_spoken_search ON coachloop_spoken USING gin (to_tsvector('simple'::regconfig, words))",
)


def index(apps, schema_editor):
    for line in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(line)


def no_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE coachloop_spoken_fts")


def fill(apps, schema_editor):
    Spoken, Revision = apps.get_model("coachloop", "Spoken"), apps.get_model("coachloop", "Revision")
    current = Revision.objects.filter(number=F("conversation__revision")).order_by("id")
    rows = []
    for conversation, document in current.values_list("conversation_id", "document").iterator(BLOCK):
        texts = (turn["text"] for turn in json.loads(document).get("turns") or ())
        rows.append(Spoken(conversation_id=conversation, words=said(texts)))
        if len(rows) == BLOCK:
            Spoken.objects.bulk_create(rows)
            rows = []
    Spoken.objects.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ('coachloop', '0004_coaching_discipline'),
    ]

    operations = [
        migrations.CreateModel(
            name='Spoken',
            fields=[
                ('conversation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='spoken', serialize=False, to='coachloop.conversation')),
                ('words', models.TextField()),
            ],
        ),
        migrations.RunPython(index, no_index),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
