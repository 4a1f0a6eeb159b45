"""People and groups that the company's directory adds, changes and takes away, by SCIM."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from coachloop.app.errors import RefusedError
from coachloop.app.models import Agent, DirectoryGroup, Provisioned, User
from coachloop.app.queries import provisioning as queries
from coachloop.app.queries import sites
from coachloop.app.queries.people import must_keep_all
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, federation, leaving, users
from coachloop.core.model.claims import RoleRule


class ConflictError(RefusedError):
    """Somebody else has that name or address."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody as the directory wants them. `described` is kept as it came, and comes back."""

    user_name: str
    email: str
    name: str
    active: bool = True
    external_id: str = ""
    described: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def add_person(*, viewer: Viewer, account: Account, now: datetime) -> int:
    """Add somebody; whom the directory had deleted comes back as who they were.

    Returns:
        Their id.

    Raises:
        NotYoursError: an admin of the whole installation connects a directory.
        ConflictError: somebody has that name or address.
        RefusedError: the address is none.
    """
    must_keep_all(viewer)
    _must_be_free(account)
    row = User.objects.filter(email__iexact=account.email, provisioned__gone=True).first()
    if row is None:
        if User.objects.filter(email__iexact=account.email).exists():
            raise ConflictError(f"somebody has the address {account.email} already")
        row = users.add_user(
            viewer=viewer, email=account.email, name=account.name, now=now, external_id=account.external_id
        )
    _keep(viewer, row, account, now=now)
    return row.pk


@transaction.atomic
def change_person(*, viewer: Viewer, user_id: int, account: Account, now: datetime) -> None:
    """Make somebody as the directory wants them: switched off, they are signed out everywhere, and an agent left.

    Raises:
        NotYoursError: an admin of the whole installation connects a directory.
        ConflictError: somebody else has that name or address.
        WrongStateError: it would switch the last admin off.
        User.DoesNotExist: the directory sees nobody with that id.
    """
    must_keep_all(viewer)
    row = queries.seen().get(pk=user_id)
    _must_be_free(account, but=row.pk)
    if User.objects.filter(email__iexact=account.email).exclude(pk=row.pk).exists():
        raise ConflictError(f"somebody has the address {account.email} already")
    _keep(viewer, row, account, now=now)


@transaction.atomic
def delete_person(*, viewer: Viewer, user_id: int, rules: Iterable[RoleRule], now: datetime) -> None:
    """Take somebody away: switched off, out of every group with the roles that followed, and seen by the directory no more.

    What they did stays; erasure is another matter.

    Raises:
        NotYoursError: an admin of the whole installation connects a directory.
        WrongStateError: it would switch the last admin off.
        User.DoesNotExist: the directory sees nobody with that id.
    """
    must_keep_all(viewer)
    row = queries.seen().get(pk=user_id)
    _switch(viewer, row, active=False, now=now)
    Provisioned.objects.update_or_create(
        user=row, defaults={"user_name": f"gone:{row.pk}", "described": {}, "gone": True, "changed_at": now}
    )
    for group in DirectoryGroup.objects.filter(members=row):
        group.members.remove(row)
    _follow(viewer, [row], rules, now=now)
    audit.record(viewer, "person.directory_delete", f"user:{row.pk}", now=now)


def hold(*, viewer: Viewer, user_id: int = 0, group_id: int = 0) -> None:
    """Keep a person or a group as they are until the transaction ends, for what is read first and then changed in parts.

    Raises:
        NotYoursError: an admin of the whole installation connects a directory.
    """
    must_keep_all(viewer)
    list(User.objects.select_for_update(no_key=True).filter(pk=user_id))
    list(DirectoryGroup.objects.select_for_update(no_key=True).filter(pk=group_id))


def _must_be_free(account: Account, *, but: int = 0) -> None:
    taken = Provisioned.objects.filter(user_name__iexact=account.user_name).exclude(user_id=but)
    unknown = User.objects.filter(provisioned__isnull=True, email__iexact=account.user_name)
    if taken.exists() or unknown.exclude(pk=but).exists():
        raise ConflictError(f"somebody has the name {account.user_name} already")


def _keep(viewer: Viewer, row: User, account: Account, *, now: datetime) -> None:
    users.change_user(
        viewer=viewer, user_id=row.pk, now=now, email=account.email, name=account.name, external_id=account.external_id
    )
    described = {"user_name": account.user_name, "described": account.described, "gone": False, "changed_at": now}
    Provisioned.objects.update_or_create(user=row, defaults=described)
    _switch(viewer, row, active=account.active, now=now)


def _switch(viewer: Viewer, row: User, *, active: bool, now: datetime) -> None:
    """Off, at once: sessions and tokens end, and the agent that they are has left today."""
    if row.is_active == active:
        return
    agent = Agent.objects.filter(user=row).first()
    if agent and active and agent.left_on:
        leaving.come_back(viewer=viewer, agent_id=agent.pk, now=now)
    users.switch_user(viewer=viewer, user_id=row.pk, active=active, now=now)
    if agent and not active and not agent.left_on:
        leaving.leave(viewer=viewer, agent_id=agent.pk, last_day=sites.local_date(agent, now), now=now)


# Groups


@dataclass(frozen=True, slots=True)
class Group:
    """A group as the directory wants it."""

    name: str
    external_id: str
    member_ids: frozenset[int]


@transaction.atomic
def keep_group(*, viewer: Viewer, group_id: int | None, group: Group, rules: Iterable[RoleRule], now: datetime) -> int:
    """Add a group, or make one as the directory wants it; the roles of whoever comes or goes follow.

    Returns:
        Its id.

    Raises:
        NotYoursError: an admin of the whole installation connects a directory.
        RefusedError: the name is empty or too long, or a member is nobody.
        DirectoryGroup.DoesNotExist: there is no such group.
    """
    must_keep_all(viewer)
    if not 0 < len(group.name.strip()) <= 200:
        raise RefusedError(f"a group's name has 1 to 200 characters, got {len(group.name.strip())}")
    members = {user.pk: user for user in queries.seen().filter(pk__in=group.member_ids)}
    if unknown := sorted(group.member_ids - members.keys()):
        raise RefusedError(f"there is nobody with the id {unknown[0]}")
    row = DirectoryGroup(created_at=now) if group_id is None else DirectoryGroup.objects.get(pk=group_id)
    row.name, row.external_id, row.changed_at = group.name, group.external_id[:200], now
    row.save()
    before = {user.pk: user for user in row.members.all()}
    row.members.set(members.values())
    audit.record(viewer, "group.keep", f"group:{row.pk}", now=now, detail={"members": len(members)})
    _follow(viewer, (before | members).values(), rules, now=now)
    return row.pk


@transaction.atomic
def delete_group(*, viewer: Viewer, group_id: int, rules: Iterable[RoleRule], now: datetime) -> None:
    """Delete a group; the roles that followed from it go.

    Raises:
        NotYoursError: an admin of the whole installation connects a directory.
        DirectoryGroup.DoesNotExist: there is no such group.
    """
    must_keep_all(viewer)
    row = DirectoryGroup.objects.get(pk=group_id)
    before = list(row.members.all())
    row.delete()
    audit.record(viewer, "group.delete", f"group:{group_id}", now=now)
    _follow(viewer, before, rules, now=now)


def _follow(viewer: Viewer, people: Iterable[User], rules: Iterable[RoleRule], *, now: datetime) -> None:
    rules = tuple(rules)
    ids = [user.pk for user in people]
    # Of two groups that change at once the second sees what the first did.
    for user in User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"):
        names = frozenset(DirectoryGroup.objects.filter(members=user).values_list("name", flat=True))
        federation.follow(viewer, user, groups=names, rules=rules, now=now)
