"""A small centre whose truth is known: agents who thank the customer or do not, in one turn of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pytest

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Member
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.learned.scorer import LearnedScorer, Model
from coachloop.core.scoring.learned.training import Answer, Labelled, Trained, train
from coachloop.core.scoring.learned.words import Folded

THINGS = (
    "your order,the weather,this form,our offer,the delivery,my notes,that number,the garden,a new kitchen,the old one"
)
THANKS = (
    "thank you so much for {}",
    "many thanks for telling me about {}",
    "I really want to thank you, {} helps",
    "thanks a lot for {}",
)
TALK = (
    "let me look at {}",
    "I see {} here",
    "what about {}",
    "we have {} in the system",
    "so {} is next",
    "fine, {} then",
)
REPLIES = ("yes it is {}", "no, not {}", "I am not sure about {}", "what is {}?", "okay")


class Sounds:
    """An encoder without a model: each word points somewhere, and a text is the mean of its words."""

    name, dimensions = "sounds", 24

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        words = Folded(list(texts)).words()
        vectors = np.full((len(texts), self.dimensions), 1e-3)
        for text, word in zip(words.text, words.hash, strict=True):
            vectors[text] += _direction(int(word % 2**32))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@cache
def _direction(word: int) -> np.ndarray:
    return np.random.default_rng(word).normal(size=Sounds.dimensions)


@dataclass(frozen=True)
class Call:
    """A conversation, whether it is met, and the turn that shows it."""

    conversation: Conversation
    group: str
    met: bool
    turn: int

    def labelled(self, key: str = "thanks", *, turns: bool = True) -> Labelled:
        """The call with people's answer."""
        shown = (self.turn,) if self.met and turns else ()
        answer = Answer(Outcome.MET if self.met else Outcome.NOT_MET, shown)
        return Labelled(self.conversation, self.group, {key: answer})


def make(count: int, seed: int, agents: int = 10) -> list[Call]:
    """So many calls of ten turns, half of them met."""
    rng = np.random.default_rng(seed)
    things = THINGS.split(",")
    calls = []
    for number in range(count):
        met, shows = bool(rng.random() < 0.5), int(rng.choice([0, 2, 4, 6, 8]))
        turns = []
        for place in range(10):
            of = REPLIES if place % 2 else THANKS if met and place == shows else TALK
            text = of[rng.integers(len(of))].format(things[rng.integers(len(things))])
            turns.append(Turn(Speaker.CUSTOMER if place % 2 else Speaker.AGENT, text))
        conversation = Conversation(f"c{seed}-{number}", tuple(turns))
        calls.append(Call(conversation, f"agent {number % agents}", met, shows))
    return calls


def behaviour(key: str = "thanks", **more: object) -> Behaviour:
    """A behaviour that a learned scorer decides."""
    options = more.pop("options", {})
    return Behaviour(key, key, f"{key}?", score_with=(Member("learned", options),), **more)


class Centre:
    """The calls, what is asked about them, and what was learned from forty of them."""

    sounds = Sounds()
    calls = staticmethod(make)
    asks = staticmethod(behaviour)

    @cached_property
    def learned(self) -> Trained:
        """Forty calls learned with their turns, by words alone."""
        known = [one.labelled() for one in make(40, 1)]
        others = [one.conversation for one in make(20, 2)]
        (result,) = train([behaviour()], known, encoder=None, background=others, rng=np.random.default_rng(0))
        assert isinstance(result, Trained)
        return result

    @cached_property
    def without_turns(self) -> Trained:
        """The same calls, where people only said whether it is met; with sentence vectors."""
        known = [one.labelled(turns=False) for one in make(40, 1)]
        (result,) = train([behaviour()], known, encoder=self.sounds, rng=np.random.default_rng(0))
        assert isinstance(result, Trained)
        return result

    @cached_property
    def scorer(self) -> LearnedScorer:
        """A scorer that knows the first of these."""
        return LearnedScorer({("t", "thanks"): Model("3", self.learned.model)}, None)


@pytest.fixture(scope="session")
def centre() -> Centre:
    """One centre for all tests of learning."""
    return Centre()
