"""Fetches a calendar from an address that somebody typed in, as far as `outside` allows it."""

from dataclasses import dataclass

from coachloop.adapters.outside import AddressRefusedError, Outside, Resolve, resolved

__all__ = ["AddressRefusedError", "CalendarReader", "resolved"]

SECONDS = 20
MOST_BYTES = 5 * 1024 * 1024
ACCEPTED = "text/calendar, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class CalendarReader:
    """Reads calendars. `own_hosts` are hosts of the own network that the operator allows; a local one may speak plain HTTP."""

    own_hosts: frozenset[str] = frozenset()
    resolve: Resolve = resolved

    def check(self, address: str) -> str:
        """The address as it will be asked for, where its form is right; nothing is asked yet.

        Raises:
            AddressRefusedError: with what would be right.
        """
        return self._outside().check(address)

    def read(self, address: str) -> str:
        """The calendar's text.

        Raises:
            AddressRefusedError: it is not allowed, not reached, too slow, too large, or answers something else.
        """
        return b"".join(self._outside().blocks(address)).decode("utf-8", errors="replace")

    def _outside(self) -> Outside:
        return Outside(
            seconds=SECONDS,
            most_bytes=MOST_BYTES,
            example="https://calendar.example.org/me.ics",
            own_hosts=self.own_hosts,
            own_hosts_setting="COACHLOOP_CALENDAR_HOSTS",
            accept=ACCEPTED,
            resolve=self.resolve,
        )
