"""People who sign in: who they are, what they may do, and whether they still do."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from coachloop.app.errors import RefusedError, WrongStateError
from coachloop.app.models import Agent, Grant, User
from coachloop.app.queries import programmes
from coachloop.app.queries.people import must_keep, must_keep_all
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping, sign_in
from coachloop.core.model.people import Role
from coachloop.core.model.staff_lines import ADDRESS

LONGEST = 200
"""Characters of a name."""


@transaction.atomic
def add_user(
    *, viewer: Viewer, email: str, name: str, now: datetime, role: Role | None = None, external_id: str = ""
) -> User:
    """Let somebody sign in, once they have a password or come from the site's own directory.

    Raises:
        NotYoursError: admins do.
        RefusedError: the address is no address, or is taken.
    """
    must_keep(viewer)
    try:
        with transaction.atomic():
            row = User(email=address(email), name=named(name), external_id=external_id, created_at=now, changed_at=now)
            must_be_new(row.email)
            row.set_unusable_password()
            row.save()
    except IntegrityError as error:
        raise _taken(email) from error
    audit.record(viewer, "person.add", f"user:{row.pk}", now=now)
    if role is not None:
        _grant(viewer, row, role, everywhere=False, now=now)
    return row


@transaction.atomic
def change_user(
    *,
    viewer: Viewer,
    user_id: int,
    now: datetime,
    email: str | None = None,
    name: str | None = None,
    external_id: str | None = None,
) -> User:
    """Correct what somebody is called, or by which address they sign in; what is None stays.

    Raises:
        NotYoursError: an admin does, in a divided site of all their programmes.
        RefusedError: the address is no address, or is taken.
    """
    row = keeping.whole_user(viewer, user_id)
    changed = {}
    if email is not None and address(email) != row.email:
        must_be_new(address(email), but=row.pk)
        changed["email"] = [row.email, address(email)]
    if name is not None and named(name) != row.name:
        changed["name"] = [row.name, named(name)]
    if external_id is not None and external_id != row.external_id:
        changed["external_id"] = [row.external_id, external_id]
    if changed:
        for field, (_, new) in changed.items():
            setattr(row, field, new)
        row.changed_at = now
        row.save(update_fields=[*changed, "changed_at"])
        audit.record(viewer, "person.change", f"user:{row.pk}", now=now, detail={"fields": sorted(changed)})
    return row


@transaction.atomic
def switch_user(*, viewer: Viewer, user_id: int, active: bool, now: datetime) -> User:
    """Let somebody sign in no more, which ends what they have open everywhere, or let them in again.

    Raises:
        NotYoursError: an admin does, in a divided site of all their programmes.
        WrongStateError: it is themselves, the last admin, or an agent who left.
    """
    row = keeping.whole_user(viewer, user_id)
    if row.is_active == active:
        return row
    if not active and viewer.user == row:
        raise WrongStateError("nobody switches themselves off: ask another admin")
    if active:
        _must_be_here(row)
    else:
        must_leave_an_admin(list(row.grants.filter(role=Role.ADMIN)))
    switched(viewer, row, active=active, now=now)
    return row


def _must_be_here(row: User) -> None:
    agent = Agent.objects.filter(user=row, left_on__isnull=False).first()
    if agent and agent.left_on and not row.grants.exclude(role=Role.AGENT).exists():
        raise WrongStateError(f"{row.name} left on {agent.left_on:%-d %B %Y}: note first that they came back")


def switched(viewer: Viewer, row: User, *, active: bool, now: datetime) -> None:
    """The same without asking, for what switches people off by itself; part of the transaction that does."""
    row.is_active, row.changed_at = active, now
    row.save(update_fields=["is_active", "changed_at"])
    audit.record(viewer, "person.on" if active else "person.off", f"user:{row.pk}", now=now)
    if not active:
        sign_in.end_access(viewer=viewer, user=row, now=now)


@transaction.atomic
def give_role(*, viewer: Viewer, user_id: int, role: Role, now: datetime, everywhere: bool = False) -> bool:
    """Let somebody do something more, in the programme that the viewer looks at; `everywhere` in all.

    Returns:
        Whether it is new.

    Raises:
        NotYoursError: an admin does; everywhere, one of the whole installation.
    """
    must_keep(viewer)
    return _grant(viewer, keeping.user(viewer, user_id), role, everywhere=everywhere, now=now)


def _grant(viewer: Viewer, row: User, role: Role, *, everywhere: bool, now: datetime) -> bool:
    programme = _where(viewer, everywhere=everywhere)
    if row.grants.filter(role=role, programme=programme).exists():
        return False
    _changed(viewer, Grant.objects.create(user=row, role=role, programme_id=programme), "role.give", now=now)
    return True


@transaction.atomic
def take_role(*, viewer: Viewer, user_id: int, role: Role, now: datetime, everywhere: bool = False) -> bool:
    """Take a role away, in the programme that the viewer looks at; `everywhere` the one that holds in all.

    Returns:
        Whether they had it.

    Raises:
        NotYoursError: an admin does; everywhere, one of the whole installation.
        WrongStateError: it is the admin's own admin role, or the last one.
    """
    must_keep(viewer)
    row, programme = keeping.user(viewer, user_id), _where(viewer, everywhere=everywhere)
    there = list(row.grants.filter(role=role, programme=programme))
    if there and role is Role.ADMIN:
        if viewer.user == row:
            raise WrongStateError("nobody takes away their own admin role: ask another admin")
        must_leave_an_admin(there)
    for grant in there:
        grant.delete()
        _changed(viewer, grant, "role.take", now=now)
    return bool(there)


def _where(viewer: Viewer, *, everywhere: bool) -> int | None:
    """The programme that a role holds in."""
    if not everywhere:
        return programmes.of(viewer)
    must_keep_all(viewer)
    return None


def _changed(viewer: Viewer, grant: Grant, action: str, *, now: datetime) -> None:
    User.objects.filter(pk=grant.user_id).update(changed_at=now)
    detail = {"role": grant.role, "programme": grant.programme_id}
    audit.record(viewer, action, f"user:{grant.user_id}", now=now, detail=detail)


def must_leave_an_admin(gone: list[Grant]) -> None:
    """Refuse to take admin roles away where nobody would be left who keeps what they kept.

    Raises:
        WrongStateError: nobody would.
    """
    admins = Grant.objects.select_for_update(of=("self",)).filter(role=Role.ADMIN, user__is_active=True).order_by("pk")
    left = {grant.programme_id for grant in admins if grant not in gone}
    for grant in gone:
        if grant.user.is_active and not left & {None, grant.programme_id}:
            raise WrongStateError(f"{grant.user.name} is the last admin: make somebody else one first")


def address(given: str) -> str:
    """An address to sign in by, in small letters.

    Raises:
        RefusedError: it is none.
    """
    said = given.strip().lower()
    if not re.fullmatch(ADDRESS, said) or len(said) > 254:
        raise RefusedError(f"{given!r:.80} is no address; for example ada@example.org")
    return said


def named(given: str) -> str:
    """A name, its spaces in order.

    Raises:
        RefusedError: it is empty or too long.
    """
    said = " ".join(given.replace("\0", "").split())
    if not 0 < len(said) <= LONGEST:
        raise RefusedError(f"a name has 1 to {LONGEST} characters, got {len(said)}")
    return said


def must_be_new(email: str, *, but: int = 0) -> None:
    """Refuse an address that somebody has, in whichever letters.

    Raises:
        RefusedError: somebody has.
    """
    if User.objects.filter(email__iexact=email).exclude(pk=but).exists():
        raise _taken(email)


def _taken(email: str) -> RefusedError:
    return RefusedError(f"somebody has the address {email.strip().lower()} already: give them a role instead")
