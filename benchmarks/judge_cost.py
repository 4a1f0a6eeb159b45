"""What the judge is asked for one conversation, in tokens, against one request a behaviour; no model is asked.

usage: python benchmarks/judge_cost.py [--data FOLDER] [--tokenizer FILE] [--conversations N]

The same conversations and the same eight behaviours on both sides, each with two examples. The rival asks about one behaviour at a time,
with the same rules, the same transcript and the same form of answer. Answers are written from people's labels: a quote from the turn they
marked where they say met, a better sentence where not. FOLDER holds p4g (default ../shared/data beside the project). FILE is the
`tokenizer.json` of any model; without one four letters count as a token. "Asked anew" is what a server computes that keeps prefixes
which it has seen: vLLM, llama.cpp and the large hosted ones do.
"""

import argparse
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour
from coachloop.core.scoring.judge.parts import parts
from coachloop.core.scoring.judge.ports import ChatRequest
from coachloop.core.scoring.judge.prompt import ask
from coachloop.core.scoring.judge.shown import Transcript, estimated_tokens
from coachloop.core.scoring.moments import moments
from coachloop.core.scoring.port import Question

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
WINDOW_TOKENS = 8000

BEHAVIOURS = {
    "asked_for_sale": (
        "Did the agent ask the customer to donate?",
        "Would you like to donate part of your payment to the children today?",
        ("Would you be willing to give a dollar?", "How much of your payment would you like to donate?"),
    ),
    "asked_discovery_question": (
        "Did the agent ask a question to find out what the customer knows, thinks or has done?",
        "Have you ever given to a charity before?",
        ("Have you heard of Save the Children?", "Do you have children yourself?"),
    ),
    "thanked": (
        "Did the agent thank the customer?",
        "Thank you so much for your time.",
        ("Thanks for your donation.", "Thank you, that is very kind."),
    ),
    "greeted": (
        "Did the agent greet the customer?",
        "Hello, how are you today?",
        ("Hi there!", "Good morning, how are you?"),
    ),
    "acknowledged": (
        "Did the agent show that they took in what the customer had just said?",
        "I see, you would rather know first where the money goes.",
        ("That makes sense.", "I understand, times are hard for you too."),
    ),
    "praised_customer": (
        "Did the agent praise the customer?",
        "You are very generous.",
        ("That is so kind of you.", "You have a big heart."),
    ),
    "told_personal_story": (
        "Did the agent tell something of their own life or of somebody they know?",
        "My sister was helped by them when she was small.",
        ("I give every month myself.", "I have a cousin who worked there."),
    ),
    "emotion_appeal": (
        "Did the agent appeal to the customer's feelings?",
        "Imagine a child who goes to bed hungry every night.",
        ("These children have lost everything.", "It breaks my heart to see them suffer."),
    ),
}

Count = Callable[[str], int]


@dataclass(slots=True)
class Bill:
    """What one way of asking comes to."""

    requests: int = 0
    asked: int = 0
    shared: int = 0
    anew: int = 0
    answered: int = 0
    prefixes: set[str] = field(default_factory=set)

    def add(self, request: ChatRequest, answer: str, count: Count) -> None:
        """Put a request and its answer on the bill."""
        system, user = (message.content for message in request.messages)
        rules, own = count(system), count(user)
        self.requests += 1
        self.asked += rules + own
        self.shared += rules
        self.anew += own + (rules if system not in self.prefixes else 0)
        self.prefixes.add(system)
        self.answered += count(answer)


def main() -> None:
    """Print both bills and their ratio."""
    given = _arguments()
    count, counted_by = _counter(given.tokenizer)
    path = given.data / "p4g" / "conversations.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        calls = [json.loads(line) for line in islice(lines, given.conversations)]
    behaviours = [_behaviour(key) for key in BEHAVIOURS]
    ours, rival = Bill(), Bill()
    said = 0
    for call in calls:
        conversation = _conversation(call)
        said += sum(count(turn.text) for turn in conversation.turns)
        ours.add(_request(conversation, behaviours), _answer(call, behaviours), count)
        for behaviour in behaviours:
            rival.add(_request(conversation, [behaviour]), _answer(call, [behaviour]), count)
    _print(ours, rival, calls=len(calls), said=said, counted_by=counted_by)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--conversations", type=int, default=50)
    return parser.parse_args()


def _counter(path: Path | None) -> tuple[Count, str]:
    if path is None:
        return estimated_tokens, "estimated, four letters a token"
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(
        tokenizer.encode(text, add_special_tokens=False).ids
    ), f"counted by {path.parent.name}/{path.name}"


def _behaviour(key: str) -> Behaviour:
    question, good, met = BEHAVIOURS[key]
    return Behaviour(key, key, question, good=good, met_examples=met)


def _conversation(call: dict[str, Any]) -> Conversation:
    turns = (Turn(Speaker(turn["speaker"]), turn["text"]) for turn in call["turns"])
    return Conversation(call["id"], tuple(turns))


def _request(conversation: Conversation, behaviours: Sequence[Behaviour]) -> ChatRequest:
    questions = []
    for behaviour in behaviours:
        found = moments(conversation, behaviour)
        assert isinstance(found, tuple), "the agent says something in each of these conversations"
        questions.append(Question(conversation, behaviour, found, {}))
    transcript = Transcript(conversation)
    [part] = parts(transcript, questions, WINDOW_TOKENS)
    return ask(transcript, questions, part, shots={})


def _answer(call: dict[str, Any], behaviours: Sequence[Behaviour]) -> str:
    return json.dumps({behaviour.key: _one_answer(call, behaviour) for behaviour in behaviours})


def _one_answer(call: dict[str, Any], behaviour: Behaviour) -> dict[str, Any]:
    """What a judge would say that agrees with the people."""
    label = call["labels"][behaviour.key]
    met = bool(label["value"])
    quotes = [{"quote": call["turns"][turn]["text"], "turn": turn} for turn in label["turns"][:2]] if met else []
    return {
        "quotes": quotes,
        "reason": "The agent says so in these words." if met else "The agent never says anything of the kind.",
        "outcome": "met" if met else "not_met",
        "probability": 0.9 if met else 0.1,
        "missed_turn": -1 if met else 4,
        "better": "" if met else behaviour.good,
    }


def _print(ours: Bill, rival: Bill, *, calls: int, said: int, counted_by: str) -> None:
    print(f"{calls} conversations of p4g, {len(BEHAVIOURS)} behaviours, {counted_by}; tokens a conversation")
    print(f"{'':28}{'one request':>14}{'one a behaviour':>18}{'ratio':>8}")
    rows = (
        ("requests", ours.requests, rival.requests),
        ("asked", ours.asked, rival.asked),
        ("asked anew, prefixes kept", ours.anew, rival.anew),
        ("answered", ours.answered, rival.answered),
        ("asked and answered", ours.asked + ours.answered, rival.asked + rival.answered),
    )
    for name, one, other in rows:
        print(f"{name:28}{one / calls:14,.1f}{other / calls:18,.1f}{other / one:8.2f}")
    shared = ours.shared / ours.asked
    print(
        f"the words themselves: {said / calls:,.1f}; of what is asked, {shared:.0%} is a prefix that all conversations share"
    )


if __name__ == "__main__":
    main()
