"""The number of the request that is being answered: the log writes it with every line."""

from contextvars import ContextVar

REQUEST_ID: ContextVar[str | None] = ContextVar("REQUEST_ID", default=None)
