"""A model behind OpenAI's interface: what servers get wrong, and what they must not make us do."""

import json
import logging
from dataclasses import replace

import pytest

from coachloop.adapters.llm import OpenAIChat
from coachloop.adapters.openai_server import ATTEMPTS, SILENCES, Server
from coachloop.core.scoring.judge.ports import (
    ChatReply,
    ChatRequest,
    Message,
    ModelRefusedError,
    ModelUnavailableError,
)
from servers import scripted as server
from servers.scripted import Asked, Fails, Raw, Says, Script, scripted

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
REQUEST = ChatRequest((Message("system", "rules"), Message("user", "a secret thing")), SCHEMA, most_tokens=7, seed=3)
OK = '{"a": "b"}'


class Chat:
    """A chat with a server; waits are noted, not waited."""

    def __init__(self, found: server.Server, **how: object) -> None:
        self.slept: list[float] = []
        self.server = found
        self.chat = OpenAIChat(Server(found.url, "scripted", **how), sleep=self.slept.append)  # type: ignore[arg-type]

    def ask(self, **change: object) -> ChatReply:
        return self.chat.complete(replace(REQUEST, **change))  # type: ignore[arg-type]

    @property
    def formats(self) -> list[str]:
        return [asked.format for asked in self.server.asked]


def then_ok(*first: Fails) -> Script:
    """These failures, then an answer."""
    left = list(first)
    return lambda _: left.pop(0) if left else OK


def test_the_strict_form_comes_first():
    with scripted(lambda _: OK) as found:
        reply = Chat(found, key="k-1").ask()
    [asked] = found.asked
    assert reply == ChatReply(OK, tokens_in=(5 + 14) // 4, tokens_out=len(OK) // 4)
    assert asked.body == {
        "model": "scripted",
        "messages": [{"role": "system", "content": "rules"}, {"role": "user", "content": "a secret thing"}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answers", "strict": True, "schema": SCHEMA},
        },
        "max_tokens": 7,
        "temperature": 0.0,
        "seed": 3,
    }
    assert asked.headers["authorization"] == "Bearer k-1"


def test_a_server_that_refuses_the_strict_form_is_spoken_to_in_its_own_and_that_is_remembered():
    with scripted(lambda _: OK, refuses=frozenset({"json_schema"})) as found:
        chat = Chat(found)
        assert [chat.ask().text, chat.ask().text] == [OK, OK]
        assert chat.formats == ["json_schema", "json_object+schema", "json_object+schema"]
        assert found.asked[1].body["response_format"] == {"type": "json_object", "schema": SCHEMA}
        assert chat.slept == []


def test_the_plainest_form_is_the_last():
    def script(asked: Asked) -> str | Fails:
        return OK if asked.format == "json_object" else Fails(400, "unknown response_format")

    with scripted(script) as found:
        chat = Chat(found)
        assert chat.ask().text == OK
        assert chat.formats == ["json_schema", "json_object+schema", "json_object"]


def test_parameters_that_a_server_does_not_know_are_left_out():
    def script(asked: Asked) -> str | Fails:
        for name, message in (
            ("max_tokens", "Unsupported parameter: use 'max_completion_tokens' instead"),
            ("temperature", "temperature does not support 0.0"),
            ("seed", "Extra inputs are not permitted: seed"),
        ):
            if name in asked.body:
                return Fails(422 if name == "seed" else 400, message)
        return OK

    with scripted(script) as found:
        chat = Chat(found)
        chat.ask()
        chat.ask()
        assert len(found.asked) == 5
        assert found.asked[-1].body["max_completion_tokens"] == 7
        assert set(chat.formats) == {"json_schema"}


def test_a_server_that_wants_time_gets_it():
    with scripted(
        then_ok(Fails(429, headers={"Retry-After": "2.5"}), Fails(503, headers={"Retry-After": "soon"}))
    ) as found:
        chat = Chat(found)
        assert chat.ask().text == OK
        assert chat.slept[0] == 2.5
        assert 0 <= chat.slept[1] <= 30


def test_a_server_that_wants_much_time_is_asked_again_with_the_next_run():
    with scripted(lambda _: Fails(429, headers={"Retry-After": "3600"})) as found:
        chat = Chat(found)
        with pytest.raises(ModelUnavailableError, match="status 429"):
            chat.ask()
        assert (len(found.asked), chat.slept) == (1, [])


def test_a_server_that_is_down_is_unavailable_after_some_attempts():
    with scripted(then_ok()) as found:
        chat = Chat(found)
        chat.ask()
        found.script = lambda _: Fails(500)
        with pytest.raises(ModelUnavailableError, match="no answer from the model: status 500"):
            chat.ask()
        assert len(found.asked) == 1 + ATTEMPTS
        assert len(chat.slept) == ATTEMPTS - 1
    with pytest.raises(ModelUnavailableError, match="no connection"):
        chat.ask()
    with pytest.raises(ModelUnavailableError, match="no connection"):
        Chat(found).ask()


def test_a_server_that_fails_in_every_form_is_unavailable_and_nothing_is_settled():
    with scripted(lambda _: Fails(500)) as found:
        chat = Chat(found)
        with pytest.raises(ModelUnavailableError, match="status 500"):
            chat.ask()
        found.script = lambda _: OK
        chat.ask()
        assert chat.formats == ["json_schema", "json_object+schema", "json_object", "json_schema"]


def test_silence_is_unavailable():
    with scripted(lambda _: Fails(after=0.5)) as found:
        chat = Chat(found, timeout=0.05)
        with pytest.raises(ModelUnavailableError, match=r"nothing within 0\.05 s"):
            chat.ask()
        assert len(chat.slept) == SILENCES - 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_key_or_model_that_is_not_taken_waits_for_somebody_to_mend_it(status: int):
    with scripted(lambda _: Fails(status)) as found:
        with pytest.raises(ModelUnavailableError, match=f"status {status}: check address, model and key"):
            Chat(found).ask()
        assert len(found.asked) == 1


def test_an_account_without_money_is_not_asked_again_and_again():
    with scripted(lambda _: Fails(429, code="insufficient_quota")) as found:
        with pytest.raises(ModelUnavailableError, match="no money left"):
            Chat(found).ask()
        assert len(found.asked) == 1


@pytest.mark.parametrize("settled", [True, False])
def test_a_request_that_is_refused_is_refused_and_its_words_are_not_repeated(settled: bool):  # noqa: FBT001
    with scripted(then_ok()) as found:
        chat = Chat(found)
        if settled:
            chat.ask()
        found.script = lambda _: Fails(400, "too long: a secret thing")
        with pytest.raises(ModelRefusedError) as refused:
            chat.ask()
        assert str(refused.value) == "the model's server refuses the request (status 400)"
        assert len(found.asked) == (2 if settled else 3)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"choices": []}', b'{"choices": [{"message": null}]}', b"[]"])
def test_a_body_that_is_no_answer_is_unavailable(body: bytes):
    with scripted(lambda _: Raw(body)) as found, pytest.raises(ModelUnavailableError, match="can't be read"):
        Chat(found).ask()


@pytest.mark.parametrize("says", [Says("", refusal="I can't"), Says("x", finish="content_filter")])
def test_a_model_that_declines_refuses(says: Says):
    with scripted(lambda _: says) as found, pytest.raises(ModelRefusedError, match="declines"):
        Chat(found).ask()


def test_tokens_are_estimated_where_nobody_counts_them():
    with scripted(lambda _: Says(OK, usage=False)) as found:
        assert Chat(found).ask() == ChatReply(OK, tokens_in=2 + 4, tokens_out=3)


@pytest.mark.parametrize("tokens", [-5, "many", 10**12, None])
def test_a_count_that_can_not_be_is_estimated(tokens: object):
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": OK}}
    usage = {"prompt_tokens": tokens, "completion_tokens": tokens, "total_tokens": tokens}
    body = json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    )
    with scripted(lambda _: Raw(body.encode())) as found:
        assert Chat(found).ask() == ChatReply(OK, tokens_in=2 + 4, tokens_out=3)


def test_what_is_said_is_never_logged(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG), scripted(then_ok(Fails(500, "a secret thing"))) as found:
        Chat(found).ask()
    assert "secret" not in caplog.text


def test_whether_it_can_be_reached():
    with scripted() as found:
        chat = Chat(found).chat
        assert chat.check() == ""
        for answer, seen in (
            ((404, b"{}"), ""),
            ((401, b"{}"), "status 401"),
            ((200, b"<html>"), "an answer that can't be read"),
        ):
            found.models = answer
            assert chat.check() == seen
    assert "no connection" in chat.check()
