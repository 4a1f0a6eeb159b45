"""What a calibration room shows: who answered what, where they differ most, and who sees it stricter or milder than the others."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.agreement import Alpha, alpha_of_few

FEWEST_CALLS, MOST_CALLS = 3, 10
"""Calls of one room: fewer show nothing, more are not talked about."""

OPEN = -1
CODES = {Outcome.NOT_MET: 0, Outcome.MET: 1, Outcome.NOT_APPLICABLE: 2}
SUBSETS_OF = 16
"""Calls from which subsets are no longer listed one by one."""

type Question = tuple[int, int]
"""A conversation and a behaviour, by whatever numbers the caller knows them."""

Codes = NDArray[np.int64]


class Grid(NamedTuple):
    """Answers of several raters; `codes` has shape (raters, conversations, behaviours): CODES, or OPEN where one did not answer."""

    raters: tuple[str, ...]
    conversations: tuple[int, ...]
    behaviours: tuple[int, ...]
    codes: Codes

    def of(self, raters: Sequence[str]) -> "Grid":
        """The same questions, by these raters alone."""
        rows = [self.raters.index(rater) for rater in raters]
        return Grid(tuple(raters), self.conversations, self.behaviours, self.codes[rows])


class Tendency(NamedTuple):
    """How much more often (above 0) or less often somebody says met than the others, as a share; NaN where too little is known.

    `n` counts questions that they and somebody else decided, `calls` the conversations they are about.
    """

    n: int
    calls: int
    points: float
    low: float
    high: float


def grid(
    told: Mapping[str, Mapping[Question, Outcome]], *, conversations: Sequence[int], behaviours: Sequence[int]
) -> Grid:
    """What each rater said, as a table; anything undecided, or about something else, is left open."""
    at = {(call, one): (i, j) for i, call in enumerate(conversations) for j, one in enumerate(behaviours)}
    codes = np.full((len(told), len(conversations), len(behaviours)), OPEN)
    for row, said in enumerate(told.values()):
        for question, outcome in said.items():
            if question in at:
                codes[row][at[question]] = CODES.get(outcome, OPEN)
    return Grid(tuple(told), tuple(conversations), tuple(behaviours), codes)


def agreement(one: Grid) -> list[Alpha]:
    """Krippendorff's alpha of each behaviour, in their order, with its interval over conversations."""
    return [alpha_of_few(one.codes[:, :, column]) for column in range(len(one.behaviours))]


def together(one: Grid) -> Alpha:
    """One alpha of the whole room, with chance taken out behaviour by behaviour: what a trend over rooms is made of."""
    return alpha_of_few(one.codes)


def contested(one: Grid) -> NDArray[np.float64]:
    """Share of pairs of raters who differ, shape (conversations, behaviours); NaN where fewer than two answered."""
    counts = np.stack([(one.codes == code).sum(axis=0) for code in CODES.values()], axis=-1)
    size = counts.sum(axis=-1)
    pairs = (size * (size - 1)).astype(float)
    differ = size**2 - (counts**2).sum(axis=-1)
    share = np.full(pairs.shape, np.nan)
    return np.asarray(np.divide(differ, pairs, out=share, where=pairs > 0), float)


def most_contested(one: Grid) -> list[tuple[Question, float]]:
    """Every question that at least two answered, the most contested first, else in the order of the grid."""
    shares = contested(one)
    listed = [
        ((call, behaviour), float(shares[i, j]))
        for i, call in enumerate(one.conversations)
        for j, behaviour in enumerate(one.behaviours)
        if not np.isnan(shares[i, j])
    ]
    return sorted(listed, key=lambda item: -item[1])


def tendencies(one: Grid, *, machine: str | None = None, confidence: float = 0.95) -> list[Tendency]:
    """How each rater leans, compared with the people who decided the same questions; who said not applicable decided nothing.

    Of each question the difference between one's answer (met is 1) and the mean of the others' is taken, and these are averaged. Questions
    of one call are alike, so the interval counts calls: it runs from the k-th smallest to the k-th largest of the averages over all
    subsets of the calls, which holds whatever the calls' spread, if differences are as likely above the truth as below. With fewer
    than six calls no such interval covers 95 %, and there is none.

    Args:
        one: the answers.
        machine: the rater that is no person: it is compared with people, and nobody with it.
        confidence: coverage of the interval in (0, 1).

    Returns:
        One a rater, in their order.

    Raises:
        ValueError: more than SUBSETS_OF calls.

    Source:
        Hartigan (1969), "Using subsample values as typical values", JASA 64:1303-1317, theorem 2, for ratios of sums.
    """
    if len(one.conversations) > SUBSETS_OF:
        raise ValueError(f"at most {SUBSETS_OF} calls are compared, got {len(one.conversations)}")
    decided, met = one.codes >= 0, one.codes == CODES[Outcome.MET]
    decided &= one.codes != CODES[Outcome.NOT_APPLICABLE]
    person = np.array([rater != machine for rater in one.raters], bool)[:, np.newaxis, np.newaxis]
    others = (decided & person).sum(axis=0) - (decided & person)
    others_met = (met & person).sum(axis=0) - (met & person)
    both = decided & (others > 0)
    apart = np.where(both, met - others_met / np.maximum(others, 1), 0.0)
    return [_tendency(d, n, confidence) for d, n in zip(apart.sum(axis=2), both.sum(axis=2), strict=True)]


def _tendency(apart: NDArray[np.float64], many: Codes, confidence: float) -> Tendency:
    """From sums of differences and numbers of questions, a call each."""
    apart, many = apart[many > 0], many[many > 0]
    calls, n = len(many), int(many.sum())
    if n == 0:
        return Tendency(0, 0, *[float("nan")] * 3)
    points = float(apart.sum() / n)
    rank = int((1 - confidence) / 2 * 2**calls)
    if rank == 0:
        return Tendency(n, calls, points, float("nan"), float("nan"))
    chosen = (np.arange(1, 2**calls)[:, np.newaxis] >> np.arange(calls)) & 1
    typical = np.sort((chosen @ apart) / (chosen @ many))
    return Tendency(n, calls, points, float(typical[rank - 1]), float(typical[-rank]))


def in_words(one: Tendency) -> str:
    """What a tendency says, where its interval excludes 0; else nothing."""
    if not (one.low > 0 or one.high < 0):
        return ""
    near, far = sorted((abs(one.low), abs(one.high)))
    how = "milder" if one.points > 0 else "stricter"
    return f"{how} than the others by {abs(one.points):.0%} points, {near:.0%} to {far:.0%}".replace("%", "")
