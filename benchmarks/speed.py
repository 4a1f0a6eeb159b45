"""How fast scoring is, against the straightforward way, in one run: phrases, sentence embeddings, learned scorers.

usage: python benchmarks/speed.py [FOLDER] [--section NAME]

FOLDER holds the development sets (p4g, star, swda; default ../shared/data beside the project); a section whose set is not there
uses talk of the simulated centre and says so. The sentence model is looked for where the site has it (COACHLOOP_EMBEDDINGS,
COACHLOOP_HOME, ./var). Every section runs in a process of its own, so that its peak memory is its own; rivals take turns in it, and the
median of three is shown.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import batched, islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Template
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.runner import Runner

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
ROUNDS = 3
TURNS = 30
"""Turns of a conversation where speed is stated a conversation."""


def conversations(folder: Path, name: str) -> Iterator[Conversation]:
    """The set's conversations, or generated ones where it is not there."""
    path = folder / name / "conversations.jsonl.gz"
    if not path.exists():
        print(f"  ({path} is not there: generated talk)")
        yield from generated()
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(_conversation, map(json.loads, lines))


def _conversation(line: dict[str, Any]) -> Conversation:
    turns = (Turn(Speaker(turn["speaker"]), turn["text"]) for turn in line["turns"] if turn["text"].strip())
    return Conversation(str(line["id"]), tuple(turns))


def generated() -> Iterator[Conversation]:
    """Calls of the simulated centre."""
    from datetime import date

    from coachloop.simulation import write_centre

    with tempfile.TemporaryDirectory() as name:
        files = write_centre(Path(name), seed=1, last_day=date(2026, 1, 30), agents=12, teams=4)
        with gzip.open(files.conversations, "rt", encoding="utf-8") as lines:
            yield from map(_conversation, map(json.loads, lines))


class Took(NamedTuple):
    """How long work took on the clock, and how long the cores were at it: on a busy machine the second says more."""

    seconds: float
    cores: float


def took(work: Callable[[], object]) -> Took:
    """Do it and measure it."""
    started, before = perf_counter(), process_time()
    work()
    return Took(perf_counter() - started, process_time() - before)


def race(rivals: dict[str, Callable[[], object]]) -> dict[str, Took]:
    """Medians of each; they take turns, so that a busy moment of the machine meets all."""
    found: dict[str, list[Took]] = {name: [] for name in rivals}
    for _ in range(ROUNDS):
        for name, work in rivals.items():
            found[name].append(took(work))
    return {name: Took(*map(median, zip(*times, strict=True))) for name, times in found.items()}


RATES = ("conversations a second", "a second of one core")


def _rates(calls: Sequence[Conversation], one: Took, beside: Took) -> tuple[float, float, float]:
    return len(calls) / one.seconds, len(calls) / one.cores, beside.seconds / one.seconds


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print columns: the first to the left, numbers to the right."""
    cells = [list(map(str, head)), *(list(map(_shown, row)) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        print(
            "  "
            + "  ".join(
                cell.rjust(w) if n else cell.ljust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
        )


def _shown(value: object) -> str:
    return (
        f"{value:,.0f}"
        if isinstance(value, float) and value >= 10
        else f"{value:.2f}"
        if isinstance(value, float)
        else str(value)
    )


# -- phrases ------------------------------------------------------------------------------------------------------------------

PHRASE_SETS = (("p4g", "donation"), ("star", "service_chat"), ("swda", "telephone_talk"))


def phrases(folder: Path) -> None:
    """Our phrases, with windows, proofs and reasons, against one `re.search` for each phrase and turn, with neither."""
    rows = []
    for name, template in PHRASE_SETS:
        core = parse_template((ROOT / "benchmarks" / "real_data" / f"{template}.yaml").read_text(encoding="utf-8"))
        calls = list(conversations(folder, name))
        runner, patterns = Runner(core, {"phrases": PhraseScorer()}), _patterns(core)
        times = race({"re": partial(_by_re, patterns, calls), "ours": partial(_in_blocks, runner, calls)})
        words = sum(len(turn.text.split()) for call in calls for turn in call.turns) / len(calls)
        rates = [len(calls) / times[rival].seconds for rival in ("re", "ours")]
        rows.append(
            (
                name,
                len(calls),
                words,
                len(core.behaviours),
                *rates,
                rates[1] / rates[0],
                _agreement(runner, patterns, calls),
            )
        )
    table(
        ("phrases", "conversations", "words each", "behaviours", "re, a second", "ours, a second", "ratio", "same"),
        rows,
    )


def _patterns(template: Template) -> list[list[re.Pattern[str]]]:
    """A behaviour's phrases as anybody would write them with `re`, compiled once."""
    listed = (
        [one for member in behaviour.score_with for one in member.options.get("any", ())]
        for behaviour in template.behaviours
    )
    return [[re.compile(_pattern(phrase), re.IGNORECASE) for phrase in phrases] for phrases in listed]


def _pattern(phrase: str) -> str:
    if phrase.startswith("/"):
        return phrase.strip("/")
    words = (r"(?:\W+\w+){0,5}" if word == "..." else r"\W+" + re.escape(word) for word in phrase.split())
    return "".join(words).replace(r"\W+", r"\b", 1) + r"\b"


def _by_re(patterns: list[list[re.Pattern[str]]], calls: Sequence[Conversation]) -> list[list[bool]]:
    said = ([turn.text for turn in call.turns if turn.speaker is Speaker.AGENT] for call in calls)
    return [[any(one.search(text) for text in texts for one in wanted) for wanted in patterns] for texts in said]


def _in_blocks(runner: Runner, calls: Sequence[Conversation]) -> list[Any]:
    return [verdicts for block in batched(calls, 200) for verdicts in runner.score(block)]


def _agreement(runner: Runner, patterns: list[list[re.Pattern[str]]], calls: Sequence[Conversation]) -> float:
    """How often both say the same: the rivals must do the same work."""
    ours = [[verdict.outcome is Outcome.MET for verdict in verdicts] for verdicts in _in_blocks(runner, calls)]
    pairs = [
        a == b
        for one, other in zip(ours, _by_re(patterns, calls), strict=True)
        for a, b in zip(one, other, strict=True)
    ]
    return sum(pairs) / len(pairs)


# -- sentence embeddings ------------------------------------------------------------------------------------------------------


def model_folder() -> Path | None:
    """The sentence model's folder; None, in words, where there is none."""
    from coachloop.adapters.models.store import folder_of, is_here

    given = os.environ.get("COACHLOOP_EMBEDDINGS", "")
    homes = (Path(os.environ.get("COACHLOOP_HOME", ROOT / "var")), ROOT / "var")
    here = (folder_of("minilm", home) for home in homes if is_here("minilm", home))
    found = Path(given) if given not in {"", "off"} else next(here, None)
    if found is None:
        print("  skipped: needs the sentence model; `coachloop models get minilm`")
    return found


def in_thirties(calls: Iterator[Conversation], count: int) -> list[Conversation]:
    """Talk cut into conversations of 30 turns."""
    turns = (turn for call in calls for turn in call.turns)
    return [Conversation(f"c-{n}", tuple(cut)) for n, cut in enumerate(islice(batched(turns, TURNS), count))]


def plainly(model: Path) -> Callable[[Sequence[str]], object]:
    """One call a sentence, the model as it is used everywhere: default session, mean of the tokens, unit length."""
    import numpy as np
    import onnxruntime
    from tokenizers import Tokenizer

    session, tokenizer = (
        onnxruntime.InferenceSession(model / "model.onnx"),
        Tokenizer.from_file(str(model / "tokenizer.json")),
    )
    tokenizer.no_padding()

    def encode(text: str) -> Any:
        ids = np.array([tokenizer.encode(text).ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        vector = session.run(None, inputs)[0][0].mean(axis=0)
        return vector / np.linalg.norm(vector)

    return lambda texts: [encode(text) for text in texts]


def encoder(folder: Path) -> None:
    """Sentences a second: one call each, ours with nothing remembered, ours with everything remembered."""
    from coachloop.adapters.embeddings import CachedEncoder, OnnxEncoder

    model = model_folder()
    if model is None:
        return
    calls = in_thirties(conversations(folder, "p4g"), 24)
    texts = [turn.text for call in calls for turn in call.turns]
    own, plain = OnnxEncoder(model), plainly(model)
    with tempfile.TemporaryDirectory() as name:
        fresh = (CachedEncoder(own, Path(name) / str(number)) for number in range(ROUNDS))
        warm = CachedEncoder(own, Path(name) / "warm")
        warm.encode(texts)
        rivals = {
            "one call each": lambda: plain(texts),
            "ours, cold": lambda: next(fresh).encode(texts),
            "ours, warm": lambda: warm.encode(texts),
        }
        times = race(rivals)
    print(
        f"  {len(texts):,} sentences of {len(calls)} conversations of {TURNS} turns, {len(set(texts)):,} of them different"
    )
    rows = [
        (name, len(texts) / one.seconds, *_rates(calls, one, times["one call each"])) for name, one in times.items()
    ]
    table(("embeddings", "sentences a second", *RATES, "ratio"), rows)


# -- learned scorers ----------------------------------------------------------------------------------------------------------

LEARNED = (
    *("acknowledged", "asked_discovery_question", "asked_for_sale", "emotion_appeal", "greeted"),
    *("praised_customer", "thanked", "told_personal_story", "credibility_appeal", "logical_appeal"),
)
LABELLED, COLD = 200, 24


def learned(folder: Path) -> None:
    """Training on 200 conversations and 10 behaviours; scoring with nothing remembered, and with every sentence remembered."""
    from coachloop.adapters.embeddings import CachedEncoder, OnnxEncoder
    from coachloop.core.scoring.learned.scorer import LearnedScorer

    model, path = model_folder(), folder / "p4g" / "conversations.jsonl.gz"
    if model is None or not path.exists():
        print(f"  skipped: needs labels, {path}")
        return
    template, own, cases = parse_template(_asks_learned()), OnnxEncoder(model), list(islice(_labelled(path), LABELLED))
    calls = in_thirties((case.conversation for case in cases), len(cases))
    with tempfile.TemporaryDirectory() as name:
        known = _Switch(CachedEncoder(own, Path(name) / "known"))
        runner = Runner(template, {"learned": LearnedScorer(_models(template, cases, known), known)})
        warm = race({"warm": lambda: _in_blocks(runner, calls)})["warm"]
        few, known.texts = calls[:COLD], []
        _in_blocks(runner, few)
        texts, stores = known.texts, (Path(name) / str(number) for number in range(ROUNDS))

        def cold() -> None:
            known.encoder = CachedEncoder(own, next(stores))
            _in_blocks(runner, few)

        times = race({"the encoder alone": lambda: own.encode(texts), "cold": cold})
    print(f"  conversations of {TURNS} turns; cold {len(few)}, warm {len(calls)}")
    alone = times["the encoder alone"]
    rows = [(name, *_rates(few, one, alone)) for name, one in times.items()]
    table(("learned", *RATES, "share"), [*rows, ("warm", *_rates(calls, warm, warm)[:2], "")])


def _models(template: Template, cases: Sequence[Any], encoder: Encoder) -> dict[tuple[str, str], Any]:
    """Train, and say how long it took."""
    import numpy as np

    from coachloop.core.scoring.learned.scorer import Model
    from coachloop.core.scoring.learned.training import Trained, train

    trained: list[Any] = []
    texts = [turn.text for case in cases for turn in case.conversation.turns]
    encoding = took(lambda: encoder.encode(texts))
    training = took(
        lambda: trained.extend(train(template.behaviours, cases, encoder=encoder, rng=np.random.default_rng(1)))
    )
    models = {(template.key, one.behaviour): Model("1", one.model) for one in trained if isinstance(one, Trained)}
    print(f"  {len(cases)} labelled conversations, {len(models)} of {len(LEARNED)} behaviours trained")
    table(("", "seconds", "seconds of cores"), [("sentences encoded", *encoding), ("training", *training)])
    return models


def _asks_learned() -> str:
    """A template whose behaviours are all left to learned scorers."""
    behaviours = (f"  - {{key: {key}, title: {key}, question: Q?, score_with: [{{learned: {{}}}}]}}" for key in LEARNED)
    return "\n".join(["key: donation", "title: Donation talk", "behaviours:", *behaviours])


def _labelled(path: Path) -> Iterator[Any]:
    from coachloop.core.scoring.learned.training import Answer, Labelled

    outcomes = {True: Outcome.MET, False: Outcome.NOT_MET}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            labels = {key: one for key, one in line["labels"].items() if key in LEARNED and one["value"] is not None}
            answers = {
                key: Answer(outcomes[one["value"]], tuple(one.get("turns") or ())) for key, one in labels.items()
            }
            yield Labelled(_conversation(line), line["group_id"], answers)


class _Switch:
    """Stands before an encoder that may be changed for one that says the same, and keeps what was asked."""

    def __init__(self, encoder: Any) -> None:
        self.encoder, self.texts = encoder, list[str]()
        self.name, self.dimensions = encoder.name, encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Any:
        self.texts += texts
        return self.encoder.encode(texts)


SECTIONS: dict[str, Callable[[Path], None]] = {"phrases": phrases, "encoder": encoder, "learned": learned}


def main() -> None:
    """Each section in a process of its own, one after another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--section", choices=SECTIONS)
    asked = parser.parse_args()
    if asked.section:
        SECTIONS[asked.section](asked.folder)
        return
    print(f"{os.cpu_count()} cores; median of {ROUNDS}, taking turns", flush=True)
    for name in SECTIONS:
        process = subprocess.Popen([sys.executable, __file__, str(asked.folder), "--section", name])
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        print(f"  peak memory {used.ru_maxrss // 1024:,} MB\n", flush=True)
        assert process.returncode == 0, f"the section {name} failed"


if __name__ == "__main__":
    main()
