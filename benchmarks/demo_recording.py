"""Makes the recorded call of the demonstration centre, with its transcript: spoken by flite's free voices, an Opus file of two channels.

usage: python benchmarks/demo_recording.py [src/coachloop/simulation/recordings]

Needs `flite` (Debian's package of that name). The words' times are by their share of the letters of what was spoken.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE, GAP, BITS = 16_000, 0.45, 28_000
VOICES = {"agent": "slt", "customer": "rms"}
TALK = (
    ("customer", "Hello, Carter speaking."),
    ("agent", "Good morning Mr Carter, Fennimore and Dale here. I'm calling because you asked what your home is worth."),
    ("customer", "Oh yes, on the website, last night. I didn't think anybody would ring so soon."),
    ("agent", "You asked, so I wanted to catch you while it's fresh. What made you look it up?"),
    ("customer", "Well, the children have moved out, and it's a lot of house for two people now."),
    ("agent", "That's a big change. How long have the two of you been thinking about it?"),
    ("customer", "Since the summer, I'd say. My wife would like to be nearer to her sister."),
    ("agent", "So it's less about the money, and more about being close to family again."),
    ("customer", "Yes. That's it exactly. But we'd need to know what we'd get for it."),
    ("agent", "Of course. May I ask what you paid attention to when you bought it?"),
    ("customer", "The garden, mostly. And the school was good. What would you charge for all this?"),
    ("agent", "Our fee is one and a half percent."),
    ("customer", "Right. That's a bit more than the others."),
    ("agent", "I understand. I'd like to see it before I say a number I can't keep. Would Thursday at ten suit you both?"),
    ("customer", "Thursday's fine. You'd better take my mobile number. It's oh seven seven double oh, nine hundred, four six one."),
    ("agent", "Thank you, I've written that down. Thursday at ten then. I look forward to meeting you, Mr Carter."),
    ("customer", "Good. Goodbye then."),
    ("agent", "Goodbye, and have a lovely day."),
)  # fmt: skip


FLITE = shutil.which("flite") or "flite"


def main() -> None:
    """Write `recorded-call.ogg` and `recorded-call.json`."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "src/coachloop/simulation/recordings")
    parts, turns, at = [], [], 0.6
    for speaker, text in TALK:
        sound = spoken(text, VOICES[speaker])
        parts.append((speaker, at, sound))
        turns.append(turn(speaker, text, start=at, seconds=len(sound) / RATE))
        at += len(sound) / RATE + GAP
    whole = np.zeros((2, round((at + 0.5) * RATE)), np.float32)
    for speaker, start, sound in parts:
        first = round(start * RATE)
        whole[int(speaker == "customer"), first : first + len(sound)] = sound
    encode(whole, folder / "recorded-call.ogg")
    line = {"channel": "voice", "direction": "outbound", "language": "en", "customer_name": "Mr Carter", "turns": turns}
    (folder / "recorded-call.json").write_text(json.dumps(line, indent=1, ensure_ascii=False) + "\n")


def spoken(text: str, voice: str) -> NDArray[np.float32]:
    """What flite says, without the silence around it."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run([FLITE, "-voice", voice, "-t", text, "-o", file.name], check=True)
        with wave.open(file.name) as said:
            assert said.getframerate() == RATE
            sound = np.frombuffer(said.readframes(said.getnframes()), "<i2").astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return sound[loud[0] : loud[-1] + 1]


def turn(speaker: str, text: str, *, start: float, seconds: float) -> dict[str, object]:
    """A turn of the native format, with its words."""
    words, at, letters = [], 0, len(text)
    for word in text.split():
        first, last = start + seconds * at / letters, start + seconds * (at + len(word)) / letters
        words.append({"text": word, "start": round(first, 2), "end": round(last, 2)})
        at += len(word) + 1
    return {
        "speaker": speaker,
        "start": round(start, 2),
        "end": round(start + seconds, 2),
        "text": text,
        "words": words,
    }


def encode(sound: NDArray[np.float32], target: Path) -> None:
    """As Opus."""
    with av.open(str(target), "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=48_000, layout="stereo")
        stream.bit_rate = BITS
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="stereo", rate=48_000, frame_size=960)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))


if __name__ == "__main__":
    main()
