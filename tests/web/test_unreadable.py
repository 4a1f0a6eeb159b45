"""Words that can't be decrypted: a page and an answer that say so, and a log that says why, without any of them."""

import logging

import pytest
from django.db import connection

from web.api.client import ApiClient, secret_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def damaged(cast):
    """A call whose words somebody put there who has no key."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE coachloop_revision SET document = 'sealed:0a1b2c3d:' || substr(document, 1, 40)")
    return cast


def test_a_page_and_the_api_say_so_and_the_log_says_why(damaged, leader, caplog):
    with caplog.at_level(logging.ERROR, "coachloop.words"):
        page = leader.get("/conversations/lea-1")
    assert page.status_code == 503
    assert "These words can't be read" in page.content.decode().replace("&#x27;", "'")
    assert "encrypted with the data key '0a1b2c3d', which is not here" in caplog.text
    assert "Good" not in caplog.text
    answer = ApiClient(secret_of(damaged, "leader")).get("/conversations/lea-1")
    assert (answer.status_code, "can't be decrypted here" in answer.json()["detail"]) == (503, True)
