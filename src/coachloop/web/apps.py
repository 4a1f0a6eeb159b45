from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages, their templates and static files."""

    name = "coachloop.web"
    label = "web"
