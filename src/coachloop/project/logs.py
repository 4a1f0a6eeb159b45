"""How the site writes its log: a line of text or of JSON, without anything that was said.

An exception is written as its type and where it came up, never as its message: a message may quote what could not be read. Texts of
others are written without the exceptions among their arguments, and a page's address as the name of its route.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from coachloop.web.request_id import REQUEST_ID

NOTED = ("route", "status", "ms", "user")
"""What the access log notes beside the message."""

FRAMES = 12
"""The innermost places of an exception that are written."""


class WithoutWords(logging.Formatter):
    """One line a record, as text."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        found = noted(record)
        raised = found.pop("exception", None)
        begin = f"{found.pop('at')} {found.pop('level')} {found.pop('logger')} {found.pop('message')}"
        rest = "".join(f" {name}={value}" for name, value in found.items())
        where = f" exception={raised['type']} at {' < '.join(raised['where'])}" if raised else ""
        return _on_one_line(begin + rest + where)


class AsJson(WithoutWords):
    """One line a record, as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        return json.dumps(noted(record), default=str)


def noted(record: logging.LogRecord) -> dict[str, Any]:
    """What may be written of a record."""
    found: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": _message(record),
    }
    if (request := REQUEST_ID.get()) is not None:
        found["request"] = request
    found |= {name: getattr(record, name) for name in NOTED if hasattr(record, name)}
    if record.exc_info and record.exc_info[1] is not None:
        found["exception"] = _raised(record.exc_info[1])
    return found


def _message(record: logging.LogRecord) -> str:
    raised = record.exc_info[1] if record.exc_info else None
    if record.name.startswith(("django.request", "django.security")):
        return f"{getattr(record, 'status_code', '') or type(raised).__name__} {_route(record)}"
    if raised is not None and str(raised) and str(raised) in str(record.msg):
        return type(raised).__name__
    given = record.args
    if not given:
        return str(record.msg)
    safe = {k: _named(v) for k, v in given.items()} if isinstance(given, dict) else tuple(_named(v) for v in given)
    try:
        return str(record.msg) % safe
    except (TypeError, ValueError):
        return str(record.msg)


def _named(value: object) -> object:
    """An exception by its type: its message may quote what was said."""
    return type(value).__name__ if isinstance(value, BaseException) else value


def _route(record: logging.LogRecord) -> str:
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return match.view_name if match else "no route"


def _raised(error: BaseException) -> dict[str, Any]:
    """Types from the outermost cause on, and the innermost places of the newest."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    kinds: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(kinds) < FRAMES:
        kinds.append(type(seen).__name__)
        seen = seen.__cause__ or seen.__context__
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    return {"type": " from ".join(kinds), "where": places}


def _on_one_line(text: str) -> str:
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def logging_settings(*, level: str, form: str, access: bool) -> dict[str, Any]:
    """The `LOGGING` of Django: ours at the level that is asked for, libraries from WARNING on, below which some log what is sent."""
    formatter = "coachloop.project.logs.AsJson" if form == "json" else "coachloop.project.logs.WithoutWords"
    ours = ("coachloop", "django_ox", "django.tasks")
    others = level if level == "ERROR" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            **{name: {"level": level} for name in ours},
            "coachloop.access": {"level": "INFO" if access else "CRITICAL"},
            "django": {"handlers": [], "level": others, "propagate": True},
            "django.server": {"handlers": [], "level": others, "propagate": True},
        },
        "root": {"handlers": ["stderr"], "level": others},
    }
