"""A server behind OpenAI's interface: the way in, and asking again where a failure may pass. What is sent is never logged."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openai
    from tenacity import RetryCallState

ATTEMPTS = 4
SILENCES = 2
"""How often a server may stay silent for the whole timeout: what took so long once mostly does so again."""

LONGEST_WAIT = 60.0
"""Seconds: a server that wants to be left alone for longer is asked again with the next run."""

_LATER = frozenset({408, 409, 425, 429})
_NEVER = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is, what it is called there, and how to get in. `timeout` is in seconds, for one attempt."""

    url: str
    model: str
    key: str = ""
    timeout: float = 120.0


class RetryableError(Exception):
    """A failure that may pass; `wait` is how long the server wants to be left alone, None where it does not say."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class SilentError(RetryableError):
    """No answer within the timeout."""


class RejectedError(Exception):
    """The server does not take the request as it is; `about` is its message, only ever looked at, never shown."""

    def __init__(self, status: int, about: str) -> None:
        super().__init__(f"status {status}")
        self.about = about


class ClosedError(Exception):
    """The server lets nobody in until somebody mends the key, the address, the model's name or the account."""


class OpenAIServer:
    """The connection to a server, made when it is first needed."""

    def __init__(self, server: Server, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._server, self._sleep = server, sleep
        self._client: openai.OpenAI | None = None
        for library in ("openai", "httpx2", "httpcore2"):
            logging.getLogger(library).setLevel(logging.WARNING)  # below that they log what is sent

    def ask[T](
        self,
        request: "Callable[[openai.OpenAI], T]",
        *,
        is_worth_waiting: Callable[[RetryableError], bool] = lambda _: True,
    ) -> T:
        """The answer to a request; asked again where the failure may pass.

        Args:
            request: asks with the client it gets; may raise RetryableError for an answer that is none.
            is_worth_waiting: whether a failure that may pass is to be waited for.

        Raises:
            RetryableError: still no answer after several attempts, or it wants to be left alone for long.
            RejectedError: it does not take this request.
            ClosedError: it takes none from here.
        """
        from tenacity import Retrying, retry_if_exception  # noqa: PLC0415 -- only who asks a server needs it

        def may_pass(error: BaseException) -> bool:
            return isinstance(error, RetryableError) and (error.wait or 0) <= LONGEST_WAIT and is_worth_waiting(error)

        retrying = Retrying(
            stop=_is_enough, retry=retry_if_exception(may_pass), wait=_wait, sleep=self._sleep, reraise=True
        )
        answer: T = retrying(self._once, request)
        return answer

    def _once[T](self, request: "Callable[[openai.OpenAI], T]") -> T:
        import openai  # noqa: PLC0415 -- two seconds that only who asks a server needs

        try:
            return request(self._connected())
        except openai.APITimeoutError:
            raise SilentError(f"nothing within {self._server.timeout:g} s") from None
        except openai.APIConnectionError as error:
            raise RetryableError(f"no connection ({type(error.__cause__ or error).__name__})") from None
        except openai.APIStatusError as error:
            raise _by_status(error) from None
        except (openai.OpenAIError, ValueError):  # a body that is no JSON
            raise RetryableError("an answer that can't be read") from None

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


def _by_status(error: "openai.APIStatusError") -> Exception:
    """What a status means. The server's words may repeat what was said, so only the status is passed on."""
    status = error.status_code
    if error.code == "insufficient_quota":
        return ClosedError("the model's account has no money left (insufficient_quota)")
    if status in _LATER or status >= 500:
        return RetryableError(f"status {status}", _retry_after(error))
    if status in _NEVER:
        return RejectedError(status, str(error.message))
    return ClosedError(f"the model's server answers with status {status}: check address, model and key")


def _retry_after(error: "openai.APIStatusError") -> float | None:
    """Seconds that the server asks for; a date, which some send, is not read."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None


def _is_enough(state: "RetryCallState") -> bool:
    error = state.outcome.exception() if state.outcome else None
    return state.attempt_number >= (SILENCES if isinstance(error, SilentError) else ATTEMPTS)


def _wait(state: "RetryCallState") -> float:
    from tenacity import wait_random_exponential  # noqa: PLC0415 -- as above

    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, RetryableError) else None
    return asked if asked is not None else wait_random_exponential(multiplier=1, max=LONGEST_WAIT / 2)(state)
