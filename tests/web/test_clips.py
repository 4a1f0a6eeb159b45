import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coachloop.app.models import AuditEntry, Clip
from web.cast import HOSTILE, Cast, clipped, coached

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids(cast: Cast) -> dict[str, int]:
    """Sessions under way, and two clips."""
    return coached(cast) | clipped(cast)


def browser(user: object) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def text(client: Client, path: str) -> str:
    """A page's source."""
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_from_a_yes_to_a_colleague_and_back(cast: Cast, ids: dict[str, int]) -> None:
    """Asked on their own page; shared; read by a colleague; taken back, and gone."""
    lea, ada, tom = browser(cast.agent), browser(cast.leader), browser(cast.other_agent)
    address = f"/clips/{ids['clip']}"
    assert "May colleagues learn from this?" in text(lea, "/me")
    assert "has not agreed yet" in text(ada, address)
    answer = lea.post(f"{address}/consent", follow=True).content.decode()
    assert "Colleagues may see this" in answer
    assert "May colleagues learn from this?" not in text(lea, "/me")
    assert tom.get(address).status_code == 404
    assert (
        "Shared with Tom Okafor"
        in ada.post(f"{address}/share", {"with_whom": "agent:tom"}, follow=True).content.decode()
    )
    page = text(tom, address)
    assert "[CUSTOMER_NAME]" in page
    assert "Read the whole call" not in page
    assert "Seen 3 times by 2 people" in text(lea, address)
    assert "Nobody but you finds it" in lea.post(f"{address}/withdraw", follow=True).content.decode()
    assert [client.get(address).status_code for client in (lea, ada, tom)] == [200, 404, 404]
    assert ada.post(f"{address}/share", {"with_whom": "agent:tom"}).status_code == 404


def test_a_colleagues_clip_stands_beside_the_focus(cast: Cast, ids: dict[str, int]) -> None:
    """On the agent's page and in the session; never one's own, and not after it was taken back."""
    lea, ada = browser(cast.agent), browser(cast.leader)
    pages = [(lea, "/me"), (ada, "/agents/lea"), (ada, f"/sessions/{ids['planned']}")]
    assert all("How a colleague did it" in text(client, path) for client, path in pages)
    Clip.objects.filter(pk=ids["clip_shared"]).update(withdrawn_at=cast.now)
    assert not any("How a colleague did it" in text(client, path) for client, path in pages)


def test_a_moment_becomes_a_clip(cast: Cast, ids: dict[str, int]) -> None:
    """With its title as text; without one it is refused in words; what is shown is looked at."""
    del ids
    ada = browser(cast.leader)
    page = text(ada, "/clips/candidates")
    verdict = page.split('name="verdict" value="')[1].split('"')[0]
    assert AuditEntry.objects.filter(action="conversation.look", actor=cast.leader).exists()
    refused = ada.post("/clips/make", {"verdict": verdict, "title": "", "why_good": "x"}, follow=True).content.decode()
    assert "A clip needs a title" in refused
    made = ada.post("/clips/make", {"verdict": verdict, "title": HOSTILE, "why_good": HOSTILE}, follow=True)
    assert "<script>alert" not in made.content.decode()
    assert "Made. The agent in it is asked" in made.content.decode()
    assert f'value="{verdict}"' not in text(ada, "/clips/candidates")
    clip = Clip.objects.latest("pk")
    worded = ada.post(f"/clips/{clip.pk}/word", {"title": "Calm", "why_good": "So calm."}, follow=True)
    assert "Calm</h1>" in worded.content.decode()
    assert "No clip fits" in text(ada, "/clips?words=nowhere")
    assert "Nothing stands out yet" in text(ada, "/clips/candidates?behaviour=no/such")


def test_pages_ask_the_database_a_bounded_number_of_times(cast: Cast, ids: dict[str, int]) -> None:
    for client, path in ((browser(cast.leader), "/clips"), (browser(cast.leader), f"/clips/{ids['clip']}")):
        with CaptureQueriesContext(connection) as queries:
            text(client, path)
        assert len(queries) < 35


def test_nothing_yet_says_what_comes(cast: Cast) -> None:
    assert "you are asked first" in text(browser(cast.agent), "/clips")
    assert "Look for moments worth keeping" in text(browser(cast.leader), "/clips")
