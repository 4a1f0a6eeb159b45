"""An archive of JSON Lines becomes Parquet files of verdicts, a file each; what is there already is not done again."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import batched
from pathlib import Path, PurePosixPath
from typing import Any

from coachloop.adapters import parquet
from coachloop.adapters.audio.keep import written
from coachloop.adapters.media import Bucket, opened
from coachloop.adapters.readers.lines import json_lines
from coachloop.app import mapping
from coachloop.app.services import masking
from coachloop.cluster.ruler import Ruler, Scored
from coachloop.core.model.conversation import Conversation
from coachloop.core.model.media import Lying, Media
from coachloop.core.model.receipt import Line, Refusal
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Verdict
from coachloop.core.model.wire import BadLineError, ConversationLine, Read, read_conversation
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.runner import Runner
from coachloop.core.scoring.timing import TimingScorer

AT_ONCE = 1000
"""Conversations that are scored together."""

LINES = (".jsonl", ".jsonl.gz")


@dataclass(frozen=True)
class Archive:
    """Files at one place, verdicts at another; scored by what needs no database: phrases and timing."""

    ruler: Ruler
    source: Bucket
    target: Bucket

    @cached_property
    def runner(self) -> Runner:
        """The template with its scorers."""
        found = (PhraseScorer(), TimingScorer())
        return Runner(parse_template(self.ruler.text), {scorer.name: scorer for scorer in found})

    def place(self, bucket: Bucket) -> Media:
        """A folder or a bucket, read and written as media are."""
        return opened(bucket, Path("cluster").resolve())

    def files(self) -> list[Lying]:
        """All of the archive, the largest first: so that no large one is left alone in the end."""
        found = (one for one in self.place(self.source).lying("") if str(one.name).endswith(LINES))
        return sorted(found, key=lambda one: -one.size)

    def done(self) -> frozenset[str]:
        """Names of the verdicts' files that are there."""
        return frozenset(one.name.name for one in self.place(self.target).lying(""))

    def target_of(self, file: Lying) -> str:
        """The file that its verdicts are in: another name where anything that they hang on is another."""
        hangs_on = [str(file.name), file.size, file.modified_at.isoformat(), self.ruler.number, self.ruler.text]
        told = json.dumps([*hangs_on, dict(sorted(self.runner.scorer_versions.items()))])
        stem = file.name.name.removesuffix(".gz").removesuffix(".jsonl")
        return f"{stem}-{hashlib.sha256(told.encode()).hexdigest()[:16]}.parquet"

    def score(self, file: Lying) -> Scored:
        """One file of the archive, whole or not at all. What is scored waits on disk, so that a file may be larger than memory."""
        target, found = PurePosixPath(self.target_of(file)), Scored(str(file.name))
        place = self.place(self.target)
        if place.size(target) is not None:
            found.known = True
            return found
        with self.place(self.source).file(file.name) as path, place.making(target) as to, written(to) as part:
            rows = (row for lines in batched(self._fitting(path, found), AT_ONCE) for row in self._rows(lines))
            parquet.write(rows, part, schema=SCHEMA())
        return found

    def _fitting(self, path: Path, found: Scored) -> Iterator[tuple[ConversationLine, Conversation]]:
        """Conversations of the template's kind that can be read."""
        for line in json_lines(path):
            read = _read(line)
            if isinstance(read, Refusal):
                found.refuse(read)
                continue
            one = read.line
            kind = {"channel": one.channel, "queue": one.queue, "language": one.language, "direction": one.direction}
            if not one.turns or not self.runner.template.fits(**kind):
                found.others += 1
                continue
            found.conversations += 1
            kept = masking.kept(read)
            yield one, mapping.to_score(kept.document, kept.original)

    def _rows(self, lines: tuple[tuple[ConversationLine, Conversation], ...]) -> Iterator[dict[str, Any]]:
        scored = self.runner.score([said for _, said in lines])
        for (line, said), verdicts in zip(lines, scored, strict=True):
            for one in verdicts or ():
                yield self._row(line, said, one)

    def _row(self, line: ConversationLine, said: Conversation, verdict: Verdict) -> dict[str, Any]:
        """As `coachloop export verdicts` writes it."""
        row = mapping.verdict_row(verdict, said, attempt_id=0, behaviour_id=0)
        return {
            "conversation_id": said.id,
            "agent_id": line.agent_id,
            "template": self.runner.template.key,
            "behaviour": verdict.behaviour,
            "verdict": str(row.outcome),
            "machine_verdict": str(row.outcome),
            "probability": row.probability,
            "evidence": json.dumps(row.evidence, ensure_ascii=False),
            "missed": json.dumps(row.missed, ensure_ascii=False) if row.missed else None,
            "reason": row.reason,
            "scorer": self.runner.scorer_versions.get(verdict.behaviour, ""),
            "decided_by": row.decided_by,
            "template_version": self.ruler.number,
            "scored_at": self.ruler.now.isoformat(),
            "reviewed": False,
        }


def _read(line: Line | Refusal) -> Read | Refusal:
    if isinstance(line, Refusal):
        return line
    try:
        return read_conversation(line.raw)
    except BadLineError as error:
        return Refusal(line.file, line.number, str(error))


def SCHEMA() -> dict[str, Any]:  # noqa: N802 -- a constant of a library that is loaded late
    """The columns, the same in each file."""
    import polars as pl  # noqa: PLC0415 -- as above

    texts = ("conversation_id", "agent_id", "template", "behaviour", "verdict", "machine_verdict")
    more = ("evidence", "missed", "reason", "scorer", "decided_by")
    return {
        **dict.fromkeys(texts, pl.String),
        "probability": pl.Float64,
        **dict.fromkeys(more, pl.String),
        "template_version": pl.Int64,
        "scored_at": pl.String,
        "reviewed": pl.Boolean,
    }
