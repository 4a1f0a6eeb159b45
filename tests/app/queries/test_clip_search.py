"""The library is searched by words and by meaning, and only in what the viewer is shown."""

import numpy as np
import pytest

from builders import MANNERS, NOW, call, publish, score, take
from coachloop.adapters.embeddings import OnnxEncoder
from coachloop.app.models import Clip, ClipShare, Verdict
from coachloop.app.queries import clip_search
from coachloop.app.services import clips
from real_models import folder


class Alike:
    """Texts that share a topic are near, all others are far; remembers what it is asked."""

    name, dimensions = "alike", 3

    def __init__(self, *topics):
        self.topics, self.asked = topics, []

    def encode(self, texts):
        self.asked += texts
        rows = [[float(any(word in text.lower() for word in topic)) for topic in self.topics] for text in texts]
        return np.array([row if any(row) else [0.0] * (len(row) - 1) + [1.0] for row in rows], np.float32)


@pytest.fixture
def two(cast):
    """Lea's clip is about anger, Tom's about price; his customer is Ms Berg."""
    publish(MANNERS)
    take(call("c-1", greets=True), call("c-2", agent="tom", greets=True, price=True, customer_name="Ms Good"))
    score()
    made = []
    for key, title in (("c-1", "Furious at first"), ("c-2", "How much it costs")):
        verdict = Verdict.objects.get(behaviour__key="greets", attempt__evaluation__conversation__key=key)
        made.append(clips.make_clip(viewer=cast.ada, verdict_id=verdict.pk, title=title, why_good="Calm.", now=NOW).pk)
    return made


def found(viewer, words, encoder=None, **more):
    return [one.id for one in clip_search.library(viewer, words=words, encoder=encoder, **more)]


def test_by_meaning_where_the_words_are_others(cast, two):
    lea, tom = two
    encoder = Alike(("angry", "furious"), ("price", "costs"), ("nothing",))
    assert found(cast.ada, "angry") == []
    assert found(cast.ada, "angry", encoder) == [lea]
    assert found(cast.ada, "price", encoder) == [tom]
    assert found(cast.ada, "calm price", encoder) == [tom]
    assert set(found(cast.ada, "calm", encoder)) == set(two)
    assert found(cast.ada, "angry", encoder, behaviour="manners/warmth") == []
    assert found(cast.ada, "!?", encoder) == []
    assert found(cast.ada, " ", encoder) == [tom, lea]


def test_words_come_before_meaning(cast, two):
    lea, tom = two
    Clip.objects.filter(pk=tom).update(why_good="Nobody is furious.")
    assert found(cast.ada, "nobody furious", Alike(("furious",), ("none",))) == [tom, lea]


def test_only_what_they_are_shown_is_compared(cast, two):
    """Nothing of a clip that they don't see, and never the customer's name."""
    lea, tom = two
    encoder = Alike(("angry", "furious"), ("price", "costs"), ("nothing",))
    assert found(cast.tom, "angry", encoder) == []
    assert not any("Furious" in text for text in encoder.asked)
    found(cast.ada, "price", encoder)
    assert not any("Good morning" in text for text in encoder.asked if "worth" in text)
    Clip.objects.update(consented_at=NOW)
    ClipShare.objects.create(clip_id=lea, agent=Clip.objects.get(pk=tom).conversation.agent, shared_at=NOW)
    assert found(cast.tom, "angry", encoder) == [lea]
    Clip.objects.filter(pk=lea).update(withdrawn_at=NOW)
    assert found(cast.tom, "angry", encoder) == []


def test_what_will_be_compared_is_read_ahead(cast, two):  # noqa: ARG001 -- two clips
    ahead, asked = Alike(("x",)), Alike(("x",))
    clip_search.remember(ahead)
    found(cast.ada, "calm", asked)
    assert [text for text in asked.asked if text != "calm"] == ahead.asked
    clip_search.remember(ahead)


def test_with_a_real_model(cast, two):
    lea, _ = two
    Clip.objects.filter(pk=lea).update(title="A caller who shouts", why_good="The agent lets the rage go by.")
    encoder = OnnxEncoder(folder("minilm"))
    assert found(cast.ada, "angry customer", encoder)[0] == lea
    assert found(cast.ada, "chocolate cake recipe", encoder) == []
