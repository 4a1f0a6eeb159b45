from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

_BUFFER = 1 << 14


class Dice:
    """Cheap single draws from a Generator: uniform numbers fetched in blocks, handed out one by one."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._block: list[float] = []

    def unit(self) -> float:
        """A number in [0, 1)."""
        if not self._block:
            self._block = self._rng.random(_BUFFER).tolist()
        return self._block.pop()

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.unit() < probability

    def below(self, count: int) -> int:
        """A whole number in [0, count)."""
        return int(self.unit() * count)

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.unit()

    def pick[T](self, items: Sequence[T]) -> T:
        """One of the items, each as likely as the others."""
        return items[int(self.unit() * len(items))]

    def weighted[T](self, items: dict[T, float]) -> T:
        """One of the keys, as likely as its weight; the weights need not sum to one."""
        left = self.unit() * sum(items.values())
        for item, weight in items.items():
            left -= weight
            if left < 0:
                return item
        return next(reversed(items))

    def shuffled[T](self, items: Sequence[T]) -> list[T]:
        """The items in a random order."""
        return sorted(items, key=lambda _: self.unit())
