"""A small centre whose people have labelled calls, and a training that answers at once."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from builders import NOW, call, label, publish, take
from coachloop.core.model.template import Behaviour
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.learned.training import HeldOut, Labelled, Trained, Untrained
from coachloop.core.scoring.port import Finding

WARM = """\
key: warm
title: Warm
applies_to: {channel: [voice]}
behaviours:
  - key: warmth
    title: Warmth
    question: Was the agent warm?
    score_with: [{learned: {}}]
  - key: thanks
    title: Thanks
    question: Did the agent thank the customer?
    score_with: [{phrases: {any: [thank you]}}, {learned: {}}, {judge: {}}]
  - key: greets
    title: Greets
    question: Did the agent greet the customer?
    score_with: [{phrases: {any: [good morning]}}]
"""


def said(key: str, text: str, **more: Any) -> dict[str, Any]:
    """A call in which the agent says this."""
    return call(key, turns=[{"speaker": "customer", "text": "Hello."}, {"speaker": "agent", "text": text}], **more)


def centre(of: int = 12, *, warm: Sequence[int] = range(6)) -> None:
    """So many calls, c-0 to c-N, of four agents; the first six are warm, and people have said so."""
    publish(WARM)
    take(
        *(said(f"c-{n}", f"What a lovely day, number {n}." if n in warm else f"Next, number {n}.", agent=f"a-{n % 4}")
          for n in range(of))
    )  # fmt: skip
    label(*(answer(f"c-{n}", met=n in warm) for n in range(of)))


def answer(key: str, *, met: bool, behaviour: str = "warmth", **more: Any) -> dict[str, Any]:
    """A label; the evidence of what is met is the agent's turn."""
    turns = [1] if met else []
    return {
        "conversation_id": key, "behaviour": behaviour, "template": "warm", "verdict": "met" if met else "not_met",
        "turns": turns, "reviewed_at": NOW.isoformat(), **more,
    }  # fmt: skip


class Teacher:
    """Stands in for the training: cross-validation says what `says` tells it to, and passes where that names nothing."""

    def __init__(self, **says: Outcome | None) -> None:
        self.says = {key.replace("_", "-"): outcome for key, outcome in says.items()}
        self.lessons: list[tuple[list[str], list[Labelled], list[str]]] = []
        self.draws: list[float] = []

    def __call__(
        self, behaviours: Sequence[Behaviour], labelled: Sequence[Labelled], *, rng: np.random.Generator, **more: Any
    ) -> list[Trained | Untrained]:
        keys, background = [b.key for b in behaviours], [one.id for one in more["background"]]
        self.lessons.append((keys, list(labelled), background))
        self.draws.append(rng.random())
        return [self._learn(key, [one for one in labelled if key in one.answers]) for key in keys]

    def _learn(self, key: str, labelled: Sequence[Labelled]) -> Trained | Untrained:
        if not labelled:
            return Untrained(key, 0, "no labels; label some calls")
        cases = tuple(self._cases(key, labelled))
        metrics = {"decided": 0.75, "accuracy_decided": 0.9, "odd": float("nan")}
        return Trained(key, len(labelled), 0.6, 0.4, float("nan"), 0.5, b"model", metrics, cases)

    def _cases(self, key: str, labelled: Iterable[Labelled]) -> Iterable[HeldOut]:
        for one in labelled:
            told = self.says.get(one.conversation.id)
            yield HeldOut(one.conversation.id, one.answers[key].outcome, Finding(told, probability=0.5))
