"""How often the interval of alpha holds the truth in a room of a few calls: the jackknife's beside a bootstrap's.

    python benchmarks/room_agreement.py

Four people answer 1, 3 or 8 questions about 3 to 10 calls, each wrong by chance in 10 or 25 of 100 answers; 600 rooms each.
"""

import numpy as np
from numpy.typing import NDArray

from coachloop.core.stats.agreement import Alpha, alpha, alpha_of_few

ROOMS = 600


def room(calls: int, questions: int, wrong: float, rng: np.random.Generator) -> NDArray[np.int64]:  # noqa: PLR0917 -- a table's columns
    """Answers of four people, shape (4, calls, questions)."""
    truth = rng.random((calls, questions)) < np.linspace(0.3, 0.8, questions)
    return (truth ^ (rng.random((4, calls, questions)) < wrong)).astype(np.int64)


def held(found: list[Alpha], truth: float) -> str:
    """How many of the intervals that there are hold the truth."""
    said = [one for one in found if not np.isnan(one.low)]
    return f"{sum(one.low <= truth <= one.high for one in said) / len(said):.2f} of {len(said)}"


def main() -> None:
    """Print one line a kind of room."""
    rng = np.random.default_rng(1)
    print("questions  wrong  calls  alpha  jackknife    bootstrap")
    for questions in (1, 3, 8):
        for wrong in (0.1, 0.25):
            truth = alpha_of_few(room(20_000, questions, wrong, rng)).alpha
            for calls in (3, 5, 6, 10):
                rooms = [room(calls, questions, wrong, rng) for _ in range(ROOMS)]
                few = held([alpha_of_few(one) for one in rooms], truth)
                drawn = held([alpha(one, rng=rng, samples=400) for one in rooms], truth)
                print(f"{questions:9}  {wrong:5}  {calls:5}  {truth:5.2f}  {few:11}  {drawn}")


if __name__ == "__main__":
    main()
