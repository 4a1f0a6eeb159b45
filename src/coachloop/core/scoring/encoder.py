"""What turns sentences into vectors, as the scorers see it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Encoder(Protocol):
    """Sentence embeddings: texts of like meaning get vectors that point the same way."""

    @property
    def name(self) -> str:
        """Changes whenever the same text may get another vector."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The texts' vectors, shape (len(texts), dimensions), each of unit length."""
