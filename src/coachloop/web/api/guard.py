"""What stands before every operation: the form of the request, the token, how often, the scope, the role, the idempotency key."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from math import ceil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from coachloop.app.queries import sites
from coachloop.app.services import allowance, answered
from coachloop.app.services.answered import Answer
from coachloop.app.services.tokens import Holder
from coachloop.web import bearer
from coachloop.web.api.access import Asked, Endpoint, asked_of, remember
from coachloop.web.api.problems import MEDIA_TYPE, Fault, ProblemError, of_error

JSON_BYTES = 1_000_000
"""The largest JSON body."""
LONGEST_KEY = 200
BLOCK = 256 * 1024
SUFFIXES = {"text/csv": ".csv", "application/x-ndjson": ".jsonl", "application/json": ".json"}
SPAN = 60.0

type Run = Callable[..., HttpResponseBase]


def guarded(endpoint: Endpoint) -> Callable[[Run], Run]:
    """An operation behind its guard, as ninja decorates it."""

    def wrap(run: Run) -> Run:
        def view(request: HttpRequest, **path: Any) -> HttpResponseBase:
            limits: dict[str, str] = {}
            try:
                response = _answer(endpoint, request, limits, run=lambda: run(request, **path))
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is answered
                response = of_error(error)
            for name, value in limits.items():
                response[name] = value
            return response

        return view

    return wrap


def _answer(
    endpoint: Endpoint, request: HttpRequest, limits: dict[str, str], *, run: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    now = timezone.now()
    _must_be_whole(endpoint, request)
    holder = _holder(request)
    limits |= _within_limits(holder)
    _must_be_allowed(endpoint, holder)
    _must_be_known(endpoint, request)
    with _received(endpoint, request) as file, timezone.override(sites.zone()):
        remember(request, Asked(holder.viewer, now, request, file))
        key = request.headers.get("Idempotency-Key") if endpoint.remembers else None
        return run() if key is None else _once(endpoint, request, key, run=run)


@contextmanager
def _received(endpoint: Endpoint, request: HttpRequest) -> Iterator[Path | None]:
    """The body as a file, for as long as it is worked on; whole before anything of it is stored, however slowly it comes."""
    if endpoint.body is None or endpoint.body.grows:
        yield None
        return
    with NamedTemporaryFile(prefix="coachloop-", suffix=SUFFIXES.get(request.content_type or "", "")) as file:
        left = _length(request)
        while left and (block := request.read(min(BLOCK, left))):
            left -= file.write(block)
        file.flush()
        if left or not file.tell():
            raise ProblemError(
                HTTPStatus.BAD_REQUEST, "The body is empty, or ended before it was whole; send it again."
            )
        yield Path(file.name)


def _must_be_whole(endpoint: Endpoint, request: HttpRequest) -> None:
    """Refuse what can't be a request of ours before anything of it is read."""
    given = (value for _, values in request.GET.lists() for value in values)
    if "\0" in request.path or any("\0" in value or not _is_text(value) for value in given):
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, "There is a character in this address that can't be stored; take it out."
        )
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, without Content-Encoding.")
    length = _length(request)
    kinds = endpoint.body.kinds if endpoint.body else ("application/json",)
    most = endpoint.body.most() if endpoint.body else JSON_BYTES
    if length > most:
        words = f"The body is {length} bytes; at most {most} are taken here."
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)
    if length and request.content_type not in kinds:
        words = f"Send the body as {' or '.join(kinds)}, not as {request.content_type!r}."
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, words)


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else 0


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _holder(request: HttpRequest) -> Holder:
    try:
        found = bearer.holder_of(request, now=timezone.now())
    except bearer.TooManyError as error:
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "Too many wrong tokens come from this address; ask again later, with a right one at once.",
            headers={"Retry-After": str(ceil(error.after))},
        ) from error
    if found is None:
        said = (
            "This token is not known here, has ended, or its person is switched off."
            if bearer.secret_of(request)
            else ""
        )
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            said or "Send a token: `Authorization: Bearer cl_…`. You make one on the page My tokens.",
            headers={"WWW-Authenticate": 'Bearer realm="coachloop"'},
        )
    return found


def _within_limits(holder: Holder) -> dict[str, str]:
    """Count this request against what its token may do in a minute; what to tell about that."""
    most = settings.CONFIG.api_requests_a_minute
    if not most:
        return {}
    wait = allowance.take(f"api:token:{holder.token_id}", limit=most, seconds=SPAN, now=timezone.now())
    policy = {"RateLimit-Policy": f'"token";q={most};w={SPAN:.0f}'}
    if wait:
        after = str(ceil(wait))
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"A token may ask {most} times a minute; ask again in {after} s.",
            headers={**policy, "RateLimit": f'"token";r=0;t={after}', "Retry-After": after},
        )
    return policy


def _must_be_allowed(endpoint: Endpoint, holder: Holder) -> None:
    if endpoint.scope not in holder.scopes:
        raise ProblemError(
            HTTPStatus.FORBIDDEN, f"This token lacks the scope {endpoint.scope!r}; make one that has it."
        )
    if endpoint.roles and not holder.viewer.has(*endpoint.roles):
        named = ", ".join(endpoint.roles)
        raise ProblemError(HTTPStatus.FORBIDDEN, f"This is for {named}; you are none of these here.")


def _must_be_known(endpoint: Endpoint, request: HttpRequest) -> None:
    faults = [
        Fault(f"/query/{name}", f"there is no such parameter; there are {', '.join(sorted(endpoint.known)) or 'none'}.")
        for name in request.GET
        if name not in endpoint.known
    ]
    if faults:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The address holds what this operation does not know.", errors=faults
        )


def _once(
    endpoint: Endpoint, request: HttpRequest, key: str, *, run: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Do it, unless it was done: the same key is answered as it was the first time.

    What is done and what was answered are kept in one transaction, so that a process that dies in between leaves neither. Only what
    comes in as a file is stored in pieces; there, the same again is known by its content.
    """
    asked = asked_of(request)
    user = asked.viewer.user
    if user is None or not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.")
    before = answered.begin(user, key, _fingerprint(request, asked.file), now=asked.now)
    if before is not None:
        kind = MEDIA_TYPE if before.status >= HTTPStatus.BAD_REQUEST else "application/json"
        again = {"Idempotent-Replayed": "true"}
        return HttpResponse(before.body, status=before.status, content_type=kind, headers=again)
    if endpoint.body:
        response = run()
        _keep(user, key, response)
    else:
        response = _whole(user, key, run)
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        answered.forget(user, key)
    return response


def _whole(user: Any, key: str, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What is done and its answer in one transaction, or neither."""
    with transaction.atomic():
        response = run()
        _keep(user, key, response)
        transaction.set_rollback(response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR)
    return response


def _keep(user: Any, key: str, response: HttpResponseBase) -> None:
    if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and isinstance(response, HttpResponse):
        answered.finish(user, key, Answer(response.status_code, response.content.decode()))


def _fingerprint(request: HttpRequest, file: Path | None) -> str:
    if file is None:
        body = hashlib.sha256(request.body).hexdigest()
    else:
        with file.open("rb") as sent:
            body = hashlib.file_digest(sent, "sha256").hexdigest()
    return hashlib.sha256(f"{request.method} {request.get_full_path()} {body}".encode()).hexdigest()
