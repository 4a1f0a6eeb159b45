"""The command line. One file a group of commands; `coachloop COMMAND --help` explains each."""

import typer

from coachloop.cli.lazy import LazyGroup

app = typer.Typer(
    name="coachloop",
    help="Scores every call, turns the scores into one coaching conversation, and measures whether it worked.",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.callback()(lambda: None)

__all__ = ["app"]
