"""A person's private feed, and the busy times that their own calendar tells."""

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import BusyTime, CalendarLink, User
from coachloop.app.queries import sites
from coachloop.app.queries.appointments import token_hash
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.coaching.plan import Span

EVERY = timedelta(minutes=15)
WEEKS_AHEAD = timedelta(weeks=8)
AT_ONCE = 100


class ReadsBusyTimes(Protocol):
    """Fetches and reads somebody's calendar."""

    def __call__(self, address: str, *, first: date, last: date, zone: ZoneInfo) -> list[Span]:
        """When they have something else.

        Raises:
            ValueError: it can't be fetched or read; the message is for the person.
        """
        ...


@transaction.atomic
def open_feed(*, viewer: Viewer, now: datetime) -> str:
    """Open the viewer's private feed, or give it a new address: the old one shows nothing from now on.

    Returns:
        The token of the address. Only its hash is stored: it can be shown this once.
    """
    token = secrets.token_urlsafe(32)
    link = _own(viewer)
    link.token_hash = token_hash(token)
    link.save(update_fields=["token_hash"])
    audit.record(viewer, "calendar.open", f"user:{link.user_id}", now=now)
    return token


@transaction.atomic
def close_feed(*, viewer: Viewer, now: datetime) -> None:
    """Close the viewer's feed."""
    link = _own(viewer)
    link.token_hash = ""
    link.save(update_fields=["token_hash"])
    audit.record(viewer, "calendar.close", f"user:{link.user_id}", now=now)


@transaction.atomic
def set_busy_address(*, viewer: Viewer, address: str, check: Callable[[str], str], now: datetime) -> None:
    """Say where the viewer's busy times come from; an empty address forgets them.

    Args:
        viewer: whose.
        address: as they typed it.
        check: gives the address as it will be asked for, or raises a ValueError in words for them.
        now: when.

    Raises:
        WrongStateError: it can't be used; the message says what would be right.
    """
    try:
        checked = check(address) if address.strip() else ""
    except ValueError as error:
        raise WrongStateError(f"this address {error}") from error
    if len(checked) > 500:
        raise WrongStateError("an address has up to 500 characters")
    link = _own(viewer)
    link.busy_address, link.read_at, link.problem = checked, None, ""
    link.save(update_fields=["busy_address", "read_at", "problem"])
    BusyTime.objects.filter(user=link.user_id).delete()
    audit.record(viewer, "calendar.busy", f"user:{link.user_id}", now=now, detail={"set": bool(checked)})


def refresh_busy_times(read: ReadsBusyTimes, *, now: datetime) -> int:
    """Read the calendars whose turn it is; what can't be read keeps its old times, and says why.

    Returns:
        How many were tried.
    """
    due = Q(read_at__isnull=True) | Q(read_at__lte=now - EVERY)
    links = CalendarLink.objects.filter(due, user__is_active=True).exclude(busy_address="").select_related("user")
    tried = list(links.order_by("read_at", "pk")[:AT_ONCE])
    for link in tried:
        _refresh(link, read, now)
    return len(tried)


def _refresh(link: CalendarLink, read: ReadsBusyTimes, now: datetime) -> None:
    zone = _zone(link.user)
    today = now.astimezone(zone).date()
    try:
        spans = read(link.busy_address, first=today, last=today + WEEKS_AHEAD, zone=zone)
        problem = ""
    except ValueError as error:
        spans, problem = None, str(error)[:300]
    with transaction.atomic():
        same = CalendarLink.objects.filter(pk=link.pk, busy_address=link.busy_address)
        if same.update(read_at=now, problem=problem) and spans is not None:
            BusyTime.objects.filter(user=link.user_id).delete()
            BusyTime.objects.bulk_create(BusyTime(user=link.user, starts_at=s.starts, ends_at=s.ends) for s in spans)


def _zone(user: User) -> ZoneInfo:
    agent = getattr(user, "agent", None)
    team = user.led_teams.select_related("site").first()
    return sites.zone_of(agent) if agent else sites.site_zone(team.site) if team else sites.zone()


def _own(viewer: Viewer) -> CalendarLink:
    if viewer.user is None:
        raise NotYoursError("a calendar belongs to somebody who signs in")
    return CalendarLink.objects.select_for_update().get_or_create(user=viewer.user)[0]
