"""iCalendar (RFC 5545 and 5546): invitations and feeds out, busy times in."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from coachloop.core.coaching.appointment import Appointment, Party
from coachloop.core.coaching.plan import Span

if TYPE_CHECKING:
    from icalendar import Calendar, Event, vCalAddress

PRODUCT = "-//coachloop//coachloop//EN"
MOST_ENTRIES = 5000
MOST_SERIES = 300
MOST_TIMES = 4000
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


class BadCalendarError(ValueError):
    """A calendar that can't be read; the message is for the person whose calendar it is."""


def invitation(appointment: Appointment, *, organizer: str) -> str:
    """A REQUEST for the people in it, or a CANCEL; all times are UTC, so that no zone has to be explained."""
    calendar = _calendar("CANCEL" if appointment.cancelled else "REQUEST")
    event = _event(appointment)
    event.add("organizer", _address(Party("coachloop", organizer)))
    for place, person in enumerate(appointment.people):
        event.add("attendee", _attendee(person, leads=place == 0))
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def feed(appointments: Iterable[Appointment], *, name: str) -> str:
    """A calendar to subscribe to."""
    calendar = _calendar("PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for appointment in appointments:
        calendar.add_component(_event(appointment))
    return str(calendar.to_ical().decode())


def _calendar(method: str) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415 -- a tenth of a second that only calendars need

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(appointment: Appointment) -> "Event":
    from icalendar import Event  # noqa: PLC0415 -- as above

    utc = ZoneInfo("UTC")
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.stamp.astimezone(utc))
    event.add("dtstart", appointment.starts.astimezone(utc))
    event.add("dtend", appointment.ends.astimezone(utc))
    event.add("summary", appointment.subject)
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if appointment.link:
        event.add("url", appointment.link)
        event.add("description", f"What it is about, once you are signed in: {appointment.link}")
    return event


def _address(person: Party) -> "vCalAddress":
    from icalendar import vCalAddress  # noqa: PLC0415 -- as above

    address = vCalAddress(f"mailto:{person.email}")
    address.params["cn"] = " ".join(person.name.split()).replace('"', "'")
    return address


def _attendee(person: Party, *, leads: bool) -> "vCalAddress":
    address = _address(person)
    address.params |= {
        "role": "CHAIR" if leads else "REQ-PARTICIPANT",
        "partstat": "ACCEPTED" if leads else "NEEDS-ACTION",
        "rsvp": "FALSE",
    }
    return address


def busy_times(text: str, *, first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """When somebody has something else, by their own calendar.

    Repeated entries are expanded, with their exceptions. Left out are entries that are cancelled or marked as free, and those
    that repeat by the hour or faster. A whole day counts from midnight to midnight in `zone`, in which times without a zone
    are read too.

    Args:
        text: an iCalendar file.
        first: the first day asked for.
        last: the last one, included.
        zone: the site's.

    Raises:
        BadCalendarError: it is no calendar, or too large a one.
    """
    try:
        spans = _spans(text, first, last + timedelta(days=1), zone=zone)
    except BadCalendarError:
        raise
    except Exception as error:  # a stranger's file: its readers raise whatever its mistakes lead them to
        raise BadCalendarError(f"can't be read as iCalendar: {error}") from error
    found = sorted({(one.starts, one.ends) for one in spans if one.starts < one.ends})
    if len(found) > MOST_TIMES:
        raise BadCalendarError(f"holds {len(found):,} entries in these weeks; up to {MOST_TIMES:,} can be taken")
    return [Span(starts, ends) for starts, ends in found]


def _spans(text: str, first: date, end: date, *, zone: ZoneInfo) -> list[Span]:
    import recurring_ical_events  # noqa: PLC0415 -- as above

    query = recurring_ical_events.of(_read(text), skip_bad_series=True)
    return [_span(event, zone) for event in query.between(first, end) if _takes_time(event)]


def _read(text: str) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415 -- as above

    if "BEGIN:VCALENDAR" not in text[:1000].upper():
        raise BadCalendarError("is no iCalendar file: it does not begin with BEGIN:VCALENDAR")
    calendar = Calendar.from_ical(text)
    entries = len(calendar.subcomponents)
    if entries > MOST_ENTRIES:
        raise BadCalendarError(f"has {entries:,} entries; up to {MOST_ENTRIES:,} can be taken")
    calendar.subcomponents = list(_bearable(calendar.subcomponents))
    return calendar


def _bearable(components: Iterable[Any]) -> Iterator[Any]:
    """Without what repeats too often to be an appointment: expanding it could take for ever.

    Raises:
        BadCalendarError: more repeats than can be expanded in good time.
    """
    series = 0
    for each in components:
        rule = each.get("RRULE")
        rules = rule if isinstance(rule, list) else [rule] if rule else []
        if any(TOO_OFTEN & {str(f).upper() for f in one.get("FREQ", [])} for one in rules):
            continue
        series += bool(rules)
        if series > MOST_SERIES:
            raise BadCalendarError(f"has more than {MOST_SERIES} repeated entries")
        yield each


def _takes_time(event: "Event") -> bool:
    free = str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT"
    return not free and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _span(event: "Event", zone: ZoneInfo) -> Span:
    return Span(_moment(event.start, zone), _moment(event.end, zone))


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(0), zone)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(ZoneInfo("UTC"))
