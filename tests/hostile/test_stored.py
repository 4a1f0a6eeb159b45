"""Whatever somebody wrote, said or is called anywhere: no page makes more of it than words, and no API, file or list refuses to show it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from coachloop.app.models import Site
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import drift, programmes
from hostile.page import read
from house import Houses
from web.cast import Cast
from web.second_client import SENTINEL, second_client
from web.settled import settled_in
from web.test_permissions import QUERY
from web.test_programmes import PAGES, READERS, World, address, client_of, copy_of, other_ids, worked_out

pytestmark = pytest.mark.django_db
EVIL = "\"'><u onq=1>{{7*7}}"
"""Ends an attribute, begins an element with a handler, and asks a template to work something out."""


@pytest.fixture(scope="module")
def pages(houses: Houses) -> Iterator[dict[tuple[str, str], Any]]:
    """Every page, as those who may, of a client all of whose words are evil: by route and reader."""
    with settled_in(houses) as (cast, ids):
        yield _read(cast, ids)


def _read(cast: Cast, ids: dict[str, Any]) -> dict[tuple[str, str], Any]:
    programmes.add_programme(viewer=OPERATOR, key="harbour", name="Harbour Homes", now=cast.now)
    drift.watch_once_a_day(now=cast.now)  # today's: a table by numbers in the millions would not fit
    second, _ = programmes.add_programme(viewer=OPERATOR, key=SENTINEL, name=f"{EVIL} company", now=cast.now)
    second_client(second, words=EVIL)
    Site.objects.update(name=Concat(Value(EVIL), "name"))
    worked_out(cast)
    theirs = other_ids(World(cast, ids, second))
    found, clients = {}, {who: client_of(copy_of(cast.who(who))) for who in READERS}
    for name, who in dict(reversed(PAGES)).items():  # one reader each, who sees the most
        response = clients[who].get(address(name, theirs) + QUERY.get(name, ""))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found[name, who] = (response.status_code, response.headers.get("Content-Type", ""), body)
    return found


def test_words_stay_words_on_every_page(pages: dict[tuple[str, str], Any]) -> None:
    """No element, no handler, no address of theirs; and nothing is worked out."""
    wrong, shown = [], 0
    for place, (status, kind, body) in pages.items():
        if status >= 500:
            wrong.append((place, f"{status}"))
        if not kind.startswith(("text/html", "image/svg")):
            continue
        seen = read(body.decode())
        shown += "<u onq" in seen.text
        handlers = [name for _, name in seen.attributes if name.startswith("on")]
        led = [to for to in seen.addresses if to.lower().strip().startswith(("javascript:", "//", "data:text", "http"))]
        if "u" in seen.elements or handlers or led or "<u onq=1>49" in seen.text:
            wrong.append((place, handlers, led))
    assert wrong == []
    assert shown > 60, "the words are on most pages, or this looks at nothing"
