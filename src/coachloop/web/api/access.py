"""Who may do what by the API: `endpoint` is to an operation what `web.access.page` is to a page.

    @endpoint("POST /agents/{key}/focus", Role.TEAM_LEADER, scope="coaching:write", status=201)
    def accept_focus(asked: Asked, key: Key, body: Acceptance) -> SessionView:
        '''Accept the suggestion ...'''

An operation gets who asks, and returns what its annotation says: any dataclass of a query, or None for 204. It holds no rule of its
own: roles stand in the decorator, rows are narrowed by the queries, and refusals come from the services.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from pydantic import BaseModel, TypeAdapter

from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.core.model.scopes import SCOPES

PATH_PARAMETER = "{"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who asks, when, and the request itself; `file` holds its body where that is a file."""

    viewer: Viewer
    now: datetime
    request: HttpRequest
    file: Path | None = None

    @property
    def today(self) -> date:
        """The day at the site."""
        return timezone.localdate(self.now)


@dataclass(frozen=True, slots=True)
class Sent:
    """A body that is a file: the media types it may have, the most bytes of it, and the shape of one line where it has lines.

    `grows` says that it is a part of a file, which the operation reads from the request itself as it comes.
    """

    kinds: tuple[str, ...]
    most: Callable[[], int]
    line: type[BaseModel] | None = None
    grows: bool = False


@dataclass(eq=False)
class Endpoint:
    """An operation, as its decorator tells it.

    Attributes:
        method: `GET`, `POST` and so on.
        path: Below the API's root, with its parameters in braces: `/agents/{path:key}/focus`.
        roles: Who may; empty means everybody who has a role or none.
        scope: What the token must be good for.
        status: Of an answer when all is well.
        function: What does it.
        body: What is sent where that is no JSON.
        tells: Whether it answers with words that may come from calls.
    """

    method: str
    path: str
    roles: tuple[Role, ...]
    scope: str
    status: int
    function: Callable[..., Any]
    body: Sent | None = None
    known: frozenset[str] = field(default=frozenset())
    tells: bool = False

    @property
    def id(self) -> str:
        """The operation's name: that of its function."""
        return self.function.__name__

    @property
    def address(self) -> str:
        """Its path as the description has it, `/agents/{key}/focus`."""
        return self.path.replace("{path:", "{")

    @property
    def says(self) -> str:
        """What it does, in its first sentence."""
        return (self.function.__doc__ or self.id).split(". ", 1)[0].strip().rstrip(".")

    @property
    def remembers(self) -> bool:
        """Whether its answers are kept for whoever asks again with the same key; never where they hold what was said in calls."""
        return self.method == "POST" and self.scope.endswith(":write") and not self.tells

    @property
    def area(self) -> str:
        """The first half of its scope."""
        return self.scope.partition(":")[0]

    @cached_property
    def signature(self) -> inspect.Signature:
        """What the request must hold: the function's parameters without who asks."""
        whole = inspect.signature(self.function)
        _, *rest = whole.parameters.values()
        named = (one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in rest)
        request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        return inspect.Signature([request, *named])

    @property
    def returns(self) -> Any:
        """What it answers with; None for nothing."""
        found = inspect.signature(self.function).return_annotation
        return None if found is None or _is_response(found) else found

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """How the answer is written as JSON."""
        return TypeAdapter(self.returns)

    def run(self, request: HttpRequest, **given: Any) -> HttpResponseBase:
        """Do it, for whom the guard let in."""
        found = self.function(asked_of(request), **given)
        if isinstance(found, HttpResponseBase):
            return found
        if found is None and self.returns is None:
            return HttpResponse(status=204)
        return HttpResponse(self.adapter.dump_json(found), status=self.status, content_type="application/json")


def _is_response(annotation: Any) -> bool:
    return inspect.isclass(annotation) and issubclass(annotation, HttpResponseBase)


ENDPOINTS: dict[str, Endpoint] = {}
"""Every operation by its id."""


def endpoint[F: Callable[..., Any]](
    at: str, *roles: Role, scope: str, status: int = 0, body: Sent | None = None, tells: bool = False
) -> Callable[[F], F]:
    """An operation of the API.

    Args:
        at: its method and path, `GET /agents/{path:key}`.
        roles: who may; none named means everybody.
        scope: what the token must be good for, `coaching:write`.
        status: of the answer when all is well, if it is not 200, or 204 where there is none.
        body: what is sent where that is no JSON; the operation finds it at `asked.file`.
        tells: whether it answers with words that may come from calls: then its answers are not kept.
    """
    if scope not in SCOPES:
        raise ValueError(f"there is no scope {scope!r}; there are {', '.join(SCOPES)}")
    if useless := set(roles) - SCOPES[scope]:
        raise ValueError(f"{at} is for {', '.join(sorted(useless))}, who can have no token with {scope!r}")

    def register(function: F) -> F:
        method, path = at.split(" ", 1)
        made = Endpoint(method, path, roles, scope, status or 200, function, body, tells=tells)
        if not status and made.returns is None:
            made.status = 204
        if ENDPOINTS.setdefault(made.id, made).function is not function:
            raise ValueError(f"there are two operations {made.id!r}")
        return function

    return register


def asked_of(request: HttpRequest) -> Asked:
    """Who asks, as the guard found it."""
    found: Asked = getattr(request, "coachloop_asked")  # noqa: B009 -- HttpRequest declares no such attribute
    return found


def remember(request: HttpRequest, asked: Asked) -> None:
    """Keep who asks with the request."""
    setattr(request, "coachloop_asked", asked)  # noqa: B010 -- as above
