"""A conversation's document as it is stored: masked in its turns, in their words, and in everything else that it says."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from coachloop.core.masking.find import find_each, find_in
from coachloop.core.masking.kinds import Found, Kind
from coachloop.core.masking.shown import FILL, Text, display, typed
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.wire import ConversationLine

type Json = dict[str, Any]


class Form(StrEnum):
    """How a document is masked: in its own length, or by tokens alone."""

    DISPLAY = "display"
    TYPED = "always"


_WAYS: Mapping[Form, Callable[[str, Sequence[Found]], Text]] = {Form.DISPLAY: display, Form.TYPED: typed}

_OURS = frozenset(
    [
        "id",
        "channel",
        "agent_id",
        "agent_name",
        "agent_joined_on",
        "team",
        "customer_id",
        "customer_name",
        "queue",
        "language",
        "direction",
        "started_at",
        "audio",
        "turns",
        "session_id",
        "both_agreed",
        "speakers",
        "masked",
        "speaker",
        "start",
        "end",
        "text",
        "words",
        "transcribed_by",
        "recording",
    ]
)
"""Fields whose meaning is known; what of them is masked, is masked by itself."""

_WHOSE = "(?:(?:customer|caller|client|contact|from|to|primary|secondary|home|work|billing)_?)?"
_KEYS = {
    Kind.PHONE: rf"{_WHOSE}(?:phone|mobile|telephone|cell|cellphone|fax|msisdn|ani|caller_?id)(?:_?(?:number|no))?",
    Kind.EMAIL: rf"{_WHOSE}e?_?mail(?:_?address)?",
    Kind.CARD: rf"{_WHOSE}(?:credit_?|debit_?)?card(?:_?(?:number|no))|pan",
    Kind.ACCOUNT: rf"{_WHOSE}(?:iban|bank_?account|account_?(?:number|no)|routing_?number|sort_?code)",
    Kind.BIRTH_DATE: rf"{_WHOSE}(?:dob|date_?of_?birth|birth_?date|birthday)",
    Kind.SECRET: r"password|pass_?code|pin|cvv|cvc|security_?code|secret",
    Kind.NUMBER: rf"{_WHOSE}(?:ssn|social_?security(?:_?number)?|passport(?:_?number)?|tax_?id|national_?insurance(?:_?number)?)",
    Kind.CUSTOMER_NAME: r"(?:customer|caller|client|contact)_?(?:full_?|first_?|last_?|sur)?name|(?:first_?|last_?|full_?|sur)name",
}
_KEY = re.compile("|".join(f"(?P<{kind}>{keys})" for kind, keys in _KEYS.items()))
_WORTH = re.compile(r"\s|@|^\+|\d[\d-]{11}")
"""A sentence, or a single word that can be told from a key of somebody's."""

_BY_ITSELF = frozenset({Kind.EMAIL, Kind.CARD})


class _Leaf(NamedTuple):
    """Something in a document: what holds it, its key or number there, itself, and the key it is known by."""

    holder: Any
    key: Any
    value: Any
    called: str


def masked(data: Json, form: Form, *, names: bool = True) -> str | None:
    """The document of a conversation, masked; None where nothing in it is to be.

    Its field `masked` says what was, by turn and character: `{"turn", "start", "end", "kind"}`.

    Args:
        data: a checked line of the native format; changed where something is masked. Parts of it may be masked already.
        form: how; in `display` every offset into a turn still holds.
        names: whether the customer's name is masked too, where the line gives it.
    """
    whose, turns = _names(data) if names else (), data.get("turns") or []
    found = find_in([(turn["speaker"], turn["text"]) for turn in turns], names=whose)
    beside = _beside(data, whose)
    if not (found or beside or whose):
        return None
    for leaf, value in beside:
        leaf.holder[leaf.key] = value
    if whose:
        data["customer_name"] = Kind.CUSTOMER_NAME.token
    for turn, place in _masked_before(data, turns):
        found[turn] = tuple(sorted({*found.get(turn, ()), place}))
    places = {turn: _mask(turns[turn], some, _WAYS[form]) for turn, some in found.items()}
    data["masked"] = [
        {"turn": turn, "start": one.start, "end": one.end, "kind": one.kind}
        for turn in sorted(places)
        for one in places[turn]
    ]
    return json.dumps(data, ensure_ascii=False)


def _names(data: Json) -> tuple[str, ...]:
    """Whose name is masked: the customer's; in a coaching conversation that is a colleague."""
    named = data.get("customer_name")
    coaching = str(data.get("channel") or "").strip().casefold() == COACHING
    return () if coaching or not named or named == Kind.CUSTOMER_NAME.token else (str(named),)


def _masked_before(data: Json, turns: Sequence[Json]) -> Iterator[tuple[int, Found]]:
    """What the document says is masked in it, as far as it is."""
    known = ConversationLine.model_validate(data).conversation().masked if data.get("masked") else None
    for mask in known or ():
        there = turns[mask.turn]["text"][mask.start : mask.end]
        if mask.kind in Kind and there in {Kind(mask.kind).token.ljust(len(there), FILL), FILL * len(there)}:
            yield mask.turn, Found(mask.start, mask.end, Kind(mask.kind))


def _mask(turn: Json, found: Sequence[Found], way: Callable[[str, Sequence[Found]], Text]) -> tuple[Found, ...]:
    """Mask a turn and its words; returns what is masked now."""
    said = turn["text"]
    shown = way(said, found)
    turn["text"] = shown.text
    if turn.get("words"):
        turn["words"] = list(_words(turn["words"], said, found, shown))
    return shown.found


def _words(words: Sequence[Json], said: str, found: Sequence[Found], shown: Text) -> Iterator[Json]:  # noqa: PLR0917 -- as it was, and as it is
    """The timed words, those inside a masked place as one with the first's start and the last's end."""
    joined: Json = {}
    position, last, ahead = 0, -1, 0
    for word in words:
        spoken = str(word.get("text") or "").strip()
        start = said.find(spoken, position)
        if not spoken or start < 0:
            continue
        position = start + len(spoken)
        while ahead < len(found) and found[ahead].end <= start:
            ahead += 1
        place = ahead if ahead < len(found) and found[ahead].start < position else -1
        if place >= 0 and place == last:
            joined["end"] = word.get("end")
            continue
        last, joined = place, dict(word)
        if place >= 0:
            joined["text"] = shown.text[shown.found[place].start : shown.found[place].end]
        yield joined


def _beside(data: Json, names: tuple[str, ...]) -> list[tuple[_Leaf, str]]:
    """What has to stand where in the rest of the document."""
    leaves: list[_Leaf] = []
    for holder in (data, *(data.get("turns") or ())):
        for key in holder.keys() - _OURS:
            _collect(leaves, holder, key=key, called=key)
    by_key = [(leaf, kind.token) for leaf in leaves if (kind := _kind(leaf.called)) and leaf.value != kind.token]
    texts = [leaf for leaf in leaves if not _kind(leaf.called) and _WORTH.search(leaf.value)]
    found = find_each([leaf.value for leaf in texts], names=names) if texts else {}
    by_text = [
        (texts[number], typed(texts[number].value, some).text)
        for number, places in found.items()
        if (some := _sure(texts[number].value, places))
    ]
    return by_key + by_text


def _collect(leaves: list[_Leaf], holder: Any, *, key: Any, called: str) -> None:
    """Every text in a field of a meaning that is not known here, and whatever stands under a telling key."""
    value = holder[key]
    if isinstance(value, dict):
        for inner in value:
            _collect(leaves, value, key=inner, called=inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if inner.__class__ is not int or _kind(called):
                _collect(leaves, value, key=number, called=called)
    elif isinstance(value, str) or (_kind(called) and value is not None):
        leaves.append(_Leaf(holder, key, value, called))


@lru_cache(maxsize=4096)
def _kind(key: str) -> Kind | None:
    match = _KEY.fullmatch(key.lower().replace("-", "_").replace(" ", "_"))
    return Kind(str(match.lastgroup)) if match else None


def _sure(text: str, found: Sequence[Found]) -> list[Found]:
    """What of it is masked: everything in a sentence; in a single word, which may be somebody's key, only what can be nothing else."""
    if " " in text.strip():
        return list(found)
    return [one for one in found if one.kind in _BY_ITSELF or text.startswith("+")]
