"""Calendars are told what happens to a session: once, in order, to the two who sit down, and never what it is about."""

from datetime import timedelta

import pytest
import vobject

from builders import NOW
from coachloop.adapters.calendars import feed, invitation
from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Agent, BusyTime, CalendarLink, Message, Session, Slot
from coachloop.app.queries import appointments
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import calendar_links, coaching
from coachloop.app.services.invitations import invite
from coachloop.core.coaching.plan import Span

ADDRESS = "https://coach.example.org"
AT = NOW + timedelta(days=1)


def told(now=NOW):
    return invite(lambda one: invitation(one, organizer="c@example.org"), address=ADDRESS, now=now)


@pytest.fixture
def session(cast):
    """Ada's with Lea, tomorrow at eleven."""
    made = coaching.open_developmental(viewer=cast.ada, agent_key="lea", now=NOW)
    return coaching.plan_session(viewer=cast.ada, session_id=made.pk, planned_for=AT, now=NOW)


def letters():
    """What was put, in order: to whom, and what a parser that is not ours makes of it."""
    found = []
    for row in Message.objects.select_related("user").order_by("pk"):
        read = vobject.readOne(row.calendar)
        event = read.vevent
        found.append((row.user.name.split()[0], read.method.value, int(event.sequence.value), event.dtstart.value))
    return found


def test_planned_moved_and_called_off(cast, session):
    """REQUEST, REQUEST with a higher number, CANCEL with a higher one still, all with one UID; each to leader and agent."""
    later = AT + timedelta(hours=4)
    assert (told(), told()) == (1, 0)
    coaching.plan_session(viewer=cast.ada, session_id=session.pk, planned_for=later, now=NOW)
    assert (told(), told()) == (1, 0)
    coaching.cancel_session(viewer=cast.ada, session_id=session.pk, now=NOW)
    assert (told(), told()) == (1, 0)
    assert letters() == [
        ("Ada", "REQUEST", 0, AT), ("Lea", "REQUEST", 0, AT), ("Ada", "REQUEST", 1, later), ("Lea", "REQUEST", 1, later),
        ("Ada", "CANCEL", 2, later), ("Lea", "CANCEL", 2, later),
    ]  # fmt: skip
    rows = list(Message.objects.order_by("pk"))
    assert len({vobject.readOne(row.calendar).vevent.uid.value for row in rows}) == 1
    assert {row.subject for row in rows} == {"Coaching conversation"}
    assert "It was to be on Tuesday 12 May at 11:00" in rows[3].text
    assert "with Ada Lindholm on Tuesday 12 May at 15:00 is called off" in rows[5].text


def test_nothing_of_what_it_is_about(cast, session):
    """A link that needs signing in; no behaviour, no words."""
    Session.objects.filter(pk=session.pk).update(shared_notes="SECRET", goal="SECRET")
    told()
    text = "".join(row.calendar + row.text for row in Message.objects.all())
    assert f"{ADDRESS}/sessions/{session.pk}" in text
    assert "SECRET" not in text
    assert cast.lea.user is not None


def test_what_is_over_or_has_nobody_to_tell(cast, session):
    """A session that was held is not withdrawn; the past is left alone; an agent without an address has no mail."""
    Agent.objects.filter(key="lea").update(user=None)
    assert told(now=AT) == 0
    assert told() == 1
    assert [row[0] for row in letters()] == ["Ada"]
    Session.objects.filter(pk=session.pk).update(status="cancelled")
    assert told(now=AT) == 0
    assert cast.ada.user is not None


def test_a_feed_shows_its_owners_sessions_and_slots_and_only_while_it_is_open(cast, session):
    """A new address ends the old one; nobody's token is nobody's feed."""
    Slot.objects.create(
        team=Agent.objects.get(key="lea").team, weekday=3, starts="10:00", first_day=NOW.date(), minutes=20
    )
    old = calendar_links.open_feed(viewer=cast.ada, now=NOW)
    new = calendar_links.open_feed(viewer=cast.ada, now=NOW)
    assert appointments.feed(old, address=ADDRESS, now=NOW) is None
    assert not CalendarLink.objects.filter(token_hash__in=[old, new]).exists()
    adas = appointments.feed(new, address=ADDRESS, now=NOW) or []
    assert [one.subject for one in adas] == ["Coaching conversation", *["Protected coaching time"] * 8]
    assert adas[0].uid == appointments.uid(session)
    leas = appointments.feed(calendar_links.open_feed(viewer=cast.lea, now=NOW), address=ADDRESS, now=NOW) or []
    assert [one.starts for one in leas] == [AT]
    toms = calendar_links.open_feed(viewer=cast.tom, now=NOW)
    assert appointments.feed(toms, address=ADDRESS, now=NOW) == []
    assert vobject.readOne(feed(adas, name="x")).vevent_list[0].uid.value == appointments.uid(session)
    calendar_links.close_feed(viewer=cast.ada, now=NOW)
    assert appointments.feed(new, address=ADDRESS, now=NOW) is None
    assert appointments.feed("", address=ADDRESS, now=NOW) is None
    cast.lea.user.is_active = False
    cast.lea.user.save()
    assert CalendarLink.objects.get(user=cast.lea.user).token_hash
    with pytest.raises(NotYoursError):
        calendar_links.open_feed(viewer=OPERATOR, now=NOW)


def test_busy_times_are_read_every_quarter_of_an_hour(cast):
    """Old ones go; a calendar that can't be read keeps them, and the page says why."""

    def keep(address):
        calendar_links.set_busy_address(viewer=cast.lea, address=address, check=lambda one: one, now=NOW)

    def broken(_address, **_where):
        raise ValueError("calendar.example.org answers 404 Not Found")

    keep("https://calendar.example.org/lea.ics")
    span = Span(AT, AT + timedelta(hours=1))
    assert calendar_links.refresh_busy_times(lambda _a, **_w: [span], now=NOW) == 1
    assert calendar_links.refresh_busy_times(broken, now=NOW + timedelta(minutes=14)) == 0
    assert calendar_links.refresh_busy_times(broken, now=NOW + timedelta(minutes=15)) == 1
    seen = appointments.calendar_page(cast.lea)
    assert (seen.busy_times, seen.problem) == (1, "calendar.example.org answers 404 Not Found")
    assert calendar_links.refresh_busy_times(lambda _a, **_w: [], now=NOW + timedelta(hours=1)) == 1
    assert (appointments.calendar_page(cast.lea).problem, BusyTime.objects.count()) == ("", 0)
    calendar_links.refresh_busy_times(lambda _a, **_w: [span], now=NOW + timedelta(hours=2))
    keep(" ")
    assert not BusyTime.objects.exists()
    assert calendar_links.refresh_busy_times(broken, now=NOW + timedelta(hours=3)) == 0


def test_an_address_that_can_not_be_used_is_refused_in_words(cast):
    def wrong(_address):
        raise ValueError("must begin with https://")

    with pytest.raises(WrongStateError, match="this address must begin with https"):
        calendar_links.set_busy_address(viewer=cast.lea, address="http://x", check=wrong, now=NOW)
    with pytest.raises(WrongStateError, match="up to 500 characters"):
        calendar_links.set_busy_address(viewer=cast.lea, address="x", check=lambda _: "x" * 501, now=NOW)
