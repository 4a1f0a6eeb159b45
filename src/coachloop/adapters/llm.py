"""Any model behind OpenAI's chat interface: hosted, vLLM, llama.cpp, Ollama. What is said is never logged."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from coachloop.adapters.openai_server import ClosedError, OpenAIServer, RejectedError, RetryableError, Server
from coachloop.core.scoring.judge.ports import ChatReply, ChatRequest, ModelRefusedError, ModelUnavailableError
from coachloop.core.scoring.judge.shown import estimated_tokens

MOST_TOKENS = 100_000_000
"""No request holds as many: a server that counts more counts wrong."""

_FORMATS = ("json_schema", "json_object with a schema", "json_object")


@dataclass(frozen=True, slots=True)
class _Dialect:
    """What a server understands of the interface: servers differ in these."""

    format: str = _FORMATS[0]
    limit: str = "max_tokens"
    temperature: bool = True
    seed: bool = True


class OpenAIChat:
    """A `ChatModel`. The first answer settles which form of structured output the server speaks; it is kept for good."""

    def __init__(self, server: Server, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.name = server.model
        self._server = OpenAIServer(server, sleep=sleep)
        self._dialect = _Dialect()
        self._settled = False
        self._settling = threading.Lock()

    def complete(self, request: ChatRequest) -> ChatReply:
        """Ask, and again where a failure may pass.

        Raises:
            ModelUnavailableError: no answer after several attempts, or a key or model that the server does not take.
            ModelRefusedError: the server refuses this request, or the model declines it.
        """
        if self._settled:
            return self._settled_reply(request)
        with self._settling:
            return self._settled_reply(request) if self._settled else self._settle(request)

    def _settled_reply(self, request: ChatRequest) -> ChatReply:
        try:
            return self._attempts(request, self._dialect)
        except RejectedError as error:
            raise _refused(error) from None
        except RetryableError as error:
            raise ModelUnavailableError(f"no answer from the model: {error}") from None

    def _settle(self, request: ChatRequest) -> ChatReply:
        """Try one dialect after the other, until an answer comes; only that settles it."""
        dialect = self._dialect
        first: RejectedError | RetryableError | None = None
        while True:
            try:
                reply = self._attempts(request, dialect, settling=True)
            except (RejectedError, RetryableError) as error:
                first = first or error
                simpler = _simpler(dialect, error)
                if simpler is None:
                    raise _refused(first) if isinstance(first, RejectedError) else _unavailable(first) from None
                dialect = simpler
            else:
                self._dialect, self._settled = dialect, True
                return reply

    def _attempts(self, request: ChatRequest, dialect: _Dialect, *, settling: bool = False) -> ChatReply:
        try:
            return self._server.ask(
                lambda client: _reply(
                    client.chat.completions.create(**_arguments(self.name, request, dialect)), request
                ),
                is_worth_waiting=lambda error: not (settling and str(error) == "status 500"),
            )
        except ClosedError as error:
            raise ModelUnavailableError(str(error)) from None

    def check(self) -> str:
        """What is wrong with the server, in words; empty where it can be reached and takes the key."""
        return self._server.check()


def _arguments(model: str, request: ChatRequest, dialect: _Dialect) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "response_format": _response_format(request, dialect.format),
        dialect.limit: request.most_tokens,
        **({"temperature": request.temperature} if dialect.temperature else {}),
        **({"seed": request.seed} if dialect.seed else {}),
    }


def _response_format(request: ChatRequest, form: str) -> dict[str, Any]:
    if form == _FORMATS[0]:
        return {
            "type": "json_schema",
            "json_schema": {"name": "answers", "strict": True, "schema": dict(request.schema)},
        }
    return {"type": "json_object", **({"schema": dict(request.schema)} if form == _FORMATS[1] else {})}


def _simpler(dialect: _Dialect, error: Exception) -> _Dialect | None:
    """The dialect to try next; None where nothing about it can be the reason."""
    about = error.about.lower() if isinstance(error, RejectedError) else ""
    if "max_completion_tokens" in about and dialect.limit == "max_tokens":
        return replace(dialect, limit="max_completion_tokens")
    if "temperature" in about and dialect.temperature:
        return replace(dialect, temperature=False)
    if "seed" in about and dialect.seed:
        return replace(dialect, seed=False)
    if isinstance(error, RetryableError) and str(error) != "status 500":
        return None
    place = _FORMATS.index(dialect.format) + 1
    return replace(dialect, format=_FORMATS[place]) if place < len(_FORMATS) else None


def _refused(error: RejectedError) -> ModelRefusedError:
    return ModelRefusedError(f"the model's server refuses the request ({error})")


def _unavailable(error: RetryableError) -> ModelUnavailableError:
    return ModelUnavailableError(f"no answer from the model: {error}")


def _reply(answer: Any, request: ChatRequest) -> ChatReply:
    """The text of an answer, with the tokens that the server counted, or else an estimate."""
    try:
        choice = answer.choices[0]
        text, declined = choice.message.content, choice.message.refusal
    except (AttributeError, IndexError, TypeError):
        raise RetryableError("an answer that can't be read") from None
    if declined or choice.finish_reason == "content_filter":
        raise ModelRefusedError("the model declines to answer")
    said = (
        text.encode("utf-8", "replace").decode().replace("\0", "") if isinstance(text, str) else ""
    )  # as it can be stored
    usage = answer.usage
    asked = sum(estimated_tokens(message.content) for message in request.messages)
    return ChatReply(
        said,
        _counted(getattr(usage, "prompt_tokens", None), asked),
        _counted(getattr(usage, "completion_tokens", None), estimated_tokens(said)),
    )


def _counted(tokens: Any, estimate: int) -> int:
    """What the server counted, where that is a number that can be; budgets are kept by it."""
    return tokens if type(tokens) is int and 0 < tokens < MOST_TOKENS else estimate
