"""What the tests of services and queries build on: a small template, calls that show or miss its behaviours, short verbs."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from coachloop.app.models import Grant, TemplateVersion, User
from coachloop.app.queries.sites import zone
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import ingest as ingesting
from coachloop.app.services import labels, rollups, scoring, templates
from coachloop.app.services.imports import import_coaching, import_scores
from coachloop.core.coaching.agreement import Agreement
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line, Receipt
from coachloop.core.model.scores import scores as checked_scores
from coachloop.core.scoring.phrases import PhraseScorer

NOW = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)
"""A Monday morning; calls of the week before have just landed."""

MANNERS = """\
key: manners
title: Manners
applies_to: {channel: [voice]}
behaviours:
  - key: greets
    title: Greets
    question: Did the agent greet the customer?
    good: "Good morning, thank you for picking up."
    why: People answer in the tone they are met with.
    target: 0.8
    weight: 2
    window: {first_turns: 2}
    score_with: [{phrases: {any: [good morning]}}]
  - key: value_first
    title: Value first
    question: After the price came up, did the agent say what it is worth?
    good: "Before the number: what matters most to you about it?"
    target: 0.7
    applies_when: {customer_says: [how much]}
    window: {after: applies_when, within_turns: 1}
    score_with: [{phrases: {any: [worth]}}]
  - key: warmth
    title: Warmth
    question: Was the agent warm?
    score_with: [{learned: {}}]
"""


def lines(*documents: dict[str, Any] | bytes) -> list[Line]:
    """Documents, or raw bytes, as the lines of a file."""
    raw = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in documents]
    return [Line("calls.jsonl", number, one) for number, one in enumerate(raw, 1)]


def call(
    key: str, *, agent: str | None = "lea", team: str | None = "north", at: datetime | date | None = NOW - timedelta(3),
    greets: bool = False, price: bool | None = None, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """A call of four turns; `price` None: it never comes up."""
    asked = {None: ("Fine.", "Bye."), True: ("How much is it?", "It is worth it."), False: ("How much?", "Ninety.")}[
        price
    ]
    said = [
        ("agent", "Good morning!" if greets else "Yes?"),
        ("customer", "Hello."),
        ("customer", asked[0]),
        ("agent", asked[1]),
    ]
    turns = [
        {"speaker": who, "start": 2.0 * n, "end": 2.0 * n + 1.5, "text": text} for n, (who, text) in enumerate(said)
    ]
    given = {"id": key, "channel": "voice", "agent_id": agent, "team": team, "turns": turns}
    return {**given, "started_at": at.isoformat() if at else None, **more}


def calls(agent: str, met: int, of: int, **more: Any) -> list[dict[str, Any]]:
    """So many calls of one agent, the first `met` of them with a greeting, one an hour backwards in time."""
    start = more.pop("at", NOW - timedelta(days=3))
    return [call(f"{agent}-{n}", agent=agent, greets=n < met, at=start - timedelta(hours=n), **more) for n in range(of)]


def take(*documents: dict[str, Any] | bytes, now: datetime = NOW, replace: bool = False) -> Receipt:
    """Ingest."""
    return ingesting.ingest(lines(*documents), viewer=OPERATOR, now=now, replace=replace)


def score(*, now: datetime = NOW, everything: bool = False) -> scoring.Tally:
    """Score what waits, with what is outdated, and refresh the counts."""
    tally = scoring.Tally()
    for engine in scoring.engines({"phrases": PhraseScorer()}):
        scoring.put_down_outdated(engine, everything=everything)
        tally.add(scoring.score_pending(engine, now=now))
    rollups.refresh_rollups()
    return tally


def publish(text: str = MANNERS, now: datetime = NOW) -> TemplateVersion:
    """Add a template and let it score."""
    key = templates.add_template(viewer=OPERATOR, text=text, now=now).version.template.key
    return templates.publish_template(viewer=OPERATOR, key=key, now=now)


def label(*documents: dict[str, Any] | bytes, now: datetime = NOW) -> Receipt:
    """Add human answers."""
    receipt = labels.add_labels(lines(*documents), viewer=OPERATOR, now=now)
    rollups.refresh_rollups()
    return receipt


def scores(*documents: dict[str, Any] | bytes, now: datetime = NOW) -> Receipt:
    """Import scores of another tool."""
    receipt = import_scores(checked_scores(lines(*documents), zone()), viewer=OPERATOR, now=now)
    rollups.refresh_rollups()
    return receipt


def coached(*documents: dict[str, Any] | bytes, now: datetime = NOW) -> Receipt:
    """Import coaching of before."""
    return import_coaching(lines(*documents), viewer=OPERATOR, now=now)


def unsaved(name: str) -> User:
    """Somebody without a password, not yet written."""
    return User(email=f"{name.split(maxsplit=1)[0].lower()}@example.org", name=name, password="!")  # noqa: S106 -- nobody signs in


def person(name: str, *roles: Role) -> User:
    """Somebody with these roles and no password."""
    user = unsaved(name)
    user.save(force_insert=True)
    Grant.objects.bulk_create(Grant(user=user, role=role) for role in roles)
    return user


def agreement(held_on: date, **change: Any) -> Agreement:
    """A whole one."""
    whole: dict[str, Any] = {
        "own_words": "I answer as if I were disturbed.",
        "action": "Say good morning before anything else",
        "by_when": held_on + timedelta(days=3),
        "how_reviewed": "Three calls, read together",
        "review_on": held_on + timedelta(days=7),
    }
    return Agreement(**{**whole, **change})


def reasons(receipt: Receipt) -> Iterable[str]:
    """Why lines were refused, in order."""
    return [refusal.reason for refusal in receipt.refused]
