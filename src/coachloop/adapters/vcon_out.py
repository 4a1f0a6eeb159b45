"""Conversations as vCons (draft-ietf-vcon-vcon-core, 0.4.0, with the contact centre extension), unsigned.

Others find parties, dialogs and a transcript where the draft has them; `readers.vcon` finds the conversation exactly as it was.
No recording goes out with it: a dialog of a call has its time and its parties alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from coachloop.adapters.readers.vcon import PURPOSE, TURNS
from coachloop.core.model.conversation import Speaker, moment

VERSION = "0.4.0"
WRITTEN = {"chat", "email", "mail", "e-mail", "sms", "message", "messaging", "webchat", "text", "ticket", "social"}
"""Channels whose turns are messages, each a dialog of its own."""

SIDES = (Speaker.AGENT, Speaker.CUSTOMER, Speaker.OTHER)


def vcons(rows: Iterable[Mapping[str, Any]], *, now: datetime, zone: tzinfo) -> Iterator[dict[str, Any]]:
    """Each conversation of an export as a vCon.

    Args:
        rows: conversations in the native format.
        now: when they are written.
        zone: of the times that have none of their own.
    """
    return (vcon(row, now=now, zone=zone) for row in rows)


def vcon(row: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> dict[str, Any]:
    """One conversation as a vCon; the same content has the same uuid."""
    fields = {name: value for name, value in row.items() if name != "turns"}
    turns, written = row.get("turns"), str(row.get("channel") or "").casefold() in WRITTEN
    began = moment(row["started_at"], zone) if row.get("started_at") else None
    parties = _parties(row, turns or ())
    dialogs = _messages(turns or (), began, parties) if written else [_call(row, turns or (), began)]
    kept: dict[str, Any] = {"conversation": fields}
    if written and turns is not None:
        kept["turns"] = [{name: value for name, value in turn.items() if name != "text"} for turn in turns]
    return {
        "vcon": VERSION,
        "uuid": str(uuid5(NAMESPACE_URL, f"coachloop:{json.dumps(row, sort_keys=True)}")),
        "created_at": _date(now),
        "extensions": ["CC"],
        "parties": parties,
        "dialog": dialogs,
        "analysis": [] if written or turns is None else [_transcript(turns)],
        "attachments": [_attachment(kept, about=dialogs, party=len(parties) - 1, now=now)],
    }


def _parties(row: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The agent, the customer, whoever else speaks, and at last who wrote this."""
    agent = {"name": row.get("agent_name"), "uuid": row.get("agent_id"), "dept": row.get("team")}
    customer = {"name": row.get("customer_name"), "uuid": row.get("customer_id")}
    others: list[dict[str, Any]] = [{}] if any(turn.get("speaker") == Speaker.OTHER for turn in turns) else []
    return [
        {"role": "agent"} | _there(agent),
        {"role": "customer"} | _there(customer),
        *({"role": "other"} | other for other in others),
        {"type": "organization", "name": "coachloop"},
    ]


def _call(row: Mapping[str, Any], turns: Sequence[Mapping[str, Any]], began: datetime | None) -> dict[str, Any]:
    """A call without its recording."""
    times = [at for turn in turns for at in (turn.get("start"), turn.get("end")) if at is not None]
    about = {
        "start": _date(began) if began else None,
        "duration": max(times, default=None),
        "skill": row.get("queue"),
        "originator": 1 if row.get("direction") == "inbound" else None,
    }
    return {"type": "recording", "parties": [0, 1]} | _there(about)


def _messages(
    turns: Sequence[Mapping[str, Any]], began: datetime | None, parties: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A dialog of text for each turn, from who wrote it to the others."""
    people = list(range(len(parties) - 1))
    return [_message(turn, began, people) for turn in turns]


def _message(turn: Mapping[str, Any], began: datetime | None, people: Sequence[int]) -> dict[str, Any]:
    author = SIDES.index(Speaker(turn["speaker"]))
    sent = began + timedelta(seconds=turn.get("start") or 0) if began else None
    return {
        "type": "text",
        **({"start": _date(sent)} if sent else {}),
        "parties": [author, *(party for party in people if party != author)],
        "mediatype": "text/plain",
        "encoding": "none",
        "body": turn["text"],
    }


def _transcript(turns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "type": "transcript",
        "dialog": 0,
        "vendor": "coachloop",
        "schema": TURNS,
        "mediatype": "application/json",
        "encoding": "json",
        "body": {"turns": list(turns)},
    }


def _attachment(kept: Mapping[str, Any], *, about: Sequence[object], party: int, now: datetime) -> dict[str, Any]:
    return {
        "purpose": PURPOSE,
        "start": _date(now),
        "party": party,
        **({"dialog": 0} if about else {}),
        "mediatype": "application/json",
        "encoding": "json",
        "body": dict(kept),
    }


def _there(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _date(at: datetime) -> str:
    """As RFC 3339 has it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
