"""Learns behaviours from a centre's own labels."""

from collections.abc import Callable, Sequence

import numpy as np

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import Behaviour
from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.learned.course import Course
from coachloop.core.scoring.learned.labels import Answer, HeldOut, Labelled, Trained, Untrained
from coachloop.core.scoring.learned.model import FORMAT

__all__ = ["METHOD", "Answer", "HeldOut", "Labelled", "Trained", "Untrained", "train"]

METHOD = f"2.{FORMAT}"
"""Changes whenever the same answers would teach another model; a change of what is learned moves the number before the dot."""


def _silent(done: int) -> None:
    del done


def train(
    behaviours: Sequence[Behaviour],
    labelled: Sequence[Labelled],
    *,
    encoder: Encoder | None,
    background: Sequence[Conversation] = (),
    rng: np.random.Generator,
    progress: Callable[[int], None] = _silent,
) -> list[Trained | Untrained]:
    """Learn each behaviour from the conversations that have an answer for it.

    Args:
        behaviours: what to learn.
        labelled: conversations with answers.
        encoder: turns sentences into vectors; None goes by words and the dialogue alone.
        background: conversations without answers, to know the language and how common a behaviour is; some are drawn.
        rng: draws folds, bootstrap samples and what is left out where there is too much; the same seed learns the same.
        progress: called with the number of behaviours done.

    Returns:
        One result a behaviour, in order.
    """
    course = Course.of(behaviours, labelled, encoder=encoder, background=background, rng=rng)
    results = []
    for number, behaviour in enumerate(behaviours, 1):
        results.append(course.learn(behaviour))
        progress(number)
    return results
