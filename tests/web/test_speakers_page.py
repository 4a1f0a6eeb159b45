"""Where it was guessed who is the agent, the conversation's page says so."""

import pytest
from django.test import Client

from coachloop.app.models import Conversation
from web.cast import Cast, call, take_in
from web.signed_in import seen

pytestmark = pytest.mark.django_db

GUESSED = {"from": "separated", "confidence": 0.55}


def guessed(cast: Cast, **more: object) -> None:
    """A call of Lea's in which it is not certain who speaks."""
    one = call("lea", "Lea Rossi", "north", number=0, did=(True,) * 5, now=cast.now)
    take_in([one | {"id": "guessed-1", "speakers": GUESSED | more}], cast.now)


def test_the_leader_confirms_with_one_click(cast: Cast, leader: Client) -> None:
    """And sees by which words each is known; afterwards it is not asked again."""
    guessed(cast)
    page = seen(cast.leader, "/conversations/guessed-1")
    assert "Who is the agent? Not certain" in page
    assert "nothing is said about what the agent did" in page
    assert "am I speaking with" in page
    told = leader.post("/speakers/guessed-1", {"revision": 1, "swapped": "no"}, follow=True).content.decode()
    assert "Confirmed. The call is scored anew" in told
    assert "Not certain" not in told
    assert Conversation.objects.get(key="guessed-1").revision == 2
    late = leader.post("/speakers/guessed-1", {"revision": 1, "swapped": "yes"}, follow=True).content.decode()
    assert "Something changed in this conversation meanwhile" in late


def test_the_agent_reads_that_it_is_not_certain_and_whose_it_is_to_say(cast: Cast) -> None:
    guessed(cast)
    page = seen(cast.agent, "/conversations/guessed-1")
    assert "or a QA lead confirms it" in page
    assert "swap them" not in page


def test_what_is_certain_can_still_be_turned_round(cast: Cast) -> None:
    """By whoever may, behind a fold; of a call that came with its speakers nothing is said."""
    guessed(cast, confidence=0.95)
    assert "the other way round?" in seen(cast.qa_lead, "/conversations/guessed-1")
    assert "the other way round?" not in seen(cast.qa_lead, "/conversations/lea-1")
