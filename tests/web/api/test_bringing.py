"""What comes in by the API, and asking for it twice."""

import json
from datetime import timedelta
from typing import Any

import pytest

from coachloop.app.models import Answered, Conversation
from coachloop.app.services import answered
from web.api.client import ApiClient, ClientOf
from web.cast import Cast

pytestmark = pytest.mark.django_db
CALL = {"id": "api-1", "agent_id": "lea", "turns": [{"speaker": "agent", "text": "Good morning."}]}
JSONL = "application/x-ndjson"


def _send(client: ApiClient, body: Any, *, kind: str = JSONL, **headers: str) -> Any:
    return client.send("POST", "/conversations", body, kind=kind, **headers)


def test_lines_come_in_for_a_receipt_that_names_what_is_bad(api: ClientOf) -> None:
    body = "\n".join([json.dumps(CALL), "no JSON", json.dumps({**CALL, "id": "api-2"}), json.dumps(CALL)]).encode()
    receipt = _send(api("qa_lead"), body).json()
    assert (receipt["received"], receipt["accepted"], receipt["duplicates"]) == (4, 2, 1)
    assert [(one["file"], one["line"]) for one in receipt["refused"]] == [("body", 2)]
    assert Conversation.objects.filter(key__in=["api-1", "api-2"]).count() == 2


def test_one_comes_in_as_json(api: ClientOf) -> None:
    client = api("qa_lead")
    pretty = json.dumps(CALL, indent=2).encode()
    assert _send(client, pretty, kind="application/json").json()["accepted"] == 1
    assert client.get("/conversations/api-1").json()["turns"][0]["text"] == "Good morning."


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", JSONL, 400),
        (b"\x1f\x8b" + b"0" * 99, JSONL, 415),
        (b"{}", "text/plain", 415),
        (b'{"id": "a\\u0000"}', "application/json", 400),
        (b'{"id": "\\ud800"}', "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b'{"id": NaN}', "application/json", 400),
    ],
    ids=["empty", "packed", "other-kind", "nul", "half-a-character", "deep", "no-number"],
)
def test_what_can_be_no_conversation_is_refused(api: ClientOf, *, body: bytes, kind: str, status: int) -> None:
    response = _send(api("qa_lead"), body, kind=kind)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_what_is_packed_on_the_way_is_not_unpacked(api: ClientOf) -> None:
    """So no small body becomes a large one."""
    response = _send(api("qa_lead"), b"x", **{"Content-Encoding": "gzip"})
    assert response.status_code == 415


def test_a_body_that_is_too_large_is_not_read(api: ClientOf) -> None:
    response = api("leader").send("POST", "/uploads", b" " * 1_000_001)
    assert response.status_code == 413


def test_a_file_grows_part_by_part_and_is_taken_in(api: ClientOf) -> None:
    client, words = api("leader"), b"Agent: Good morning, this is Lea.\nCustomer: Hello.\n"
    begun = client.post("/uploads", {"name": "call.txt", "size": len(words), "agent": "lea"}).json()
    path = f"/uploads/{begun['key']}"
    kind = "application/octet-stream"
    assert client.send("PATCH", f"{path}?at=0", words[:20], kind=kind).json()["offset"] == 20
    assert client.send("PATCH", f"{path}?at=0", words[:20], kind=kind).status_code == 409
    done = client.send("PATCH", f"{path}?at=20", words[20:], kind=kind).json()
    assert (done["is_done"] if "is_done" in done else done["conversations"]) == 1
    assert client.send("DELETE", path).status_code == 204
    assert client.get(path).status_code == 404


def test_the_same_key_is_answered_as_the_first_time(api: ClientOf) -> None:
    """Nothing is done twice, and the answer is the same to the letter."""
    client, key = api("leader"), {"Idempotency_Key": "first"}
    first = client.post("/uploads", {"name": "a.wav", "size": 10, "agent": "lea"}, **key)
    again = client.post("/uploads", {"name": "a.wav", "size": 10, "agent": "lea"}, **key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotent-Replayed"] == "true"
    assert len(client.get("/uploads").json()["items"]) == 1
    other = client.post("/uploads", {"name": "b.wav", "size": 10, "agent": "lea"}, **key)
    assert other.status_code == 422
    refused = client.post("/uploads", {"name": "a.wav", "size": 10, "agent": "sam"}, Idempotency_Key="second")
    assert refused.status_code == 422
    assert client.post("/uploads", {"name": "a.wav", "size": 10, "agent": "sam"}, Idempotency_Key="second")[
        "Idempotent-Replayed"
    ]


def test_words_that_may_come_from_calls_are_not_kept_with_answers(api: ClientOf) -> None:
    """A key is no harm there; it is written anew."""
    for _ in range(2):
        said = api("leader").post("/sessions/1/questions", {}, Idempotency_Key="asked")
        assert said.status_code in {404, 409}
        assert "Idempotent-Replayed" not in said
    assert not Answered.objects.exists()


def test_a_request_that_took_so_long_that_another_did_it_is_undone(cast: Cast) -> None:
    """The first still works when the second takes over and is done: what the first did must not be kept as well."""
    begun = answered.begin(cast.leader, "slow", "same", now=cast.now)
    later = answered.begin(cast.leader, "slow", "same", now=cast.now + timedelta(minutes=2))
    assert (begun, later) == (None, None)
    answered.finish(cast.leader, "slow", answered.Answer(201, "second"))
    with pytest.raises(answered.UnderWayError, match="was faster"):
        answered.finish(cast.leader, "slow", answered.Answer(201, "first"))
    assert Answered.objects.get().body == "second"


def test_a_request_that_was_lost_may_be_asked_again(cast: Cast, api: ClientOf) -> None:
    """One under way is waited for; one whose process died is done by the next, and what is a day old is forgotten."""
    client, body = api("leader"), {"name": "a.wav", "size": 10, "agent": "lea"}
    assert client.post("/uploads", body, Idempotency_Key="lost").status_code == 201
    Answered.objects.update(status=None, body="")
    waits = client.post("/uploads", body, Idempotency_Key="lost")
    assert (waits.status_code, waits["Retry-After"]) == (409, "60")
    Answered.objects.update(asked_at=cast.now - timedelta(minutes=5))
    assert client.post("/uploads", body, Idempotency_Key="lost").status_code == 201
    assert answered.sweep(now=cast.now + timedelta(days=2)) == 1


def test_a_file_sent_twice_with_one_key_is_known_by_its_content(api: ClientOf) -> None:
    client, line = api("qa_lead"), json.dumps(CALL).encode()
    first = _send(client, line, **{"Idempotency-Key": "night"})
    again = _send(client, line, **{"Idempotency-Key": "night"})
    assert first.json()["accepted"] == again.json()["accepted"] == 1
    assert _send(client, line + b"\n\n", **{"Idempotency-Key": "night"}).status_code == 422


def test_conversations_are_listed_in_order_from_where_one_was(api: ClientOf) -> None:
    """While others come in; those without a date are last."""
    client = api("leader")
    body = "\n".join(json.dumps({**CALL, "id": f"undated-{n}"}) for n in range(3)).encode()
    _send(api("qa_lead"), body)
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = client.get(f"/conversations?limit=50&cursor={cursor}").json()
        seen += [one["key"] for one in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == Conversation.objects.filter(team__key="north").count()
    assert seen[-3:] == ["undated-2", "undated-1", "undated-0"]


def test_the_verdicts_go_on_where_one_was(api: ClientOf) -> None:
    client = api("leader")
    first = client.get("/verdicts?agent=lea&behaviour=why_after_budget&limit=5").json()
    rest = client.get(f"/verdicts?agent=lea&behaviour=why_after_budget&limit=200&cursor={first['next']}").json()
    ids = [one["id"] for one in (*first["items"], *rest["items"])]
    assert ids == sorted(set(ids))
    assert len(ids) == 24
    assert {one["agent"] for one in rest["items"]} == {"lea"}
