"""Tasks of the background engine; each is safe to repeat."""

from django.tasks import task


@task()
def sweep() -> None:
    """Turn what waits in the tables into queued blocks."""


@task()
def each_hour() -> None:
    """Open the follow-ups whose day has come."""
