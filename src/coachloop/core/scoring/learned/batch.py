"""A batch of questions: each turn looked at once, and compared once with what each training left to compare with."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.learned.features import Rows, look
from coachloop.core.scoring.learned.findings import Chances
from coachloop.core.scoring.learned.model import Detector, Learned
from coachloop.core.scoring.learned.ridge import predict
from coachloop.core.scoring.learned.rows import Heard, Register
from coachloop.core.scoring.port import Question

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]
Asked = tuple[Detector, tuple[Heard, ...]]


class Batch:
    """The turns' chances for many questions at once."""

    def __init__(self, questions: Sequence[Question], learned: Sequence[Learned], encoder: Encoder | None) -> None:
        """Take the questions with their models, in the same order."""
        self.questions, self.learned, self._encoder = questions, learned, encoder
        conversations = {id(one.conversation): one.conversation for one in questions}
        self._conversations = list(conversations.values())
        self._number = {key: number for number, key in enumerate(conversations)}

    def met(self, number: int) -> Sequence[Chances]:
        """For a question, how likely each of the agent's turns in each moment shows the behaviour."""
        return self._met[number]

    def applies(self, number: int) -> Sequence[Chances]:
        """For a question that hangs on one, how likely each of the customer's turns makes the behaviour apply."""
        return self._applies[number]

    @cached_property
    def _met(self) -> dict[int, list[Chances]]:
        register = Register(self._conversations)
        known: dict[tuple[int, int], Heard] = {}
        asked: dict[int, Asked] = {}
        for number, (question, learned) in enumerate(zip(self.questions, self.learned, strict=True)):
            conversation = self._number[id(question.conversation)]
            moments = []
            for moment in question.moments:
                key = conversation, id(moment.spans)
                if key not in known:
                    known[key] = register.hear(conversation, moment)
                moments.append(known[key])
            asked[number] = learned.met, tuple(moments)
        return chances(register, asked, self._encoder)

    @cached_property
    def _applies(self) -> dict[int, list[Chances]]:
        register = Register(self._conversations)
        asked: dict[int, Asked] = {}
        for number, (question, learned) in enumerate(zip(self.questions, self.learned, strict=True)):
            if learned.applies is not None:
                said = register.hear_customer(self._number[id(question.conversation)])
                asked[number] = learned.applies, (said,)
        return chances(register, asked, self._encoder)


def chances(register: Register, asked: dict[int, Asked], encoder: Encoder | None) -> dict[int, list[Chances]]:
    """Every question's turns with their chances.

    Args:
        register: where the turns were heard.
        asked: by question, who judges it and the turns of its moments.
        encoder: the one the models were trained with.
    """
    rows = register.rows()
    by_bank: dict[str, list[int]] = {}
    for number, (detector, _) in asked.items():
        by_bank.setdefault(detector.bank.digest, []).append(number)
    found: dict[int, list[Chances]] = {}
    for numbers in by_bank.values():
        found |= _of_bank(rows, {number: asked[number] for number in numbers}, encoder)
    return found


def _of_bank(rows: Rows, asked: dict[int, Asked], encoder: Encoder | None) -> dict[int, list[Chances]]:
    """As `chances`, for questions whose models were trained together."""
    heads = {id(detector.head): detector.head for detector, _ in asked.values()}
    column = {key: index for index, key in enumerate(heads)}
    bank = next(iter(asked.values()))[0].bank
    needed = np.unique(np.concatenate([moment.rows for _, moments in asked.values() for moment in moments]))
    likely = np.zeros((len(rows), len(heads)))
    if len(needed):
        picked = Rows(rows.talk, rows.place[needed], tuple(rows.texts[row] for row in needed))
        placed = bank.space.place(look(picked, encoder if bank.encoder else None, bank.space.arrays["words"]))
        scores = predict(placed, bank.landmarks, np.column_stack([head.weights for head in heads.values()]))
        curves = [head.turn for head in heads.values()]
        likely[needed] = np.column_stack([curve(scores[:, index]) for index, curve in enumerate(curves)])
    return {
        number: [_paired(moment, likely[:, column[id(detector.head)]]) for moment in moments]
        for number, (detector, moments) in asked.items()
    }


def _paired(moment: Heard, likely: Doubles) -> Chances:
    return dict(zip(moment.turns.tolist(), likely[moment.rows].tolist(), strict=True))
