"""Which scorers there are follows what is trained and published; asking again costs one small query."""

from datetime import timedelta

import pytest
from django_ox.testing import run_tasks

from app.training import Teacher, answer, centre
from builders import NOW, label
from coachloop import wiring
from coachloop.app.models import Attempt, Evaluation, Site
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import learned as training
from coachloop.app.services.templates import publish_template
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.port import Finding, Scorer
from coachloop.worker import tasks


class Learned(Scorer):
    """Stands in for the learned scorer: remembers what it was made of, and says met."""

    name = "learned"
    made = 0

    def __init__(self, models, encoder, held_out):
        type(self).made += 1
        self.models, self.encoder, self.held_out = models, encoder, held_out

    def available(self, behaviour, template):
        return (template, behaviour.key) in self.models

    def version_for(self, behaviour, template):
        return self.models[template, behaviour.key].version

    def score(self, questions):
        return [Finding(Outcome.MET) for _ in questions]


@pytest.fixture(autouse=True)
def house(db, monkeypatch):  # noqa: ARG001 -- opens the database
    """A site whose twelve calls are labelled; nothing is trained."""
    monkeypatch.setattr(training, "train", Teacher())
    monkeypatch.setattr(wiring, "LearnedScorer", Learned)
    monkeypatch.setattr(Learned, "made", 0)
    wiring._learned.cache_clear()
    Site.objects.create(name="Main site", timezone="Europe/Berlin", country="DE")
    centre()
    yield
    wiring._learned.cache_clear()


def train(now=NOW):
    training.train_template(viewer=OPERATOR, key="warm", now=now)


def work():
    """What a worker does: one sweep, then whatever was queued."""
    tasks.sweep.call()
    run_tasks()


def test_nothing_trained_nothing_learned():
    assert wiring.scorers().keys() == wiring.trial_scorers().keys() == {"phrases", "timing"}


def test_the_models_are_read_once(django_assert_num_queries):
    train()
    first = wiring.scorers()["learned"]
    assert first.models["warm", "warmth"].version == "1"
    assert not first.held_out
    with django_assert_num_queries(1):
        assert wiring.scorers()["learned"] is first
    assert Learned.made == 1


def test_a_candidate_is_tried_and_scores_once_it_is_published():
    train()
    label(answer("c-0", met=False, reviewed_at=(NOW + timedelta(1)).isoformat()))
    train(NOW + timedelta(1))
    tried = wiring.trial_scorers()["learned"]
    assert (tried.models["warm", "warmth"].version, len(tried.held_out["warm", "warmth"])) == ("2", 12)
    assert wiring.scorers()["learned"].models["warm", "warmth"].version == "1"
    publish_template(viewer=OPERATOR, key="warm", now=NOW + timedelta(2))
    assert wiring.scorers()["learned"].models["warm", "warmth"].version == "2"


def test_a_worker_scores_anew_what_a_published_model_may_change():
    """The first training, and each publishing; a candidate alone changes nothing."""
    work()
    train()
    work()
    label(answer("c-0", met=False, reviewed_at=(NOW + timedelta(1)).isoformat()))
    train(NOW + timedelta(1))
    work()
    assert Attempt.objects.count() == 24
    publish_template(viewer=OPERATOR, key="warm", now=NOW + timedelta(2))
    work()
    scorings = Evaluation.objects.values_list("attempt__scoring__scorers__warmth", flat=True)
    assert (Attempt.objects.count(), set(scorings)) == (36, {"learned@2"})
