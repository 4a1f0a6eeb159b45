"""What is written of a request, and what never is: words of calls, whichever way they come past."""

import io
import json
import logging
import logging.config
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from builders import call, lines
from coachloop.adapters.llm import OpenAIChat
from coachloop.adapters.openai_server import Server
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import ingest
from coachloop.core.scoring.judge.ports import ChatRequest, Message
from coachloop.project.logs import AsJson, WithoutWords, logging_settings
from coachloop.web.pages import conversations
from house import START
from servers.scripted import Fails, scripted
from web.cast import Cast

SENTINEL = "sentinelword"


@pytest.fixture(params=["text", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that is logged at DEBUG, by the site's own configuration."""
    told = logging_settings(level="DEBUG", form=request.param, access=True)
    written = io.StringIO()
    told["handlers"]["stderr"]["stream"] = written
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    logging.config.dictConfig(told)
    yield written
    logging.config.dictConfig(settings.LOGGING)
    root.setLevel(before[0])
    root.handlers[:] = before[1]


@pytest.mark.django_db
def test_no_word_of_a_call_is_logged(cast: Cast, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through a file, pages, errors whose message holds words, and a judge that fails."""
    said = call("words-1", greets=True)
    said["turns"][0]["text"] += f" {SENTINEL}"
    bad = f'{{"id": "words-2", "turns": "{SENTINEL}"'.encode()
    ingest.ingest(iter(lines(said, bad)), viewer=OPERATOR, now=START)
    client = Client(raise_request_exception=False)
    client.force_login(cast.who("qa_lead"))
    client.get(f"/conversations?words={SENTINEL}")
    client.get(f"/conversations/{SENTINEL}")
    client.get(f"/{SENTINEL}\r\nInjected")
    client.post("/me/ask", {"words": SENTINEL})
    client.get("/sign-in", headers={"host": f"{SENTINEL}.example"})

    def breaks(*_: object, **__: object) -> None:
        try:
            raise KeyError(SENTINEL)  # noqa: TRY301 -- as one in the middle of a page
        except KeyError as error:
            raise ValueError(f"can't read {SENTINEL}") from error

    monkeypatch.setattr(conversations, "found", breaks)
    assert client.get("/conversations/lea-1").status_code == 500
    _fail_by_hand(log)
    written = log.getvalue()
    assert SENTINEL not in written
    assert "words-1" not in written
    assert "ValueError from KeyError" in written
    assert "conversation" in written
    assert str(cast.who("qa_lead").pk) in written
    assert cast.who("qa_lead").email not in written


def _fail_by_hand(log: io.StringIO) -> None:
    """As libraries log their failures, and ours."""
    try:
        raise RuntimeError(f"the answer was: {SENTINEL}")  # noqa: TRY301 -- as above
    except RuntimeError as error:
        logging.getLogger("coachloop.some").exception("It failed: %s", error)  # noqa: TRY401 -- as some do
        logging.getLogger("django_ox").warning(str(error), exc_info=error)
        logging.getLogger("other.library").error(  # noqa: TRY400 -- as some do
            "Failed with %(error)s", {"error": error}
        )
    logging.getLogger("other.library").debug("what was sent: %s", SENTINEL)
    assert "other.library" in log.getvalue()


def test_a_judge_that_fails_is_logged_without_what_it_was_asked(log: io.StringIO) -> None:
    with scripted(lambda _: Fails(400, SENTINEL)) as server:
        chat = OpenAIChat(Server(server.url, "scripted", key="k", timeout=5), sleep=lambda _: None)
        with pytest.raises(Exception, match=r".") as failed:
            chat.complete(ChatRequest((Message("system", "s"), Message("user", SENTINEL)), {}, 100))
    logging.getLogger("coachloop").error("judge: %s", failed.value, exc_info=failed.value)
    assert SENTINEL not in log.getvalue()


def test_a_request_is_one_line_of_json() -> None:
    record = _record("coachloop.access", "GET", route="week", status=200, ms=12, user=3)
    found = json.loads(AsJson().format(record))
    assert (
        found.items()
        >= {"level": "INFO", "message": "GET", "route": "week", "status": 200, "ms": 12, "user": 3}.items()
    )
    assert WithoutWords().format(record).endswith("INFO coachloop.access GET route=week status=200 ms=12 user=3")


def test_a_line_feed_in_a_message_begins_no_new_line() -> None:
    assert "\n" not in WithoutWords().format(_record("coachloop", "one\n2026-01-01 ERROR two"))


def test_an_exception_is_its_types_and_places() -> None:
    try:
        int("twelve")
    except ValueError:
        record = _record("coachloop", "It failed", exc_info=sys.exc_info())
    found = json.loads(AsJson().format(record))["exception"]
    assert found["type"] == "ValueError"
    assert "test_logs.py" in found["where"][0]


def test_a_message_that_does_not_go_with_its_arguments_is_written_as_it_is() -> None:
    record = _record("coachloop", "%d of")
    record.args = ("x",)
    assert "%d of" in WithoutWords().format(record)


def _record(name: str, message: str, **noted: Any) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.INFO, __file__, 1, message, None, noted.pop("exc_info", None))
    vars(record).update(noted)
    return record
