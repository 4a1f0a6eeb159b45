"""The command line. One file a group of commands; `coachloop COMMAND --help` explains each."""

import typer

from coachloop.cli import (
    audits,
    conversations,
    demo,
    insight,
    models,
    report,
    scores,
    scoring,
    site,
    templates,
    training,
    transparency,
)
from coachloop.cli.output import GuardedGroup

app = typer.Typer(
    name="coachloop",
    help="Scores every call, turns the scores into one coaching conversation, and measures whether it worked.",
    cls=GuardedGroup,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for group in (site, conversations, scores, training, scoring, demo):
    group.register(app)
app.command()(transparency.transparency)
app.add_typer(templates.app, name="template")
app.add_typer(insight.app, name="insight")
app.add_typer(audits.app, name="audit")
app.add_typer(report.app, name="report")
app.add_typer(models.app, name="models")

__all__ = ["app"]
