"""What every request passes through."""

from dataclasses import replace

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.views.decorators.cache import cache_control

from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.web.access import page
from web.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/conversations?behaviour=%00", "/agents/le%00a", "/heatmap?team=a%00b"])
def test_a_nul_in_an_address_is_refused(cast: Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.who("qa_lead"))
    answer = client.get(path)
    assert (answer.status_code, b"NUL" in answer.content) == (400, True)


def test_a_nul_in_a_form_is_refused(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.who("agent"))
    assert client.post("/me/ask", {"words": "Help\0"}).status_code == 400
    assert client.post("/me/ask", {"words": ""}).status_code == 422


@pytest.mark.parametrize(("programme", "kept"), [(None, True), (1, False)])
def test_no_browser_keeps_a_picture_of_one_programme_for_another(programme: int | None, *, kept: bool) -> None:
    """Pictures stand at one address: looked at from the next programme, the one before must not come from the browser's store."""

    @page()
    @cache_control(private=True, max_age=300)
    def picture(request: HttpRequest, viewer: Viewer) -> HttpResponse:  # noqa: ARG001 -- as pages are called
        return HttpResponse()

    request = RequestFactory().get("/effect/chart.svg")
    setattr(request, "coachloop_viewer", replace(OPERATOR, programme_id=programme))  # noqa: B010 -- as web.access keeps it
    said = picture(request)["Cache-Control"]
    assert ("no-store" in said, "max-age=300" in said) == (not kept, kept)
