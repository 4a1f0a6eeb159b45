"""Conversations laid out flat: every turn of a batch in one table, with who spoke before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coachloop.core.model.conversation import Conversation, Speaker

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Talk:
    """The turns of many conversations that hold more than white space.

    `conversation` and `turn` say where each stands, `agent` who says it.
    """

    conversation: Ints
    turn: Ints
    agent: Bools
    texts: tuple[str, ...]

    def __len__(self) -> int:
        """How many turns there are."""
        return len(self.texts)

    @cached_property
    def run(self) -> Ints:
        """Which uninterrupted run of one side's turns each turn belongs to, counted over the batch."""
        changes = (self.conversation[1:] != self.conversation[:-1]) | (self.agent[1:] != self.agent[:-1])
        return np.concatenate([[0], np.cumsum(changes)])[: len(self)]

    @cached_property
    def run_starts(self) -> Ints:
        """The first turn of each run."""
        return np.flatnonzero(np.diff(self.run, prepend=-1))

    @cached_property
    def run_ends(self) -> Ints:
        """The last turn of each run."""
        return (np.append(self.run_starts[1:], len(self)) - 1)[: len(self)]

    def run_beside(self, rows: Ints, step: int) -> Ints:
        """The run before (-1) or after (1) the one each row is in; -1 where the conversation has none."""
        beside = self.run[rows] + step
        inside = (beside >= 0) & (beside < len(self.run_starts))
        there = self.conversation[self.run_starts[np.where(inside, beside, 0)]] == self.conversation[rows]
        return np.where(inside & there, beside, -1)

    def own_beside(self, rows: Ints, step: int) -> Ints:
        """The same side's turn before (-1) or after (1) each row; -1 where there is none."""
        edge = self.run_starts if step < 0 else self.run_ends
        at_edge = edge[self.run[rows]] == rows
        far = self.run_beside(rows, step)
        over = np.where(far >= 0, np.clip(far + step, 0, len(self.run_starts) - 1), 0)
        same = (far >= 0) & (over != far) & (self.conversation[self.run_starts[over]] == self.conversation[rows])
        opposite = self.run_ends[over] if step < 0 else self.run_starts[over]
        return np.where(at_edge, np.where(same, opposite, -1), rows + step)

    @cached_property
    def bounds(self) -> tuple[Ints, Ints]:
        """The first and last turn of each turn's conversation."""
        firsts = np.flatnonzero(np.diff(self.conversation, prepend=-1))
        lasts = np.append(firsts[1:], len(self)) - 1
        number = np.searchsorted(firsts, np.arange(len(self)), side="right") - 1
        return firsts[number], lasts[number]


def lay_out(conversations: Sequence[Conversation]) -> Talk:
    """Lay conversations out flat; whoever is no agent counts as the other side."""
    said = [
        (number, index, turn.speaker is Speaker.AGENT, turn.text)
        for number, conversation in enumerate(conversations)
        for index, turn in enumerate(conversation.turns)
        if turn.text and not turn.text.isspace()
    ]
    return Talk(
        conversation=np.array([one[0] for one in said], np.int64),
        turn=np.array([one[1] for one in said], np.int64),
        agent=np.array([one[2] for one in said], bool),
        texts=tuple(one[3] for one in said),
    )
