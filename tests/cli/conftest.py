"""Commands as a person types them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from builders import MANNERS
from coachloop.cli import app


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code and what it said on either stream."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it is."""
        return json.loads(self.out)


@pytest.fixture
def run(db: None) -> Callable[..., Ran]:  # noqa: ARG001 -- opens the database
    """Runs a command; a traceback is a failed test."""

    def command(*args: object, stdin: str | None = None) -> Ran:
        result = CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return command


@pytest.fixture
def house(run: Callable[..., Ran], written: Callable[..., Path]) -> Callable[..., Ran]:
    """A site that is set up, with a published template; runs commands in it."""
    assert run("init").code == 0
    assert run("template", "add", written("manners.yaml", MANNERS)).code == 0
    assert run("template", "publish", "manners").code == 0
    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file: text as it is, a list as JSON Lines."""

    def write(name: str, content: str | bytes | list[dict[str, Any]]) -> Path:
        path = tmp_path / name
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
