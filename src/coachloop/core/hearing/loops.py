"""Words that a recogniser made up: over silence and noise it tends to say the same thing again and again.

What people say again is left alone: "no no no", a number's "seven seven seven", "can you hear me, can you hear me". A repeat is
taken for a loop only where nobody would say it so often, or could say it so fast; what is left of it is its first time.
"""

from collections.abc import Iterator, Sequence

from coachloop.core.hearing.heard import HeardWord

LONGEST_UNIT = 24
"""Words of the longest phrase whose repeats are looked for."""

OFTEN_ONE, OFTEN_FEW, OFTEN_MANY = 12, 6, 4
"""How often in a row one word, a phrase of two or three, and a longer one must come to be a loop at any speed."""

SUSPICIOUS = 3
"""As often it is a loop where it is said faster than anybody speaks."""

FASTEST = 0.06
"""Seconds a word: people speak at 0.15 to 0.5, and the fastest, who read out conditions, at 0.1."""


def without_loops(words: Sequence[HeardWord]) -> tuple[HeardWord, ...]:
    """The words, each loop with its first time only.

    Args:
        words: of one channel, in order.

    Returns:
        The words that stay, unchanged and in order.
    """
    kept: list[HeardWord] = []
    keys = [_key(word.text) for word in words]
    place = 0
    while place < len(words):
        unit, times = _loop(words, keys, place)
        kept += words[place : place + unit]
        place += unit * times
    return tuple(kept)


def _loop(words: Sequence[HeardWord], keys: Sequence[str], place: int) -> tuple[int, int]:
    """The phrase that loops from here on: how many words, how often; one word, once, where nothing does."""
    for unit, times in _repeats(keys, place):
        if times >= _often(unit) or (times >= SUSPICIOUS and _is_too_fast(words[place : place + unit * times])):
            return unit, times
    return 1, 1


def _repeats(keys: Sequence[str], place: int) -> Iterator[tuple[int, int]]:
    """Phrases that begin here and come again at once, the shortest first."""
    for unit in range(1, min(LONGEST_UNIT, (len(keys) - place) // 2) + 1):
        phrase, times = keys[place : place + unit], 1
        while keys[place + unit * times : place + unit * (times + 1)] == phrase:
            times += 1
        if times > 1:
            yield unit, times


def _often(unit: int) -> int:
    if unit == 1:
        return OFTEN_ONE
    return OFTEN_FEW if unit <= 3 else OFTEN_MANY


def _is_too_fast(words: Sequence[HeardWord]) -> bool:
    return words[-1].end - words[0].start < FASTEST * len(words)


def _key(text: str) -> str:
    """What a word is when punctuation and capitals don't count; a sign alone is itself."""
    return "".join(letter for letter in text.casefold() if letter.isalnum()) or text
