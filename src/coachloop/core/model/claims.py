"""What a company's own sign-in says of somebody, and which roles follow from it."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Who is in the group holds the role: in one programme, or without one everywhere."""

    group: str
    role: Role
    programme: str = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who signed in elsewhere: by which source, known there by which subject. `verified`: the address is certainly theirs."""

    source: str
    subject: str
    email: str
    verified: bool
    name: str
    groups: frozenset[str]


def role_rules(text: str) -> tuple[RoleRule, ...]:
    """Rules as the operator writes them: `group=role`, or `group=role@programme`, with spaces between; a group with spaces in quotes.

    Raises:
        ValueError: one of them can't be read; the message says which, and what would be right.
    """
    rules = []
    for part in shlex.split(text):
        group, equals, meant = part.rpartition("=")
        role, _, programme = meant.partition("@")
        if not equals or not group or role not in set(Role):
            raise ValueError(f"{part!r} is no rule; group=role or group=role@programme, role one of {', '.join(Role)}")
        rules.append(RoleRule(group, Role(role), programme))
    return tuple(rules)


def granted(rules: Iterable[RoleRule], groups: Iterable[str]) -> frozenset[tuple[Role, str]]:
    """The roles that follow from groups, each with its programme."""
    there = set(groups)
    return frozenset((rule.role, rule.programme) for rule in rules if rule.group in there)
