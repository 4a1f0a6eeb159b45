"""What an hour's recording takes to check, to read and to copy for browsers, and how much memory, against a plain PyAV loop.

usage: python benchmarks/audio_files.py [MINUTES]

The recording is stereo at 8 kHz, as telephone systems write it: as a mu-law wav, as an MP3 and as an M4A. The rival decodes all of
it at once with `av.open`, `decode` and `AudioResampler` to 16 kHz, as transcribers do: no checks, no limits, no seeking. Each runs
in a process of its own; seconds are of one core, and memory is the most the process ever had.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

MINUTES = 60
PART = 300
FORMS = {"wav": ("wav", "pcm_mulaw", 128_000), "mp3": ("mp3", "libmp3lame", 32_000), "m4a": ("ipod", "aac", 48_000)}


def write(path: Path, minutes: int) -> None:
    """Two people who take turns, every minute the same."""
    import av

    container, codec, bits = FORMS[path.suffix[1:]]
    at = np.arange(60 * 8000) / 8000
    tune = 0.3 * np.sin(2 * np.pi * (180 + 4 * at) * at) * (1 + np.sin(2 * np.pi * 3 * at)) / 2
    noise = np.random.default_rng(1).normal(0, 0.003, (2, at.size))
    minute = (noise + np.stack([tune * (at % 8 < 4), tune * (at % 8 >= 4)])).astype(np.float32)
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=8000, layout="stereo")
        stream.bit_rate = bits
        into = av.AudioResampler(format=stream.codec_context.format, layout="stereo", rate=8000)
        for number in range(minutes):
            frame = av.AudioFrame.from_ndarray(minute, format="fltp", layout="stereo")
            frame.sample_rate, frame.time_base, frame.pts = 8000, Fraction(1, 8000), number * at.size
            for part in into.resample(frame):
                out.mux(stream.encode(part))
        out.mux(stream.encode(None))


def plain(path: Path) -> None:
    """The rival."""
    import av

    resampler = av.AudioResampler(format="s16", layout="stereo", rate=16_000)
    with av.open(str(path)) as container:
        parts = [part.to_ndarray() for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    samples = np.concatenate(parts, axis=1).astype(np.float32) / 32768
    assert samples.size > 0


def check(path: Path) -> None:
    """All of it once, as before any work starts."""
    from coachloop.adapters.audio import check as checking

    checking.check(path, limits=checking.Limits(bytes=10**10, seconds=10**6))


def read(path: Path) -> None:
    """In parts of five minutes, as it is transcribed."""
    from coachloop.adapters.audio import read as reading

    start = 0
    while reading.read(path, start=start, end=start + PART).size:
        start += PART


def seek(path: Path) -> None:
    """Ten seconds, near the end: a clip."""
    from coachloop.adapters.audio import read as reading

    assert reading.read(path, start=MINUTES * 60 * 0.9, end=MINUTES * 60 * 0.9 + 10).size > 0


def copy(path: Path) -> None:
    """The browser's copy and the peaks, with a minute muted."""
    from coachloop.adapters.audio.copies import browser_copy

    browser_copy(path, path.with_name("copy.m4a"), muted=[(60.0, 120.0)])


def nothing(_: Path) -> None:
    """What the libraries alone take."""
    import av

    from coachloop.adapters.audio import copies

    assert av
    assert copies


JOBS = {job.__name__: job for job in (nothing, plain, check, read, seek, copy)}


def measured(job: str, path: Path, minutes: int) -> tuple[float, int]:
    """Seconds of a core and MiB at most, of a process that does nothing else."""
    done = subprocess.run(
        [sys.executable, __file__, str(minutes), job, str(path)], check=True, capture_output=True, text=True
    )
    seconds, memory = json.loads(done.stdout)
    return seconds, memory


def one(job: str, path: Path) -> None:
    """In a process of its own."""
    JOBS["nothing"](path)
    begun = time.process_time()
    JOBS[job](path)
    seconds = time.process_time() - begun
    status = Path("/proc/self/status").read_text()  # getrusage would tell of the process that started this one too
    print(json.dumps([seconds, int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024]))


def main(minutes: int) -> None:
    """The table."""
    with tempfile.TemporaryDirectory() as folder:
        print(
            f"{minutes} minutes, stereo, 8 kHz; seconds of a core for an hour of recording (ratio to plain PyAV), most memory"
        )
        for form in FORMS:
            path = Path(folder) / f"call.{form}"
            write(path, minutes)
            scale = 60 / minutes
            rival, most = measured("plain", path, minutes)
            print(f"{form}, {path.stat().st_size / 1e6:.0f} MB: plain {rival * scale:.1f} s, {most} MiB")
            for job in ("nothing", "check", "read", "seek", "copy"):
                seconds, memory = measured(job, path, minutes)
                print(f"  {job:8} {seconds * scale:6.1f} s  ({seconds / rival:5.2f})  {memory:5} MiB", flush=True)


if __name__ == "__main__":
    MINUTES = int(sys.argv[1]) if sys.argv[1:] else MINUTES
    if sys.argv[2:]:
        one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(MINUTES)
