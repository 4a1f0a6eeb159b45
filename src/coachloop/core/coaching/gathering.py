"""Several agents, one behaviour: huddles and workshops."""

from enum import StrEnum

SHORTEST, LONGEST = 1, 240
"""Minutes."""


class GatheringKind(StrEnum):
    """Five minutes on a drift, or a workshop on one behaviour."""

    HUDDLE = "huddle"
    WORKSHOP = "workshop"

    @property
    def minutes(self) -> int:
        """How long one takes, unless somebody says otherwise."""
        return 5 if self is GatheringKind.HUDDLE else 45

    @property
    def fewest(self) -> int:
        """How many agents it needs."""
        return 1 if self is GatheringKind.HUDDLE else 2


def fault(kind: GatheringKind, *, agents: int, minutes: int) -> str:
    """What keeps a gathering from being planned, in plain words; empty where nothing does."""
    if agents < kind.fewest:
        asked = "at least one agent" if kind.fewest == 1 else f"at least {kind.fewest} agents"
        return f"a {kind} needs {asked}, got {agents}"
    if not SHORTEST <= minutes <= LONGEST:
        return f"minutes must be {SHORTEST} to {LONGEST}, got {minutes}"
    return ""
