"""Rooms on pages: nothing of what anybody says before they are opened, and nobody's words written over unread."""

import re
from typing import Any

import pytest
from django.db import transaction

from coachloop.app.models import Assignment, AuditEntry, Message, Review, Room, RoomDecision, RoomWording, User
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import rooms
from coachloop.core.model.people import Role
from web.calibrated import answered, calibrated, made
from web.cast import Cast, person
from web.signed_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def ids(cast: Cast, django_db_blocker: Any) -> dict[str, Any]:
    """Rooms by name."""
    with django_db_blocker.unblock():
        return calibrated(cast)


@pytest.fixture(autouse=True)
def _undone(ids: dict[str, Any]) -> Any:  # noqa: ARG001 -- made before
    """What one test writes is none of the next one's."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def page(who: User, path: str, **post: str) -> Any:
    client = signed_in(who)
    return client.post(path, post) if post else client.get(path)


def said(answer: Any) -> str:
    """What a page says below its bar, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main")[1]))


def question(ids: dict[str, Any]) -> str:
    return f"/rooms/{ids['room_open']}/calls/{ids['room_call']}/{ids['room_behaviour']}"


def test_before_it_is_opened_a_room_says_who_has_answered_and_nothing_else(cast: Cast, ids: dict[str, Any]) -> None:
    """Not to those in it, and not to the QA lead who made it."""
    uma = User.objects.get(name="Uma Evans")
    for who in (cast.evaluator, uma, cast.other_leader, cast.qa_lead):
        shown = said(page(who, f"/rooms/{ids['room']}"))
        assert "Uma Evans All 3 calls" in shown
        assert "Eve Tanaka 0 of 3 calls" in shown
        for word in ("Not met", "I do not hear it", "Agreed", "Alpha", "the machine"):
            assert word not in shown
        call = Assignment.objects.filter(room=ids["room"]).order_by("id")[0]
        assert page(who, f"/rooms/{ids['room']}/calls/{call.conversation_id}/{call.asked[0]}").status_code == 404
    assert "Answer 3 calls" in said(page(cast.evaluator, "/rooms"))


def test_an_open_room_shows_the_grid_and_where_they_differ(cast: Cast, ids: dict[str, Any]) -> None:
    shown = said(page(cast.evaluator, f"/rooms/{ids['room_open']}"))
    contested, calls = shown.split("How far you agree")[0], shown.split("Call 1,")[1]
    assert re.search(r"1 . Not met|1 . Met", contested)
    for who in ("Eve Tanaka", "Uma Evans", "Ben Moreau", "The machine"):
        assert who in calls
    assert re.search(r"Alpha of people .* likely -?\d\.\d\d to \d\.\d\d", shown)
    looked = AuditEntry.objects.filter(action="conversation.look", actor=cast.evaluator)
    assert looked.count() == Assignment.objects.filter(room=ids["room_open"], reviewer=cast.evaluator).count()


def test_everybody_sees_their_own_leaning_and_the_qa_lead_all(cast: Cast, ids: dict[str, Any]) -> None:
    """A leader is not ranked in public."""
    path = f"/rooms/{ids['room_open']}"
    theirs, quinns = said(page(cast.other_leader, path)), said(page(cast.qa_lead, path))
    assert "From the strictest to the mildest of the room" in theirs
    assert "You see your own leaning, not anybody else's." in theirs
    assert "Everybody, for QA leads alone" not in theirs
    assert "Everybody, for QA leads alone" in quinns


def test_a_question_shows_what_each_of_them_chose_beside_the_call(cast: Cast, ids: dict[str, Any]) -> None:
    answer = page(cast.other_leader, question(ids))
    shown, html = said(answer), answer.content.decode()
    assert "I do not hear it." in shown
    assert html.count('class="heard heard-met') >= 1
    assert 'id="said-' in html
    assert "A QA lead writes down what you agree on." in shown
    assert "/conversations/" not in html.split("<main")[1]
    assert "/conversations/" in page(cast.qa_lead, question(ids)).content.decode()


def test_whoever_is_asked_about_a_call_elsewhere_does_not_see_it_in_a_room(cast: Cast, ids: dict[str, Any]) -> None:
    """Not its answers, not the machine's; the room says that it is left out."""
    rui = person("Rui Costa", Role.QA_LEAD)
    template = Room.objects.get(pk=ids["room"]).template
    other = Room.objects.create(
        template=template, title="Another", chosen="random", answer_by=cast.now.date(), made_at=cast.now
    )
    asked = [(ids["room_call"], rui.pk, None)]
    rooms.assignments.assign(
        template=template, kind="calibration", asked=[ids["room_behaviour"]], pairs=asked, due_on=cast.now.date(),
        room=other, now=cast.now,
    )  # fmt: skip
    assert page(rui, question(ids)).status_code == 404
    assert "1 of the calls is left out here" in said(page(rui, f"/rooms/{ids['room_open']}"))
    assert page(cast.qa_lead, question(ids)).status_code == 200


def test_of_two_who_agree_at_once_the_second_is_shown_both(cast: Cast, ids: dict[str, Any]) -> None:
    """With 409, what the first wrote, and their own words to send again."""
    path = f"{question(ids)}/agree"
    rui = person("Rui Costa", Role.QA_LEAD)
    page(cast.qa_lead, path, outcome="met", why="It is there.", seen="")
    answer = page(rui, path, outcome="not_met", why="Too late in the call.", seen="")
    assert answer.status_code == 409
    shown, html = said(answer), answer.content.decode()
    assert "Quinn Abara wrote something else meanwhile" in shown
    assert "It is there." in shown
    assert "Too late in the call." in shown
    assert RoomDecision.objects.get().outcome == "met"
    seen = re.search(r'name="seen" value="(\w+)"', html)
    assert seen
    page(rui, path, outcome="not_met", why="Too late in the call.", seen=seen[1])
    assert RoomDecision.objects.get().why == "Too late in the call."
    assert [row.outcome for row in Review.objects.filter(kind="calibration").order_by("id")] == ["met", "not_met"]


def test_of_two_who_word_at_once_the_second_is_shown_both(cast: Cast, ids: dict[str, Any]) -> None:
    path = f"/rooms/{ids['room_open']}/words/{ids['room_behaviour']}"
    rui = person("Rui Costa", Role.QA_LEAD)
    assert page(cast.qa_lead, f"{path}/word", question="Is it said at once?", good="", seen="").status_code == 302
    answer = page(rui, f"{path}/word", question="Is it said at all?", good="", seen="")
    assert answer.status_code == 409
    shown = said(answer)
    assert "Quinn Abara wrote something else meanwhile" in shown
    assert "Is it said at once?" in shown
    assert "Is it said at all?" in shown
    assert RoomWording.objects.get().question == "Is it said at once?"


def test_words_go_into_the_draft_and_on_to_what_changes(cast: Cast, ids: dict[str, Any]) -> None:
    path = f"/rooms/{ids['room_open']}"
    page(cast.qa_lead, f"{path}/words/{ids['room_behaviour']}/word", question="Is it said at once?", good="", seen="")
    assert "Take the new words into the next draft" in said(page(cast.qa_lead, path))
    answer = page(cast.qa_lead, f"{path}/take-up", x="")
    assert answer.headers["Location"] == "/templates/discovery/studio/confirm"
    assert "Is it said at once?" in said(page(cast.qa_lead, answer.headers["Location"]))
    assert "In version 2" in said(page(cast.qa_lead, path))


def test_a_room_is_made_on_its_page_and_what_is_wrong_is_said_there(cast: Cast) -> None:
    asked = {"template": "discovery", "title": "In June", "chosen": "random", "size": "3", "answer_by": "2026-12-30"}
    client = signed_in(cast.qa_lead)
    few = client.post("/rooms/new", {**asked, "people": [cast.evaluator.pk]})
    assert few.status_code == 422
    assert "Choose at least 2 people" in said(few)
    uma = User.objects.get(name="Uma Evans")
    made_ = client.post("/rooms/new", {**asked, "people": [cast.evaluator.pk, uma.pk]})
    room = Room.objects.get(title="In June")
    assert made_.headers["Location"] == f"/rooms/{room.pk}"
    assert Message.objects.filter(about=f"room:{room.pk}:asked").count() == 2


def test_reminding_opening_and_closing_on_the_page(cast: Cast, ids: dict[str, Any]) -> None:
    path = f"/rooms/{ids['room']}"
    assert "Not yet: some have not answered yet" in said(page(cast.qa_lead, path))
    quinn = signed_in(cast.qa_lead)
    assert "Reminded: 2." in said(quinn.post(f"{path}/remind", follow=True))
    assert "was reminded today already" in said(quinn.post(f"{path}/remind", follow=True))
    room = Room.objects.get(pk=ids["room"])
    for who in (cast.evaluator, cast.other_leader):
        answered(cast, room, who, differs=1)
    assert "Everybody has answered." in said(page(cast.qa_lead, path))
    page(cast.qa_lead, f"{path}/open", x="")
    page(cast.qa_lead, f"{path}/close", x="")
    assert Room.objects.get(pk=ids["room"]).closed_at
    assert "Closed" in said(page(cast.evaluator, path))
    picture = page(cast.evaluator, "/rooms/chart?template=discovery&theme=dark&size=narrow")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "How far people agreed from room to room" in page(cast.evaluator, "/rooms").content.decode()
    assert page(cast.evaluator, "/rooms/chart?template=none").status_code == 404


def test_who_stayed_out_is_named(cast: Cast, ids: dict[str, Any]) -> None:
    """Once the day has passed."""
    del ids
    room = made(cast, "Short", cast.evaluator, User.objects.get(name="Uma Evans"), seed="Lake")
    answered(cast, room, cast.evaluator)
    Room.objects.filter(pk=room.pk).update(answer_by="2020-01-01")
    rooms.open_together(viewer=viewer(cast.qa_lead), room_id=room.pk, now=cast.now)
    assert "Not in it: Uma Evans (0 of 3 calls answered)." in said(page(cast.qa_lead, f"/rooms/{room.pk}"))


@pytest.mark.parametrize("who", ["agent", "operations", "admin", "leader"])
def test_rooms_are_for_those_in_them(cast: Cast, ids: dict[str, Any], who: str) -> None:
    assert page(getattr(cast, who), f"/rooms/{ids['room_open']}").status_code in {403, 404}
