"""What is masked, and where it stands."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What is masked; in a text `[CARD]` stands for it."""

    CARD = "CARD"
    ACCOUNT = "ACCOUNT"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    BIRTH_DATE = "BIRTH_DATE"
    NUMBER = "NUMBER"
    SECRET = "SECRET"  # noqa: S105 -- the word alone
    CUSTOMER_NAME = "CUSTOMER_NAME"

    @property
    def token(self) -> str:
        """What stands in its place."""
        return f"[{self.value}]"


class Found(NamedTuple):
    """A stretch of a text that is masked: half-open character offsets."""

    start: int
    end: int
    kind: Kind
