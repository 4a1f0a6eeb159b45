"""A judge's reply: the form it must have, and what is read from whatever comes instead."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coachloop.core.model.template import Behaviour
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.judge.shown import harmless

READER_VERSION = "1"
"""Changes whenever the same reply may be read differently."""

MOST_QUOTES = 5
REASON_LIMIT = 400
BETTER_LIMIT = 300
CANNOT_TELL = "cannot_tell"

_FENCED = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_UNCLEAR = object()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reply says about one behaviour, nothing of it checked against the conversation yet.

    `outcome` None is "cannot tell". `quotes` are words with the turn they are said to be from, `missed` is a turn.
    """

    outcome: Outcome | None
    quotes: tuple[tuple[str, int], ...] = ()
    reason: str = ""
    probability: float | None = None
    missed: int = -1
    better: str = ""


def may_not_apply(behaviour: Behaviour) -> bool:
    """Whether "not applicable" is one of the answers: only where that is a question itself."""
    return behaviour.applies_when is not None and bool(behaviour.applies_when.question)


def schema(behaviours: Sequence[Behaviour]) -> dict[str, Any]:
    """The JSON Schema of a reply about these behaviours.

    Every key is required and no other allowed, and their order is the order of thought: the quote comes before the outcome. No
    bounds on lengths: grammars made of those are slow.
    """
    kinds = {_kind(behaviour): may_not_apply(behaviour) for behaviour in behaviours}
    properties = {behaviour.key: {"$ref": f"#/$defs/{_kind(behaviour)}"} for behaviour in behaviours}
    return _object(properties) | {"$defs": {kind: _answer_schema(applies) for kind, applies in kinds.items()}}


def _kind(behaviour: Behaviour) -> str:
    return "answer_if_it_applies" if may_not_apply(behaviour) else "answer"


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": [*properties], "additionalProperties": False}


def _answer_schema(may_not: bool) -> dict[str, Any]:  # noqa: FBT001 -- the one thing that differs
    quote = _object({"quote": {"type": "string"}, "turn": {"type": "integer"}})
    outcomes = [Outcome.MET.value, Outcome.NOT_MET.value, CANNOT_TELL]
    return _object(
        {
            "quotes": {"type": "array", "items": quote, "maxItems": MOST_QUOTES},
            "reason": {"type": "string"},
            "outcome": {"type": "string", "enum": [*outcomes, Outcome.NOT_APPLICABLE.value] if may_not else outcomes},
            "probability": {"type": "number"},
            "missed_turn": {"type": "integer"},
            "better": {"type": "string"},
        }
    )


def read_reply(text: str, behaviours: Sequence[Behaviour]) -> dict[str, Answer]:
    """What a reply says, by behaviour key; whatever the text is, this raises nothing.

    The whole reply has to be one JSON object (in a code fence, or after a model's thoughts, where a server leaves them in): a verdict that
    stands somewhere in other text is none. A behaviour whose answer is missing, given twice or of another form is left out.
    """
    found = _document(text)
    answers = {behaviour.key: _answer(found.get(behaviour.key), behaviour) for behaviour in behaviours}
    return {key: answer for key, answer in answers.items() if answer is not None}


def _document(text: str) -> dict[str, Any]:
    bare = _THOUGHT.sub("", text, count=1).strip()
    fenced = _FENCED.match(bare)
    try:
        found = json.loads(fenced[1] if fenced else bare, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which a key that is given twice says nothing."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = _UNCLEAR if key in found else value
    return found


def _answer(found: object, behaviour: Behaviour) -> Answer | None:
    if not isinstance(found, dict):
        return None
    said = found.get("outcome")
    outcome = _outcome(said, behaviour)
    if outcome is None and said not in (CANNOT_TELL, Outcome.NOT_APPLICABLE.value):
        return None
    return Answer(
        outcome=outcome,
        quotes=_quotes(found.get("quotes")),
        reason=_sentence(found.get("reason"), REASON_LIMIT),
        probability=_probability(found.get("probability"), outcome),
        missed=_whole(found.get("missed_turn")),
        better=_sentence(found.get("better"), BETTER_LIMIT),
    )


def _outcome(said: object, behaviour: Behaviour) -> Outcome | None:
    """What counts as decided. "Not applicable" where that is no question is as good as "cannot tell"."""
    if said in (Outcome.MET.value, Outcome.NOT_MET.value):
        return Outcome(said)
    return Outcome.NOT_APPLICABLE if said == Outcome.NOT_APPLICABLE.value and may_not_apply(behaviour) else None


def _quotes(found: object) -> tuple[tuple[str, int], ...]:
    rows = found[:MOST_QUOTES] if isinstance(found, list) else []
    return tuple((row["quote"], _whole(row.get("turn"))) for row in rows if _is_quote(row))


def _is_quote(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("quote"), str) and bool(row["quote"].strip())


def _whole(found: object) -> int:
    """A turn's number; -1 where it is none."""
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1_000_000 else -1


def _probability(found: object, outcome: Outcome | None) -> float | None:
    """P(met), where it goes with the outcome: some models say how sure they are instead, which is no P(met)."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 1:
        return None
    fits = {Outcome.MET: found >= 0.5, Outcome.NOT_MET: found <= 0.5}
    return float(found) if outcome is not None and fits.get(outcome, False) else None


def _sentence(found: object, limit: int) -> str:
    """One line of at most so many characters, whole words where there are several."""
    said = harmless(found) if isinstance(found, str) else ""
    if len(said) <= limit:
        return said
    return said[: limit - 3].rsplit(" ", 1)[0] + "..."
