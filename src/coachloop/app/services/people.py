"""The first site, and what the machine's operator sets for people who sign in."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from coachloop.app.errors import RefusedError
from coachloop.app.models import Site
from coachloop.app.queries import sites
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is: its zone, and whose public holidays it keeps. What is empty is left as it is, or at the default."""

    timezone: str = ""
    country: str = ""
    region: str = ""


@transaction.atomic
def set_up_site(*, viewer: Viewer, name: str, place: Place, now: datetime) -> Site:
    """The first site, in its place; leaves an existing one as it is."""
    site = Site.objects.order_by("id").first()
    if site is None:
        site = Site.objects.create(
            name=name, timezone=place.timezone or "UTC", country=place.country, subdivision=place.region
        )
        audit.record(viewer, "site.create", f"site:{site.pk}", now=now, detail=asdict(place))
    return site


@transaction.atomic
def move_site(*, viewer: Viewer, place: Place, now: datetime) -> Site:
    """Put the first site into another zone, country or region; another country without a region has none.

    Raises:
        RefusedError: there is no such zone, or nobody knows that country's or region's holidays.
    """
    site = Site.objects.select_for_update().order_by("id").get()
    site.timezone = place.timezone or site.timezone
    if place.country or place.region:
        site.country, site.subdivision = place.country or site.country, place.region
    sites.check_place(site)
    site.save()
    audit.record(viewer, "site.move", f"site:{site.pk}", now=now, detail=asdict(place))
    return site


@transaction.atomic
def set_password(*, viewer: Viewer, email: str, password: str, now: datetime) -> None:
    """Give somebody a new password.

    Raises:
        NotYoursError: an admin does.
        UnknownNameError: nobody has that address.
        RefusedError: the password is too easy to guess; the message says why.
    """
    user = keeping.by_email(viewer, email)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(viewer, "person.password", f"user:{user.pk}", now=now)


@transaction.atomic
def allow_originals(*, viewer: Viewer, email: str, allowed: bool, now: datetime) -> None:
    """Let somebody read what is masked in the calls that they may see, or no longer.

    Raises:
        NotYoursError: an admin does.
        UnknownNameError: nobody has that address.
    """
    user = keeping.by_email(viewer, email)
    user.sees_originals = allowed
    user.save(update_fields=["sees_originals"])
    audit.record(viewer, "person.originals", f"user:{user.pk}", now=now, detail={"allowed": allowed})
