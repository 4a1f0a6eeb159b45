"""Something for one person, and who may carry it out of the house."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person gets. `key` is the same whenever the same letter is tried again; `calendar` is an iCalendar part."""

    key: str
    email: str
    name: str
    subject: str
    text: str
    html: str = ""
    calendar: str = ""


class NotCarriedError(Exception):
    """A letter did not go out; the message says why, `again` whether a later try may help."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Carrier(Protocol):
    """One way out of the house."""

    def carry(self, letter: Letter) -> None:
        """Hand it over.

        Raises:
            NotCarriedError: it was not taken.
        """


MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways there are, by name: `personal` reach one person alone, `shared` are rooms that others read. Mail always may be wished for."""

    personal: tuple[str, ...] = (MAIL,)
    shared: tuple[str, ...] = ()
    mail: bool = False
