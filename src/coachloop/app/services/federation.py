"""Whoever signs in by the company's own sign-in: found, made or refused, and their roles brought up to date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from coachloop.app.errors import RefusedError, WrongStateError
from coachloop.app.models import Grant, Programme, User
from coachloop.app.queries import sign_in as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, users
from coachloop.core.model.claims import Claims, RoleRule, granted
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class Policy:
    """What the site does with whoever comes: the roles that follow from groups, and whether unknown people are made."""

    rules: tuple[RoleRule, ...] = ()
    makes_people: bool = False


@transaction.atomic
def arrived(claims: Claims, *, known: User | None, policy: Policy, now: datetime) -> User:
    """The person who signed in elsewhere.

    Args:
        claims: what is said of them.
        known: who they were when they came before.
        policy: what the site does.
        now: the moment.

    Raises:
        RefusedError: they may not come in; the message is for them.
    """
    by = Viewer(user=None, roles=frozenset(), everything=True, called=f"sign-in by {claims.source}")
    user = known or _found(claims) or _made(by, claims, policy, now=now)
    if not user.is_active:
        raise RefusedError("this account is switched off: ask an admin")
    follow(by, user, groups=claims.groups, rules=policy.rules, now=now)
    return user


def follow(by: Viewer, user: User, *, groups: frozenset[str], rules: Iterable[RoleRule], now: datetime) -> None:
    """Bring somebody's roles up to date with the groups that they are in; part of the transaction that learned of them."""
    for grant in _changes(user, groups, tuple(rules)):
        detail = {"role": grant.role, "programme": grant.programme_id}
        audit.record(by, "role.take" if grant.pk else "role.give", f"user:{user.pk}", now=now, detail=detail)
        if grant.pk:
            grant.delete()
        else:
            grant.save()


def _found(claims: Claims) -> User | None:
    """By a verified address alone: whoever can write any address into their profile elsewhere would be anybody here."""
    if not claims.email:
        raise RefusedError(
            "your company account has no email address, so nobody can be found by it: ask your IT department"
        )
    if not claims.verified:
        raise RefusedError(
            "your company account does not say that your email address is verified: ask your IT department"
        )
    return queries.by_email(claims.email)


def _made(by: Viewer, claims: Claims, policy: Policy, *, now: datetime) -> User:
    if not policy.makes_people:
        raise RefusedError("nobody has added you here yet: ask an admin to add your email address")
    return users.add_user(viewer=by, email=claims.email, name=claims.name or claims.email, now=now)


def _changes(user: User, groups: frozenset[str], rules: tuple[RoleRule, ...]) -> list[Grant]:
    """Roles that the rules name are theirs exactly where their groups say so; other roles stay as they are.

    Returns:
        Grants that are there and are to go, and grants that are not there and are to come.
    """
    wanted, programmes = granted(rules, groups), dict(Programme.objects.values_list("key", "pk"))
    found = []
    for role, key in sorted(
        {(rule.role, rule.programme) for rule in rules if not rule.programme or rule.programme in programmes}
    ):
        there = {"programme": programmes.get(key)}
        held = Grant.objects.filter(user=user, role=role, **there).first()
        if held is None and (role, key) in wanted:
            found.append(Grant(user=user, role=role, programme_id=programmes.get(key)))
        elif held is not None and (role, key) not in wanted and _may_go(held):
            found.append(held)
    return found


def _may_go(grant: Grant) -> bool:
    """Whether it may be taken: not the last admin's, who could not be made one again by anybody."""
    if grant.role != Role.ADMIN:
        return True
    try:
        users.must_leave_an_admin([grant])
    except WrongStateError:
        return False
    return True
