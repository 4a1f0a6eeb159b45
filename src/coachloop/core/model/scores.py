"""Verdicts of another QA tool, row by row: checked, and what they say of their call told apart from what they say of a behaviour."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

import pydantic_core

from coachloop.core.model.call_type import call_type
from coachloop.core.model.conversation import moment
from coachloop.core.model.receipt import Line, Record, Refusal
from coachloop.core.model.template_shape import KEY_PATTERN
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import BadLineError, ScoreLine, checked, fields

IMPORTED_TEMPLATE = "imported"
"""The template that scores live under which name none."""

LONGEST_KEY = 80
OF_THE_VERDICT = frozenset({"behaviour", "verdict", "template", "evidence_text", "evidence_start", "score_id"})
OUTCOMES = {"met": Outcome.MET.value, "not_met": Outcome.NOT_MET.value, "na": Outcome.NOT_APPLICABLE.value}


class Call(NamedTuple):
    """What rows say of their call; `day` is the local date at the site, empty without a start."""

    key: str
    agent: str
    team: str
    queue: str
    started_at: datetime | None
    day: date | None
    outcome: dict[str, Any] | None
    kind: str


class Score(NamedTuple):
    """One verdict; a row after another of the same call shares its `call`. `outcome` is an `Outcome`'s value."""

    file: str
    number: int
    call: Call
    template: str
    behaviour: str
    outcome: str
    reason: str
    evidence: list[dict[str, Any]]


def scores(rows: Iterable[Line | Record | Refusal], zone: tzinfo) -> Iterator[Score | Refusal]:
    """Every row as a score, or refused with its place and the reason.

    Args:
        rows: what a reader yields; what it refused stays refused.
        zone: the site's, in which moments without a zone are read.
    """
    said_of_it: dict[str, Any] = {}
    call: Call | None = None
    for row in rows:
        if isinstance(row, Refusal):
            yield row
            continue
        try:
            said = fields(row)
            line = checked(ScoreLine, said)
            about = {name: cell for name, cell in said.items() if name not in OF_THE_VERDICT}
            if call is None or about != said_of_it:
                call, said_of_it = _call(line, about, zone), about
            if badly := _badly_named(line.behaviour, line.template or IMPORTED_TEMPLATE):
                raise BadLineError(badly)
        except ValueError as error:
            yield Refusal(row.file, row.number, str(error))
        else:
            yield _score(row, line, call)


def _score(row: Line | Record, line: ScoreLine, call: Call) -> Score:
    evidence = []
    if line.evidence_text:
        evidence = [{"turn": None, "start": None, "end": None, "quote": line.evidence_text, "at": line.evidence_start}]
    reason = f"score {line.score_id} of another tool" if line.score_id else ""
    template = line.template or IMPORTED_TEMPLATE
    return Score(row.file, row.number, call, template, line.behaviour, OUTCOMES[line.verdict], reason, evidence)


def _call(line: ScoreLine, about: dict[str, Any], zone: tzinfo) -> Call:
    started = moment(line.started_at, zone) if line.started_at else None
    day = started.astimezone(zone).date() if started else None
    outcome = {k.removeprefix("outcome_"): _value(v) for k, v in about.items() if k.startswith("outcome_")}
    kind = call_type(about)
    return Call(
        line.call_id, line.agent_id or "", line.team or "", line.queue or "", started, day, outcome or None, kind
    )


@lru_cache(1024)
def _badly_named(behaviour: str, template: str) -> str:
    """Why the template made for these scores could not hold the behaviour; empty where it can."""
    if template != IMPORTED_TEMPLATE or (len(behaviour) <= LONGEST_KEY and re.fullmatch(KEY_PATTERN, behaviour)):
        return ""
    better = re.sub(r"[^a-z0-9]+", "_", behaviour.casefold()).strip("_0123456789")[:LONGEST_KEY]
    return (
        f"behaviour: a key is up to {LONGEST_KEY} lower-case letters, digits, - and _, such as "
        f"{better or 'states_purpose'!r}, got {behaviour!r:.60}"
    )


def _value(cell: object) -> object:
    """An outcome's cell as JSON would have it: a number where it is one, text where JSON could not hold it."""
    try:
        value = pydantic_core.from_json(cell) if isinstance(cell, str) else cell
        json.dumps(value, allow_nan=False)
    except ValueError:
        return str(cell)
    return value
