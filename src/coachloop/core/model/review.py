"""Human answers, and which of them counts."""

from enum import StrEnum

from coachloop.core.model.verdict import Outcome


class ReviewKind(StrEnum):
    """How a human answer came about."""

    LABEL = "label"
    AUDIT = "audit"
    ADJUDICATION = "adjudication"
    CALIBRATION = "calibration"
    DISPUTE = "dispute"


PRECEDENCE: dict[ReviewKind, int] = {
    ReviewKind.DISPUTE: 0,
    ReviewKind.CALIBRATION: 1,
    ReviewKind.ADJUDICATION: 2,
    ReviewKind.AUDIT: 3,
    ReviewKind.LABEL: 3,
}
"""The most considered answer comes first; among equals the latest counts, and any of them goes before the machine."""


class Decision(StrEnum):
    """How a dispute ended."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    NOT_APPLICABLE = "not_applicable"


def decision(challenged: Outcome, stands: Outcome) -> Decision:
    """What a decision is called: the same answer upholds what was challenged, another overturns it or says that nothing applied."""
    if stands is challenged:
        return Decision.UPHELD
    return Decision.NOT_APPLICABLE if stands is Outcome.NOT_APPLICABLE else Decision.OVERTURNED
