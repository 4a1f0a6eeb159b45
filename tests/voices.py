"""Voices for tests, made of sines: voice activity detection takes them for somebody who speaks."""

import numpy as np
from numpy.typing import NDArray

RATE = 16_000


def babble(seconds: float, *, pitch: float = 120, seed: int = 1) -> NDArray[np.float32]:
    """Vowels: harmonics of a gliding pitch, shaped by formants that change four times a second."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * RATE)) / RATE
    gliding = pitch + 15 * np.sin(2 * np.pi * 0.7 * at)
    phase = 2 * np.pi * np.cumsum(gliding) / RATE
    low, high = (_each_syllable(rng, among, len(at)) for among in ([300, 500, 700, 800], [900, 1200, 1800, 2200]))
    sound = np.zeros_like(at)
    for harmonic in range(1, 30):
        heights = ((low, 90, 1.0), (high, 110, 0.6), (2700, 170, 0.25))
        loud = sum(height / (1 + ((harmonic * gliding - middle) / width) ** 2) for middle, width, height in heights)
        sound += loud * np.sin(harmonic * phase)
    sound *= np.sqrt(np.abs(np.sin(4 * np.pi * at)))
    return (0.3 * sound / max(np.abs(sound).max(), 1e-9)).astype(np.float32)


def silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(int(seconds * RATE), np.float32)


def _each_syllable(rng: np.random.Generator, among: list[int], length: int) -> NDArray[np.int64]:
    return np.repeat(rng.choice(among, length // (RATE // 4) + 1), RATE // 4)[:length]
