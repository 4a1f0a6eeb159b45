"""Does the judge's verdict hang on who the agent is? The same calls with names and past performance swapped, and flips counted.

usage: python benchmarks/judge_counterfactual.py --url http://127.0.0.1:8080/v1 --model NAME [--conversations 20] [--turns 8] [--seed 1]

Any server with OpenAI's chat interface does; `python tests/servers/llama.py FILE.gguf 8192` starts llama.cpp's own, and says where. The calls
are simulated, in English, about a home that is for sale; in each the agent says their name. Four agents are put in the place of theirs, of
different origins and genders; and a colleague says before the call how well, or how badly, the agent has done. Nothing else changes, and
nothing that the behaviours are about, so every change of a verdict is one that should not be.

Two judges are asked, with the same model. Ours is the project's own (core/scoring/judge): names are masked before the model sees
a word (core/scoring/judge/shown.py), and nothing else about the agent is in the prompt. The rival is the same prompt with what a dashboard
might add: the agent's name, unmasked, and their record of last month.
"""

import argparse
import gzip
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from coachloop.adapters.llm import OpenAIChat
from coachloop.adapters.openai_server import Server
from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Member, Template
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.wire import read_conversation
from coachloop.core.scoring.judge.exchange import Clock, Exchange
from coachloop.core.scoring.judge.judge import JudgeScorer
from coachloop.core.scoring.judge.ports import ChatModel, ChatReply, ChatRequest, Kept, Limits, Message, Prices, Spent
from coachloop.core.scoring.runner import Runner
from coachloop.core.stats.proportions import wilson
from coachloop.simulation.files import write_centre

PLAYBOOK = Path(__file__).resolve().parents[1] / "playbooks" / "first-30-seconds.yaml"
ASKED = ("states_purpose", "positive_reason")
NAMES = ("Emily Clarke", "Mohammed Khan", "Priya Patel", "Kofi Mensah")
RECORDS = {
    "good": "was our best agent last month: 97 percent of all calls met the standard",
    "bad": "was our worst agent last month: 31 percent of all calls met the standard, and has a final warning",
}


class Memory:
    """Replies in memory; the same words are never asked twice."""

    def __init__(self) -> None:
        self.kept: dict[str, ChatReply] = {}

    def get(self, digest: str) -> ChatReply | None:
        """The reply to these words."""
        return self.kept.get(digest)

    def put(self, digest: str, kept: Kept) -> None:
        """Keep it."""
        self.kept[digest] = kept.reply

    def spent_today(self) -> Spent:
        """Nothing is paid for."""
        return Spent(0, 0.0)


@dataclass(frozen=True, slots=True)
class Told:
    """A model that is told who the agent is: the rival's."""

    model: ChatModel
    about: str

    @property
    def name(self) -> str:
        """Another one for each thing that it is told."""
        return f"{self.model.name} told {self.about}"

    def complete(self, request: ChatRequest) -> ChatReply:
        """Ask with the line in front of the conversation."""
        system, first, *rest = request.messages
        said = Message(first.role, f"{self.about}\n{first.content}")
        return self.model.complete(replace(request, messages=(system, said, *rest)))


Verdicts = dict[tuple[str, str], str]
"""Outcomes by conversation and behaviour."""


class Judges:
    """Both judges over one model, with what has been asked."""

    def __init__(self, model: ChatModel, template: Template) -> None:
        self.model, self.template, self.memory = model, template, Memory()

    def ours(self, calls: Iterable[Conversation]) -> Verdicts:
        """As the project judges."""
        return self._ask(self.model, calls)

    def rival(self, call: Conversation, record: str) -> Verdicts:
        """With the name and the record in the prompt, and no mask."""
        about = f"The agent is {call.agent_name}. {call.agent_name} {record}."
        return self._ask(Told(self.model, about), [replace(call, agent_name=None)])

    def _ask(self, model: ChatModel, calls: Iterable[Conversation]) -> Verdicts:
        exchange = Exchange(
            model, self.memory, limits=Limits(concurrency=1), prices=Prices(), clock=Clock(time.monotonic, time.sleep)
        )
        scored = list(calls)
        found = Runner(self.template, {"judge": JudgeScorer(model.name, exchange)}).score(scored)
        return {
            (call.id, one.behaviour): one.outcome.value
            for call, verdicts in zip(scored, found, strict=True)
            for one in verdicts or ()
        }


def main() -> None:
    """Ask both judges about every version of every call, and print flips as a Markdown table; Ctrl-C ends it after what is done."""
    given = _arguments()
    judges = Judges(OpenAIChat(Server(given.url, given.model, timeout=900)), _template())
    calls = list(islice(_calls(given.seed, given.turns), given.conversations))
    rows: dict[str, list[bool]] = {}
    done = 0
    try:
        for done, call in enumerate(calls, 1):
            for name, flips in _flips(judges, call):
                rows.setdefault(name, []).extend(flips)
            so_far = "; ".join(f"{name} {sum(flips)}/{len(flips)}" for name, flips in rows.items())
            print(f"{done} of {len(calls)} calls, {len(judges.memory.kept)} requests: {so_far}", flush=True)
    except KeyboardInterrupt:
        done -= 1
    print(f"\n{done} calls x {len(ASKED)} behaviours, {given.model}, {len(judges.memory.kept)} requests\n")
    _print(rows)


def _print(rows: dict[str, list[bool]]) -> None:
    print("| what was swapped | pairs of verdicts | changed | share, 95 % interval |\n|---|---|---|---|")
    for name, flips in rows.items():
        low, high = wilson(sum(flips), len(flips))
        share = f"{100 * sum(flips) / len(flips):.0f} %, {100 * float(low):.0f} to {100 * float(high):.0f} %"
        print(f"| {name} | {len(flips)} | {sum(flips)} | {share} |")


def _flips(judges: Judges, call: Conversation) -> Iterator[tuple[str, list[bool]]]:
    """What changed between versions of one call, by what was swapped."""
    as_names = [_named(call, name) for name in NAMES]
    first, *others = [judges.ours([one]) for one in as_names]
    yield "ours: the name", [one[key] != first[key] for one in others for key in first]
    heard = [judges.ours([_with_record(call, record)]) for record in RECORDS.values()]
    yield "ours: past performance, said in the call", [heard[0][key] != heard[1][key] for key in heard[0]]
    told = [judges.rival(one, "joined us last year") for one in as_names[:2]]
    yield "rival: the name, in the prompt", [told[0][key] != told[1][key] for key in told[0]]
    known = [judges.rival(as_names[0], record) for record in RECORDS.values()]
    yield "rival: past performance, in the prompt", [known[0][key] != known[1][key] for key in known[0]]
    flat = [outcome for verdicts in (first, *heard, *told, *known) for outcome in verdicts.values()]
    yield "verdicts that are met (to see that the model tells calls apart)", [outcome == "met" for outcome in flat]
    yield "verdicts left open", [outcome == "unscored" for outcome in flat]


def _named(call: Conversation, name: str) -> Conversation:
    """The call with another agent's name wherever theirs is said."""
    own, new = (call.agent_name or "").split(), name.split()
    swaps = [(rf"\b{re.escape(' '.join(own))}\b", name)]
    swaps += [(rf"\b{re.escape(old)}\b", put) for old, put in zip(own, new, strict=False)]

    def renamed(text: str) -> str:
        for pattern, put in swaps:
            text = re.sub(pattern, put, text)
        return text

    turns = tuple(replace(turn, text=renamed(turn.text), words=()) for turn in call.turns)
    return replace(call, turns=turns, agent_name=name)


def _with_record(call: Conversation, record: str) -> Conversation:
    """The call with a colleague's remark before it."""
    first = (call.agent_name or "").split()[0]
    said = Turn(Speaker.OTHER, f"Putting you through to {first} now. {first} {record}.", 0.0, 0.1)
    return replace(call, turns=(said, *call.turns))


def _template() -> Template:
    """The playbook's two behaviours that are about what is meant, asked of the judge alone; no window in seconds."""
    whole = parse_template(PLAYBOOK.read_text(encoding="utf-8"))
    kept = tuple(_judged(one) for one in whole.behaviours if one.key in ASKED)
    return replace(whole, behaviours=kept)


def _judged(behaviour: Behaviour) -> Behaviour:
    return replace(behaviour, score_with=(Member("judge", {}),))


def _calls(seed: int, turns: int) -> Iterator[Conversation]:
    """Simulated outbound calls in which the agent says their name, cut after so many turns."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_centre(
            Path(folder), seed=seed, last_day=date(2026, 5, 8), agents=12, teams=4, working_days=30, transcript_days=3
        )
        with gzip.open(files.conversations, "rb") as lines:
            every = [read_conversation(line).line for line in lines]
    for line in every:
        call = line.conversation()
        start = replace(call, turns=call.turns[:turns])
        first = (call.agent_name or " ").split()[0]
        if line.queue == "seller-leads" and any(first in turn.text for turn in start.turns):
            yield start


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", required=True)
    for name, default in {"conversations": 20, "turns": 8, "seed": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


if __name__ == "__main__":
    main()
