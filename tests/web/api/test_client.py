"""A client that is generated from the description does the whole loop: calls in, verdicts, focus, session, follow-up, effect."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import import_module
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from coachloop.app.services import coaching
from coachloop.web.api.api import schema
from web.api.client import secret_of
from web.cast import Cast, call, score_all

pytestmark = pytest.mark.django_db
PACKAGE = "generated_by_a_test"
CONFIG = """\
post_hooks: []
content_type_overrides:
  application/x-ndjson: application/octet-stream
  text/csv: application/octet-stream
"""
"""As docs/api.md has it: the generator knows no lines, but sends them as they are."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The client, as anybody generates it."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "api.json").write_text(json.dumps(schema()))
    (folder / "config.yaml").write_text(CONFIG)
    command = [str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--meta", "none"]
    command += ["--path", "api.json", "--config", "config.yaml", "--output-path", PACKAGE, "--fail-on-warning"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 -- the generator
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield import_module(PACKAGE)
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


@contextmanager
def _served() -> Iterator[httpx.WSGITransport]:
    """The site, on the test's own connection to the database."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield httpx.WSGITransport(app=WSGIHandler())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_a_generated_client_does_the_whole_loop(
    cast: Cast, generated: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an integration would: nothing but the client between the calls and what became of the coaching."""
    with _served() as transport:
        adviser, leader = (_client(generated, secret_of(cast, who), transport) for who in ("qa_lead", "leader"))
        _bring_calls(adviser, cast)
        score_all(cast.now)
        verdicts = adviser("scores.list_verdicts", agent="pia", behaviour="why_after_budget")
        assert {one.outcome.value for one in verdicts.items} == {"not_met"}
        focus = next(one for one in leader("insight.list_suggestions", limit=200).items if one.agent_key == "pia")
        assert focus.behaviour == "why_after_budget"
        assert focus.example.trigger_text
        leader("coaching.accept_focus", "pia")
        session = leader("coaching.list_sessions", agent="pia").items[0]
        planned = _model(generated, "Time", {"planned_for": (cast.now + timedelta(days=1)).isoformat()})
        leader("coaching.plan_session", session.id, body=planned)
        today = cast.now.date()
        held = _model(generated, "Held", _held(today))
        leader("coaching.hold_session", session.id, body=held)
        later = cast.now + timedelta(days=8)
        monkeypatch.setattr("django.utils.timezone.now", lambda: later)
        coaching.open_due_follow_ups(now=later)
        waiting = leader("coaching.list_follow_ups", agent="pia").items[0]
        assert leader("coaching.read_follow_up", waiting.id).view.open_
        answers = {"did_happen": "yes", "did_work": "yes", "next_step": "close"}
        leader("coaching.close_follow_up", waiting.id, body=_model(generated, "LookBack", answers))
        assert leader("coaching.list_follow_ups", agent="pia").items[0].closed_at
        assert leader("coaching.read_session", session.id).status == "held"
        leader("insight.read_effect")


def _bring_calls(adviser: Callable[..., Any], cast: Cast) -> None:
    did = (True, True, False, True, True)
    calls = [call("pia", "Pia Sand", "north", number=n, did=did, now=cast.now) for n in range(24)]
    lines = "\n".join(json.dumps(one) for one in calls).encode()
    receipt = adviser("conversations.add_conversations", lines=lines)
    assert (receipt.accepted, receipt.refused) == (24, [])


def _held(today: date) -> dict[str, Any]:
    return {
        "held_on": str(today),
        "own_words": "I jump to what we have before I know why it is that number.",
        "action": "Ask how they arrived at the number",
        "by_when": str(today + timedelta(days=3)),
        "how_reviewed": "Three calls, read together",
        "review_on": str(today + timedelta(days=7)),
    }


def _client(generated: ModuleType, secret: str, transport: httpx.WSGITransport) -> Callable[..., Any]:
    """Calls an operation by its area and name; anything but success ends the test with the problem."""
    client = generated.AuthenticatedClient(
        base_url="http://testserver",
        token=secret,
        httpx_args={"transport": transport},
    )

    def ask(operation: str, *path: Any, lines: bytes = b"", **given: Any) -> Any:
        module = import_module(f"{PACKAGE}.api.{operation}")
        if lines:
            given["body"] = import_module(f"{PACKAGE}.types").File(payload=BytesIO(lines))
        answer = module.sync_detailed(*path, client=client, **given)
        assert answer.status_code < 300, (operation, answer.content)
        return answer.parsed

    return ask


def _model(generated: ModuleType, name: str, fields: dict[str, Any]) -> Any:
    models = import_module(f"{generated.__name__}.models")
    found = next(getattr(models, one) for one in dir(models) if one.endswith(name) and "Writing" in one)
    return found.from_dict(fields)
