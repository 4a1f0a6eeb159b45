"""Pictures from their description, drawn on the server."""

import json
from functools import lru_cache
from typing import Any

import vl_convert


def svg(spec: dict[str, Any]) -> str:
    """The SVG of a Vega-Lite description; the same one is drawn once."""
    return _draw(json.dumps(spec, sort_keys=True))


@lru_cache(maxsize=512)
def _draw(spec: str) -> str:
    return str(vl_convert.vegalite_to_svg(spec))
