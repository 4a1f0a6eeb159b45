"""Protected time on its pages: slots, the plan, who is away, calendars."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.test import Client

from coachloop.app.models import CalendarLink, Focus, LeaderAbsence, Session, Slot, SlotMove, StandIn
from web.cast import Cast, coached, protected

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids(cast: Cast) -> dict[str, Any]:
    """Something under way, some time protected."""
    made = coached(cast) | protected(cast)
    LeaderAbsence.objects.all().delete()
    return made


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_leader_protects_time_from_nothing(leader: Client) -> None:
    """An empty page proposes; one click protects a slot for each of five agents; a time that is taken is refused."""
    assert "5 slots more would give everybody one a week" in text(leader.get("/slots"))
    assert "no protected time" in text(leader.get("/week"))
    page = text(leader.post("/slots/fill", {"team": "north"}, follow=True))
    assert "5 slots are protected" in page
    assert "slots more" not in page
    slot = Slot.objects.first()
    assert slot is not None
    again = {"team": "north", "weekday": slot.weekday, "starts": f"{slot.starts:%H:%M}", "minutes": 15}
    refused = leader.post("/slots/add", again)
    assert refused.status_code == 422
    assert "meets a slot that the team has already" in text(refused)
    assert leader.post("/slots/add", again | {"starts": "23:55"}).status_code == 422
    assert leader.post("/slots/add", again | {"starts": "07:00"}).status_code == 302
    assert Slot.objects.count() == 6


@pytest.mark.usefixtures("ids")
def test_nonsense_in_an_address_is_not_there(leader: Client, ids: dict[str, Any]) -> None:
    for path in ("/slots?team=south", "/slots/1/never", f"/slots/{ids['slot']}/2026-01-01", "/slots/99/end"):
        assert leader.get(path).status_code == 404
    for week in ("never", "0001-01-01", "9999-12-31"):
        assert leader.get(f"/slots?week={week}").status_code == 200


def test_a_slot_is_moved_with_a_reason_within_its_week(leader: Client, ids: dict[str, Any]) -> None:
    """Without a reason, or to another week, the form says what is wrong and keeps what was written."""
    path = f"/slots/{ids['slot']}/{ids['slot_day']}"
    wrong = leader.post(path, {"day": ids["slot_day"], "starts": "16:00", "reason": ""})
    assert wrong.status_code == 422
    assert "never taken away without a reason" in text(wrong)
    far = leader.post(path, {"day": "2031-01-01", "starts": "16:00", "reason": "Town hall"})
    assert "Choose a day of the same week" in text(far)
    assert SlotMove.objects.count() == 1
    done = leader.post(path, {"day": ids["slot_day"], "starts": "16:00", "reason": "Town hall"}, follow=True)
    assert "Town hall" in text(done)


def test_a_weekly_slot_is_changed_and_operations_read_why(leader: Client, cast: Cast, ids: dict[str, Any]) -> None:
    path = f"/slots/{ids['slot']}/end"
    assert "would keep 3: choose a time instead" in text(leader.post(path, {"reason": "A meeting"}))
    assert "Choose a time for the slot" in text(leader.post(path, {"reason": "A meeting", "weekday": 5}))
    given = {"reason": "A standing meeting", "weekday": 5, "starts": "08:30"}
    assert "From next week on" in text(leader.post(path, given, follow=True))
    leader.force_login(cast.operations)
    page = text(leader.get("/slots/lost"))
    assert "A standing meeting" in page
    assert "All hands in the morning." in page
    assert "1 moved" in page
    assert "Lea Rossi" not in page


def test_the_plan_is_proposed_unticked_and_confirmed_once(leader: Client, ids: dict[str, Any]) -> None:
    """What is unticked stays as it was."""
    assert ids
    assert "Plan my week" in text(leader.get("/week"))
    page = text(leader.get("/week/plan"))
    lines = [part.split('"')[0] for part in page.split('name="line" value="')[1:]]
    assert len(lines) >= 2
    open_before = Focus.objects.count()
    done = text(leader.post("/week/plan", {"team": "north", "line": lines[:1]}, follow=True))
    assert "1 session is planned" in done
    assert Session.objects.filter(planned_for__isnull=False, status="planned").count() == 1
    assert Focus.objects.count() - open_before <= 1
    again = text(
        leader.post(
            "/week/plan",
            {"team": "north", "line": [*lines[:1], "nonsense", "x@y", "x@0001-01-01T00:00:00+00:00"]},
            follow=True,
        )
    )
    assert "not free any more" in again
    assert "Nothing was ticked" in text(leader.post("/week/plan", {"team": "north"}, follow=True))


def test_a_stand_in_finds_the_team_on_exactly_their_days(client: Client, cast: Cast) -> None:
    """Ben sees nothing of north, and acts for it once Ada has named him."""
    client.force_login(cast.leader)
    today = cast.now.astimezone(ZoneInfo("Europe/Berlin")).date()
    given = {"leader-who": cast.leader.pk, "leader-first": str(today), "leader-last": str(today)}
    refused = client.post("/away/leader", given | {"leader-stand_in": cast.leader.pk})
    assert "nobody stands in for themselves" in text(refused).lower()
    done = client.post("/away/leader", given | {"leader-stand_in": cast.other_leader.pk}, follow=True)
    assert "Ben Moreau stands in" in text(done)
    client.force_login(cast.other_leader)
    assert client.get("/agents/lea").status_code == 200
    assert "Jon Adler" in text(client.get("/week?team=north"))
    StandIn.objects.update(first_day=today + timedelta(days=3), last_day=today + timedelta(days=4))
    assert client.get("/agents/lea").status_code == 404


def test_an_agents_absence_is_noted_and_taken_out(leader: Client, cast: Cast) -> None:
    first, last = cast.now.date() + timedelta(days=4), cast.now.date() + timedelta(days=2)
    wrong = leader.post("/away/agent", {"agent-who": "lea", "agent-first": first, "agent-last": last})
    assert "not before the first one" in text(wrong)
    given = {"agent-who": "lea", "agent-first": last, "agent-last": first}
    assert "do not count on their five" in text(leader.post("/away/agent", given, follow=True))
    assert "noted already" in text(leader.post("/away/agent", given))
    assert leader.post("/away/agent", given | {"agent-who": "sam"}).status_code == 422
    far = leader.post("/away/agent", given | {"agent-last": "9999-12-31"})
    assert "to three years later" in text(far)


def test_a_feed_needs_no_sign_in_and_is_never_kept(client: Client, cast: Cast, settings: Any) -> None:
    """Its address is shown once; a new one ends it; only its hash is stored."""
    client.force_login(cast.leader)
    page = text(client.post("/me/calendar/open"))
    address = page.split("<code>")[1].split("</code>")[0]
    assert address.startswith(f"{settings.ADDRESS}/calendar/")
    path = address.removeprefix(settings.ADDRESS)
    assert path not in text(client.get("/me/calendar"))
    assert CalendarLink.objects.get().token_hash not in path
    stranger = Client()
    answer = stranger.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert vobject.readOne(text(answer)).name == "VCALENDAR"
    assert stranger.post(path).status_code == 405
    client.post("/me/calendar/close")
    assert stranger.get(path).status_code == 404


def test_an_address_that_points_inside_is_refused_at_its_field(client: Client, cast: Cast) -> None:
    client.force_login(cast.agent)
    refused = client.post("/me/calendar/busy", {"address": "http://localhost:8000/me.ics"})
    assert refused.status_code == 422
    assert "This address must begin with https://" in text(refused)
    kept = client.post("/me/calendar/busy", {"address": "webcal://calendar.example.org/lea.ics"}, follow=True)
    assert "read within five minutes" in text(kept)
    CalendarLink.objects.update(problem="calendar.example.org answers 404", read_at=cast.now)
    assert "It could not be read: calendar.example.org answers 404" in text(client.get("/me/calendar"))
