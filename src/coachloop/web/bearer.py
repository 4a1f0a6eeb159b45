"""The token of a request: whom it acts for, and how many wrong ones may come from one place."""

from datetime import datetime

from django.http import HttpRequest

from coachloop.app.services import allowance, tokens
from coachloop.app.services.tokens import Holder
from coachloop.web.address import address_of

WRONG_ONES, SPAN = 60, 60.0
"""The most wrong tokens from one address, in so many seconds. Who has a right one is not kept waiting for others behind the same address."""


class TooManyError(Exception):
    """More wrong tokens than that; `after` so many seconds there may be another one."""

    def __init__(self, after: float) -> None:
        super().__init__("too many wrong tokens come from this address")
        self.after = after


def secret_of(request: HttpRequest) -> str:
    """The token that comes with it; empty where none does."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def holder_of(request: HttpRequest, *, now: datetime) -> Holder | None:
    """Whom it acts for; None where there is none, or nobody knows it. What has not even the form of one costs nothing, and is not counted.

    Raises:
        TooManyError: nobody knows it, nor so many before it.
    """
    secret = secret_of(request)
    found = tokens.holder(secret, now=now)
    if found is None and tokens.FORM.fullmatch(secret):
        after = allowance.take(f"wrong:{address_of(request)}", limit=WRONG_ONES, seconds=SPAN, now=now)
        if after:
            raise TooManyError(after)
    return found
