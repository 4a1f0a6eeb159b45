"""The API at /api/v1: its operations in their order, its description, and an answer for everything else below it."""

from collections.abc import Callable, Iterator
from functools import cache, wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from ninja import NinjaAPI, Router
from ninja.decorators import decorate_view

from coachloop.web.api import areas, problems  # noqa: F401 -- an area adds its operations when it is imported
from coachloop.web.api.access import ENDPOINTS, Endpoint
from coachloop.web.api.guard import guarded
from coachloop.web.api.shapes import StrictParser
from coachloop.web.api.spec import Spec

ROOT = "api/v1"
ABOUT = """\
Everything a page can do, for programs. A token acts as a person: it sees what they see, and does what they may, as far as its scopes
reach. See docs/api.md.
"""


@cache
def api() -> NinjaAPI:
    """The API, built once."""
    made = NinjaAPI(
        title="coachloop", version="1", description=ABOUT, openapi_url=None, docs_url=None, parser=StrictParser()
    )
    problems.handle(made)
    router = Router()
    for one in sorted(ENDPOINTS.values(), key=_specific_first):
        _add(router, one)
    made.add_router("", router)
    for bound in made._get_bound_routers():  # noqa: SLF001 -- ninja tells nowhere else which parameters it takes
        for view in bound.path_operations.values():
            for operation in view.operations:
                ENDPOINTS[operation.operation_id or ""].known = frozenset(_query(operation.models))
    return made


@cache
def schema() -> dict[str, Any]:
    """The API's description."""
    return Spec(api(), ROOT)


def urls() -> list[URLPattern]:
    """Every address below the root."""
    patterns = api()._get_urls()  # noqa: SLF001 -- its `urls` asks for a namespace that nobody here needs
    operations = [one for one in patterns if isinstance(one, URLPattern) and one.name != "api-root"]
    return [
        path(f"{ROOT}/openapi.json", _served(_openapi), name="api-schema"),
        *(path(f"{ROOT}/{one.pattern}", _served(one.callback), name=f"api-{one.name}") for one in operations),
        path("api/<path:rest>", _served(_nothing), name="api-nothing"),
    ]


def _add(router: Router, one: Endpoint) -> None:
    def operation(request: HttpRequest, **given: Any) -> HttpResponseBase:
        return one.run(request, **given)

    operation.__name__, operation.__doc__ = one.id, one.function.__doc__
    operation.__signature__ = one.signature  # type: ignore[attr-defined]
    decorate_view(guarded(one))(operation)
    router.add_api_operation(
        one.path,
        [one.method],
        operation,
        operation_id=one.id,
        url_name=one.id,
        tags=[one.area],
        summary=one.says,
    )


def _specific_first(one: Endpoint) -> tuple[tuple[int, str], ...]:
    """What is written out goes before what is open, and longer paths before shorter ones that begin like them."""
    steps = one.path.strip("/").split("/")
    kinds = ((3 if "{path:" in step else 2 if step.startswith("{") else 1, step) for step in steps)
    return (*((kind, step if kind == 1 else "") for kind, step in kinds), (9, one.path))


def _query(models: Any) -> Iterator[str]:
    for model in models:
        if model.__ninja_param_source__ == "query":
            yield from model.__ninja_flatten_map__


def _openapi(request: HttpRequest) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    return JsonResponse(schema())


def _nothing(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 -- as Django calls it
    return problems.not_found()


def _served(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """No cookie counts here, nothing is kept by anybody on the way, and every refusal is a problem."""

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is answered
            response = problems.of_error(error)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = {"Allow": response["Allow"]}
            response = problems.answer(HTTPStatus.METHOD_NOT_ALLOWED, "This address does not do that.", headers=allowed)
        response.setdefault("Cache-Control", "no-store")
        return response

    served.csrf_exempt, served.login_required = True, False  # type: ignore[attr-defined]
    return served
