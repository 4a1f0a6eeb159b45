"""Which turns are scored for whom: moments of many conversations as rows of one table."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coachloop.core.model.conversation import Conversation, Speaker
from coachloop.core.scoring.learned.features import Rows
from coachloop.core.scoring.learned.talk import Talk, lay_out
from coachloop.core.scoring.port import Moment

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Heard:
    """One moment's turns, in order, and the row that each is."""

    turns: Ints
    rows: Ints


@dataclass(frozen=True)
class Register:
    """The rows of a batch: each stretch of a turn once, whoever asks about it."""

    conversations: Sequence[Conversation]
    talk: Talk = field(init=False)
    _place: dict[tuple[int, int], int] = field(init=False)
    _rows: dict[tuple[int, int, int], int] = field(default_factory=dict)
    _texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Lay the conversations out."""
        talk = lay_out(self.conversations)
        object.__setattr__(self, "talk", talk)
        pairs = zip(talk.conversation.tolist(), talk.turn.tolist(), strict=True)
        object.__setattr__(self, "_place", {pair: index for index, pair in enumerate(pairs)})

    def hear(self, conversation: int, moment: Moment) -> Heard:
        """The rows of what the agent says in a moment; blank stretches are none."""
        return self._hear(conversation, dict(sorted(moment.spans.items())))

    def hear_agent(self, conversation: int) -> Heard:
        """The rows of everything the agent says."""
        return self._hear(conversation, self._spans(conversation, Speaker.AGENT))

    def hear_customer(self, conversation: int) -> Heard:
        """The rows of everything the customer says."""
        return self._hear(conversation, self._spans(conversation, Speaker.CUSTOMER))

    def _spans(self, conversation: int, speaker: Speaker) -> dict[int, tuple[int, int]]:
        turns = self.conversations[conversation].turns
        return {number: (0, len(turn.text)) for number, turn in enumerate(turns) if turn.speaker is speaker}

    def _hear(self, conversation: int, spans: dict[int, tuple[int, int]]) -> Heard:
        turns = self.conversations[conversation].turns
        found: list[tuple[int, int]] = []
        for turn, (start, end) in spans.items():
            text = turns[turn].text[start:end]
            if text and not text.isspace():
                found.append((turn, self._row(self._place[conversation, turn], (start, end), text)))
        return Heard(np.array([one[0] for one in found], np.int64), np.array([one[1] for one in found], np.int64))

    def _row(self, place: int, span: tuple[int, int], text: str) -> int:
        key = (place, *span)
        if key not in self._rows:
            self._rows[key] = len(self._texts)
            self._texts.append(text)
        return self._rows[key]

    def rows(self) -> Rows:
        """All rows that were heard, in the order in which they were."""
        return Rows(self.talk, np.array([key[0] for key in self._rows], np.int64), tuple(self._texts))
