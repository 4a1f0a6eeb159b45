"""All tables of a new site at once, as 0001 to 0027 leave them, instead of one change after the other: a quarter of the time.

What tables there are is read from those; so is what they do in SQL: triggers, the search, months. A site that has run them has run this.
A step that is changed or left out here is found by comparing the schemas that both ways lead to, on SQLite and on PostgreSQL.
"""

from importlib import import_module

from django.db import migrations

HERE = __name__.rpartition(".")[0]
STEPS = (
    "0001_initial", "0002_append_only", "0003_learned_and_judge", "0004_coaching_discipline", "0005_spoken",
    "0006_session_recording", "0007_proposals", "0008_coaching_holds", "0009_drift", "0010_impact", "0011_effect",
    "0012_suggested", "0013_counts_by_index", "0014_reviewing", "0015_packed_days", "0016_fewer_indexes", "0017_audio",
    "0018_clip_voice", "0019_running", "0020_left", "0021_events", "0022_past_counts", "0023_reviewers_name",
    "0024_by_month", "0025_directory", "0026_calls_follow", "0027_sealed",
)  # fmt: skip


def of(step):
    return import_module(f"{HERE}.{step}")


class Known(migrations.SeparateDatabaseAndState):
    """What tables there are in the end. Their models are made once, when all are known, not of all tables anew at each change."""

    def state_forwards(self, app_label, state):
        vars(state).pop("apps", None)
        super().state_forwards(app_label, state)


def make(apps, schema_editor):
    for model in apps.get_app_config("coachloop").get_models():
        schema_editor.create_model(model)


def as_in(step, does):
    return migrations.RunPython(getattr(of(step), does), migrations.RunPython.noop)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    replaces = [("coachloop", step) for step in STEPS]

    operations = [
        Known(state_operations=[operation for step in STEPS for operation in of(step).Migration.operations]),
        migrations.RunPython(make),
        as_in("0002_append_only", "forwards"),
        as_in("0005_spoken", "index"),
        as_in("0019_running", "watch"),
        as_in("0024_by_month", "by_month"),
        as_in("0027_sealed", "let_words_be_sealed"),
    ]
