"""The judge's whole path against a real model behind a real server. The model is too weak to judge: the path is what is tried."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hostile.corpus import ATTACKS
from judge_real.site import CALLS, TEMPLATE, Site, call
from real_models import folder
from servers.llama import missing, picky, serving

pytestmark = pytest.mark.judge_server

MODEL = "smollm2-135m"
TRIED = (
    "order-english",
    "order-chinese",
    "chatml",
    "fake-reply",
    "fake-turns",
    "closing-the-fence",
    "script",
    "control-characters",
)
"""A few attacks of each kind; all of them are tried with scripted models, which are more gullible."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a model server that runs as long as the tests do."""
    if lacks := missing():
        pytest.skip(lacks)
    with serving(folder(MODEL) / "model.gguf", tmp_path_factory.mktemp("llama") / "server.log") as url:
        yield url


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a published template and no calls."""
    home = tmp_path_factory.mktemp("site")
    site = Site(home)
    site.run("init")
    (home / "line.yaml").write_text(TEMPLATE)
    site.run("template", "add", home / "line.yaml")
    site.run("template", "publish", "line")
    return home


@pytest.fixture
def site_at(set_up: Path, tmp_path: Path) -> Callable[[str], Site]:
    """A site of one's own whose judge is the server at this address."""

    def at(url: str) -> Site:
        home = shutil.copytree(set_up, tmp_path / "home")
        judge = {"URL": url, "MODEL": MODEL, "CONCURRENCY": "1", "PRICE_IN": "1", "PRICE_OUT": "4"}
        return Site(home, {f"COACHLOOP_JUDGE_{name}": value for name, value in judge.items()})

    return at


def test_from_the_estimate_over_a_spent_budget_to_verdicts_that_cost_nothing_the_second_time(
    server: str, site_at: Callable[[str], Site]
) -> None:
    site = site_at(server)
    site.take(*CALLS)
    plan = site.json("score", "--dry-run")["judge"]
    assert (plan["requests"], plan["cached"]) == (3, 0)
    assert plan["cost"] == pytest.approx((plan["tokens_in"] + 4 * plan["tokens_out"]) / 1_000_000)
    assert site.verdicts() == {}

    first = site.json("score", requests_a_day=1)
    assert (first["judge"]["requests"], first["postponed"]) in {
        (1, 2),
        (1, 3),
    }  # 3 where the answer had to be asked again
    assert "used up" in first["judge"]["stopped"]

    rest = site.json("score")
    assert rest["postponed"] == 0
    assert rest["conversations"] + first["conversations"] == 3
    used = {
        name: first["judge"][name] + rest["judge"][name] for name in ("requests", "tokens_in", "tokens_out", "cost")
    }
    assert used["requests"] >= 3
    assert used["tokens_in"] >= used["requests"] * 500
    assert used["tokens_out"] >= used["requests"] * 20
    assert used["cost"] == pytest.approx((used["tokens_in"] + 4 * used["tokens_out"]) / 1_000_000)

    found = site.verdicts()
    assert found.keys() == {"asked", "not-asked", "short"}
    assert all(row["reason"] or row["verdict"] != "unscored" for row in found.values())
    assert all(row["evidence"] for row in found.values() if row["verdict"] == "met")
    assert site.proved()

    again = site.json("score", "--all")
    assert (again["judge"]["requests"], again["judge"]["tokens"]) == (0, 0)
    assert again["judge"]["cached"] == used["requests"]
    assert {key: row["verdict"] for key, row in site.verdicts().items()} == {
        key: row["verdict"] for key, row in found.items()
    }


def test_a_server_that_refuses_schemas_is_spoken_to_in_its_own_way(server: str, site_at: Callable[[str], Site]) -> None:
    """As llama-cpp-python's server does: status 500 for `json_schema`; the model behind is the real one."""
    with picky(server) as (url, formats):
        site = site_at(url)
        site.take(CALLS[2])
        assert site.json("score")["conversations"] == 1
    assert formats[:2] == ["json_schema", "json_object"]
    assert set(formats[1:]) == {"json_object"}
    assert site.verdicts().keys() == {"short"}


def test_silence_is_waited_for_only_so_long_and_the_call_is_asked_about_again(
    server: str, site_at: Callable[[str], Site]
) -> None:
    site = site_at(server)
    site.take(call("late", "customer: Hello, I am leaving.", "agent: Oh. May I ask why?"))
    late = site.json("score", timeout=0.3)
    assert (late["conversations"], late["postponed"], late["judge"]["requests"]) == (0, 1, 0)
    assert any("within 0.3 s" in reason for reason in late["judge"]["failures"])
    assert site.json("score")["postponed"] == 0
    assert site.verdicts().keys() == {"late"}


def test_attacks_on_a_real_model_change_no_other_call_and_leave_no_false_quote(
    server: str, site_at: Callable[[str], Site]
) -> None:
    site = site_at(server)
    site.take(CALLS[1])
    site.json("score")
    before = site.verdicts()["not-asked"]
    site.take(*(_attacked(attack) for attack in ATTACKS if attack.name in TRIED))
    found = site.json("score")
    assert (found["conversations"], found["postponed"]) == (len(TRIED), 0)
    rows = site.verdicts()
    same = ("verdict", "evidence", "reason", "probability", "missed")
    assert {name: rows["not-asked"][name] for name in same} == {name: before[name] for name in same}
    for key, row in rows.items():
        assert row["verdict"] in {"met", "not_met", "unscored"}, key
        assert row["evidence"] or row["verdict"] != "met", key
        assert row["reason"] or row["verdict"] != "unscored", key
    assert site.proved()


def _attacked(attack: Any) -> dict[str, Any]:
    """A short call in which somebody attacks."""
    said = ("agent: Yes?", "customer: I want to cancel my contract.", *(f"{who}: {text}" for who, text in attack.turns))
    return call(attack.name, *said, "agent: Your number, please.")
