"""People and groups as the company's directory sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from coachloop.app.errors import NotYoursError
from coachloop.app.models import DirectoryGroup, User
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role

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


def must_provision(viewer: Viewer) -> None:
    """Let nobody pass but an admin of the whole installation: a directory knows no programmes.

    Raises:
        NotYoursError: somebody else.
    """
    if not viewer.everything and not (viewer.has(Role.ADMIN) and viewer.keeps_all):
        raise NotYoursError("a directory is connected by a token of an admin of the whole installation")


def people(viewer: Viewer, *, ids: Iterable[int] | None = None, said: tuple[str, str] | None = None) -> list[Described]:
    """Everybody whom the directory may see, in the order of their ids.

    Args:
        viewer: who asks.
        ids: these alone.
        said: those alone of whom this is said, `userName`, `externalId` or `emails`, and the value.
    """
    must_provision(viewer)
    rows = seen().select_related("provisioned").order_by("pk")
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    if said is not None:
        rows = rows.filter(_of(*said))
    return [_described(row) for row in rows]


def seen() -> QuerySet[User]:
    """Whoever is not gone from the directory and was not erased; who is switched off here too, so that it can be taken over."""
    known = Q(provisioned__isnull=False, provisioned__gone=False)
    return User.objects.filter(known | Q(provisioned__isnull=True)).exclude(email__endswith=NOWHERE)


def _of(attribute: str, value: str) -> Q:
    if attribute == "externalId":
        return Q(external_id=value)
    named = Q(provisioned__user_name__iexact=value) | Q(provisioned__isnull=True, email__iexact=value)
    return named if attribute == "userName" else Q(email__iexact=value) | named


def _described(row: User) -> Described:
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


def groups(viewer: Viewer, *, ids: Iterable[int] | None = None) -> list[Grouped]:
    """Every group, in the order of their ids; or these alone."""
    must_provision(viewer)
    rows = DirectoryGroup.objects.prefetch_related("members").order_by("pk")
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return [
        Grouped(
            row.pk,
            row.name,
            row.external_id,
            tuple(sorted(user.pk for user in row.members.all())),
            row.created_at,
            row.changed_at,
        )
        for row in rows
    ]
