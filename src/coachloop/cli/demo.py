"""The demonstration centre."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(demo)


def demo() -> None:
    """Build the demonstration centre through the ordinary pipeline and serve it."""
