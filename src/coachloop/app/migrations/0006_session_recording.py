import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def take_out(apps, schema_editor):
    """Coaching conversations that came in as somebody's calls count for nobody from now on."""
    coaching = apps.get_model("coachloop", "Conversation").objects.filter(channel="coaching")
    counted = coaching.filter(agent__isnull=False, day__isnull=False).values_list("agent_id", "day").distinct()
    dirty = apps.get_model("coachloop", "DirtyDay")
    dirty.objects.bulk_create([dirty(agent_id=agent, day=day) for agent, day in counted])
    coaching.update(agent=None, team=None)


class Migration(migrations.Migration):
    dependencies = [("coachloop", "0005_spoken")]

    operations = [
        migrations.CreateModel(
            name="SessionRecording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agreed_at", models.DateTimeField()),
                ("shared_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by_agent", models.BooleanField(default=False)),
                (
                    "conversation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="recording",
                        to="coachloop.conversation",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recordings", to="coachloop.session"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("conversation__isnull", False)),
                        fields=("session",),
                        name="one_recording_a_session",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True), ("conversation__isnull", True), _connector="OR"
                        ),
                        name="withdrawn_is_erased",
                    ),
                ]
            },
        ),
        migrations.RunPython(take_out, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "coaching"), _negated=True),
                    models.Q(("agent__isnull", True), ("team__isnull", True)),
                    _connector="OR",
                ),
                name="coaching_is_nobodys_call",
            ),
        ),
    ]
