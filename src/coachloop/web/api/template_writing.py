"""Templates at the bench: begun, checked, tried on real calls, labelled, published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from coachloop.app.queries import studio as bench
from coachloop.app.queries import trying
from coachloop.app.queries.backtest import Backtest, backtest
from coachloop.app.queries.rescoring import Period
from coachloop.app.queries.studio import Mistakes
from coachloop.app.services import audit, labels, studio
from coachloop.core.model.people import Role
from coachloop.core.model.template import Template
from coachloop.core.model.verdict import ANSWERS, Outcome
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Count
from coachloop.web.api.problems import Fault, ProblemError
from coachloop.web.api.shapes import Body, Id, Key
from coachloop.web.trials import MOST_BACKTESTED, local_scorers

WRITE = "templates:write"
LEAD = Role.QA_LEAD
Text = Annotated[str, Field(max_length=500_000, description="A template's YAML.")]


class TextBody(Body):
    """A template's text."""

    text: Text


class Try(TextBody):
    """Try it on twenty calls: those of a draw, keeping some by their ids."""

    draw: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    calls: Annotated[tuple[Id, ...], Field(max_length=trying.TWENTY)] = ()


class Label(TextBody):
    """Your answer about one behaviour of one of the calls, by the call's id."""

    call: Id
    behaviour: Key
    outcome: Outcome


class BacktestBody(Body):
    """A stored version, else a text, on a stored period."""

    version: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    text: Text = ""
    since: date | None = None
    until: date | None = None


class Publish(Body):
    """The draft that you looked at, by the SHA-256 of its text."""

    sha256: Annotated[str, Field(max_length=64)]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a text, with its place: lines and columns begin at 1."""

    line: int
    column: int
    place: str
    says: str


@dataclass(frozen=True, slots=True)
class TriedVerdict:
    """What the text says of one call, and what people say; `call` is an id, for labels."""

    call: int
    conversation: str
    outcome: Outcome
    decided_by: str
    reason: str
    quotes: tuple[str, ...]
    human: Outcome | None


@dataclass(frozen=True, slots=True)
class TriedText:
    """One behaviour of the text on the twenty calls, and how far it agrees with all answers of people."""

    behaviour: str
    verdicts: tuple[TriedVerdict, ...]
    labels: int
    kappa: float | None


@endpoint("POST /templates", LEAD, scope=WRITE, status=201)
def begin_template(asked: Asked, body: TextBody) -> Count:
    """Begin a template; answers with the number of its draft."""
    return Count(studio.begin_template(viewer=asked.viewer, text=_unix(body.text), now=asked.now).version.number)


@endpoint("POST /templates/{path:key}/check", LEAD, scope="templates:read")
def check_template(asked: Asked, key: Key, body: TextBody) -> list[Mistake]:
    """The mistakes of a text, each with its place; nothing is kept."""
    found(bench.studio(asked.viewer, key))
    state = bench.read(_unix(body.text), key=key)
    return _mistakes(state) if isinstance(state, Mistakes) else []


@endpoint("PUT /templates/{path:key}/draft", LEAD, scope=WRITE)
def save_template_draft(asked: Asked, key: Key, body: TextBody) -> Count:
    """Keep a text as the draft of the next version, whose number it answers with; nothing scores with it yet."""
    _text(asked, key, body.text)
    return Count(studio.save_draft(viewer=asked.viewer, text=_unix(body.text), now=asked.now).version.number)


@endpoint("POST /templates/{path:key}/try", LEAD, scope="templates:read")
def try_template(asked: Asked, key: Key, body: Try) -> list[TriedText]:
    """Score twenty real calls with a text, without a judge; nothing is kept but that somebody looked at their words."""
    template, local = _text(asked, key, body.text), local_scorers()
    calls = trying.twenty(asked.viewer, template, draw=body.draw, scorers=local, keep=body.calls)
    return _tried(asked, template, calls, draw=body.draw)


@endpoint("PUT /templates/{path:key}/labels", LEAD, scope=WRITE)
def label_call(asked: Asked, key: Key, body: Label) -> list[TriedText]:
    """Keep one answer about a call, and say how far the text agrees with all answers now."""
    template = _text(asked, key, body.text)
    if body.behaviour not in {one.key for one in template.behaviours} or body.outcome not in ANSWERS:
        said = "It is no behaviour of this text, or no answer that a person can give."
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, said, errors=[Fault("/body/behaviour", said)])
    only = trying.only(template, [body.behaviour])
    labels.answer(
        viewer=asked.viewer,
        template=key,
        behaviour=only.behaviours[0],
        conversation=body.call,
        outcome=body.outcome,
        now=asked.now,
    )
    return _tried(asked, only, [body.call], draw=0)


@endpoint("POST /templates/{path:key}/backtest", LEAD, scope="templates:read")
def backtest_template(asked: Asked, key: Key, body: BacktestBody) -> Backtest:
    """Any version, or a text, on a stored period: up to 500 calls of it; nothing is kept."""
    version = found(bench.studio(asked.viewer, key)).version(body.version)
    template = version.template if version else _text(asked, key, body.text)
    period = Period(body.since, body.until)
    return backtest(asked.viewer, template, scorers=local_scorers(), period=period, sample=MOST_BACKTESTED)


@endpoint("POST /templates/{path:key}/publish", LEAD, scope=WRITE)
def publish_template(asked: Asked, key: Key, body: Publish) -> Count:
    """Freeze the draft that you looked at, and let it score; answers with its number."""
    found(bench.studio(asked.viewer, key))
    return Count(studio.publish_draft(viewer=asked.viewer, key=key, sha256=body.sha256, now=asked.now).number)


def _text(asked: Asked, key: str, text: str) -> Template:
    """The template that a text says.

    Raises:
        ProblemError: with every mistake in it.
    """
    found(bench.studio(asked.viewer, key))
    state = bench.read(_unix(text), key=key)
    if isinstance(state, Mistakes):
        faults = [Fault("/body/text", f"line {one.line}, {one.place}: {one.says}") for one in _mistakes(state)]
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The text is no template yet.", errors=faults)
    return state


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def _mistakes(state: Mistakes) -> list[Mistake]:
    return [Mistake(one.line, one.column, one.path, one.message) for one in state.errors]


def _tried(asked: Asked, template: Template, calls: Sequence[int], *, draw: int) -> list[TriedText]:
    tried = trying.try_out(asked.viewer, template, calls, draw=draw, scorers=local_scorers())
    audit.look(asked.viewer, *tried.keys, now=asked.now)
    return [
        TriedText(one.definition.key, tuple(map(_verdict, one.calls)), one.agreement.n, one.agreement.kappa)
        for one in tried.behaviours
    ]


def _verdict(one: trying.TriedCall) -> TriedVerdict:
    said = one.verdict
    quotes = tuple(quote.text for quote in one.quotes)
    return TriedVerdict(one.id, one.key, said.outcome, said.decided_by or "", said.reason, quotes, one.human)
