"""What requests and answers are made of."""

import json
from math import isfinite
from typing import Annotated, Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=10_000)]


class Body(BaseModel):
    """The body of a request; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StrictParser(Parser):
    """JSON without what no database stores: NUL characters, half characters, numbers that are none."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body of a request."""
        return parsed(request.body)


def parsed(raw: bytes) -> Any:
    """A JSON document.

    Raises:
        ValueError: it is none, or holds what can't be stored.
    """
    text = raw.decode("utf-8")
    try:
        found = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        if "\\" in text or "\0" in text:
            _must_be_storable(found)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    found = float(text)
    return found if isfinite(found) else _no_number(text[:20])


def _must_be_storable(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("there is a NUL character")
        value.encode("utf-8")
    elif isinstance(value, dict):
        for name, one in value.items():
            _must_be_storable(name)
            _must_be_storable(one)
    elif isinstance(value, list):
        for one in value:
            _must_be_storable(one)
