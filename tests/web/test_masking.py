"""Pages show masked words: the call itself, what is found by words, and what a session is about."""

import pytest

from coachloop.app.models import Original
from web.cast import call, take_in

pytestmark = pytest.mark.django_db

SAID = "My card is 4111 1111 1111 1111, I was born on March 3rd 1985, my mail is jane dot doe at example dot com, says Hannah Vogel"
SECRETS = ("4111", "March 3rd", "jane dot", "Vogel", "Hannah")


@pytest.fixture(autouse=True)
def with_names(settings):
    """Here the customer's name is masked too."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking_names": True})


@pytest.fixture
def secret(cast):
    """A call of Lea's in which a customer says too much."""
    given = call("lea", "Lea Rossi", "north", number=99, did=[True] * 5, now=cast.now)
    given |= {"id": "secret-1", "customer_name": "Hannah Vogel"}
    given["turns"] = [
        {"speaker": "agent", "start": 0, "end": 3, "text": "Hello Ms Vogel, I'm calling because you asked, it's Lea"},
        {"speaker": "customer", "start": 3, "end": 20, "text": SAID},
        {"speaker": "agent", "start": 20, "end": 22, "text": "4111 1111 1111 1111, thank you Hannah, a wonderful day"},
    ]
    take_in([given], cast.now)
    assert Original.objects.filter(revision__conversation__key="secret-1").exists()
    return "secret-1"


@pytest.mark.parametrize("words", ["", "wonderful day", '"born on"', "card", "Vogel", "4111"])
def test_no_page_shows_what_is_masked(leader, secret, words):
    """The conversation, and the list with the passages that words are found in; what is masked is found by nobody."""
    shown = leader.get("/conversations", {"words": words}) if words else leader.get(f"/conversations/{secret}")
    text = shown.content.decode().replace(f'value="{words}"', "")
    assert shown.status_code == 200
    assert ("secret-1" in text or "wonderful" in text) is (words not in {"Vogel", "4111"})
    assert [word for word in SECRETS if word in text] == []
