"""What writing answers with."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, by its id."""

    id: int


@dataclass(frozen=True, slots=True)
class Next:
    """The id of the session that is to be planned next; none where none is."""

    session: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many."""

    count: int


@dataclass(frozen=True, slots=True)
class Saved:
    """When it was kept; `basis` goes with what is sent next, so that nothing newer is written over."""

    saved_at: datetime
    basis: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended with somebody who left, by its name; nothing yet where their last day is still to come."""

    ended: dict[str, int]


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """Everybody: each row is a line that `/imports/people` takes."""

    rows: tuple[dict[str, str], ...]
