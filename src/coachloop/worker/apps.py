from django.apps import AppConfig


class WorkerConfig(AppConfig):
    """What runs in the background."""

    name = "coachloop.worker"
    label = "worker"
