"""How a site works: set by operations and admins, each time with its line in the audit log."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from coachloop.app.errors import RefusedError
from coachloop.app.models import Site
from coachloop.app.queries import sites as queries
from coachloop.app.queries.people import must_keep_all
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping
from coachloop.app.services.people import Place
from coachloop.app.services.users import named
from coachloop.core.model.people import Role


class Range(NamedTuple):
    """The least and the most, both allowed, and what is counted."""

    least: int
    most: int
    what: str


RANGES = {
    "session_minutes": Range(5, 120, "a session's minutes"),
    "developmental_weeks": Range(1, 52, "weeks between developmental conversations"),
    "dispute_days": Range(1, 90, "working days to challenge a verdict"),
    "decide_days": Range(1, 30, "working days to decide a challenge"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """A site's settings; `working_days` are ISO weekdays in order, Monday is 1."""

    working_days: str
    session_minutes: int
    developmental_weeks: int
    dispute_days: int
    decide_days: int


@transaction.atomic
def change_site(*, viewer: Viewer, site_id: int, rules: Rules, now: datetime) -> None:
    """Set how a site works. Dates that were promised before stay as they are.

    Raises:
        NotYoursError: operations and admins set it.
        RefusedError: no day of the week is worked, or a number is out of its range.
        Site.DoesNotExist: no such site.
    """
    must_keep_all(viewer, Role.OPERATIONS, Role.ADMIN)
    _check(rules)
    site = Site.objects.select_for_update().get(pk=site_id)
    wanted = asdict(rules)
    changed = {name: [getattr(site, name), new] for name, new in wanted.items() if getattr(site, name) != new}
    if not changed:
        return
    for name, new in wanted.items():
        setattr(site, name, new)
    site.save(update_fields=list(changed))
    audit.record(viewer, "site.change", f"site:{site.pk}", now=now, detail=changed)


@transaction.atomic
def add_site(*, viewer: Viewer, name: str, place: Place, now: datetime) -> Site:
    """Make another site.

    Raises:
        NotYoursError: an admin does, in a divided installation of all programmes.
        RefusedError: there is one of this name, or nobody knows its zone, country or region.
    """
    must_keep_all(viewer)
    row = Site(name=_free(name))
    _put(row, place)
    row.save()
    audit.record(viewer, "site.create", f"site:{row.pk}", now=now, detail={"name": row.name, **asdict(place)})
    return row


@transaction.atomic
def change_place(*, viewer: Viewer, site_id: int, name: str, place: Place, now: datetime) -> Site:
    """Call a site otherwise, or put it into another zone, country or region. Dates that were promised before stay as they are.

    Raises:
        NotYoursError: an admin does, in a divided installation of all programmes.
        RefusedError: there is another one of this name, or nobody knows its zone, country or region.
    """
    must_keep_all(viewer)
    row = keeping.site(site_id)
    was = _place(row)
    row.name = _free(name, but=row.pk)
    _put(row, place)
    if _place(row) != was:
        row.save(update_fields=["name", "timezone", "country", "subdivision"])
        audit.record(viewer, "site.move", f"site:{row.pk}", now=now, detail={"was": was, "is": _place(row)})
    return row


def _put(row: Site, place: Place) -> None:
    row.timezone = place.timezone or row.timezone
    row.country, row.subdivision = place.country.strip().upper(), place.region.strip().upper()
    queries.check_place(row)


def _place(row: Site) -> list[str]:
    return [row.name, row.timezone, row.country, row.subdivision]


def _free(name: str, *, but: int = 0) -> str:
    said = named(name)
    if Site.objects.filter(name=said).exclude(pk=but).exists():
        raise RefusedError(f"there is a site {said!r} already")
    return said


def _check(rules: Rules) -> None:
    days = rules.working_days
    if not days or "".join(sorted(set(days) & set("1234567"))) != days:
        raise RefusedError(f"working days are weekdays in order, Monday is 1; for example 12345, got {days!r}")
    for name, (least, most, what) in RANGES.items():
        if not least <= getattr(rules, name) <= most:
            raise RefusedError(f"{what} must be from {least} to {most}, got {getattr(rules, name)}")
