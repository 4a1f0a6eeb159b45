"""What every request passes through."""

import pytest
from django.test import Client

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
