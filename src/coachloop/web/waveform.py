"""A recording as a picture: the agent above the line, the customer below, drawn from peaks that were made once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coachloop.core.model.conversation import Speaker, Turn

COLUMNS = 600
"""As many as a wide page shows apart; a longer recording has the loudest of each stretch."""

HEIGHT = 100
"""Of each half."""

QUIET = 0.1
"""A channel that is never louder than this share of full scale is not drawn as loud as one that is."""


@dataclass(frozen=True, slots=True)
class Waveform:
    """Two outlines in a box of `width` by twice HEIGHT, as the `d` of SVG paths."""

    width: int
    above: str
    below: str


def read_peaks(content: bytes) -> NDArray[np.int8]:
    """As adapters.audio.peaks stores them: how many channels, then for each stretch and channel its lowest and its highest sample."""
    data = np.frombuffer(content, dtype=np.int8)
    channels = int(data[0])
    return data[1:].reshape(-1, channels, 2).transpose(1, 0, 2)


def waveform(peaks: NDArray[np.int8], *, seconds: float, turns: Sequence[Turn], agent: int | None) -> Waveform:
    """The picture of a recording.

    Args:
        peaks: shape (channels, n, 2): the lowest and the highest sample of each stretch, all stretches equally long.
        seconds: the recording's length.
        turns: who speaks when; where the agent's channel is not known, the sound is drawn on the side of whoever speaks.
        agent: the agent's channel, from 0; None where one channel holds both, or nobody said which is whose.
    """
    loud = np.abs(peaks.astype(np.int16)).max(axis=2) / 127
    columns = _columns(loud)
    if agent is None or len(columns) < 2:
        above, below = _by_turns(columns.max(axis=0), seconds, turns)
    else:
        above, below = columns[agent], columns[1 - agent]
    return Waveform(columns.shape[1], _outline(above, up=True), _outline(below, up=False))


def _columns(loud: NDArray[np.float64]) -> NDArray[np.float64]:
    """The loudest of each stretch, in [0, 1] of the channel's loudest."""
    count = loud.shape[1]
    if count > COLUMNS:
        starts = np.arange(COLUMNS) * count // COLUMNS
        loud = np.maximum.reduceat(loud, starts, axis=1)
    most = loud.max(axis=1, keepdims=True, initial=QUIET)
    return np.asarray(loud / most, dtype=np.float64)


def _by_turns(
    loud: NDArray[np.float64], seconds: float, turns: Sequence[Turn]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is heard, parted by who speaks; where nobody is known to, it shows on both sides."""
    sides = {Speaker.AGENT: np.zeros(len(loud), bool), Speaker.CUSTOMER: np.zeros(len(loud), bool)}
    for turn in turns:
        if turn.speaker in sides and turn.start is not None and turn.end is not None and seconds > 0:
            first, last = (int(at / seconds * len(loud)) for at in (turn.start, turn.end))
            sides[turn.speaker][first : last + 1] = True
    nobody = ~(sides[Speaker.AGENT] | sides[Speaker.CUSTOMER])
    return loud * (sides[Speaker.AGENT] | nobody), loud * (sides[Speaker.CUSTOMER] | nobody)


def _outline(loud: NDArray[np.float64], *, up: bool) -> str:
    """A filled outline that stands on the middle line: one step a column."""
    heights = np.rint(loud * HEIGHT).astype(int).tolist()
    steps = "".join(f"V{HEIGHT - height if up else HEIGHT + height}h1" for height in heights)
    return f"M0 {HEIGHT}{steps}V{HEIGHT}z"
