"""A site in a folder of its own, and the command line as a person uses it, configured by the environment."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TEMPLATE = """\
key: line
title: On the line
behaviours:
  - key: asks_reason
    title: Asks for the reason
    question: Did the agent ask why the customer wants to leave?
    good: "What made you think of leaving?"
    score_with: [{judge: {}}]
"""
_OURS = ("COACHLOOP_", "DATABASE_URL", "COVERAGE_", "PYTEST_", "DJANGO_")


@dataclass(frozen=True, slots=True)
class Site:
    """Where it is, and how it is configured beside that."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, *args: object, code: int = 0, **judge: object) -> str:
        """What a command says on standard output; another exit code is a failed test. `judge` are settings of the judge."""
        told = {f"COACHLOOP_JUDGE_{name.upper()}": str(value) for name, value in judge.items()}
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        ran = subprocess.run(  # noqa: S603 -- our own command
            [Path(sys.executable).with_name("coachloop"), *map(str, args)],
            env={**clean, "COACHLOOP_HOME": str(self.home), "COACHLOOP_EMBEDDINGS": "off", **self.settings, **told},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert ran.returncode == code, f"{args} ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def json(self, *args: object, **judge: object) -> Any:
        """The one JSON document that a command prints."""
        return json.loads(self.run(*args, "--json", **judge))

    def take(self, *documents: dict[str, Any]) -> None:
        """Ingest conversations."""
        path = self.home / "calls.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in documents))
        assert self.json("ingest", path)["accepted"] == len(documents)

    def verdicts(self) -> dict[str, dict[str, Any]]:
        """The verdict on each conversation, as exported."""
        rows = [json.loads(line) for line in self.run("export", "verdicts").split("\n") if line]
        return {row["conversation_id"]: row for row in rows}

    def proved(self) -> str:
        """What the doctor finds when it looks every stored quote up again; it has to hold."""
        found = json.loads(
            self.run("doctor", "--quotes", "--json", code=1)
        )  # nobody can sign in here, which it says too
        checks = {row["check"]: row for row in found}
        assert checks["quotes"]["ok"], checks["quotes"]
        return str(checks["quotes"]["seen"])


def call(key: str, *said: str) -> dict[str, Any]:
    """A conversation of lines such as `agent: hello`."""
    turns = [{"speaker": who, "text": text} for who, _, text in (line.partition(": ") for line in said)]
    return {"id": key, "channel": "voice", "agent_id": "lea", "started_at": "2026-05-07T09:00:00+00:00", "turns": turns}


CALLS = (
    call("asked", "agent: Good morning.", "customer: I want to leave.", "agent: What made you think of leaving?", "customer: It is slow."),
    call("not-asked", "agent: Yes?", "customer: I want to cancel my contract.", "agent: Your number, please.", "customer: Five five two."),
    call("short", "customer: Please end my contract.", "agent: All right, it is done."),
)  # fmt: skip
