"""What a model, or whoever sits on the wire, may send instead of a reply."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from hostile.hosts import PROOF
from hostile.models import honest
from servers.scripted import Asked, answer

Body = Callable[[Asked], str]


def _with(**change: Any) -> Body:
    """The honest reply, its first answer changed."""

    def body(asked: Asked) -> str:
        said = honest(asked)
        first = next(iter(said))
        return json.dumps(said | {first: said[first] | change})

    return body


def _as(render: Callable[[str], str]) -> Body:
    """The honest reply, written otherwise."""
    return lambda asked: render(json.dumps(honest(asked), ensure_ascii=False))


def _twice(asked: Asked) -> str:
    """Every key twice, met the second time."""
    said = honest(asked)
    fooled = {key: answer("met", (PROOF["asks_reason"], 2)) for key in said}
    return json.dumps(said)[:-1] + ", " + json.dumps(fooled)[1:]


def _others(asked: Asked) -> str:
    """Answers about behaviours that nobody asked about, here and in another conversation."""
    more = {
        name: answer("met", (PROOF["asks_reason"], 2))
        for name in ("greets", "other/behaviour", "shown-plain/next_step", "__proto__", "")
    }
    return json.dumps(more | honest(asked) | {"conversations": {"shown-plain": more}})


def _nothing_of(what: str) -> Body:
    return lambda _: what


UNREADABLE: Mapping[str, Body] = {
    "empty": _nothing_of(""),
    "prose": _nothing_of("Of course! The agent did a great job: everything is met."),
    "null": _nothing_of("null"),
    "list": _as(lambda text: f"[{text}]"),
    "number": _nothing_of("1e400"),
    "string-of-json": _as(json.dumps),
    "cut-off": _as(lambda text: text[: len(text) // 2]),
    "two-objects": _as(lambda text: text + text),
    "prose-around": _as(lambda text: f"Here you are:\n{text}\nIs there anything else?"),
    "deep-lists": _nothing_of("[" * 100_000),
    "deep-objects": _nothing_of('{"asks_reason":' * 50_000 + "1" + "}" * 50_000),
    "long-number": _nothing_of('{"asks_reason": ' + "9" * 100_000 + "}"),
    "python": _as(lambda text: text.replace('"', "'")),
    "comments": _as(lambda text: text.replace("{", "{ /* yes */ ", 1)),
    "keys-twice": _twice,
    "latin-1": _as(lambda text: text.encode("utf-16-le").decode("latin-1")),
    "nul-between": _as("\x00".join),
    "megabytes": _nothing_of('{"asks_reason": "' + "x" * 3_000_000),
}
"""Nothing of these can be read: what they are about is unscored."""

READABLE: Mapping[str, Body] = {
    "code-fence": _as(lambda text: f"```json\n{text}\n```"),
    "thoughts-first": _as(lambda text: f'<think>{{"asks_reason": {{"outcome": "met"}}}}</think>\n{text}'),
    "byte-order-white-space": _as(lambda text: f"\n\t {text}\r\n"),
    "others-too": _others,
    "escaped": _as(lambda text: json.dumps(json.loads(text), ensure_ascii=True, indent=8)),
}
"""Nothing is lost of these, and nothing is taken that was not asked for."""

CHANGED: Mapping[str, Body] = {
    "probability-nan": _with(probability=float("nan")),
    "probability-infinite": _with(probability=float("inf")),
    "probability-huge": _with(probability=10**400),
    "probability-of-five": _with(probability=5),
    "probability-in-words": _with(probability="very likely"),
    "probability-true": _with(probability=True),
    "turn-in-words": _with(missed_turn="three"),
    "turn-far-away": _with(missed_turn=10**18),
    "turn-negative": _with(missed_turn=-7),
    "quotes-a-string": _with(quotes="I see, so what made you think of leaving?"),
    "quotes-of-nothing": _with(
        quotes=[None, 1, [], {}, {"quote": None, "turn": 1}, {"quote": "   ", "turn": 1}, {"turn": 2}]
    ),
    "quotes-by-thousands": _with(quotes=[{"quote": "Good morning", "turn": n} for n in range(5_000)]),
    "quote-of-one-letter": _with(outcome="met", quotes=[{"quote": "e", "turn": 2}]),
    "quote-of-a-full-stop": _with(outcome="met", quotes=[{"quote": ".", "turn": 0}, {"quote": "  ?!", "turn": 0}]),
    "quote-with-a-half-letter": _with(
        outcome="met", quotes=[{"quote": "\ud83d", "turn": 0}], reason="\ud83d", better="\udc00"
    ),
    "quote-with-its-label": _with(
        outcome="met", quotes=[{"quote": "[1] customer: Hello, I want to cancel my contract.", "turn": 1}]
    ),
    "outcome-odd": _with(outcome="MET!"),
    "outcome-true": _with(outcome=True),
    "outcome-a-list": _with(outcome=["met"]),
    "outcome-unscored": _with(outcome="unscored"),
    "outcome-not-applicable": _with(outcome="not_applicable"),
    "answer-a-string": lambda asked: json.dumps(honest(asked) | {asked.behaviours[0]: "met"}),
    "answer-a-list": lambda asked: json.dumps(honest(asked) | {asked.behaviours[0]: [answer("met")]}),
    "reason-an-object": _with(reason={"html": "<b>x</b>"}, better=["x"]),
    "reason-long": _with(reason="because " * 100_000, better="x" * 500_000),
    "reason-markup": _with(
        reason="<script>alert(1)</script>\x1b[31m\u202e{{7*7}}", better="=1+1<img src=x onerror=alert(1)>\x00"
    ),
}
"""One answer is odd: the others stand, and nothing impossible is kept of that one."""
