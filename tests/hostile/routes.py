"""What Django has resolved: every address with its name, and what its view lets by. As a command, of the site as its settings have it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import URLPattern, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    """One address; `tokenless` views take a form without our token, `open` ones ask for no sign-in by themselves."""

    name: str
    address: str
    tokenless: bool
    open: bool


def routes() -> list[Route]:
    """All of them, whoever brought them."""
    return list(_below(get_resolver(), ""))


def _below(resolver: Any, before: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        address = f"{before}{one.pattern}"
        if isinstance(one, URLPattern):
            view = one.callback
            is_open = not getattr(view, "login_required", True)
            yield Route(one.name or "", address, tokenless=getattr(view, "csrf_exempt", False), open=is_open)
        else:
            yield from _below(one, address)


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps([asdict(one) for one in routes()]))
