"""What a page needs to play a call: the link, the picture of its sound, and in words why there is nothing to hear yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from coachloop.app.queries import listening
from coachloop.app.queries.audio import Listenable, media
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.conversation import Turn
from coachloop.web.links import link
from coachloop.web.waveform import HEIGHT, Waveform, read_peaks, waveform

SPEEDS = ("0.75", "1", "1.25", "1.5", "1.75", "2")


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of evidence on the waveform: where, in its units, and the verdict's outcome."""

    at: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Player:
    """A call's recording on a page. `source` is empty before there is something to play; `begins` is where it is to begin.

    `waits` and `reason` say why it has no words or no sound yet, or that it will not.
    """

    source: str
    begins: str
    seconds: float
    waits: bool
    reason: str
    notes: tuple[str, ...]
    picture: Waveform | None
    marks: tuple[Mark, ...]
    speeds: tuple[str, ...] = SPEEDS
    height: int = 2 * HEIGHT


def player(
    request: HttpRequest,
    viewer: Viewer,
    key: str,
    *,
    turns: Sequence[Turn] = (),
    moments: Iterable[tuple[float, str]] = (),
) -> Player | None:
    """The player of a conversation's page; None where it has no recording that they may hear.

    Args:
        request: may say in `at` from which second.
        viewer: who listens.
        key: the conversation's.
        turns: who speaks when.
        moments: when each piece of evidence is heard, with its verdict's outcome.
    """
    heard = listening.of(viewer, key)
    if heard is None:
        return None
    picture = _picture(heard, turns)
    return Player(
        source=link(viewer, heard),
        begins=_second(request.GET.get("at", ""), heard.seconds),
        seconds=heard.seconds,
        waits=heard.waits,
        reason=heard.reason,
        notes=heard.notes,
        picture=picture,
        marks=_marks(moments, heard.seconds, picture.width) if picture else (),
    )


def _picture(heard: Listenable, turns: Sequence[Turn]) -> Waveform | None:
    try:
        peaks = b"".join(media().read(heard.peaks)) if heard.peaks else b""
    except OSError:  # not made, or not within reach: it can be heard all the same
        return None
    if not peaks:
        return None
    return waveform(read_peaks(peaks), seconds=heard.seconds, turns=turns, agent=heard.agent_channel)


def _marks(moments: Iterable[tuple[float, str]], seconds: float, width: int) -> tuple[Mark, ...]:
    return tuple(Mark(f"{at / seconds * width:.1f}", outcome) for at, outcome in moments if 0 <= at <= seconds)


def _second(text: str, seconds: float) -> str:
    """A second of the recording as an address gives it; empty where it is none."""
    try:
        at = float(text)
    except ValueError:
        return ""
    return f"{at:.2f}" if 0 <= at <= seconds else ""
