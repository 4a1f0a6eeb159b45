"""Clients of an outsourcer in one installation, each with what is theirs alone."""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from coachloop.app.errors import RefusedError, UnknownNameError
from coachloop.app.models import (
    Agent,
    ApiToken,
    Conversation,
    Event,
    Figures,
    Grant,
    Programme,
    Team,
    Template,
    Valuation,
    Webhook,
)
from coachloop.app.queries.people import must_keep_all
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.model.people import Role

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
LONGEST = 200

THEIRS: tuple[type[Model], ...] = (Team, Agent, Conversation, Template, Valuation, ApiToken, Webhook, Event)
"""What the first programme takes over. What is kept, erased or done everywhere stays so."""


@transaction.atomic
def add_programme(*, viewer: Viewer, key: str, name: str, now: datetime) -> tuple[Programme, bool]:
    """Make a programme; the first one takes over all that is there, each later one is empty.

    Roles that people hold become roles in the first one too; an admin's stays one everywhere, so that somebody keeps the installation.
    The same again changes nothing, but takes over what came in unseen while the first was made.

    Returns:
        The programme, and whether it is new.

    Raises:
        NotYoursError: they don't keep the whole installation.
        RefusedError: the key or the name can't be one, or the key is another one's.
    """
    must_keep_all(viewer)
    if not KEY.fullmatch(key):
        raise RefusedError(f"{key!r} can't be a key; use lower-case letters, digits, - and _, such as north-energy")
    said = _named(name)
    row = Programme.objects.select_for_update().filter(key=key).first()
    if row is not None and row.name != said:
        raise RefusedError(f"there is a programme {key!r} already, {row.name!r}; choose another key, or rename it")
    new = row is None
    row = row or Programme.objects.create(key=key, name=said, created_at=now)
    if not Programme.objects.exclude(pk=row.pk).exists():
        _take_over(row)
    if new:
        audit.record(viewer, "programme.add", f"programme:{key}", now=now, detail={"name": said})
    return row, new


@transaction.atomic
def rename_programme(*, viewer: Viewer, key: str, name: str, now: datetime) -> None:
    """Call a programme otherwise; its key stays.

    Raises:
        NotYoursError: they don't keep the whole installation.
        UnknownNameError: there is none with this key.
        RefusedError: the name can't be one.
    """
    must_keep_all(viewer)
    said = _named(name)
    if not Programme.objects.filter(key=key).update(name=said):
        raise UnknownNameError(f"there is no programme {key!r}; `coachloop programme list` names them")
    audit.record(viewer, "programme.rename", f"programme:{key}", now=now, detail={"name": said})


def _named(name: str) -> str:
    said = " ".join(name.split())
    if not 0 < len(said) <= LONGEST:
        raise RefusedError(f"give the programme a name of 1 to {LONGEST} letters, got {len(said)}")
    return said


def _take_over(row: Programme) -> None:
    """One statement a table, so a million conversations take seconds; nothing is seen half done."""
    for model in THEIRS:
        model._default_manager.filter(programme=None).update(programme=row)  # noqa: SLF001 -- of whichever model
    Grant.objects.filter(programme=None).exclude(role=Role.ADMIN).update(programme=row)
    Figures.objects.all().delete()  # they were of everything; the next look works them out for each programme
