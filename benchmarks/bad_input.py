"""Feeds coachloop what real exports sometimes hold, and prints what it says: the place, the reason, and that the rest was taken.

usage: python benchmarks/bad_input.py

Every file holds good lines before and after the bad one. The real commands run on SQLite in a fresh folder; the exit code must be 1
(part was refused), all good lines must be accepted, every bad one refused at its place, and memory must stay bounded.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COACHLOOP = Path(sys.executable).with_name("coachloop")
MOST_MEMORY = 250
"""Megabytes that a command may need, whatever it is fed."""

HUGE = b"@200 MB@"
"""Stands for as many letters; they are written in pieces, so that what is measured is not this process."""

TEN_MISTAKES = """\
key: First 30 Seconds
title: ""
applies_to: {chanel: [voice]}
behaviours:
  - key: states_purpose
    title: States the purpose
    question: Did the agent state the purpose?
    target: 90
    window: {first_second: 30}
    score_with: [{phrase: {any: [calling because]}}]
  - key: states_purpose
    question: Once more?
    weight: heavy
    window: {after: applies_when, within_turns: 3}
    score_with: []
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A bad file: what is wrong with it, how many lines of it are good, and where the bad one is."""

    name: str
    file: str
    raw: bytes
    good: int
    bad: tuple[int, ...]
    command: tuple[str, ...] = ("ingest",)


def good(number: int, **change: object) -> bytes:
    """One line of the native format."""
    turns = [{"speaker": "agent", "start": 0.0, "end": 2.0, "text": f"Good morning, this is call {number}."}]
    return json.dumps({"id": f"c-{number}", "turns": turns, **change}).encode() + b"\n"


def turn(**change: object) -> list[dict[str, object]]:
    """The one turn of a call, with something wrong."""
    return [{"speaker": "agent", "start": 0.0, "end": 2.0, "text": "Good morning.", **change}]


def cases() -> Iterator[Case]:
    """One file after another; ids differ, so that no case meets the conversations of another."""
    number = iter(range(1, 100_000, 1000))

    def between(name: str, bad: bytes) -> Case:
        first = next(number)
        return Case(name, "calls.jsonl", good(first) + bad + good(first + 1), 2, (2,))

    first = next(number)
    noise = b"".join(good(first + n, note=os.urandom(40).hex()) for n in range(400))
    packed = gzip.compress(noise)
    whole = _lines_before(packed[: len(packed) // 2])
    yield Case("gzip that breaks off half-way", "calls.jsonl.gz", packed[: len(packed) // 2], whole, (whole + 1,))
    yield between("invalid UTF-8", b'{"id": "x", "turns": [], "note": "caf\xe9"}\n')
    yield between("line of 200 MB", b'{"id": "x", "turns": [], "note": "' + HUGE + b'"}\n')
    first = next(number)
    yield Case(
        "known id with other content",
        "calls.jsonl",
        good(first) + good(first, queue="other") + good(first + 1),
        2,
        (2,),
    )
    yield between("unknown speaker", good(0, id="x", turns=turn(speaker="robot")))
    yield between("negative times", good(0, id="x", turns=turn(start=-3)))
    yield between(
        "100,000 brackets deep", b'{"id": "x", "turns": [], "note": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    )
    yield between("half a line", b'{"id": "x", "turns": [{"speaker": "agent"\n')
    yield between("no id, no turns", b"{}\n")
    yield between("NUL in the text", good(0, id="x", turns=turn(text="a\x00b")))
    yield between("lone surrogate", b'{"id": "x", "turns": [], "note": "\\ud800"}\n')
    yield between("infinite number", b'{"id": "x", "turns": [], "outcome": {"amount": 1e400}}\n')
    yield between("year 1", good(0, id="x", started_at="0001-01-01T00:00:00+14:00"))
    rows = b"call_id,agent_id,behaviour,verdict\n" + b"%s" + b"s-2,lea,greets,met\n"
    scores = ("import", "scores")
    yield Case("CSV row in Latin-1", "scores.csv", rows % b"s-1,l\xe9a,greets,met\n", 1, (2,), scores)
    yield Case("CSV row with a stray quote", "scores.csv", rows % b's-1,"l"ea,greets,met\n', 0, (2,), scores)
    yield Case("CSV row of 200 MB", "scores.csv", rows % (b"s-1," + HUGE + b"\n"), 0, (2,), scores)
    yield Case("behaviour that is no key", "scores.csv", rows % b"s-1,lea,Greets & smiles,met\n", 0, (2,), scores)


def _lines_before(packed: bytes) -> int:
    """How many whole lines the rest of a gzip still holds."""
    import zlib

    return zlib.decompressobj(wbits=31).decompress(packed).count(b"\n")


def tried(case: Case, folder: Path) -> None:
    """Run the command on the file, check its answer, print it."""
    path = folder / case.file
    with path.open("wb") as file:
        for number, part in enumerate(case.raw.split(HUGE)):
            file.writelines([b"x" * 1_000_000] * (200 if number else 0))
            file.write(part)
    with subprocess.Popen([str(COACHLOOP), *case.command, str(path), "--json"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    megabytes = used.ru_maxrss // 1024
    taken = said["accepted"] + said["duplicates"]
    place = ", ".join(f"line {refused['line']:,}" for refused in said["refused"])
    reason = said["refused"][0]["reason"] if said["refused"] else "nothing"
    print(f"{case.name:30}  {process.returncode}  {place:>9}: {reason:.110}")
    print(f"{'':33}rest taken: {taken:,} of {said['received'] - len(case.bad):,}; {megabytes:,} MB at most")
    assert process.returncode == 1
    assert tuple(refused["line"] for refused in said["refused"]) == case.bad, said["refused"]
    assert taken == said["received"] - len(case.bad) >= case.good
    assert megabytes < MOST_MEMORY, f"{megabytes} MB"


def main() -> None:
    """Try everything."""
    with tempfile.TemporaryDirectory(prefix="coachloop-bad-") as name:
        folder = Path(name)
        os.environ |= {"COACHLOOP_HOME": str(folder / "var"), "DATABASE_URL": ""}
        subprocess.run([str(COACHLOOP), "init"], check=True, stdout=subprocess.DEVNULL)
        print(f"{'what is fed':30}  exit code, place and reason; the rest")
        for case in cases():
            tried(case, folder)
        path = folder / "template.yaml"
        path.write_text(TEN_MISTAKES)
        ran = subprocess.run(
            [str(COACHLOOP), "template", "add", str(path)], capture_output=True, text=True, check=False
        )
        print(f"\nA template with ten mistakes: exit code {ran.returncode}\n{ran.stderr}")
        assert ran.returncode == 2
        assert ran.stderr.count("line ") >= 10
        print("each refused with place and reason, the rest accepted")


if __name__ == "__main__":
    main()
