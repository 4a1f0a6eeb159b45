"""Two people in one channel: who says which word, and who is the agent, on mono mixes of real calls.

usage: COACHLOOP_HOME=FOLDER python benchmarks/speakers.py HARPER_VALLEY

HARPER_VALLEY holds stereo/*.wav (left the agent) and reference/*.json; whisper-base and resemblyzer are in COACHLOOP_HOME
(`coachloop models get`). Both channels are added. Words come from the mix itself, as they would in a centre, and once more from each
channel alone, where it is certain who says them; of the former, a word is whose reference segment is most over it.

Words right: of the words that belong to somebody, those given to whom they belong. Speaker error: of the time in which exactly one
speaks by the reference, without a collar, the share in which only the other is said to speak; a side speaks from the first to the last of its
words in a row. Missed: the share in which nobody is. Sides are matched to people the better way round; agent: named right by what is said.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

from coachloop.adapters.audio.read import read
from coachloop.adapters.models.catalogue import VOICES, WHISPER
from coachloop.adapters.models.store import folder_of
from coachloop.adapters.speech.voices import VoiceSeparator
from coachloop.adapters.speech.whisper import WhisperTranscriber
from coachloop.core.hearing import separation
from coachloop.core.hearing.heard import HeardWord, Separated
from coachloop.core.hearing.port import RATE
from coachloop.core.hearing.sides import by_voice
from coachloop.core.model.conversation import SURE, Speaker

HUNDREDTHS = 100
Segments = list[tuple[float, float, int]]


def reference(path: Path) -> Segments:
    """Who speaks from when to when: 0 the agent, 1 the customer."""
    told = json.loads((path.parents[1] / "reference" / f"{path.stem}.json").read_text())["segments"]
    return [(one["start"], one["end"], int(one["role"] != "agent")) for one in told]


def owner(word: HeardWord, segments: Segments) -> int | None:
    """Whose segment is most over a word; None where nobody's is, or both the same."""
    over = [0.0, 0.0]
    for start, end, who in segments:
        over[who] += max(0.0, min(end, word.end) - max(start, word.start))
    return None if over[0] == over[1] else int(over[1] > over[0])


def said(separated: Separated, length: int) -> NDArray[np.bool_]:
    """When each side is said to speak, in hundredths of a second."""
    found = np.zeros((length, 2), bool)
    words = sorted((word.start, word.end, side) for side in (0, 1) for word in separated.sides[side])
    for side, run in groupby(words, key=lambda word: word[2]):
        spoken = list(run)
        found[int(spoken[0][0] * HUNDREDTHS) : int(max(end for _, end, _ in spoken) * HUNDREDTHS) + 1, side] = True
    return found


def figures(separated: Separated, owners: dict[HeardWord, int | None], segments: Segments) -> list[float]:
    """Words right, words in all, hundredths of speaker error, missed, in all; whether the agent is named right."""
    pairs = [(side, owners[word]) for side in (0, 1) for word in separated.sides[side] if owners[word] is not None]
    right = sum(side == who for side, who in pairs)
    turned = right < len(pairs) - right
    length = int(max(end for _, end, _ in segments) * HUNDREDTHS) + 300
    true, found = np.zeros((length, 2), bool), said(separated, length)
    for start, end, who in segments:
        true[int(start * HUNDREDTHS) : int(end * HUNDREDTHS), who] = True
    found = found[:, ::-1] if turned else found
    alone, one = true.sum(axis=1) == 1, found.sum(axis=1) == 1
    wrong, missed = alone & one & (found != true).any(axis=1), alone & ~found.any(axis=1)
    agent = by_voice(separated).words[Speaker.AGENT]
    named = agent == separated.sides[int(turned)]
    return [max(right, len(pairs) - right), len(pairs), wrong.sum(), missed.sum(), alone.sum(), named]


@contextmanager
def average_linkage() -> Iterator[None]:
    """The same with the clustering that is said to fail."""

    def clusters(vectors: NDArray[np.float32], *, seed: int) -> NDArray[np.bool_]:  # noqa: ARG001 -- the same interface
        model = AgglomerativeClustering(2, metric="cosine", linkage="average")
        return np.asarray(model.fit_predict(vectors) == 1)

    with patch.object(separation, "_clusters", clusters):
        yield


def row(title: str, calls: Sequence[list[float]]) -> None:
    """A line of the table."""
    right, words, wrong, missed, alone, named = np.sum(calls, axis=0)
    worst = min(call[0] / call[1] for call in calls)
    print(
        f"| {title} | {right / words:.1%} of {words:.0f} | {worst:.1%} | {wrong / alone:.1%} | {missed / alone:.1%} | "
        f"{named:.0f} of {len(calls)} |"
    )


def main(folder: Path, home: Path) -> None:
    """Print the table."""
    transcriber = WhisperTranscriber(folder_of(WHISPER, home), threads=2)
    separate = VoiceSeparator(folder_of(VOICES, home)).separate
    tables: dict[str, list[list[float]]] = {}
    two, alone, seconds, spent = [], [], 0.0, 0.0

    def hear(samples: NDArray[np.float32]) -> tuple[HeardWord, ...]:
        return transcriber.transcribe(np.ascontiguousarray(samples), language="en").words

    for path in sorted((folder / "stereo").glob("*.wav")):
        sides, segments = read(path, start=0.0, end=86_400.0), reference(path)
        mix = sides.mean(axis=0)
        apart = [hear(side) for side in sides]
        own = {word: who for who in (0, 1) for word in apart[who]}
        heard: dict[str, dict[HeardWord, int | None]] = {
            "words of the mix": {word: owner(word, segments) for word in hear(mix)},
            "words of each channel": dict(sorted(own.items(), key=lambda item: item[0].start)),
        }
        for title, owners in heard.items():
            started = time.process_time()
            found = separate(mix, list(owners))
            spent, seconds = spent + time.process_time() - started, seconds + len(mix) / RATE
            two.append(found.confidence)
            tables.setdefault(title, []).append(figures(found, owners, segments))
            with average_linkage():
                other = separate(mix, list(owners))
            tables.setdefault(f"{title}, average linkage", []).append(figures(other, owners, segments))
        alone += [separate(mix, apart[who]).confidence for who in (0, 1)]
    print("| | words right | worst call | speaker error | missed | agent named right |\n|---|---:|---:|---:|---:|---:|")
    for title, calls in sorted(tables.items(), key=lambda item: "linkage" in item[0]):
        row(title, calls)
    print(f"\nsure of two voices (from {SURE} on): {share(two)} where there are two, {share(alone)} where there is one")
    print(f"seconds of cores for a second of recording: {spent / seconds:.3f}")


def share(confidences: Sequence[float]) -> str:
    """How many are sure."""
    return f"{sum(one >= SURE for one in confidences)} of {len(confidences)}"


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(os.environ.get("COACHLOOP_HOME", "var")))
