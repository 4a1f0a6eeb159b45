from urllib.parse import urlsplit

import pytest

from coachloop.app.models import Webhook
from web.hooked import ADDRESS, hooked

pytestmark = pytest.mark.django_db
GOOD = "https://crm.example.org/coachloop"


def test_an_address_is_added_and_its_secret_shown_once(cast, client):
    client.force_login(cast.admin)
    assert "No address yet" in client.get("/webhooks").content.decode()
    made = client.post("/webhooks/add", {"address": GOOD, "kinds": ["session.held"]})
    assert "whsec_" in made.content.decode()
    row = Webhook.objects.get()
    assert (row.url, row.kinds) == (GOOD, ["session.held"])
    assert "whsec_" not in client.get(f"/webhooks/{row.pk}").content.decode()
    assert GOOD in client.get("/webhooks").content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"address": "http://crm.example.org/"}, "This address must begin with https://"),
        ({"address": "<script>"}, "This address is no address"),
        ({"address": GOOD, "kinds": ["nonsense"]}, "nonsense is not one"),
        ({}, "required"),
    ],
)
def test_what_cannot_be_told_is_refused_beside_its_field(cast, client, given, words):  # noqa: PLR0917 -- fixtures
    client.force_login(cast.admin)
    answer = client.post("/webhooks/add", given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Webhook.objects.exists()


def test_what_was_given_up_is_said_and_goes_again(cast, client):
    ids = hooked(cast)
    client.force_login(cast.admin)
    page = client.get(f"/webhooks/{ids['webhook']}").content.decode()
    assert "given up after 10 tries" in page
    answer = client.post(f"/webhooks/{ids['webhook']}/replay", {"delivery_id": ids["delivery"]}, follow=True)
    assert "It goes again." in answer.content.decode()
    answer = client.post(f"/webhooks/{ids['webhook']}/replay", {"delivery_id": ids["delivery"]}, follow=True)
    assert "It waits already" in answer.content.decode()


def test_it_is_changed_switched_and_tested(cast, client):
    where = f"/webhooks/{hooked(cast)['webhook']}"
    client.force_login(cast.admin)
    assert "own network" in client.post(f"{where}/ping", follow=True).content.decode()
    assert "Switched off" in client.post(f"{where}/switch", {"on": "no"}, follow=True).content.decode()
    assert "Switch it off" in client.post(f"{where}/switch", {"on": "yes"}, follow=True).content.decode()
    assert urlsplit(client.post(f"{where}/change", {"address": GOOD})["Location"]).path == where
    assert client.post(f"{where}/change", {"address": "ftp://x"}).status_code == 422
    assert "whsec_" in client.post(f"{where}/secret").content.decode()
    assert Webhook.objects.get().url == GOOD != ADDRESS
