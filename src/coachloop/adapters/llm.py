"""Any model behind OpenAI's chat interface: hosted, vLLM, llama.cpp, Ollama. What is said is never logged."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from coachloop.core.scoring.judge.ports import ChatReply, ChatRequest, ModelRefusedError, ModelUnavailableError
from coachloop.core.scoring.judge.shown import estimated_tokens

if TYPE_CHECKING:
    import openai
    from tenacity import RetryCallState

ATTEMPTS = 4
SILENCES = 2
"""How often a server may stay silent for the whole timeout: what took so long once mostly does so again."""

LONGEST_WAIT = 60.0
"""Seconds: a server that wants to be left alone for longer is asked again with the next run."""

MOST_TOKENS = 100_000_000
"""No request holds as many: a server that counts more counts wrong."""

_LATER = frozenset({408, 409, 425, 429})
_NEVER = frozenset({400, 413, 422})
_FORMATS = ("json_schema", "json_object with a schema", "json_object")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is, what it is called there, and how to get in. `timeout` is in seconds, for one attempt."""

    url: str
    model: str
    key: str = ""
    timeout: float = 120.0


@dataclass(frozen=True, slots=True)
class _Dialect:
    """What a server understands of the interface: servers differ in these."""

    format: str = _FORMATS[0]
    limit: str = "max_tokens"
    temperature: bool = True
    seed: bool = True


class _RetryableError(Exception):
    """A failure that may pass; `wait` is how long the server wants to be left alone, None where it does not say."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class _SilentError(_RetryableError):
    """No answer within the timeout."""


class _RejectedError(Exception):
    """The server does not take the request as it is; `about` is its message, only ever looked at, never shown."""

    def __init__(self, status: int, about: str) -> None:
        super().__init__(f"status {status}")
        self.about = about


class OpenAIChat:
    """A `ChatModel`. The first answer settles which form of structured output the server speaks; it is kept for good."""

    def __init__(self, server: Server, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.name = server.model
        self._server = server
        self._sleep = sleep
        self._client: openai.OpenAI | None = None
        self._dialect = _Dialect()
        self._settled = False
        self._settling = threading.Lock()
        for library in ("openai", "httpx2", "httpcore2"):
            logging.getLogger(library).setLevel(logging.WARNING)  # below that they log what is sent

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
        except _RejectedError as error:
            raise _refused(error) from None
        except _RetryableError as error:
            raise ModelUnavailableError(f"no answer from the model: {error}") from None

    def _settle(self, request: ChatRequest) -> ChatReply:
        """Try one dialect after the other, until an answer comes; only that settles it."""
        dialect = self._dialect
        first: _RejectedError | _RetryableError | None = None
        while True:
            try:
                reply = self._attempts(request, dialect, settling=True)
            except (_RejectedError, _RetryableError) as error:
                first = first or error
                simpler = _simpler(dialect, error)
                if simpler is None:
                    raise _refused(first) if isinstance(first, _RejectedError) else _unavailable(first) from None
                dialect = simpler
            else:
                self._dialect, self._settled = dialect, True
                return reply

    def _attempts(self, request: ChatRequest, dialect: _Dialect, *, settling: bool = False) -> ChatReply:
        from tenacity import Retrying, retry_if_exception  # noqa: PLC0415 -- for judges only

        retrying = Retrying(
            stop=_is_enough,
            retry=retry_if_exception(lambda error: _is_worth_waiting(error, settling=settling)),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._once, request, dialect)

    def _once(self, request: ChatRequest, dialect: _Dialect) -> ChatReply:
        import openai  # noqa: PLC0415 -- two seconds that only a judge needs

        try:
            answer = self._connected().chat.completions.create(**_arguments(self.name, request, dialect))
        except openai.APITimeoutError:
            raise _SilentError(f"nothing within {self._server.timeout:g} s") from None
        except openai.APIConnectionError as error:
            raise _RetryableError(f"no connection ({type(error.__cause__ or error).__name__})") from None
        except openai.APIStatusError as error:
            raise _by_status(error) from None
        except (openai.OpenAIError, ValueError):  # a body that is no JSON
            raise _RetryableError("an answer that can't be read") from None
        return _reply(answer, request)

    def _connected(self) -> "openai.OpenAI":
        if self._client is None:
            import openai  # noqa: PLC0415 -- as above

            self._client = openai.OpenAI(
                base_url=self._server.url,
                api_key=self._server.key or "none",
                timeout=self._server.timeout,
                max_retries=0,
            )
        return self._client

    def check(self) -> str:
        """What is wrong with the server, in words; empty where it can be reached and takes the key."""
        import openai  # noqa: PLC0415 -- as above

        try:
            self._connected().with_options(timeout=5).models.list()
        except openai.APIStatusError as error:
            return "" if error.status_code == 404 else f"status {error.status_code}"
        except openai.APIConnectionError as error:
            return f"no connection ({type(error.__cause__ or error).__name__})"
        except (openai.OpenAIError, ValueError):
            return "an answer that can't be read"
        return ""


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


def _by_status(error: "openai.APIStatusError") -> Exception:
    """What a status means. The server's words may repeat what was said, so only the status is passed on."""
    status = error.status_code
    if error.code == "insufficient_quota":
        return ModelUnavailableError("the model's account has no money left (insufficient_quota)")
    if status in _LATER or status >= 500:
        return _RetryableError(f"status {status}", _retry_after(error))
    if status in _NEVER:
        return _RejectedError(status, str(error.message))
    return ModelUnavailableError(f"the model's server answers with status {status}: check address, model and key")


def _retry_after(error: "openai.APIStatusError") -> float | None:
    """Seconds that the server asks for; a date, which some send, is not read."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None


def _is_worth_waiting(error: BaseException, *, settling: bool) -> bool:
    """Before anything was settled a status 500 may mean that the server does not know the format: another one comes first."""
    if not isinstance(error, _RetryableError) or (error.wait or 0) > LONGEST_WAIT:
        return False
    return not (settling and str(error) == "status 500")


def _is_enough(state: "RetryCallState") -> bool:
    error = state.outcome.exception() if state.outcome else None
    return state.attempt_number >= (SILENCES if isinstance(error, _SilentError) else ATTEMPTS)


def _wait(state: "RetryCallState") -> float:
    from tenacity import wait_random_exponential  # noqa: PLC0415 -- as above

    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _RetryableError) else None
    return asked if asked is not None else wait_random_exponential(multiplier=1, max=LONGEST_WAIT / 2)(state)


def _simpler(dialect: _Dialect, error: Exception) -> _Dialect | None:
    """The dialect to try next; None where nothing about it can be the reason."""
    about = error.about.lower() if isinstance(error, _RejectedError) else ""
    if "max_completion_tokens" in about and dialect.limit == "max_tokens":
        return replace(dialect, limit="max_completion_tokens")
    if "temperature" in about and dialect.temperature:
        return replace(dialect, temperature=False)
    if "seed" in about and dialect.seed:
        return replace(dialect, seed=False)
    if isinstance(error, _RetryableError) and str(error) != "status 500":
        return None
    place = _FORMATS.index(dialect.format) + 1
    return replace(dialect, format=_FORMATS[place]) if place < len(_FORMATS) else None


def _refused(error: _RejectedError) -> ModelRefusedError:
    return ModelRefusedError(f"the model's server refuses the request ({error})")


def _unavailable(error: _RetryableError) -> ModelUnavailableError:
    return ModelUnavailableError(f"no answer from the model: {error}")


def _reply(answer: Any, request: ChatRequest) -> ChatReply:
    """The text of an answer, with the tokens that the server counted, or else an estimate."""
    try:
        choice = answer.choices[0]
        text, declined = choice.message.content, choice.message.refusal
    except (AttributeError, IndexError, TypeError):
        raise _RetryableError("an answer that can't be read") from None
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
