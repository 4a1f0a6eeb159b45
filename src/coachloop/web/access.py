"""Who may open which page. A page names its roles; rows are narrowed by the queries, never here."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, cast

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.queries.viewing import Viewer, viewer
from coachloop.core.model.people import Role

PROGRAMME = "programme"
"""Where a session keeps the programme that somebody chose."""

type Page[R: HttpResponseBase, **P] = Callable[Concatenate[HttpRequest, P], R]
type RolePage[R: HttpResponseBase, **P] = Callable[Concatenate[HttpRequest, Viewer, P], R]


def viewer_of(request: HttpRequest) -> Viewer:
    """Who looks; read from the database once a request."""
    seen = cast(Viewer | None, getattr(request, "coachloop_viewer", None))
    if seen is None:
        if not request.user.is_authenticated:
            raise PermissionDenied("Sign in first.")
        seen = viewer(request.user, now=timezone.now(), programme=request.session.get(PROGRAMME))
        setattr(request, "coachloop_viewer", seen)  # noqa: B010 -- HttpRequest declares no such attribute
    return seen


def page[R: HttpResponseBase, **P](*roles: Role) -> Callable[[RolePage[R, P]], Page[R, P]]:
    """A page for these roles, given its viewer; none named means everybody who is signed in."""

    def wrap(view: RolePage[R, P]) -> Page[R, P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            who = viewer_of(request)
            if roles and not who.has(*roles):
                raise PermissionDenied
            try:
                response = view(request, who, *args, **kwargs)
            except NotYoursError as error:
                raise PermissionDenied(in_words(error)) from error
            except ObjectDoesNotExist as error:
                raise Http404 from error
            kept = response.get("Cache-Control", "")
            if not kept or ("max-age" in kept and who.programme_id is not None):
                add_never_cache_headers(
                    response
                )  # the same address shows another programme once somebody looks at that
            return response

        return cast(Page[R, P], guarded)

    return wrap


def in_words(refusal: RefusedError | NotYoursError) -> str:
    """A refusal as a sentence on a page."""
    words = str(refusal).rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."


def found[T](thing: T | None) -> T:
    """The thing, or a 404 where the viewer sees none: what exists elsewhere is never revealed."""
    if thing is None:
        raise Http404
    return thing
