"""What a call was about, as far as whoever hands it in says so: calls of another kind are never compared with each other."""

from collections.abc import Iterable, Mapping
from typing import Any

NAMED = (
    "call_type", "contact_type", "contact_reason", "call_reason", "reason", "task", "tasks", "intent", "intents", "topic",
    "topics", "scenario", "campaign", "category", "product", "domain", "domains",
)  # fmt: skip
"""Keys that say it, the most particular first."""

INSIDE = ("meta", "metadata", "attributes", "custom")
"""Where such keys may stand, beside the conversation's own."""

LONGEST = 200


def call_type(extra: Mapping[str, Any] | None) -> str:
    """The kind of a call from the keys that a conversation has beside ours; empty where none says it.

    Several names (a list) are one kind together, in whatever order they stand.
    """
    given = extra or {}
    places = [given, *(given[name] for name in INSIDE if isinstance(given.get(name), Mapping))]
    found = (" + ".join(sorted(_names(place[name]))) for name in NAMED for place in places if name in place)
    return next((one[:LONGEST] for one in found if one), "")


def _names(value: object) -> Iterable[str]:
    """The names in a value: texts and whole numbers, alone or in a list."""
    several = value if isinstance(value, list | tuple) else [value]
    return (str(one).strip() for one in several if isinstance(one, str | int) and str(one).strip())
