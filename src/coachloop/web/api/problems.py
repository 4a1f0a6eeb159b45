"""What went wrong, as RFC 9457 has it: every error says its place and the way out."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from coachloop.app.errors import AlreadyOpenError, NotYoursError, RefusedError, WrongStateError
from coachloop.app.services.answered import UnderWayError
from coachloop.app.services.uploads import BusyError
from coachloop.core.model.cipher import UnreadableError
from coachloop.core.model.media import MediaUnavailableError
from coachloop.web.access import in_words

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("django.request")


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: its place as a JSON pointer into the request, `/body/review_on`, and what is wrong there."""

    at: str
    says: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was not carried out, and the way out. `errors` names every place that is wrong, where places are known."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault]


class ProblemError(Exception):
    """Answer with this status and sentence."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, list(errors)
        self.headers = dict(headers or {})


def answer(
    status: int, detail: str, *, errors: Iterable[Fault] = (), headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A problem as a response."""
    title = HTTPStatus(status).phrase
    faults = [{"at": fault.at, "says": fault.says} for fault in errors]
    body = {"type": "about:blank", "title": title, "status": int(status), "detail": detail, "errors": faults}
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def of_error(error: Exception) -> HttpResponse:
    """The answer to whatever was raised; what nobody expected is logged, and says nothing of itself."""
    for kinds, answered in _ANSWERS:
        if isinstance(error, kinds):
            return answered(error)
    log.error("The API failed", exc_info=error)
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "This is our mistake. It is noted; ask again later.")


def _unreadable(error: UnreadableError) -> HttpResponse:
    log.error("Words can't be read: %s", str(error))
    return answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Words of this can't be decrypted here. Whoever runs this site finds the reason in its log.",
    )


def not_found() -> HttpResponse:
    """The same words for what is not there and for what they may not see."""
    return answer(HTTPStatus.NOT_FOUND, "There is nothing here, or nothing that you may see.")


def handle(api: NinjaAPI) -> None:
    """Let the API answer with problems."""
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, _handler)


def _handler(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ARG001 -- as ninja calls it
    return of_error(error)


def _status_of(error: RefusedError | NotYoursError) -> HTTPStatus:
    if isinstance(error, NotYoursError):
        return HTTPStatus.FORBIDDEN
    late = isinstance(error, WrongStateError | AlreadyOpenError | BusyError)
    return HTTPStatus.CONFLICT if late else HTTPStatus.UNPROCESSABLE_ENTITY


def _again(error: Exception) -> dict[str, str]:
    return {"Retry-After": "60"} if isinstance(error, UnderWayError) else {}


def _faults(error: ValidationError) -> list[Fault]:
    return [Fault(_place(fault["loc"]), _sentence(fault["msg"])) for fault in error.errors]


def _place(loc: Iterable[str | int]) -> str:
    """`("body", "body", "scopes", 0)` is `/body/scopes/0`: the parameter's own name is none of the request's."""
    source, *path = loc
    steps = path[1:] if source == "body" else path
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in (source, *steps))


def _sentence(words: str) -> str:
    return f"{words.removeprefix('Value error, ').rstrip('.')}."


_ANSWERS: tuple[tuple[tuple[type[Exception], ...], Callable[[Any], HttpResponse]], ...] = (
    ((ProblemError,), lambda one: answer(one.status, one.detail, errors=one.errors, headers=one.headers)),
    ((ValidationError,), lambda one: answer(422, "The request can't be used as it stands.", errors=_faults(one))),
    ((RefusedError, NotYoursError), lambda one: answer(_status_of(one), in_words(one), headers=_again(one))),
    ((ObjectDoesNotExist, Http404), lambda _: not_found()),
    ((HttpError,), lambda one: answer(one.status_code, one.message)),
    ((RequestDataTooBig,), lambda _: answer(413, "The body is too large for this operation.")),
    ((MediaUnavailableError,), lambda one: answer(503, str(one), headers={"Retry-After": "60"})),
    ((UnreadableError,), _unreadable),
    ((UnreadablePostError,), lambda _: answer(400, "The body ended before it was whole; send it again.")),
)
"""What is answered to which errors; the first that fits."""
