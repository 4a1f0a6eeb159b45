"""What a calendar is told about a session: that it takes place, never what it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

SUBJECT = "Coaching conversation"
PROTECTED = "Protected coaching time"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is invited."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """A session's or a slot's entry in a calendar.

    `uid` stays for life; a calendar believes the entry with the highest `sequence`. `people` are the leader first and then the
    agent; empty for an entry that invites nobody.
    """

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    stamp: datetime
    subject: str = SUBJECT
    link: str = ""
    people: tuple[Party, ...] = ()
    cancelled: bool = False


class WritesInvitation(Protocol):
    """Puts an appointment into words that calendars read."""

    def __call__(self, appointment: Appointment) -> str:
        """The invitation, or its withdrawal where the appointment is cancelled."""
        ...
