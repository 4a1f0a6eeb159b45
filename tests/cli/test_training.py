"""`train` as a person types it, with the real training; small calls whose words tell."""

import pytest

from app.training import WARM, answer, said

LOVELY = ["What a lovely day, it is a joy to hear you.", "Lovely to hear you, what a joy.", "A joy, you are lovely."]
DRY = ["Next please, what is the number?", "State your number and wait.", "Wait, the form is next."]


def words(n):
    return (LOVELY if n % 2 else DRY)[n % 3]


@pytest.fixture
def labelled(house, written, settings):
    """Twenty-four calls of five agents, half of them warm, and people's answers; a further one without."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"embeddings": "off"})
    calls = [said(f"c-{n}", words(n), agent=f"a-{n % 5}") for n in range(25)]
    assert house("template", "add", written("warm.yaml", WARM)).code == 0
    assert house("template", "publish", "warm").code == 0
    assert house("ingest", written("calls.jsonl", calls)).code == 0
    assert (
        house("labels", "add", written("labels.jsonl", [answer(f"c-{n}", met=n % 2 == 1) for n in range(24)])).code == 0
    )
    return house


def test_train_score_evaluate(labelled, written):
    rows = labelled("train", "warm", "--json").json
    assert [row["behaviour"] for row in rows] == ["warmth", "thanks"]
    assert rows[0].keys() >= {"behaviour", "labels", "kappa", "low", "high", "threshold", "state", "note"}
    assert (rows[0]["labels"], rows[0]["state"]) == (24, "published")
    assert rows[0]["low"] <= rows[0]["kappa"] <= rows[0]["high"]
    assert (rows[1]["kappa"], rows[1]["state"]) == (None, "untrained")
    assert rows[1]["note"]
    assert labelled("score", "--json").json["decided_by"]["learned"] > 12
    labels = written("l.jsonl", [answer(f"c-{n}", met=n % 2 == 1) for n in range(24)])
    said = labelled("evaluate", "warm", "--labels", labels, "--json").json
    tried = labelled("template", "try", "warm", "--labels", labels, "--json").json
    assert [row["n"] + row["unscored"] for row in (said[0], tried[0])] == [24, 24]
    assert min(said[0]["kappa"], tried[0]["kappa"]) > 0.8


def test_a_retrained_model_waits_for_its_publishing(labelled, written):
    labelled("train", "warm")
    labelled("score")
    assert "the same as" not in labelled("labels", "add", written("m.jsonl", [answer("c-24", met=False)])).out
    ran = labelled("train", "warm", "--behaviour", "warmth")
    assert "candidate" in ran.out
    assert "`coachloop template publish warm` lets the re-trained models score." in ran.out
    assert labelled("score", "--json").json["conversations"] == 0
    ran = labelled("template", "publish", "warm", "--json").json
    assert (ran["version"], ran["draft"], ran["models"]) == (1, False, ["warmth"])
    assert labelled("score", "--json").json["conversations"] == 25
    assert labelled("template", "publish", "warm").code == 2


def test_train_speaks_to_people(labelled, written):
    labelled("labels", "add", written("a.jsonl", [answer("c-24", met=False, sampling_probability=0.5)]))
    ran = labelled("train", "warm")
    assert ran.code == 0
    assert "warmth" in ran.out
    assert "thanks: " in ran.out
    assert "must not have seen them: 1 audited." in ran.out
    assert "`coachloop score` scores with what is published." in ran.out
    assert "on 20" in labelled("train", "warm").out


@pytest.mark.parametrize(
    ("args", "way_out"),
    [(("nothing",), "there are: manners, warm"), (("warm", "--behaviour", "greets"), "warmth, thanks")],
)
def test_wrong_names_end_with_two(labelled, args, way_out):
    ran = labelled("train", *args)
    assert ran.code == 2
    assert way_out in ran.err
