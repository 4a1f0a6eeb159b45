"""How well a listening machine hears each behaviour: what the score history was read with.

Adjust the numbers here to match the scorer that reads the transcripts, so that the history and it agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from coachloop.simulation.calls import MET, NOT_APPLICABLE, NOT_MET

if TYPE_CHECKING:
    from coachloop.simulation.dice import Dice


class Accuracy(NamedTuple):
    """Share of what was done that is heard, and of what was not done that is not."""

    sensitivity: float
    specificity: float


JUDGE = {
    "uses_name": Accuracy(0.94, 0.99),
    "states_purpose": Accuracy(0.93, 0.94),
    "positive_reason": Accuracy(0.76, 0.91),
    "pain_mirror": Accuracy(0.84, 0.89),
    "why_after_budget": Accuracy(0.66, 0.98),
    "open_questions": Accuracy(0.98, 0.83),
    "pricing_pivot": Accuracy(0.76, 0.96),
    "assumptive_close": Accuracy(0.78, 0.84),
    "greeting": Accuracy(0.91, 0.94),
    "empathy": Accuracy(0.89, 0.71),
    "hold_etiquette": Accuracy(0.92, 0.93),
    "recap": Accuracy(0.87, 0.69),
    "anything_else": Accuracy(0.94, 0.89),
}


def heard(verdict: str, behaviour: str, dice: Dice) -> str:
    """The machine's verdict where the truth is `verdict`; it never mistakes whether a behaviour applied."""
    if verdict == NOT_APPLICABLE:
        return NOT_APPLICABLE
    accuracy = JUDGE[behaviour]
    says_met = dice.chance(accuracy.sensitivity if verdict == MET else 1 - accuracy.specificity)
    return MET if says_met else NOT_MET
