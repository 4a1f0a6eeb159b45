"""The library of clips: all that somebody sees, or those that say or are about what they look for."""

from collections.abc import Sequence

from coachloop.app.queries.clips import LISTED, ClipView, newest
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.core.coaching.clip_search import found
from coachloop.core.model.spoken import looked_for, places
from coachloop.core.scoring.encoder import Encoder

SEARCHED = 1000
"""The newest clips that are searched."""


def library(viewer: Viewer, *, behaviour: str = "", words: str = "", encoder: Encoder | None = None) -> list[ClipView]:
    """Clips they may see: newest first, or those that say what is looked for first, and then those that are about it.

    Only what this viewer is shown is compared: the customer's name is hidden in it.

    Args:
        viewer: who looks.
        behaviour: `template/behaviour`, or all.
        words: what somebody looks for, in the clip, its title, its reason, its behaviour or its agent's name.
        encoder: knows what is alike in meaning; without one, words alone count.
    """
    if not words.strip():
        return newest(viewer, behaviour=behaviour)
    clips = newest(viewer, behaviour=behaviour, most=SEARCHED)
    order = found([_says(one, words) for one in clips], _nearness(clips, words, encoder))
    return [clips[number] for number in order[:LISTED]]


def remember(encoder: Encoder) -> None:
    """Let an encoder that remembers see what will be compared, so that nobody who looks for something waits for it."""
    encoder.encode(_texts(newest(OPERATOR, most=SEARCHED)))


def _texts(clips: Sequence[ClipView]) -> list[str]:
    """What is said about each, and then what is said in each."""
    about = [f"{one.title}. {one.why_good}" for one in clips]
    return about + [" ".join(turn.text for turn in one.turns) for one in clips]


def _says(shown: ClipView, words: str) -> bool:
    texts = (shown.title, shown.why_good, shown.behaviour_title, shown.agent_name, *(turn.text for turn in shown.turns))
    phrases = looked_for(words)
    return bool(phrases) and all(any(places(text, [phrase]) for text in texts) for phrase in phrases)


def _nearness(clips: Sequence[ClipView], words: str, encoder: Encoder | None) -> list[float]:
    """To what is said about a clip or to what is said in it, whichever is nearer."""
    if encoder is None or not clips or not looked_for(words):
        return [0.0] * len(clips)
    vectors = encoder.encode([words, *_texts(clips)])
    near = (vectors[1:] @ vectors[0]).reshape(2, len(clips)).max(axis=0)
    return [float(one) for one in near]
