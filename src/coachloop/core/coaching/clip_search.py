"""Which clips somebody looks for: those that say it, then those that are about it."""

from collections.abc import Sequence

FLOOR = 0.25
"""How near in meaning a clip has to be that does not say what is looked for, as a cosine: benchmarks/clip_search.py chose it."""


def found(says: Sequence[bool], nearness: Sequence[float]) -> list[int]:
    """The numbers of clips to show, in order: those that say every word first, in both groups the nearest first.

    Args:
        says: whether each clip says everything that is looked for.
        nearness: how near each is to it in meaning, as a cosine; all the same where nobody knows.
    """
    order = sorted(range(len(says)), key=lambda number: (not says[number], -nearness[number]))
    return [number for number in order if says[number] or nearness[number] >= FLOOR]
