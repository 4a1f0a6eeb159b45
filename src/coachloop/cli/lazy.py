"""Commands by name: only the file of the one that is meant is imported, with what it stands on."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand

from coachloop.cli.output import GuardedGroup

COMMANDS = {
    "init": (
        "site",
        "Set up a site: make the tables and the site itself; harmless to repeat, and after every upgrade.",
    ),
    "serve": ("serving", "Serve the pages, with a worker inside unless COACHLOOP_WORKER=false."),
    "worker": ("serving", "Do the background work: score what arrived, refresh counts, open follow-ups."),
    "doctor": ("site", "Say what is configured, reachable and missing, each with the way out."),
    "backup": (
        "backups",
        "Copy the database, as it is at one moment, and the recordings that are not kept yet; while everybody works.",
    ),
    "restore": (
        "backups",
        "Put a backup in the place of this site: the database, recordings, and the secret key where it holds one.",
    ),
    "schema": ("site", "Print the JSON Schema of a file format."),
    "ingest": (
        "conversations",
        "Take conversations in, and make words of recordings. What is bad is refused with its place and reason; the rest goes on.",
    ),
    "transcribe": (
        "transcribing",
        "Make words of the recordings that wait, the oldest first; ended at any moment, it goes on where it was.",
    ),
    "export": ("conversations", "Write everything out again, streaming."),
    "train": (
        "training",
        "Train the learned scorers of a template from people's labels; kappa is cross-validated by agent.",
    ),
    "score": ("scoring", "Score what is not scored yet, and refresh the counts."),
    "evaluate": (
        "scoring",
        "Compare a template's verdicts with human labels, per behaviour; kappa with its interval beside accuracy's figures.",
    ),
    "demo": (
        "demo",
        "Build the demonstration centre through the ordinary pipeline and serve it; built once, it is only served.",
    ),
    "transparency": (
        "transparency",
        "Print how calls are scored here, with what error, who sees it and how to challenge it, as Markdown.",
    ),
    "programme": ("programmes", "Clients that are kept apart in one installation."),
    "people": ("people", "People who sign in, and agents: add them, move them, let them leave."),
    "accounts": ("accounts", "Accounts: password links, lost phones, pauses after wrong tries, sessions."),
    "token": ("tokens", "Tokens by which programs use the API as somebody."),
    "labels": ("scores", "Human answers."),
    "import": ("scores", "What other systems know: scores, earlier coaching, absences."),
    "template": ("templates", "What the centre looks for."),
    "insight": ("insight", "What the scores say."),
    "audit": (
        "audits",
        "Calls drawn by chance, answered blind by people: what everything said about the machine rests on.",
    ),
    "audit-log": ("audit_log", "Who did what: take it along, and see whether it is what was once written."),
    "privacy": ("privacy", "What is kept how long, of whom, and how it goes."),
    "report": ("report", "What people are told."),
    "webhook": ("webhooks", "Addresses that are told of what happens here."),
    "cluster": ("coachloop.cluster.commands", "Archives of many millions on a Ray cluster."),
    "models": ("models", "Models: data with a pinned SHA-256, never code."),
}
"""Each command's file, and what it says of itself first."""


class LazyGroup(GuardedGroup):
    """Knows every command by name and first sentence, and imports the one that is meant."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=said) for name, (_, said) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command, as its file has it."""
        if args[0] in COMMANDS:
            self.commands[args[0]] = _imported(args[0])
        return super().resolve_command(ctx, args)


def _imported(name: str) -> Any:
    """A file, of this room where nothing else is said, holds one group, its `app`, or adds its commands to one by `register`."""
    module, _ = COMMANDS[name]
    file, group = import_module(module if "." in module else f"coachloop.cli.{module}"), typer.Typer()
    if hasattr(file, "app"):
        group.add_typer(file.app, name=name)
    else:
        file.register(group)
    return typer.main.get_group(group).commands[name]
