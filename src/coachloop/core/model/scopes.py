"""What a token may be good for: an area of the API, to read or to write; and who may have it."""

from collections.abc import Iterable

from coachloop.core.model.people import Role

_EVERYBODY = frozenset(Role)
_AGENT, _LEADER, _EVALUATOR = Role.AGENT, Role.TEAM_LEADER, Role.EVALUATOR
_ADVISER, _OPERATIONS, _ADMIN = Role.QA_LEAD, Role.OPERATIONS, Role.ADMIN

SCOPES: dict[str, frozenset[Role]] = {
    "conversations:read": _EVERYBODY - {_OPERATIONS, _ADMIN, _EVALUATOR},
    "conversations:write": frozenset({_LEADER, _ADVISER, _OPERATIONS, _ADMIN}),
    "scores:read": _EVERYBODY,
    "scores:write": frozenset({_ADVISER, _OPERATIONS, _ADMIN}),
    "insight:read": _EVERYBODY,
    "insight:write": _EVERYBODY - {_AGENT, _EVALUATOR},
    "coaching:read": _EVERYBODY,
    "coaching:write": _EVERYBODY,
    "review:read": _EVERYBODY,
    "review:write": _EVERYBODY,
    "templates:read": _EVERYBODY,
    "templates:write": frozenset({_ADVISER}),
    "people:read": _EVERYBODY,
    "people:write": frozenset({_LEADER, _OPERATIONS, _ADMIN}),
    "site:read": frozenset({_OPERATIONS, _ADMIN}),
    "site:write": frozenset({_OPERATIONS, _ADMIN}),
    "privacy:read": frozenset({_ADMIN}),
    "privacy:write": frozenset({_ADMIN}),
    "events:read": frozenset({_ADMIN}),
    "events:write": frozenset({_ADMIN}),
}
"""Every scope with the roles that may do something with it; a token of somebody else would be good for nothing there."""

AREAS: dict[str, tuple[str, str]] = {
    "conversations": ("calls with their turns and verdicts, recordings, uploads", "bring calls in"),
    "scores": ("verdicts, trust, how we score", "labels, scores of other tools"),
    "insight": ("rates, focus, drift, impact, effect, worth, workshops", "drift alerts, values, budgets"),
    "coaching": ("the week, sessions, follow-ups, goals, gatherings, clips, slots", "all that is done there"),
    "review": ("disputes, blind answers, audits, rooms", "all that is done there"),
    "templates": ("templates and their versions", "the studio"),
    "people": (
        "who the token acts for, people, agents, teams",
        "absences, people with their roles, agents, teams",
    ),
    "site": ("sites, days on which they are closed", "their settings, places and closures"),
    "privacy": ("the audit log, retention, erasures", "retention, erasures"),
    "events": ("webhooks, the feed", "webhooks"),
}
"""What each area is about: to read, and to write."""


def in_words(scope: str) -> str:
    """What a scope is good for."""
    area, _, way = scope.partition(":")
    read, write = AREAS[area]
    return write if way == "write" else read


def open_to(roles: Iterable[Role]) -> list[str]:
    """The scopes that somebody with these roles may put into a token."""
    held = frozenset(roles)
    return [scope for scope, theirs in SCOPES.items() if held & theirs]
