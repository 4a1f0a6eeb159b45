"""Real conversations through the ordinary commands; writes docs/real-data.md.

usage: python benchmarks/real_data.py FOLDER

FOLDER holds the development sets (p4g, star, swda), JSON Lines in the native format with human labels beside the turns. Each
set gets a fresh site and a template written for it (benchmarks/real_data/*.yaml); every figure comes out of a `coachloop`
command. Needs nothing but the installed package; says so and stops where FOLDER is not there.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COACHLOOP = Path(sys.executable).with_name("coachloop")


@dataclass(frozen=True)
class Source:
    """One set: its file, the template written for it, and whether its words may be quoted."""

    title: str
    file: str
    template: str
    labels: bool
    quotable: bool = True


SOURCES = (
    Source("Donation-sale chats, labelled (PersuasionForGood)", "p4g/conversations.jsonl.gz", "donation", labels=True),
    Source(
        "Donation-sale chats, all (PersuasionForGood)",
        "p4g/full_outcomes_unlabelled.jsonl.gz",
        "donation",
        labels=False,
    ),
    Source("Customer-service chats (STAR)", "star/conversations.jsonl.gz", "service-chat", labels=True),
    Source(
        "Telephone talk (Switchboard)", "swda/conversations.jsonl.gz", "telephone-talk", labels=True, quotable=False
    ),
)


@dataclass
class Site:
    """A fresh site and the commands run in it."""

    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="coachloop-real-")))

    def __call__(self, *args: str | Path) -> Any:
        """Run a command with `--json`; its parsed output."""
        done = self.run(*args, "--json")
        return json.loads(done)

    def run(self, *args: str | Path) -> str:
        """Run a command; its output."""
        env = os.environ | {"COACHLOOP_HOME": str(self.home)}
        done = subprocess.run([COACHLOOP, *args], env=env, capture_output=True, text=True, check=False)
        if done.returncode == 2 or not done.stdout:
            sys.exit(f"{args}: {done.stderr}")
        return done.stdout


def write_labels(source: Path, target: Path, template: Path) -> int:
    """The set's own labels as a label file; returns how many."""
    wanted = {
        line.split("key:")[1].strip() for line in template.read_text().splitlines() if line.startswith("  - key:")
    }
    count = 0
    with gzip.open(source, "rt") as lines, target.open("w") as out:
        for conversation in map(json.loads, lines):
            for behaviour, label in conversation.get("labels", {}).items():
                if behaviour in wanted and label["value"] is not None:
                    verdict = "met" if label["value"] else "not_met"
                    row = {"conversation_id": conversation["id"], "behaviour": behaviour, "verdict": verdict}
                    out.write(json.dumps(row | {"turns": label["turns"]}) + "\n")
                    count += 1
    return count


def percent(value: float | None) -> str:
    """A rate in whole per cent."""
    return "–" if value is None else f"{100 * value:.0f} %"


def figure(value: float | None) -> str:
    """A kappa or F1 in two decimals."""
    return "–" if value is None else f"{value:.2f}"


def section(source: Source, folder: Path) -> list[str]:
    """Everything about one set, as Markdown."""
    path, template = folder / source.file, ROOT / "benchmarks/real_data" / f"{source.template.replace('-', '_')}.yaml"
    site = Site()
    site.run("init")
    started = time.perf_counter()
    receipt = site("ingest", path)
    seconds = time.perf_counter() - started
    site.run("template", "add", template)
    site.run("template", "publish", source.template)
    tally = site("score")
    lines = [f"## {source.title}", ""]
    lines += [
        f"{receipt['received']:,} lines read, {receipt['accepted']:,} conversations taken, {len(receipt['refused'])} refused, "
        f"in {seconds:.1f} s; scored in {tally['seconds']} s. Machine verdicts: "
        + ", ".join(f"{count:,} {name}" for name, count in sorted(tally["verdicts"].items()))
        + f". Quotes that failed the check: {tally['dropped_quotes']}.",
        "",
    ]
    lines += [f"- {count:,} {what}" for what, count in receipt["notes"].items()] + [""] * bool(receipt["notes"])
    lines += rates(site) + focus(site, source)
    if source.labels:
        labels = site.home / "labels.jsonl"
        write_labels(path, labels, template)
        lines += agreement(site, source, labels)
    return lines


def rates(site: Site) -> list[str]:
    """The centre's rates over everything that has an agent and a day."""
    found = site("insight", "rates", "--by", "centre", "--days", "20000")
    table = ["| behaviour | met | of | rate | 95 % interval | unscored |", "|---|---|---|---|---|---|"]
    for row in found:
        interval = f"{percent(row['low'])} to {percent(row['high'])}"
        table.append(
            f"| {row['title']} | {row['met']:,} | {row['n']:,} | {percent(row['rate'])} | {interval} | {row['unscored']:,} |"
        )
    return [*table, ""]


def focus(site: Site, source: Source) -> list[str]:
    """Three agents' focus, with the quoted example."""
    found = site("insight", "focus", "--days", "20000")
    kinds = Counter(row["kind"] for row in found)
    performance = [row for row in found if row["kind"] == "performance"]
    lines = [
        f"Focus: {kinds['performance']} of {len(found)} agents have a gap that is certain; the first three:",
        "",
    ]
    for row in performance[:3]:
        example = row["example"]
        quote = " ".join(example["quote"].split())[:160] if example else ""
        shown = f"{example['conversation_id']}, turn {example['turn']}" if example else "no example"
        words = f": “{quote}”" if source.quotable and quote else " (not quoted: its licence is for evaluation only)"
        lines.append(f"- **{row['agent_id']}**: {row['reason']} Example: {shown}{words}")
    return [*lines, ""]


def agreement(site: Site, source: Source, labels: Path) -> list[str]:
    """The phrase scorers against the human labels."""
    lines = [
        "Against the human labels (conversation level; 95 % bootstrap over agents):",
        "",
        "| behaviour | n | kappa | interval | F1 | precision | recall | unscored |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in site("evaluate", source.template, "--labels", labels):
        interval = f"{figure(row['kappa_low'])} to {figure(row['kappa_high'])}" if row["kappa"] is not None else "–"
        figures = " | ".join(figure(row[name]) for name in ("f1", "precision", "recall"))
        lines.append(
            f"| {row['behaviour']} | {row['n']:,} | {figure(row['kappa'])} | {interval} | {figures} | {row['unscored']:,} |"
        )
    return [*lines, ""]


def main(folder: Path) -> None:
    """Write docs/real-data.md."""
    if not folder.is_dir():
        sys.exit(f"skipped: no data at {folder}")
    lines = [
        "# Real conversations",
        "",
        "Written by `make real-data DATA=folder` (benchmarks/real_data.py): every set went through `coachloop ingest`,",
        "`template publish`, `score`, `insight rates`, `insight focus` and `evaluate`, with a template of plain phrases written",
        "for it (benchmarks/real_data/). Phrases are the cheapest scorer there is: the figures are a floor, and behaviours that",
        "phrases can't judge stay unscored. Calls without an agent or a date are scored and left out of rates and focus.",
        "",
    ]
    for source in SOURCES:
        print(source.title, flush=True)
        lines += section(source, folder)
    (ROOT / "docs/real-data.md").write_text("\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
