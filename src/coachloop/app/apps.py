from django.apps import AppConfig


class CoachloopConfig(AppConfig):
    """What is stored and how it changes."""

    name = "coachloop.app"
    label = "coachloop"
    verbose_name = "coachloop"
    default_auto_field = "django.db.models.BigAutoField"
