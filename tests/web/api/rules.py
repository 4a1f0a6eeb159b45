"""Who may do which operation: one rule each, in the areas' files; and how an operation is asked for."""

from dataclasses import dataclass, field
from typing import Any

PEOPLE = ("agent", "other_agent", "leader", "other_leader", "evaluator", "qa_lead", "operations", "admin")
EVERYBODY = PEOPLE
LEADERS = ("leader", "other_leader")
READERS = ("agent", "other_agent", *LEADERS, "qa_lead")
NUMBERS = (*LEADERS, "qa_lead", "operations")
HIDDEN_LEA = ("other_agent", "other_leader")


@dataclass(frozen=True)
class Rule:
    """Who gets an operation, by the names of the cast; whoever is not named gets 403.

    Attributes:
        args: Its path parameters; a value that names something under way stands for its id.
        query: Its query, likewise.
        body: Its body, likewise; bytes are sent as they are.
        ok: Who does it.
        hidden: For whom it is not there.
        refused: For whom it is a refusal, 422, because something that they name is none of theirs.
        status: What those who do it get, if it is not the operation's own: a refusal is an answer as well.
        headers: What it needs beside the token.
        kind: The body's media type, where it is not the operation's first one.
    """

    args: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    ok: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = ""

    def expected(self, who: str, well: int) -> int:
        """The status for this person."""
        if who in self.ok:
            return self.status or well
        return 404 if who in self.hidden else 422 if who in self.refused else 403


def named(value: Any, ids: dict[str, Any]) -> Any:
    """The same with what names something under way in place of its name."""
    if isinstance(value, dict):
        return {key: named(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [named(one, ids) for one in value]
    return ids.get(value, value) if isinstance(value, str) else value
