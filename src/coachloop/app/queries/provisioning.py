"""People and groups as the company's directory sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from coachloop.app.models import DirectoryGroup, User
from coachloop.app.queries.people import must_keep_all
from coachloop.app.queries.viewing import Viewer

NOWHERE = "@erased.invalid"
"""Ends the addresses of those who were erased."""


@dataclass(frozen=True, slots=True)
class Described:
    """A person: what the directory said of them, and what holds here now."""

    id: int
    user_name: str
    email: str
    name: str
    active: bool
    external_id: str
    described: dict[str, Any]
    created_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grouped:
    """A group with the ids of its members."""

    id: int
    name: str
    external_id: str
    members: tuple[int, ...]
    created_at: datetime
    changed_at: datetime


PEOPLE = {
    "user_name": "said_name",
    "external_id": "external_id",
    "active": "is_active",
    "meta.created": "created_at",
    "meta.last_modified": "said_at",
}
GROUPS = {
    "display_name": "name",
    "external_id": "external_id",
    "meta.created": "created_at",
    "meta.last_modified": "changed_at",
}
"""What a directory asks for by name, and the column that holds it."""


def people(viewer: Viewer) -> QuerySet[User]:
    """Everybody whom the directory may see, in the order of their ids."""
    must_keep_all(viewer)
    said, here = F("provisioned__changed_at"), F("changed_at")
    return (
        seen()
        .select_related("provisioned")
        .annotate(
            said_name=Coalesce("provisioned__user_name", "email", output_field=CharField()),
            said_at=Greatest(Coalesce(said, here, "created_at"), Coalesce(here, said, "created_at")),
        )
        .order_by("pk")
    )


def seen() -> QuerySet[User]:
    """Whoever is not gone from the directory and was not erased; who is switched off here too, so that it can be taken over."""
    known = Q(provisioned__isnull=False, provisioned__gone=False)
    return User.objects.filter(known | Q(provisioned__isnull=True)).exclude(email__endswith=NOWHERE)


def with_address(value: str) -> Q:
    """Who may have this address: whoever is known here or called by it."""
    return Q(email__iexact=value) | Q(provisioned__user_name__iexact=value)


def with_member(value: str) -> Q:
    """The groups that somebody is in."""
    theirs = DirectoryGroup.members.through._default_manager  # noqa: SLF001 -- Django's own
    known = value.isdecimal() and len(value) < 19
    return Q(pk__in=theirs.filter(user_id=int(value)).values("directorygroup_id")) if known else Q(pk__in=())


def described(row: User) -> Described:
    """A person, as the directory knows them."""
    known = getattr(row, "provisioned", None)
    return Described(
        id=row.pk,
        user_name=known.user_name if known else row.email,
        email=row.email,
        name=row.name,
        active=row.is_active,
        external_id=row.external_id,
        described=known.described if known else {},
        created_at=row.created_at,
        changed_at=max(filter(None, (row.changed_at, known.changed_at if known else None)), default=row.created_at),
    )


def groups(viewer: Viewer) -> QuerySet[DirectoryGroup]:
    """Every group, in the order of their ids."""
    must_keep_all(viewer)
    members = Prefetch("members", User.objects.only("pk").order_by("pk"))
    return DirectoryGroup.objects.prefetch_related(members).order_by("pk")


def grouped(row: DirectoryGroup) -> Grouped:
    """A group with the ids of its members."""
    members = tuple(user.pk for user in row.members.all())
    return Grouped(row.pk, row.name, row.external_id, members, row.created_at, row.changed_at)
