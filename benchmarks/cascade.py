"""What each member of a cascade costs, and what it buys: phrases only, with learned, with a judge, a judge alone.

usage: python benchmarks/cascade.py [--data FOLDER] [--model FOLDER] [--seeds N] [--price-in P] [--price-out P]

FOLDER holds p4g (default ../shared/data beside the project). Fifty labelled conversations are learned from; the conversations of agents
that nobody learned from are scored, with the phrases of benchmarks/real_data/donation.yaml. No language model worth its verdicts
is at hand here, so the judge is played by the people who labelled: the figures beside it are the most that any judge could add, while its requests and
tokens are those that the real one would send. Kappa counts what nobody decided as not met, so that passing is no way to shine.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import cohen_kappa_score

from coachloop.adapters.embeddings import open_encoder
from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Member, Template
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Missed, Outcome, Quote, Verdict
from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.judge.judge import JudgeScorer
from coachloop.core.scoring.judge.ports import ChatReply, Kept, Prices, Spent
from coachloop.core.scoring.judge.rehearsal import Plan, Rehearsal
from coachloop.core.scoring.learned.labels import Answer, Labelled, Trained
from coachloop.core.scoring.learned.scorer import LearnedScorer, Model
from coachloop.core.scoring.learned.training import train
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Finding, Question, Scorer
from coachloop.core.scoring.runner import Runner

HERE = Path(__file__).resolve()
DATA = HERE.parents[2] / "shared" / "data"
LABELLED = 50
WAYS: Mapping[str, tuple[str, ...]] = {
    "phrases": ("phrases",),
    "learned": ("learned",),
    "learned, always deciding": ("learned!",),
    "phrases, learned": ("phrases", "learned"),
    "learned, judge": ("learned", "judge"),
    "phrases, learned, judge": ("phrases", "learned", "judge"),
    "judge": ("judge",),
}

Line = dict[str, Any]


class NothingKept:
    """A store in which no reply is found."""

    def get(self, digest: str) -> ChatReply | None:
        """None."""
        del digest
        return None

    def put(self, digest: str, kept: Kept) -> None:
        """Forget it."""

    def spent_today(self) -> Spent:
        """Nothing."""
        return Spent(0, 0.0)


class People(Scorer):
    """The labels in the place of a judge; what the judge would send is counted."""

    name, version = "judge", "people"

    def __init__(self, lines: Mapping[str, Line], prices: Prices) -> None:
        self._lines = lines
        self._rehearsal = Rehearsal("none", NothingKept(), prices=prices)
        self._judge = JudgeScorer("none", self._rehearsal)

    @property
    def plan(self) -> Plan:
        """Requests, tokens and cost so far."""
        return self._rehearsal.plan

    def score(self, questions: Sequence[Question]) -> list[Finding]:
        """What people say."""
        self._judge.score(questions)
        return [self._said(question) for question in questions]

    def _said(self, question: Question) -> Finding:
        label = self._lines[question.conversation.id]["labels"][question.behaviour.key]
        if not label["value"]:
            return Finding(Outcome.NOT_MET, "people", missed=Missed(0))
        turns = question.conversation.turns
        return Finding(
            Outcome.MET,
            "people",
            evidence=tuple(Quote(t, 0, len(turns[t].text), turns[t].text) for t in label["turns"]),
        )


@dataclass(slots=True)
class Row:
    """One cascade over all seeds: sums, to be divided."""

    kappas: list[float]
    left: int = 0
    asked: int = 0
    calls: int = 0
    seconds: float = 0.0
    requests: int = 0
    tokens: int = 0
    cost: float = 0.0


def main() -> None:
    """Print the table."""
    given = _arguments()
    with gzip.open(given.data / "p4g" / "conversations.jsonl.gz", "rt") as file:
        lines = {line["id"]: line for line in map(json.loads, file)}
    splits = json.loads((given.data / "p4g" / "splits_group.json").read_text())
    phrases = parse_template((HERE.parent / "real_data" / "donation.yaml").read_text())
    bench = Bench(
        lines,
        phrases,
        encoder=open_encoder(str(given.model or "off"), Path(tempfile.mkdtemp())),
        prices=Prices(given.price_in, given.price_out),
    )
    for seed in list(splits)[: given.seeds]:
        bench.run(splits[seed]["pool"][:LABELLED], splits[seed]["test"], seed=int(seed))
    bench.show()


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument(
        "--model", type=Path, help="folder of a sentence embedding model, as `coachloop models get minilm` makes it"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--price-in", type=float, default=0.15, help="a million tokens asked")
    parser.add_argument("--price-out", type=float, default=0.60, help="a million tokens answered")
    return parser.parse_args()


class Bench:
    """Scores the same conversations with every cascade."""

    def __init__(
        self, lines: Mapping[str, Line], template: Template, *, encoder: Encoder | None, prices: Prices
    ) -> None:
        self._lines, self._template, self._encoder, self._prices = lines, template, encoder, prices
        self._rows = {name: Row([]) for name in WAYS}

    def run(self, labelled: Sequence[str], test: Sequence[str], *, seed: int) -> None:
        """Learn from some, score the others with each cascade."""
        learned = self._learned([self._lines[key] for key in labelled], seed)
        said = [_conversation(self._lines[key]) for key in test]
        if self._encoder:  # the speeds are those of calls whose sentences are known, as when they are scored anew
            self._encoder.encode([turn.text for one in said for turn in one.turns])
        for name, members in WAYS.items():
            people = People(self._lines, self._prices)
            scorers: dict[str, Scorer] = {"phrases": PhraseScorer(), "learned": learned, "judge": people}
            runner = Runner(_with(self._template, members), scorers)
            started = time.perf_counter()
            found = [verdicts or [] for verdicts in runner.score(said)]
            self._count(self._rows[name], test, found, seconds=time.perf_counter() - started, plan=people.plan)

    def _learned(self, lines: Sequence[Line], seed: int) -> LearnedScorer:
        cases = [Labelled(_conversation(line), line["group_id"], _answers(line, self._template)) for line in lines]
        results = train(self._template.behaviours, cases, encoder=self._encoder, rng=np.random.default_rng(seed))
        models = {
            (self._template.key, one.behaviour): Model("1", one.model) for one in results if isinstance(one, Trained)
        }
        return LearnedScorer(models, self._encoder)

    def _count(
        self, row: Row, keys: Sequence[str], found: Sequence[Sequence[Verdict]], *, seconds: float, plan: Plan
    ) -> None:
        for column, behaviour in enumerate(self._template.behaviours):
            truth = [bool(self._lines[key]["labels"][behaviour.key]["value"]) for key in keys]
            says = [verdicts[column].outcome is Outcome.MET for verdicts in found]
            row.kappas.append(cohen_kappa_score(truth, says))
        row.asked += sum(len(verdicts) for verdicts in found)
        row.left += sum(verdict.outcome is Outcome.UNSCORED for verdicts in found for verdict in verdicts)
        row.calls, row.seconds = row.calls + len(keys), row.seconds + seconds
        row.requests, row.cost = row.requests + plan.requests, row.cost + plan.cost
        row.tokens += plan.tokens_in + plan.tokens_out

    def show(self) -> None:
        """The table."""
        how = self._encoder.name if self._encoder else "words and the dialogue alone; --model gives it embeddings"
        print(
            f"p4g, {len(self._template.behaviours)} behaviours, {LABELLED} labelled conversations; learned with {how}"
        )
        print(
            "| cascade | kappa | undecided | conversations a second | judge's requests a conversation | tokens | cost of 1,000 |"
        )
        print("|---|---:|---:|---:|---:|---:|---:|")
        for name, row in self._rows.items():
            speed = "the model's" if "judge" in name else f"{row.calls / row.seconds:,.0f}"
            print(
                f"| {name} | {np.mean(row.kappas):.2f} | {row.left / row.asked:.0%} | {speed} "
                f"| {row.requests / row.calls:.2f} | {row.tokens / row.calls:,.0f} | {1000 * row.cost / row.calls:.2f} |"
            )


def _with(template: Template, members: Sequence[str]) -> Template:
    """The template with only these members in each cascade; phrases as they are written."""
    behaviours = (
        replace(
            behaviour,
            score_with=tuple(_member(name, behaviour) for name in members),
        )
        for behaviour in template.behaviours
    )
    return replace(template, behaviours=tuple(behaviours))


def _member(name: str, behaviour: Behaviour) -> Member:
    options = {"phrases": behaviour.score_with[0].options, "learned!": {"abstain": False}}
    return Member(name.rstrip("!"), options.get(name, {}))


def _conversation(line: Line) -> Conversation:
    return Conversation(line["id"], tuple(Turn(Speaker(turn["speaker"]), turn["text"]) for turn in line["turns"]))


def _answers(line: Line, template: Template) -> dict[str, Answer]:
    labels = {behaviour.key: line["labels"][behaviour.key] for behaviour in template.behaviours}
    return {
        key: Answer(Outcome.MET if label["value"] else Outcome.NOT_MET, tuple(label["turns"]))
        for key, label in labels.items()
        if label["value"] is not None
    }


if __name__ == "__main__":
    main()
