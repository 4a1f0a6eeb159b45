from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.adapters.calendars import BadCalendarError, busy_times, feed, invitation
from coachloop.core.coaching.appointment import Appointment, Party

BERLIN = ZoneInfo("Europe/Berlin")
STAMP = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
PEOPLE = (Party('Ada "the" Lindholm', "ada@example.org"), Party("Lea Rössi; Ph.D.", "lea@example.org"))


def appointment(starts: datetime | None = None, **more: Any) -> Appointment:
    starts = starts or datetime(2026, 10, 26, 10, 0, tzinfo=BERLIN)
    more = {"sequence": 0, "people": PEOPLE, "link": "https://coach.example.org/sessions/12", **more}
    return Appointment("session-12@coachloop", starts=starts, ends=starts + timedelta(minutes=15), stamp=STAMP, **more)


class PersonsCalendar:
    """A calendar program as RFC 5546 wants it: an entry by its UID, the highest SEQUENCE counts, CANCEL takes it away.

    It reads with vobject, which shares no code with what writes.
    """

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}
        self.seen: dict[str, int] = {}

    def take(self, text: str) -> None:
        read = vobject.readOne(text)
        event, method = read.vevent, read.method.value
        uid, sequence = event.uid.value, int(event.sequence.value)
        if sequence < self.seen.get(uid, -1):
            return
        self.seen[uid] = sequence
        if method == "CANCEL":
            self.entries.pop(uid, None)
        else:
            assert method == "REQUEST"
            self.entries[uid] = event


def written(one: Appointment) -> str:
    return invitation(one, organizer="coaching@example.org")


def test_an_invitation_is_read_by_a_parser_that_is_not_ours():
    """Who, when, how long; and nothing of what it is about."""
    text = written(appointment())
    event = vobject.readOne(text).vevent
    assert event.dtstart.value == datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
    assert event.dtend.value - event.dtstart.value == timedelta(minutes=15)
    assert event.summary.value == "Coaching conversation"
    assert event.url.value == "https://coach.example.org/sessions/12"
    assert [one.value for one in event.attendee_list] == ["mailto:ada@example.org", "mailto:lea@example.org"]
    assert event.attendee_list[1].params["CN"] == ["Lea Rössi; Ph.D."]
    assert event.organizer.value == "mailto:coaching@example.org"
    assert "\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_planned_moved_and_called_off_as_a_calendar_shows_it():
    """One entry all the time, then none; an older message that arrives late changes nothing."""
    mine, later = PersonsCalendar(), datetime(2026, 10, 27, 15, 30, tzinfo=BERLIN)
    first = written(appointment())
    moved = written(appointment(later, sequence=1))
    off = written(appointment(later, sequence=2, cancelled=True))
    mine.take(first)
    mine.take(moved)
    (entry,) = mine.entries.values()
    assert entry.dtstart.value == datetime(2026, 10, 27, 14, 30, tzinfo=UTC)
    mine.take(first)
    (entry,) = mine.entries.values()
    assert entry.dtstart.value == datetime(2026, 10, 27, 14, 30, tzinfo=UTC)
    mine.take(off)
    assert mine.entries == {}
    assert "STATUS:CANCELLED" in off
    mine.take(moved)
    assert mine.entries == {}


@pytest.mark.parametrize(
    ("day", "time", "fold", "utc"),
    [(24, "09:00", 0, "07:00"), (26, "09:00", 0, "08:00"), (25, "02:30", 0, "00:30"), (25, "02:30", 1, "01:30")],
)
def test_nine_stays_nine_when_the_clocks_change(*, day, time, fold, utc):
    """Before, after, and in the hour that comes twice."""
    local = datetime.combine(date(2026, 10, day), clock.fromisoformat(time), BERLIN).replace(fold=fold)
    event = vobject.readOne(written(appointment(local))).vevent
    assert f"{event.dtstart.value:%H:%M %Z}" == f"{utc} UTC"


def test_a_feed_is_read_by_a_parser_that_is_not_ours():
    """And the busy times of a feed are its entries."""
    other = Appointment(
        "slot-3", 0, datetime(2026, 10, 28, 9, 0, tzinfo=BERLIN), datetime(2026, 10, 28, 9, 15, tzinfo=BERLIN), STAMP
    )
    text = feed([appointment(), other], name="coachloop")
    events = vobject.readOne(text).vevent_list
    assert [one.uid.value for one in events] == ["session-12@coachloop", "slot-3"]
    spans = busy_times(text, first=date(2026, 10, 26), last=date(2026, 10, 30), zone=BERLIN)
    assert [one.starts for one in spans] == [
        datetime(2026, 10, 26, 9, 0, tzinfo=UTC),
        datetime(2026, 10, 28, 8, 0, tzinfo=UTC),
    ]
    assert vobject.readOne(feed([], name="coachloop")).name == "VCALENDAR"


def calendar(*entries: str) -> str:
    events = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTAMP:20260101T000000Z\n{entry}\nEND:VEVENT\n" for n, entry in enumerate(entries)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{events}END:VCALENDAR\n".replace("\n", "\r\n")


def busy(*entries: str) -> list[tuple[str, str]]:
    spans = busy_times(calendar(*entries), first=date(2026, 10, 19), last=date(2026, 11, 1), zone=BERLIN)
    return [(f"{s.starts.astimezone(BERLIN):%d %H:%M}", f"{s.ends.astimezone(BERLIN):%d %H:%M}") for s in spans]


def test_busy_times_with_repeats_exceptions_and_moves():
    """Each Tuesday at nine by the clock on the wall, one left out, one moved; across the change of clocks."""
    found = busy(
        "DTSTART;TZID=Europe/Berlin:20260901T090000\nDTEND;TZID=Europe/Berlin:20260901T100000\nRRULE:FREQ=WEEKLY;BYDAY=TU",
    )
    assert found == [("20 09:00", "20 10:00"), ("27 09:00", "27 10:00")]
    text = calendar(
        "DTSTART;TZID=Europe/Berlin:20261020T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Europe/Berlin:20261021T090000"
    ).replace(
        "END:VCALENDAR",
        "BEGIN:VEVENT\r\nUID:0\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID;TZID=Europe/Berlin:20261022T090000\r\n"
        "DTSTART;TZID=Europe/Berlin:20261022T130000\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )
    spans = busy_times(text, first=date(2026, 10, 19), last=date(2026, 11, 1), zone=BERLIN)
    assert [f"{s.starts.astimezone(BERLIN):%d %H}" for s in spans] == ["20 09", "22 13"]


def test_what_takes_no_time_is_not_busy():
    """Free, cancelled, without length, or more often than any appointment."""
    assert (
        busy(
            "DTSTART:20261020T090000Z\nDTEND:20261020T100000Z\nTRANSP:TRANSPARENT",
            "DTSTART:20261020T090000Z\nDTEND:20261020T100000Z\nSTATUS:CANCELLED",
            "DTSTART:20261020T090000Z",
            "DTSTART:20261020T090000Z\nDURATION:PT1M\nRRULE:FREQ=SECONDLY",
        )
        == []
    )


def test_whole_days_and_times_without_a_zone_are_the_sites():
    assert busy("DTSTART;VALUE=DATE:20261025", "DTSTART:20261026T083000\nDTEND:20261026T090000") == [
        ("25 00:00", "26 00:00"),
        ("26 08:30", "26 09:00"),
    ]


def test_what_is_no_calendar_is_refused_with_a_sentence():
    """As is one that could never be expanded."""
    where = {"first": date(2026, 10, 19), "last": date(2026, 11, 1), "zone": BERLIN}
    with pytest.raises(BadCalendarError, match="is no iCalendar file"):
        busy_times("<html>Sign in</html>", **where)
    with pytest.raises(BadCalendarError, match="can't be read as iCalendar"):
        busy_times("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", **where)
    with pytest.raises(BadCalendarError, match="has 5,001 entries"):
        busy_times(calendar(*["DTSTART:20261020T090000Z"] * 5001), **where)
    daily = "DTSTART:20261020T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"
    with pytest.raises(BadCalendarError, match="more than 300 repeated"):
        busy_times(calendar(*[daily] * 301), **where)


@settings(max_examples=60)
@given(text=st.text(max_size=200), line=st.sampled_from(["DTSTART:", "RRULE:", "DTEND:", "EXDATE:", "DURATION:", ""]))
def test_no_calendar_breaks_the_reader(text, line):
    """It is read, or refused with a sentence."""
    entry = calendar("DTSTART:20261020T090000Z\nDURATION:PT1H\n" + line + text.replace("\n", " ").replace("\r", " "))
    with suppress(BadCalendarError):
        busy_times(entry, first=date(2026, 10, 19), last=date(2026, 11, 1), zone=BERLIN)
