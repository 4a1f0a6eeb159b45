import io
import zipfile

import pytest
from django.utils import timezone

from coachloop.app.models import Agent, Conversation, Erasure, Retention
from coachloop.app.services import erasing
from web.signed_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(cast, settings, tmp_path):
    settings.HOME = tmp_path
    return signed_in(cast.admin)


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_what_would_go_is_shown_before_it_is_saved(admin):
    assert "for good" in text(admin.get("/privacy"))
    Conversation.objects.filter(agent__key="lea").update(day="2001-01-01", started_at="2001-01-01T10:00:00Z")
    old = Conversation.objects.filter(agent__key="lea").count()
    looked = text(admin.post("/privacy/keep", {"conversations": "90", "look": "1"}))
    assert "Nothing is saved yet" in looked
    assert f"deletes {old}" in looked or "still needed" in looked
    assert not Retention.objects.exists()
    assert admin.post("/privacy/keep", {"conversations": "90", "messages": "7", "save": "1"}).status_code == 302
    assert list(Retention.objects.values_list("kind", "days")) == [("conversations", 90)]
    assert "from 30 to" in text(admin.post("/privacy/keep", {"conversations": "3", "save": "1"}), 422)
    assert admin.post("/privacy/keep", {"conversations": "", "save": "1"}).status_code == 302
    assert not Retention.objects.exists()
    assert Conversation.objects.filter(agent__key="lea").count() == old


def test_an_agent_is_looked_at_erased_and_certified(admin, cast):
    asked = {"kind": "agent", "key": "sam", "basis": "Art. 17(3)(e)"}
    looked = text(admin.post("/privacy/erase", asked))
    assert 'action="/privacy/erase#erase"' in looked, "what is to be answered is in sight at once"
    assert "Erase them" in looked
    assert not Erasure.objects.exists()
    there = admin.post("/privacy/erase", asked | {"sure": "sam"})
    assert there.status_code == 302
    assert "Under way" in text(admin.get(there.url))
    erasing.carry_out(now=timezone.now)
    page = text(admin.get(there.url))
    assert "conversations" in page
    assert "Art. 17(3)(e)" in page
    assert "Sam Duarte" not in page
    assert admin.get(f"{there.url}.json").json()["kind"] == "agent"
    assert not Agent.objects.filter(key="sam").exists()
    assert "Certificate" in text(admin.get("/privacy"))
    assert "Nothing is here" in text(admin.post("/privacy/erase", asked), 422)
    assert cast.admin is not None


def test_somebody_gets_what_is_known_of_them(admin):
    response = admin.post("/privacy/export", {"kind": "agent", "key": "lea"})
    found = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert "index.html" in found.namelist()
    assert "nothing is here" in text(admin.post("/privacy/export", {"kind": "agent", "key": "x"}), 422).lower()
