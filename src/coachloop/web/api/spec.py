"""The API's own description, OpenAPI 3.1: one name a shape, whatever module it comes from."""

from functools import cache
from http import HTTPStatus
from typing import Any, get_args

from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from coachloop.web.api.access import ENDPOINTS, Endpoint, Sent
from coachloop.web.api.problems import MEDIA_TYPE, Problem

PROBLEMS = (400, 401, 403, 404, 409, 413, 415, 422, 429)


class Shapes(GenerateJsonSchema):
    """Names a shape by its module and itself, `ClipsPerson`, so that no two get the same name, and none changes when another comes."""

    def get_defs_ref(self, core_mode_ref: tuple[Any, Any]) -> Any:
        """The name of a definition."""
        ref, mode = core_mode_ref
        named: Any = (_named(ref), mode)
        return super().get_defs_ref(named)

    def time_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ARG002 -- as pydantic calls it
        """A time on the wall, which has no zone, as JSON Schema's own `time` would."""
        return {"type": "string", "pattern": r"^\d\d:\d\d(:\d\d(\.\d+)?)?$"}


def _named(ref: str) -> str:
    """`coachloop.app.queries.clips.Person:17` with its module in its name; a page by what is on it."""
    whole, _, of = ref.partition("[")
    short, _, inner_id = of.rstrip("]").rpartition(":")
    inner = _of_modules().get(inner_id, short)
    path, _, number = whole.rpartition(":")
    module, _, name = path.rpartition(".")
    return f"{module}.{name}Of{inner}:{number}" if inner else f"{module}.{_with_room(module, name)}:{number}"


@cache
def _of_modules() -> dict[str, str]:
    """The names of what pages hold, by their ids in a reference; asked once all endpoints are known."""
    return {
        str(id(inner)): _with_room(inner.__module__, inner.__name__)
        for one in ENDPOINTS.values()
        for inner in get_args(one.returns)
        if isinstance(inner, type)
    }


def _with_room(module: str, name: str) -> str:
    room = "".join(part.capitalize() for part in module.rpartition(".")[2].split("_"))
    return name if name.startswith((room, room.removesuffix("s"))) else f"{room}{name}"


class Spec(OpenAPISchema):
    """What the API says of itself."""

    def operation_details(self, operation: Operation) -> Any:
        """An operation with its scope, the kinds of its body, and the header that makes it harmless to repeat."""
        told = super().operation_details(operation)
        endpoint = ENDPOINTS[told["operationId"]]
        told["security"] = [{"Bearer": []}]
        told["x-scope"], told["x-roles"] = endpoint.scope, list(endpoint.roles)
        if endpoint.remembers:
            told["parameters"].append(IDEMPOTENCY)
        if endpoint.body:
            told["requestBody"] = {"content": self._sent(endpoint.body), "required": True}
        return told

    def responses(self, operation: Operation) -> Any:
        """The answer when all is well, and the problems that there may be."""
        endpoint = ENDPOINTS[operation.operation_id or ""]
        said = {endpoint.status: self._well(endpoint)}
        for status in PROBLEMS:
            ref = {"$ref": REF_TEMPLATE.format(model="Problem")}
            said[status] = {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": ref}}}
        return said

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Keep shapes by their names.

        Raises:
            ValueError: two shapes have one name.
        """
        for name, shape in definitions.items():
            if self.schemas.setdefault(name, shape) != shape:
                raise ValueError(f"there are two shapes {name!r} in the API; rename one of the dataclasses")

    def get_components(self) -> Any:
        """Every shape once, called by its name."""
        self._shape(TypeAdapter(Problem))
        for name, shape in self.schemas.items():
            _untitled(shape)
            shape["title"] = name
        bearer = {"type": "http", "scheme": "bearer", "description": "A token of the page My tokens."}
        return {"schemas": dict(sorted(self.schemas.items())), "securitySchemes": {"Bearer": bearer}}

    def _well(self, endpoint: Endpoint) -> dict[str, Any]:
        told: dict[str, Any] = {"description": HTTPStatus(endpoint.status).phrase}
        if endpoint.returns is not None:
            told["content"] = {"application/json": {"schema": self._shape(endpoint.adapter)}}
        return told

    def _sent(self, body: Sent) -> dict[str, Any]:
        """What may be sent, by its media type; one line of it has a shape where it is sent alone."""
        sent: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in body.kinds}
        if body.line and "application/json" in sent:
            sent["application/json"] = {"schema": self._shape(TypeAdapter(body.line), mode="validation")}
        return sent

    def _create_schema_from_model(self, model: Any, *_: Any, **__: Any) -> tuple[Any, bool]:
        shape = model.model_json_schema(**_HOW)
        self.add_schema_definitions(shape.pop("$defs", {}))
        name, details = next(iter(shape["properties"].items()))
        return details, name in shape.get("required", ())

    def _shape(self, adapter: TypeAdapter[Any], mode: JsonSchemaMode = "serialization") -> dict[str, Any]:
        """A reference to what is answered or sent, which has its own name as well."""
        found, shared = TypeAdapter.json_schemas([("it", mode, adapter)], **_HOW)
        self.add_schema_definitions(shared.get("$defs", {}))
        return found["it", mode]


_HOW: dict[str, Any] = {"ref_template": REF_TEMPLATE, "schema_generator": Shapes}

IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    "description": "The same key with the same request is answered as the first time, for a day, and nothing is done twice.",
}


def _untitled(shape: Any) -> None:
    """Take away titles that only repeat a field's name; a field may itself be called `title`."""
    if isinstance(shape, list):
        for one in shape:
            _untitled(one)
    if not isinstance(shape, dict):
        return
    if isinstance(shape.get("title"), str):
        del shape["title"]
    for name, one in shape.items():
        if name not in {"default", "enum", "const", "examples"}:
            _untitled(list(one.values()) if name == "properties" else one)
