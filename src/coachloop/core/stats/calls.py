"""Conversations as a compact matrix, and the columns that a regression within agents makes of them, a block at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int8]
Mask = NDArray[np.bool_]

NOT_MET, MET, NOT_APPLICABLE, UNSCORED = 0, 1, 2, 3
"""What a conversation says about a behaviour; the first two are opportunities that were scored."""

FEW_CALLS, FEW_AGENTS = 10, 3
"""With fewer conversations of either kind, or fewer agents who do both, nothing is said."""

FEW_IN_A_LEVEL, MOST_LEVELS = 20, 60
"""Levels of a factor that are smaller, or beyond so many, go together."""

INDEPENDENT = 0.02
"""The share of a column's variation that the columns before it must leave unexplained."""

BLOCK = 16_384


class Left(IntEnum):
    """Why a behaviour has no estimate."""

    NOTHING = 0
    NEVER_VARIES = 1
    TOO_RARE = 2
    FEW_AGENTS = 3
    MOVES_WITH_OTHERS = 4
    OUTCOME_NEVER_VARIES = 5


@dataclass(frozen=True, slots=True)
class Calls:
    """Conversations: whose they are, what they show, what became of them, and what else they differ in.

    `codes` (NOT_MET, MET, NOT_APPLICABLE or UNSCORED) has shape (calls, behaviours), `outcome` (calls,), `agent` numbers the
    agents from 0, shape (calls,), and `factors` holds levels numbered from 0, shape (calls, factors).
    """

    codes: Codes
    outcome: Mask
    agent: Ints
    factors: Ints

    def __post_init__(self) -> None:
        shapes = (self.codes.shape[:1], self.outcome.shape, self.agent.shape, self.factors.shape[:1])
        if self.codes.ndim != 2 or self.factors.ndim != 2 or len(set(shapes)) > 1:
            raise ValueError(f"all arrays must be about the same calls, got {shapes}")
        if self.codes.size and not NOT_MET <= self.codes.min() <= self.codes.max() <= UNSCORED:
            raise ValueError(f"codes must be in 0..3, got {self.codes.min()}..{self.codes.max()}")


class Column(NamedTuple):
    """One column: 1 where `of` (a column of the factors, or of the codes) is `value`."""

    of: int
    value: int
    factor: bool = False


class Block(NamedTuple):
    """Some calls: which, whose they are, their columns (0 or 1), and `whose`, (agents, calls), which adds up by agent."""

    part: slice
    agent: Ints
    columns: Floats
    whose: sparse.csr_array


class Design:
    """The columns: the factors' levels, then what a conversation may say besides met and not met, then met.

    Columns that those before them explain, within agents, are left out. `means`, (agents, columns), are the agents' own. `left`
    says of each behaviour why it has no column, `varied` how many agents do both, `behaviours` which have one, `met` where these are
    among the columns.
    """

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.agents = int(calls.agent.max()) + 1 if len(calls.agent) else 0
        self._factors = _pooled(calls.factors)
        self.varied, self.left = _speaking(calls, self.agents)
        self.columns = self._wanted()
        self._ones = self._table()
        self.means = np.zeros((self.agents, len(self.columns)))
        self._keep_independent()
        found = [(i, column.of) for i, column in enumerate(self.columns) if not column.factor and column.value == MET]
        self.met, self.behaviours = np.array(found, int).reshape(-1, 2).T

    def blocks(self) -> Iterator[Block]:
        """All calls, BLOCK at a time."""
        for start in range(0, len(self.calls.agent), BLOCK):
            part = slice(start, start + BLOCK)
            agent = self.calls.agent[part]
            ones = (np.ones(len(agent)), (agent, np.arange(len(agent))))
            whose = sparse.csr_array(ones, shape=(self.agents, len(agent)))
            yield Block(part, agent, self._ones[part].astype(float), whose)

    def _table(self) -> Mask:
        """All columns of all calls, a byte each: made once, read with every step of the regression."""
        table = np.empty((len(self.calls.agent), len(self.columns)), bool)
        for start in range(0, len(table), BLOCK):
            part = slice(start, start + BLOCK)
            codes, factors = self.calls.codes[part].T.copy(), self._factors[part].T.copy()
            for i, (of, value, factor) in enumerate(self.columns):
                table[part, i] = (factors if factor else codes)[of] == value
        return table

    def _wanted(self) -> list[Column]:
        levels = [
            Column(f, v, factor=True)
            for f in range(self._factors.shape[1])
            for v in range(1, _top(self._factors, f) + 1)
        ]
        met = [b for b in range(self.calls.codes.shape[1]) if self.left[b] == Left.NOTHING]
        others = [
            Column(b, code)
            for code in (NOT_APPLICABLE, UNSCORED)
            for b in met
            if (self.calls.codes[:, b] == code).any()
        ]
        return [*levels, *others, *(Column(b, MET) for b in met)]

    def _keep_independent(self) -> None:
        sums = np.zeros_like(self.means)
        products = np.zeros((len(self.columns),) * 2)
        for block in self.blocks():
            sums += block.whose @ block.columns
            products += block.columns.T @ block.columns
        size = np.bincount(self.calls.agent, minlength=self.agents)[:, None]
        means = np.divide(sums, size, out=np.zeros_like(sums), where=size > 0)
        kept = _independent(products - sums.T @ means)
        for column, keep in zip(self.columns, kept, strict=True):
            if not (keep or column.factor) and column.value == MET:
                self.left[column.of] = Left.MOVES_WITH_OTHERS
        self.columns = [column for column, keep in zip(self.columns, kept, strict=True) if keep]
        self.means = means[:, kept]
        if not kept.all():
            self._ones = self._ones[:, kept]


def _top(factors: Ints, factor: int) -> int:
    return int(factors[:, factor].max(initial=0))


def _pooled(factors: Ints) -> Ints:
    """Levels by how common they are, 0 the most common, rare ones the last together."""
    out = np.zeros_like(factors)
    for f in range(factors.shape[1]):
        many = np.bincount(factors[:, f])
        order = np.argsort(-many, kind="stable")
        place = np.empty_like(order)
        alone = min(int((many >= FEW_IN_A_LEVEL).sum()), MOST_LEVELS)
        place[order] = np.minimum(np.arange(len(order)), alone)
        out[:, f] = place[factors[:, f]]
    return out


def _speaking(calls: Calls, agents: int) -> tuple[Ints, Ints]:
    """How many agents do both, and why a behaviour says nothing, each (behaviours,)."""
    counts = _counted(calls, agents)
    varied = (counts > 0).all(axis=0).sum(axis=0)
    fewest = counts.sum(axis=1).min(axis=0)
    same = len(calls.outcome) == 0 or bool(calls.outcome.all() == calls.outcome.any())
    cases: Sequence[Mask] = [np.full(varied.shape, same), fewest == 0, fewest < FEW_CALLS, varied < FEW_AGENTS]
    why = [Left.OUTCOME_NEVER_VARIES, Left.NEVER_VARIES, Left.TOO_RARE, Left.FEW_AGENTS]
    return varied, np.select(cases, [np.full(varied.shape, int(one)) for one in why], int(Left.NOTHING))


def _counted(calls: Calls, agents: int) -> Ints:
    """Calls not met and met by agent, shape (2, agents, behaviours)."""
    kinds = UNSCORED + 1
    columns = [np.bincount(calls.agent * kinds + column, minlength=agents * kinds) for column in calls.codes.T]
    counts = np.array(columns, np.int64).reshape(calls.codes.shape[1], agents, kinds)
    return counts.transpose(2, 1, 0)[[NOT_MET, MET]]


def _independent(products: Floats) -> Mask:
    """Columns that the kept ones before them leave at least INDEPENDENT of, by elimination of their inner products."""
    rest, whole = products.copy(), np.diag(products).copy()
    kept = np.zeros(len(whole), bool)
    for i, size in enumerate(whole):
        kept[i] = size > 1e-9 and rest[i, i] > INDEPENDENT * size
        if kept[i]:
            rest -= np.outer(rest[:, i], rest[i]) / rest[i, i]
    return kept
