"""Words from real telephone calls: how many are wrong, and how long it takes, against the same model called plainly.

usage: uv run --with whisper-normalizer python benchmarks/speech.py [--data FOLDER] [--home FOLDER] [--model NAME] [--runs N]
       [--threads N] [--only against,settings,cuts,joined,silence]

FOLDER holds HarperValleyBank calls (`stereo/ID.wav`, `reference/ID.json`); each channel is transcribed by itself. Both texts go through Whisper's own
English normaliser (of the package whisper-normalizer), then digits are split. The rival is faster-whisper's batched pipeline with its own
settings for voice activity, the same model, beam, batch and threads; channel by channel the two take turns at going first. Seconds of cores are those of
this process; a real-time factor is seconds for a second of call, both channels heard. An interval resamples calls.
"""

import argparse
import json
import re
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np

from coachloop.adapters.audio.read import read
from coachloop.adapters.models.store import folder_of
from coachloop.adapters.speech import activity, whisper
from coachloop.adapters.speech.whisper import WhisperTranscriber
from coachloop.core.hearing.chunks import PART_SECONDS, border
from coachloop.core.hearing.heard import HeardWord
from coachloop.core.hearing.loops import without_loops
from coachloop.core.hearing.port import RATE

HOTWORDS = ("Harper Valley National Bank", "checking account", "savings account", "checkbook", "debit card")
SETTINGS = (
    *({"THRESHOLD": value} for value in (0.3, 0.35, 0.45, 0.5, 0.6)),
    *({"MARGIN": value} for value in (0.2, 0.6)),
    *({"PAUSE": value} for value in (0.5, 1.0)),
    {"WINDOW_SECONDS": 20},
    {"BEAM": 1},
    {"hotwords": HOTWORDS[:1]},
    {"hotwords": HOTWORDS},
)
"""One thing is changed at a time; what is not named is as it is in the code."""

Hear = Callable[[Any], list[HeardWord]]


@dataclass(frozen=True)
class Channel:
    """One side of a call, with what people wrote down: in all, and by segment with the seconds it lasts from and to."""

    call: str
    samples: Any
    said: str
    segments: tuple[tuple[float, float, str], ...]


@dataclass
class Tally:
    """Errors by call, and the time they took."""

    errors: dict[str, int]
    words: dict[str, int]
    clock: float = 0.0
    cores: float = 0.0

    @property
    def rate(self) -> float:
        """Word error rate in percent."""
        return 100 * sum(self.errors.values()) / sum(self.words.values())

    @property
    def interval(self) -> str:
        """95 %, by resampling calls."""
        return resampled(list(self.errors.values()), list(self.words.values()))


def resampled(errors: Sequence[int], words: Sequence[int]) -> str:
    """95 % interval of errors by words, in percent, by drawing calls again and again."""
    above, below = np.array(errors), np.array(words)
    drawn = np.random.default_rng(7).integers(0, len(above), (5000, len(above)))
    low, high = np.quantile(100 * above[drawn].sum(axis=1) / below[drawn].sum(axis=1), [0.025, 0.975])
    return f"{low:.1f}–{high:.1f}"


def normaliser() -> Callable[[str], list[str]]:
    """Whisper's English normaliser, then one word a digit: a number may be read out in pieces."""
    try:
        from whisper_normalizer.english import EnglishTextNormalizer
    except ImportError:
        raise SystemExit(
            "needs whisper-normalizer: `uv run --with whisper-normalizer python benchmarks/speech.py`"
        ) from None
    plain = EnglishTextNormalizer()
    return lambda text: re.sub(r"(\d)", r" \1 ", plain(text.lower())).split()


def channels(data: Path) -> list[Channel]:
    """Both sides of every call."""
    found = []
    for path in sorted((data / "reference").glob("*.json")):
        call = json.loads(path.read_text())
        sound = read(data / "stereo" / f"{call['sid']}.wav", start=0.0, end=call["dur"] + 60)
        for samples, role in zip(sound, ("agent", "caller"), strict=True):
            said = tuple((one["start"], one["end"], one["text"]) for one in call["segments"] if one["role"] == role)
            found.append(Channel(call["sid"], samples, call[role], said))
    return found


def wrong(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words put in, left out or replaced."""
    row = list(range(len(heard) + 1))
    for n, word in enumerate(said, 1):
        before, row[0] = row[0], n
        for m, other in enumerate(heard, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (word != other))
    return row[-1]


class Measure:
    """Transcribes all channels and counts."""

    def __init__(self, found: Sequence[Channel]) -> None:
        self.channels, self.normal = found, normaliser()
        self.seconds = sum(len(one.samples) for one in found) / RATE / 2

    def empty(self) -> Tally:
        """Nothing heard yet."""
        calls = dict.fromkeys(one.call for one in self.channels)
        return Tally(dict.fromkeys(calls, 0), dict.fromkeys(calls, 0))

    def one(self, channel: Channel, hear: Hear, tally: Tally) -> list[HeardWord]:
        """Transcribe a channel and add what was wrong."""
        clock, cores = time.perf_counter(), time.process_time()
        words = hear(channel.samples)
        tally.clock += (time.perf_counter() - clock) / self.seconds
        tally.cores += (time.process_time() - cores) / self.seconds
        said = self.normal(channel.said)
        tally.errors[channel.call] += wrong(said, self.normal(" ".join(word.text for word in words)))
        tally.words[channel.call] += len(said)
        return words

    def all(self, hear: Hear) -> Tally:
        """Every channel."""
        tally = self.empty()
        for channel in self.channels:
            self.one(channel, hear, tally)
        return tally


def ours(transcriber: WhisperTranscriber, **how: Any) -> Hear:
    """As the product hears, in English; loops are looked for as there."""
    return lambda samples: list(without_loops(transcriber.transcribe(samples, **({"language": "en"} | how)).words))


def plain(transcriber: WhisperTranscriber, **how: Any) -> Hear:
    """The same loaded model, as faster-whisper's own documentation calls it."""
    pipeline = transcriber._whisper  # noqa: SLF001 -- one model in memory, so that both find the same caches
    asked = {"language": "en", "beam_size": 5, "batch_size": 8, "word_timestamps": True} | how

    def hear(samples: Any) -> list[HeardWord]:
        segments, _ = pipeline.transcribe(samples, **asked)
        return [HeardWord(word.word.strip(), word.start, word.end) for one in segments for word in one.words]

    return hear


def against(measure: Measure, transcriber: WhisperTranscriber, runs: int) -> None:
    """Ours and the rival in turns."""
    rivals = {"faster-whisper, plainly": plain(transcriber), "ours": ours(transcriber)}
    tallies: dict[str, list[Tally]] = {name: [] for name in rivals}
    starts: dict[str, list[float]] = {}
    measure.one(measure.channels[0], rivals["ours"], measure.empty())  # loads what is loaded once
    for run in range(runs):
        for name in rivals:
            tallies[name].append(measure.empty())
            starts[name] = []
        for number, channel in enumerate(measure.channels):
            for name in sorted(rivals, reverse=bool((run + number) % 2)):
                heard = measure.one(channel, rivals[name], tallies[name][-1])
                starts[name] += late(channel, heard)
    print(
        f"\n{len(measure.channels) // 2} calls, {sum(tallies['ours'][0].words.values())} words, {runs} runs; median\n"
    )
    print(
        "| | word error rate, % | 95 % | real-time factor | seconds of cores a second | word starts off, s: median, 90 % |"
    )
    print("|---|---|---|---|---|---|")
    for name, found in tallies.items():
        clock, cores = (np.median([getattr(one, of) for one in found]) for of in ("clock", "cores"))
        middle, most = np.quantile(starts[name], [0.5, 0.9])
        row = f"{found[0].rate:.1f} | {found[0].interval} | {clock:.3f} | {cores:.3f} | {middle:.2f}, {most:.2f}"
        print(f"| {name} | {row} |")
    both = [tallies["ours"], tallies["faster-whisper, plainly"]]
    ahead = [both[1][0].errors[call] - errors for call, errors in both[0][0].errors.items()]
    print(f"\nfewer errors than plainly, in points, 95 %: {resampled(ahead, list(both[0][0].words.values()))}")
    for of in ("clock", "cores"):
        ratios = [getattr(a, of) / getattr(b, of) for a, b in zip(*both, strict=True)]
        print(f"ours / plainly, {of}: {' '.join(f'{one:.2f}' for one in ratios)}")


def late(channel: Channel, heard: Sequence[HeardWord]) -> Iterator[float]:
    """How far off the first word of each segment begins, where that word was heard."""
    said = [(at if n == 0 else None, word) for at, _, text in channel.segments for n, word in enumerate(text.split())]
    words = [re.sub(r"[^\w']", "", word.text.lower()) for word in heard]
    for first, second, size in SequenceMatcher(
        None, [word for _, word in said], words, autojunk=False
    ).get_matching_blocks():
        for n in range(size):
            if (at := said[first + n][0]) is not None:
                yield abs(heard[second + n].start - at)


@contextmanager
def changed(change: dict[str, Any]) -> Iterator[None]:
    """Other settings for a while."""
    places = [(module, name) for name in change for module in (activity, whisper) if hasattr(module, name)]
    before = [(module, name, getattr(module, name)) for module, name in places]
    for module, name in places:
        setattr(module, name, change[name])
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def settings(measure: Measure, transcriber: WhisperTranscriber) -> None:
    """One thing changed at a time."""
    print("\n| changed | word error rate, % | 95 % | seconds of cores a second |")
    print("|---|---|---|---|")
    for change in ({}, *SETTINGS):
        asked = {"hotwords": change["hotwords"]} if "hotwords" in change else {}
        with changed(change):
            tally = measure.all(ours(transcriber, **asked))
        name = ", ".join(f"{key.lower()} {value}" for key, value in change.items()) or "nothing"
        print(f"| {name} | {tally.rate:.1f} | {tally.interval} | {tally.cores:.3f} |", flush=True)
    tally = measure.all(ours(transcriber, language=""))
    print(f"| language detected for each channel | {tally.rate:.1f} | {tally.interval} | {tally.cores:.3f} |")


def joined(measure: Measure, transcriber: WhisperTranscriber) -> None:
    """All calls in one recording, heard part by part: what cutting costs."""
    print("\n| all calls in one recording, in parts of at most | parts | word error rate, % |\n|---|---|---|")
    for seconds in (60.0, PART_SECONDS):
        errors = words = parts = 0
        for side in (0, 1):
            mine = measure.channels[side::2]
            sound = np.concatenate([one.samples for one in mine])
            heard: list[HeardWord] = []
            place = 0
            while place < len(sound):
                part = sound[place : place + int(seconds * RATE)]
                cut = border(part) if place + len(part) < len(sound) else len(part)
                heard += transcriber.transcribe(part[:cut], language="en").words
                place, parts = place + cut, parts + 1
            said = measure.normal(" ".join(one.said for one in mine))
            errors += wrong(said, measure.normal(" ".join(word.text for word in without_loops(heard))))
            words += len(said)
        print(f"| {seconds:.0f} s | {parts} | {100 * errors / words:.1f} |", flush=True)
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB of memory")


def cuts(measure: Measure) -> None:
    """Whether parts end inside what people noted as one sentence."""
    print("\n| all calls in one recording, in parts of at most | cuts | inside a sentence |\n|---|---|---|")
    for seconds in (15.0, 30.0, 60.0, PART_SECONDS):
        number = inside = 0
        for side in (0, 1):
            mine = measure.channels[side::2]
            sound = np.concatenate([one.samples for one in mine])
            begins = np.cumsum([0, *(len(one.samples) for one in mine)]) / RATE
            said = [
                (at + start, at + end) for at, one in zip(begins, mine, strict=False) for start, end, _ in one.segments
            ]
            place = 0
            while place + seconds * RATE < len(sound):
                place += border(sound[place : place + int(seconds * RATE)])
                number += 1
                inside += any(start < place / RATE < end for start, end in said)
        print(f"| {seconds:.0f} s | {number} | {inside} |", flush=True)


def sounds() -> dict[str, Any]:
    """Half a minute each of what is on the line when nobody speaks."""
    rng = np.random.default_rng(3)
    at = np.arange(30 * RATE) / RATE

    def tones(*pitches: float) -> Any:
        return sum(np.sin(2 * np.pi * pitch * at) for pitch in pitches) / len(pitches)

    notes = np.repeat(rng.choice([262, 294, 330, 392, 440, 523], 60), RATE // 2)
    phase = 2 * np.pi * np.cumsum(notes) / RATE
    music = sum(np.sin(n * phase) / n for n in range(1, 6)) / 2 * (1 - (at * 2 % 1)) ** 0.5
    ring = tones(440, 480) * (at % 6 < 2)
    busy = tones(480, 620) * (at % 1 < 0.5)
    noise = rng.standard_normal(len(at))
    return {
        "silence": 0 * at,
        "faint noise": 0.002 * noise,
        "loud noise": 0.1 * noise,
        "hum of 50 Hz": 0.05 * tones(50, 150),
        "ringing": 0.2 * ring + 0.002 * noise,
        "busy tone": 0.2 * busy + 0.002 * noise,
        "keys": 0.2 * tones(770, 1336) * (at % 1 < 0.1) + 0.002 * noise,
        "music on hold": 0.2 * music + 0.002 * noise,
    }


def silence(transcriber: WhisperTranscriber) -> None:
    """Words made up where nobody speaks."""
    ways = {
        "plainly, no voice activity": plain(transcriber, vad_filter=False, clip_timestamps=[{"start": 0, "end": 30}]),
        "the same, loops dropped": None,
        "plainly": plain(transcriber),
        "ours": ours(transcriber),
    }
    print("\n| half a minute of | " + " | ".join(ways) + " |\n|---|" + "---|" * len(ways))
    for name, sound in sounds().items():
        heard = {way: hear(sound.astype(np.float32)) for way, hear in ways.items() if hear}
        first = next(iter(ways))
        heard["the same, loops dropped"] = list(without_loops(heard[first]))
        print(f"| {name} | " + " | ".join(str(len(heard[way])) for way in ways) + " |", flush=True)
        print("   ", " ".join(word.text for word in heard[first])[:200])


def main() -> None:
    """Print what is asked for."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--data", type=Path, default=Path("../shared/data/harper_valley"))
    asks.add_argument("--home", type=Path, default=Path("var"), help="the site's folder, which holds models/NAME")
    asks.add_argument("--model", default="whisper-base")
    asks.add_argument("--runs", type=int, default=3)
    asks.add_argument("--threads", type=int, default=2)
    asks.add_argument("--only", default="against,settings,cuts,joined,silence")
    asked = asks.parse_args()
    transcriber = WhisperTranscriber(folder_of(asked.model, asked.home), threads=asked.threads, device="cpu")
    measure = Measure(channels(asked.data))
    print(transcriber.name)
    for section in asked.only.split(","):
        {
            "against": lambda: against(measure, transcriber, asked.runs),
            "settings": lambda: settings(measure, transcriber),
            "cuts": lambda: cuts(measure),
            "joined": lambda: joined(measure, transcriber),
            "silence": lambda: silence(transcriber),
        }[section]()


if __name__ == "__main__":
    main()
