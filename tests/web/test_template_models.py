"""A template's page says how good each learned model is, and what comes next."""

import re
from datetime import timedelta

import pytest

from app.training import Teacher, answer, centre, said
from builders import NOW, label, person, take
from coachloop.app.models import Site
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import learned as training
from coachloop.core.model.people import Role


@pytest.mark.django_db
def test_the_model_the_candidate_and_the_next_step(client, monkeypatch):
    Site.objects.create(name="Main site", timezone="Europe/Berlin", country="DE")
    client.force_login(person("Quinn Abara", Role.QA_LEAD))
    monkeypatch.setattr(training, "train", Teacher())
    centre(6)

    def words():
        return " ".join(re.sub(r"<[^>]+>", " ", client.get("/templates/warm").content.decode()).split())

    assert (
        "Learned model not trained Next 6 labelled calls; about 50 make a first model: coachloop train warm" in words()
    )
    training.train_template(viewer=OPERATOR, key="warm", now=NOW)
    assert "Learned model agrees with people: kappa 0.60, from 6 labelled calls Next Label 20 more calls" in words()
    take(said("c-9", "Whatever."))
    label(answer("c-9", met=False))
    training.train_template(viewer=OPERATOR, key="warm", now=NOW + timedelta(days=1))
    assert "Re-trained agrees with people: kappa 0.60, from 7 labelled calls" in words()
    assert "waits to be published: coachloop template publish warm" in words()
