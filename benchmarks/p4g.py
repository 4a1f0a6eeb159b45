"""Learned scorers on real persuasion chats with human labels, against the average of two ordinary classifiers on the same splits.

usage: python benchmarks/p4g.py [--seeds 3] [--first 1000] [--data ../shared/data/p4g] [--model FOLDER]
                                [--labels turns|conversations|copied] [--behaviours NAME ...]

40 % of the conversations are held out by whole groups (the agent); 50 of the rest are labelled. Everything about ours comes from
`train`, and from the scorer asked through the runner; the sentence model comes from `coachloop models get`, or from FOLDER. The
labels may be without turns (conversations), or with every turn of a conversation that is met (copied), which is what one does
without knowing better. The interval is a bootstrap over the test conversations' groups, the same draw for both methods. Says so
and stops where the data or the model is missing.
"""

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from learned_baseline import Baseline, Sentences

from coachloop.adapters.embeddings import OnnxEncoder
from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Member, Template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.learned.scorer import LearnedScorer, Model, turn_chances, turn_threshold
from coachloop.core.scoring.learned.training import Answer, Labelled, Trained, train
from coachloop.core.scoring.runner import Runner
from coachloop.core.stats.agreement import kappa

ROOT = Path(__file__).resolve().parents[1]
MAIN = (
    "asked_for_sale asked_discovery_question thanked greeted acknowledged praised_customer told_personal_story "
    "emotion_appeal"
).split()
LABELLED, DRAWS = 50, 2000


class Remembered:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, {}
        self.name, self.dimensions = encoder.name, encoder.dimensions

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The texts' vectors."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.array([self._known[text] for text in texts], np.float32).reshape(-1, self.dimensions)


@dataclass(frozen=True)
class Set:
    """The conversations with their labels."""

    rows: Mapping[str, Mapping[str, Any]]
    conversations: Mapping[str, Conversation]
    splits: Mapping[str, Mapping[str, list[str]]]
    behaviours: Sequence[str]

    @classmethod
    def read(cls, folder: Path, behaviours: Sequence[str]) -> "Set":
        """Read a folder of the development sets."""
        with gzip.open(folder / "conversations.jsonl.gz", "rt") as lines:
            rows = {row["id"]: row for row in map(json.loads, lines)}
        splits = json.loads(next(folder.glob("splits_*.json")).read_text())
        return cls(rows, {key: _conversation(row) for key, row in rows.items()}, splits, behaviours)

    def group(self, key: str) -> str:
        """What never sits on both sides."""
        return self.rows[key].get("group_id") or key

    def met(self, keys: Sequence[str]) -> np.ndarray:
        """People's answers, a line a conversation."""
        return np.array([[bool(self.rows[key]["labels"][name]["value"]) for name in self.behaviours] for key in keys])

    def turns(self, keys: Sequence[str]) -> list[tuple[str, int]]:
        """The agents' turns that people labelled."""
        return [(key, turn) for key in keys for turn in self.rows[key]["annotated_turns"]]

    def shown(self, turns: Sequence[tuple[str, int]]) -> np.ndarray:
        """Whether people say that each turn shows each behaviour."""
        labels = {key: [set(self.rows[key]["labels"][name]["turns"]) for name in self.behaviours] for key, _ in turns}
        return np.array([[turn in named for named in labels[key]] for key, turn in turns])

    def labelled(self, keys: Sequence[str], *, turns: str) -> list[Labelled]:
        """Conversations with their answers, and the turns that show it: as people named them, none, or simply all."""
        return [Labelled(self.conversations[key], self.group(key), self._answers(key, turns=turns)) for key in keys]

    def _answers(self, key: str, *, turns: str) -> dict[str, Answer]:
        labels = self.rows[key]["labels"]
        outcomes = {name: Outcome.MET if labels[name]["value"] else Outcome.NOT_MET for name in self.behaviours}
        shown = {"turns": lambda name: labels[name]["turns"], "conversations": lambda _: ()}
        pick = shown.get(turns, lambda name: self.rows[key]["annotated_turns"] if labels[name]["value"] else ())
        return {name: Answer(said, tuple(pick(name))) for name, said in outcomes.items()}


def _conversation(row: Mapping[str, Any]) -> Conversation:
    turns = tuple(Turn(Speaker(one["speaker"]), one["text"], one["start"], one["end"]) for one in row["turns"])
    return Conversation(row["id"], turns)


@dataclass
class Said:
    """What a method says of the test part of one seed: turns and conversations by behaviours, yes or no."""

    turns: np.ndarray
    conversations: np.ndarray


@dataclass
class Ours(Said):
    """And what only ours has: how much it decides when it may abstain, and whether what it cites is what people named."""

    decided: np.ndarray
    right: np.ndarray
    cited: np.ndarray
    named: np.ndarray
    seconds: dict[str, float] = field(default_factory=dict)


def ours(data: Set, split: Mapping[str, list[str]], encoder: Encoder | None, *, seed: int, turns: str) -> Ours:
    """Train on the labelled conversations, and score the test part through the runner."""
    pool, test = split["pool"][:LABELLED], split["test"]
    may, must = ([_behaviour(name, {"abstain": abstain}) for name in data.behaviours] for abstain in (True, False))
    started = time.perf_counter()
    rest = [one for key, one in data.conversations.items() if key not in set(pool)]
    labelled = data.labelled(pool, turns=turns)
    results = train(may, labelled, encoder=encoder, background=rest, rng=np.random.default_rng(seed))
    trained = time.perf_counter() - started
    models = {one.behaviour: one.model for one in results if isinstance(one, Trained)}
    scorer = LearnedScorer({("p4g", name): Model("1", data) for name, data in models.items()}, encoder)
    calls = [data.conversations[key] for key in test]
    sure, forced = (
        Runner(Template("p4g", "p4g", tuple(some)), {"learned": scorer}).score(calls) for some in (may, must)
    )
    started = time.perf_counter()
    Runner(Template("p4g", "p4g", tuple(must)), {"learned": scorer}).score(calls)
    seconds = {"train": trained, "score": (time.perf_counter() - started) / len(calls)}
    truth, outcomes = data.met(test), np.array([[one.outcome for one in row] for row in sure], object)
    decided = (outcomes == Outcome.MET) | (outcomes == Outcome.NOT_MET)
    cited, named = _evidence(data, test, forced)
    return Ours(
        turns=_turns(data, test, models=models, encoder=encoder),
        conversations=np.array([[one.outcome is Outcome.MET for one in row] for row in forced]),
        decided=decided,
        right=decided & ((outcomes == Outcome.MET) == truth),
        cited=cited,
        named=named,
        seconds=seconds,
    )


def _behaviour(name: str, options: Mapping[str, Any]) -> Behaviour:
    return Behaviour(name, name, f"{name}?", score_with=(Member("learned", options),))


def _turns(data: Set, keys: Sequence[str], *, models: Mapping[str, bytes], encoder: Encoder | None) -> np.ndarray:
    """Which turns show each behaviour; none where it could not be learned."""
    turns = data.turns(keys)
    said = np.zeros((len(turns), len(data.behaviours)), bool)
    calls = [data.conversations[key] for key in keys]
    for column, name in enumerate(data.behaviours):
        if name in models:
            chances = dict(zip(keys, turn_chances(models[name], calls, encoder), strict=True))
            edge = turn_threshold(models[name])
            said[:, column] = [chances[key].get(turn, 0) >= edge for key, turn in turns]
    return said


def _evidence(data: Set, keys: Sequence[str], verdicts: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """By behaviour, how many turns are cited, and how many of these people named too."""
    cited, named = np.zeros(len(data.behaviours)), np.zeros(len(data.behaviours))
    for key, row in zip(keys, verdicts, strict=True):
        for column, (name, verdict) in enumerate(zip(data.behaviours, row, strict=True)):
            turns = set(data.rows[key]["labels"][name]["turns"])
            cited[column] += len(verdict.evidence)
            named[column] += sum(quote.turn in turns for quote in verdict.evidence)
    return cited, named


class Compared:
    """Yes and no of both methods against people's, counted by group so that groups can be drawn again."""

    def __init__(self, groups: Sequence[str], truth: np.ndarray, said: Sequence[np.ndarray]) -> None:
        names, group = np.unique(groups, return_inverse=True)
        self.names = names
        self.tables = np.zeros((len(said), truth.shape[1], len(names), 2, 2))
        for method, answers in enumerate(said):
            for column in range(truth.shape[1]):
                table = self.tables[method, column]
                np.add.at(table, (group, answers[:, column].astype(int), truth[:, column].astype(int)), 1)

    def kappas(self, times: np.ndarray) -> np.ndarray:
        """Kappa by draw, method and behaviour; `times` says how often each group is drawn."""
        return np.nan_to_num(kappa(np.einsum("dg,mbgij->dmbij", times, self.tables)))


def bootstrap(seeds: Sequence[Compared], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Kappas by method and behaviour, mean over seeds: as they are, and for draws of groups, the same in every seed."""
    every = sorted({name for one in seeds for name in one.names})
    times = rng.multinomial(len(every), np.full(len(every), 1 / len(every)), size=DRAWS)
    place = {name: number for number, name in enumerate(every)}
    plain = np.mean([one.kappas(np.ones((1, len(one.names))))[0] for one in seeds], axis=0)
    drawn = np.mean([one.kappas(times[:, [place[name] for name in one.names]]) for one in seeds], axis=0)
    return plain, drawn


def _ends(values: np.ndarray) -> str:
    low, high = np.quantile(values, [0.025, 0.975])
    return f"{low:+.3f} to {high:+.3f}"


def table(title: str, behaviours: Sequence[str], seeds: Sequence[Compared], *, rng: np.random.Generator) -> None:
    """Print every behaviour, the mean, and the difference with its interval."""
    plain, drawn = bootstrap(seeds, rng)
    sums = np.sum([one.tables.sum(axis=2) for one in seeds], axis=0)
    print(f"\n{title}\n{'behaviour':26} baseline  ours  ours between      accuracy  F1    difference between")
    for column, name in enumerate(behaviours):
        (no, missed), (wrong, hit) = sums[1, column]
        accuracy, f1 = (no + hit) / sums[1, column].sum(), 2 * hit / (2 * hit + wrong + missed)
        ours_between = _ends(drawn[:, 1, column])
        apart = _ends(drawn[:, 1, column] - drawn[:, 0, column])
        print(
            f"{name:26}  {plain[0, column]:6.3f} {plain[1, column]:6.3f}  {ours_between}  "
            f"{accuracy:6.3f}  {f1:.3f}  {apart}"
        )
    mean, means = plain.mean(axis=1), drawn.mean(axis=2)
    print(
        f"{'mean':26}  {mean[0]:6.3f} {mean[1]:6.3f}  {_ends(means[:, 1])}"
        f"\ndifference {mean[1] - mean[0]:+.3f}, between {_ends(means[:, 1] - means[:, 0])}"
    )


def details(behaviours: Sequence[str], results: Sequence[Ours]) -> None:
    """Print what abstaining buys, and what the evidence is worth."""
    decided, right = (np.concatenate([getattr(one, name) for one in results]) for name in ("decided", "right"))
    cited, named = (np.sum([getattr(one, name) for one in results], axis=0) for name in ("cited", "named"))
    print(f"\n{'behaviour':26} decided  right when decided  cited turns that people named too")
    for column, name in enumerate(behaviours):
        sure = right[:, column].sum() / max(1, decided[:, column].sum())
        print(
            f"{name:26}  {decided[:, column].mean():6.3f}  {sure:18.3f}  {named[column] / max(1, cited[column]):6.3f}"
        )
    print(f"{'all':26}  {decided.mean():6.3f}  {right.sum() / decided.sum():18.3f}  {named.sum() / cited.sum():6.3f}")
    for name, unit in (("train", "s to train"), ("score", "s to score a conversation, vectors known")):
        print(f"{np.mean([one.seconds[name] for one in results]):.4f} {unit}")


def run(data: Set, encoder: Encoder, *, seeds: Sequence[int], turns: str) -> None:
    """Run all seeds and print."""
    sentences = Sentences.of(data.conversations.values(), encoder)
    results, level = [], {"turns": [], "conversations": []}
    for seed in seeds:
        split = data.splits[str(seed)]
        test = split["test"]
        named = data.turns(test)
        rival = Baseline(data, sentences).run(split["pool"][:LABELLED], test, seed=seed)
        result = ours(data, split, encoder, seed=seed, turns=turns)
        results.append(result)
        both = [(np.asarray(one), getattr(result, which)) for which, one in zip(level, rival, strict=True)]
        level["turns"].append(Compared([data.group(key) for key, _ in named], data.shown(named), both[0]))
        level["conversations"].append(Compared([data.group(key) for key in test], data.met(test), both[1]))
        print(f"seed {seed} done", file=sys.stderr)
    for name, compared in level.items():
        table(
            f"{name}: Cohen's kappa, mean of {len(seeds)} seeds",
            data.behaviours,
            compared,
            rng=np.random.default_rng(0),
        )
    details(data.behaviours, results)


def main() -> None:
    """Read the arguments, and stop with a sentence where something is missing."""
    parser = argparse.ArgumentParser(description="Learned scorers on real chats, against the averaged baseline.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/p4g")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--labels", choices=("turns", "conversations", "copied"), default="turns")
    parser.add_argument("--behaviours", nargs="*", default=MAIN)
    options = parser.parse_args()
    if not (options.data / "conversations.jsonl.gz").is_file():
        sys.exit(f"{options.data}: no conversations.jsonl.gz; name the folder of the development set with --data")
    folder = options.model or _fetched()
    data = Set.read(options.data, options.behaviours)
    seeds = range(options.first, options.first + options.seeds)
    run(data, Remembered(OnnxEncoder(folder)), seeds=seeds, turns=options.labels)


def _fetched() -> Path:
    from coachloop.adapters.models.catalogue import MINILM
    from coachloop.adapters.models.store import folder_of

    home = Path(os.environ.get("COACHLOOP_HOME", ROOT / "var"))
    return folder_of(MINILM.name, home)


if __name__ == "__main__":
    main()
