"""Several agents, one behaviour: huddles and workshops."""

from enum import StrEnum


class GatheringKind(StrEnum):
    """Five minutes on a drift, or a workshop on one behaviour."""

    HUDDLE = "huddle"
    WORKSHOP = "workshop"
