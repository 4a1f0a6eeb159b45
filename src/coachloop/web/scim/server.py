"""SCIM 2.0 (RFC 7643, RFC 7644): the company's directory adds, changes and switches off people, and keeps groups."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import ceil
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ListResponse,
    PatchOp,
    Resource,
    ResourceType,
    ResponseParameters,
    Schema,
    SCIMException,
    SearchRequest,
    ServiceProviderConfig,
)

from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.queries import provisioning as queries
from coachloop.app.queries.people import must_keep_all
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import allowance, provisioning
from coachloop.app.services.provisioning import ConflictError
from coachloop.core.model.claims import RoleRule
from coachloop.web import bearer
from coachloop.web.scim import finding
from coachloop.web.scim.finding import Source
from coachloop.web.scim.resources import (
    MOST,
    POLICY,
    PROVIDER,
    Group,
    User,
    account,
    completed,
    group_resource,
    kept_group,
    user_resource,
)

KIND = "application/scim+json"
LARGEST = 1_000_000
"""Bytes of a body."""


class NoResourceError(Exception):
    """There is nothing at this address."""


@dataclass(frozen=True)
class Ask:
    """One request: who, when, where the addresses begin, and the roles that follow from groups."""

    request: HttpRequest
    viewer: Viewer
    now: datetime
    base: str
    rules: tuple[RoleRule, ...]

    def body(self, kind: "Kind | None" = None) -> bytes:
        """What was sent; a whole person with what directories leave out."""
        return completed(self.request.body) if kind is PEOPLE else self.request.body


def answer(request: HttpRequest, rest: str, *, rules: tuple[RoleRule, ...], a_minute: int) -> HttpResponse:
    """The answer to a request below /scim/v2/."""
    now = timezone.now()
    try:
        viewer = _viewer(request, now, a_minute)
        ask = Ask(request, viewer, now, request.build_absolute_uri("/scim/v2"), rules)
        with POLICY, PROVIDER:
            return _routed(ask, rest.rstrip("/"))
    except Exception as error:  # noqa: BLE001 -- each is answered in SCIM's own form, or raised again
        return _wrong(error)


def _viewer(request: HttpRequest, now: datetime, a_minute: int) -> Viewer:
    try:
        holder = bearer.holder_of(request, now=now)
    except bearer.TooManyError as error:
        raise _AnsweredError(429, "Too many wrong tokens come from this address.", after=error.after) from error
    if holder is None:
        raise _AnsweredError(401, "Send a token of an admin: Authorization: Bearer cl_…")
    if "people:write" not in holder.scopes:
        raise _AnsweredError(403, "This token lacks the scope people:write.")
    must_keep_all(holder.viewer)
    if a_minute and (after := allowance.take(f"scim:{holder.token_id}", limit=a_minute, seconds=60.0, now=now)):
        raise _AnsweredError(429, "Too many requests in this minute; go on in the next one.", after=after)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise _AnsweredError(413, f"At most {LARGEST} bytes are taken here.")
    if b"\\u0000" in request.body or b"\0" in request.body or "\0" in request.get_full_path():
        raise _AnsweredError(400, "There is a NUL character in it, which can't be stored; take it out.")
    return holder.viewer


class _AnsweredError(Exception):
    def __init__(self, status: int, detail: str, *, after: float = 0.0) -> None:
        super().__init__(detail)
        self.status, self.after = status, after


def _routed(ask: Ask, rest: str) -> HttpResponse:
    place, _, rest_id = rest.partition("/")
    discovered = {"ServiceProviderConfig": _config, "ResourceTypes": _types, "Schemas": _schemas}
    if place in discovered:
        return _only(ask, {"GET": lambda: discovered[place](rest_id)})
    if place == ".search" and not rest_id:
        return _only(ask, {"POST": lambda: _search(ask, (PEOPLE, GROUPS))})
    kind = {"Users": PEOPLE, "Groups": GROUPS}.get(place)
    if kind is None or "/" in rest_id:
        raise NoResourceError
    if rest_id == ".search":
        return _only(ask, {"POST": lambda: _search(ask, (kind,))})
    if not rest_id:
        return _only(ask, {"GET": lambda: _list(ask, kind), "POST": lambda: _add(ask, kind)})
    number = re.fullmatch(r"g([0-9]{1,18})" if kind is GROUPS else r"([0-9]{1,18})", rest_id)
    if number is None:
        raise NoResourceError
    one = int(number[1])
    methods = {"GET": _get, "PUT": _put, "PATCH": _patch, "DELETE": _delete}
    return _only(ask, {name: partial(act, ask, kind, one) for name, act in methods.items()})


def _only(ask: Ask, methods: Mapping[str, Callable[[], HttpResponse]]) -> HttpResponse:
    act = methods.get(ask.request.method or "")
    if act is None:
        answered = _problem(405, f"This address takes {', '.join(methods)}.")
        answered["Allow"] = ", ".join(methods)
        return answered
    return act()


@dataclass(frozen=True)
class Kind:
    """One kind of resource: where they are, what changes one, and what the service calls the number of one."""

    source: Source
    keep: Callable[[Ask, int | None, Any], int]
    delete: Callable[[Ask, int], None]
    names: str

    @property
    def model(self) -> type[Resource[Any]]:
        """How it is described."""
        return self.source.model


def _keep_person(ask: Ask, pk: int | None, given: User) -> int:
    if pk is None:
        return provisioning.add_person(viewer=ask.viewer, account=account(given), now=ask.now)
    provisioning.change_person(viewer=ask.viewer, user_id=pk, account=account(given), now=ask.now)
    return pk


def _keep_group(ask: Ask, pk: int | None, given: Group) -> int:
    return provisioning.keep_group(
        viewer=ask.viewer, group_id=pk, group=kept_group(given), rules=ask.rules, now=ask.now
    )


def _delete_person(ask: Ask, pk: int) -> None:
    provisioning.delete_person(viewer=ask.viewer, user_id=pk, rules=ask.rules, now=ask.now)


def _delete_group(ask: Ask, pk: int) -> None:
    provisioning.delete_group(viewer=ask.viewer, group_id=pk, rules=ask.rules, now=ask.now)


PEOPLE = Kind(
    Source(
        User,
        queries.people,
        lambda row, base: user_resource(queries.described(row), base),
        queries.PEOPLE,
        {"emails.value": queries.with_address},
    ),
    _keep_person,
    _delete_person,
    "user_id",
)
GROUPS = Kind(
    Source(
        Group,
        queries.groups,
        lambda row, base: group_resource(queries.grouped(row), base),
        queries.GROUPS,
        {"members.value": queries.with_member},
        prefix="g",
    ),
    _keep_group,
    _delete_group,
    "group_id",
)


def _one(ask: Ask, kind: Kind, pk: int) -> Any:
    row = kind.source.rows(ask.viewer).filter(pk=pk).first()
    if row is None:
        raise NoResourceError
    return kind.source.made(row, ask.base)


def _get(ask: Ask, kind: Kind, pk: int) -> HttpResponse:
    found, wanted = _one(ask, kind, pk), _parameters(ask, kind)
    if ask.request.headers.get("If-None-Match") == found.meta.version:
        return HttpResponse(status=304)
    return _told(found, Context.RESOURCE_QUERY_RESPONSE, wanted=wanted)


def _add(ask: Ask, kind: Kind) -> HttpResponse:
    wanted = _parameters(ask, kind)
    given = kind.model.model_validate_json(ask.body(kind), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    made = _one(ask, kind, kind.keep(ask, None, given))
    answered = _told(made, Context.RESOURCE_CREATION_RESPONSE, status=201, wanted=wanted)
    answered["Location"] = made.meta.location
    return answered


@transaction.atomic
def _put(ask: Ask, kind: Kind, pk: int) -> HttpResponse:
    wanted, there = _parameters(ask, kind), _still(ask, kind, pk)
    given = kind.model.model_validate_json(ask.body(kind), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    given.replace(there)
    kind.keep(ask, pk, given)
    return _told(_one(ask, kind, pk), Context.RESOURCE_REPLACEMENT_RESPONSE, wanted=wanted)


@transaction.atomic
def _patch(ask: Ask, kind: Kind, pk: int) -> HttpResponse:
    wanted, there = _parameters(ask, kind), _still(ask, kind, pk)
    change = PatchOp[kind.model].model_validate_json(ask.body(), scim_ctx=Context.RESOURCE_PATCH_REQUEST)  # type: ignore[name-defined]
    if change.patch(there):
        kind.keep(ask, pk, there)
    return _told(_one(ask, kind, pk), Context.RESOURCE_PATCH_RESPONSE, wanted=wanted)


@transaction.atomic
def _delete(ask: Ask, kind: Kind, pk: int) -> HttpResponse:
    _still(ask, kind, pk)
    kind.delete(ask, pk)
    return HttpResponse(status=204)


def _still(ask: Ask, kind: Kind, pk: int) -> Any:
    """The resource, in the version that the client knows, where it says which; nobody else changes it until we are done."""
    provisioning.hold(viewer=ask.viewer, **{kind.names: pk})
    found, known = _one(ask, kind, pk), ask.request.headers.get("If-Match", "*")
    if known != "*" and found.meta.version not in [one.strip() for one in known.split(",")]:
        raise _AnsweredError(412, "Somebody changed it since; read it again.")
    return found


def _list(ask: Ask, kind: Kind) -> HttpResponse:
    asked = SearchRequest[kind.model].model_validate(ask.request.GET.dict(), scim_ctx=Context.DEFAULT)  # type: ignore[name-defined]
    return _found(ask, (kind,), asked)


def _search(ask: Ask, kinds: tuple[Kind, ...]) -> HttpResponse:
    model = kinds[0].model if len(kinds) == 1 else User | Group
    asked = SearchRequest[model].model_validate_json(ask.body(), scim_ctx=Context.SEARCH_REQUEST)  # type: ignore[valid-type]
    return _found(ask, kinds, asked)


def _found(ask: Ask, kinds: tuple[Kind, ...], asked: Any) -> HttpResponse:
    first, count = max(asked.start_index or 1, 1), min(MOST if asked.count is None else asked.count, MOST)
    sources = [kind.source for kind in kinds]
    total, shown = finding.page(sources, asked, viewer=ask.viewer, base=ask.base, first=first, count=count)
    page = {
        "schemas": [str(ListResponse.__schema__)],
        "totalResults": total,
        "startIndex": first,
        "itemsPerPage": len(shown),
        "Resources": [
            one.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=_narrowed(one, asked))
            for one in shown
        ],
    }
    return _kept_by_nobody(HttpResponse(json.dumps(page), content_type=KIND))


def _narrowed(one: Resource[Any], asked: Any) -> Any:
    """Which attributes of this one were asked for."""
    wanted = {"attributes": asked.attributes, "excludedAttributes": asked.excluded_attributes}
    given = {name: ",".join(str(path) for path in paths) for name, paths in wanted.items() if paths}
    return ResponseParameters[type(one)].model_validate(given)  # type: ignore[misc]


def _kept_by_nobody(answered: HttpResponse) -> HttpResponse:
    answered["Cache-Control"] = "no-store"
    return answered


def _parameters(ask: Ask, kind: Kind) -> Any:
    given = {name: value for name, value in ask.request.GET.items() if name in {"attributes", "excludedAttributes"}}
    return ResponseParameters[kind.model].model_validate(given)  # type: ignore[name-defined]


def _config(rest: str) -> HttpResponse:
    if rest:
        raise NoResourceError
    return _told(PROVIDER.config, Context.RESOURCE_QUERY_RESPONSE)


def _types(rest: str) -> HttpResponse:
    return _described(ResourceType, {str(one.id or one.name): one for one in PROVIDER.resource_types}, rest)


def _schemas(rest: str) -> HttpResponse:
    return _described(Schema, {str(one.id): one for one in PROVIDER.schemas}, rest)


def _described(model: Any, there: Mapping[str, Any], rest: str) -> HttpResponse:
    if rest and rest not in there:
        raise NoResourceError
    if rest:
        return _told(there[rest], Context.RESOURCE_QUERY_RESPONSE)
    page = ListResponse[model](
        total_results=len(there), start_index=1, items_per_page=len(there), resources=list(there.values())
    )
    return _told(page, Context.RESOURCE_QUERY_RESPONSE)


def _told(found: Any, context: Context, *, status: int = 200, wanted: Any = None) -> HttpResponse:
    text = found.model_dump_json(scim_ctx=context, response_parameters=wanted)
    answered = HttpResponse(text, status=status, content_type=KIND)
    version = getattr(getattr(found, "meta", None), "version", None)
    if version and not isinstance(found, ServiceProviderConfig):
        answered["ETag"] = version
    return _kept_by_nobody(answered)


def _problem(status: int, detail: str, kind: str | None = None) -> HttpResponse:
    said = Error(status=status, detail=detail, scim_type=kind)
    answered = HttpResponse(said.model_dump_json(), status=status, content_type=KIND)
    if status == 401:
        answered["WWW-Authenticate"] = "Bearer"
    return answered


def _wrong(error: Exception) -> HttpResponse:
    """SCIM's own form of what went wrong."""
    if isinstance(error, ValidationError):
        said = Error.from_validation_errors(error)[0]
        return _problem(int(said.status or 400), said.detail or "", said.scim_type)
    if isinstance(error, SCIMException):
        said = error.to_error()
        return _problem(int(said.status or 400), said.detail or "", said.scim_type)
    known: list[tuple[type[Exception], int, str | None]] = [
        (NoResourceError, 404, None),
        (ObjectDoesNotExist, 404, None),
        (ConflictError, 409, "uniqueness"),
        (IntegrityError, 409, "uniqueness"),
        (WrongStateError, 409, None),
        (NotYoursError, 403, None),
        (RefusedError, 400, "invalidValue"),
    ]
    if isinstance(error, _AnsweredError):
        answered = _problem(error.status, str(error))
        if error.after:
            answered["Retry-After"] = str(ceil(error.after))
        return answered
    for kind, status, scim_type in known:
        if isinstance(error, kind):
            words = "There is nothing at this address." if status == 404 else str(error)
            return _problem(status, "Somebody has it already." if kind is IntegrityError else words, scim_type)
    raise error
