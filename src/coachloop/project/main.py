"""The `coachloop` command: sets Django up, then hands over to the command line."""

import os


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coachloop.project.settings")
    import django  # noqa: PLC0415 -- settings must be named first

    django.setup()
    from coachloop.cli import app  # noqa: PLC0415 -- the command line imports the tables

    app()
