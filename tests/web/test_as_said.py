"""What is masked is shown to whom the operator lets, when they ask for it, and it is written down each time."""

import pytest
from django.test import Client

from coachloop.app.models import AuditEntry, User
from web.cast import Cast, call, take_in
from web.signed_in import seen, signed_in

pytestmark = pytest.mark.django_db

CARD = "4111 1111 1111 1111"


@pytest.fixture
def masked(cast: Cast) -> str:
    """The key of a call of Lea's in which a card number is said."""
    one = call("lea", "Lea Rossi", "north", number=0, did=(True,) * 5, now=cast.now)
    one["turns"][1]["text"] = f"My card number is {CARD}."
    take_in([one | {"id": "masked-1"}], cast.now)
    return "masked-1"


def test_nobody_else_reads_it(cast: Cast, leader: Client, masked: str) -> None:
    """Neither on the page nor by asking."""
    page = seen(cast.leader, f"/conversations/{masked}")
    assert CARD not in page
    assert "Show what is masked" not in page
    assert leader.post(f"/as-said/{masked}").status_code == 404


def test_whoever_may_reads_it_when_they_ask_and_it_is_written_down(cast: Cast, masked: str) -> None:
    """As often as they do."""
    User.objects.filter(pk=cast.qa_lead.pk).update(sees_originals=True)
    page = seen(cast.qa_lead, f"/conversations/{masked}")
    assert CARD not in page
    assert "Show what is masked" in page
    client = signed_in(cast.qa_lead)
    for _ in range(2):
        said = client.post(f"/as-said/{masked}").content.decode()
    assert CARD in said
    assert "That you look at them is written down" in said
    looks = AuditEntry.objects.filter(action="conversation.original", actor=cast.qa_lead)
    assert list(looks.values_list("subject", flat=True)) == ["conversation:masked-1"] * 2
