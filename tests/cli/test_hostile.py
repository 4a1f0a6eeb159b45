"""The commands on calls in which somebody attacks, with a judge that obeys them: they end well, say it plainly and keep only proof."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from coachloop import wiring
from coachloop.cli.plain import plain
from coachloop.core.model.cells import FORMULA
from hostile.corpus import ATTACKS, QUICK
from hostile.hosts import CARE, TRUTH, document
from hostile.models import honest, obedient, strange, vengeful
from hostile.proof import stored
from hostile.replies import CHANGED, UNREADABLE
from servers.scripted import Asked, Fails, Says, Server, scripted

BEHAVIOURS = 5


def fooled(asked: Asked) -> dict[str, Any]:
    """Obeys the agents, and believes the customers."""
    found = strange(asked)
    return obedient(asked) if found and found[0][1] == "agent" else vengeful(asked)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A judge's model behind a wire."""
    with scripted(fooled) as found:
        judge = {"judge_url": found.url, "judge_model": "scripted"}
        monkeypatch.setattr(settings, "CONFIG", settings.CONFIG.model_copy(update=judge))
        _forget()
        yield found
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    """Whatever the wiring keeps was made for other settings."""
    for one in vars(wiring).values():
        if hasattr(one, "cache_clear"):
            one.cache_clear()


@pytest.fixture
def site(run: Callable[..., Any], written: Callable[..., Any]) -> Callable[..., Any]:
    """A site that looks for what the corpus attacks."""
    for args in (("init",), ("template", "add", written("care.yaml", CARE)), ("template", "publish", "care")):
        assert run(*args).code == 0
    return run


def by_call(site: Callable[..., Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """The exported verdicts by conversation and behaviour."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for line in site("export", "verdicts").out.splitlines():
        row = json.loads(line)
        found.setdefault(row["conversation_id"], {})[row["behaviour"]] = row
    return found


@pytest.mark.usefixtures("server")
def test_the_whole_corpus_through_every_command(site: Callable[..., Any], written: Callable[..., Any]) -> None:
    """Ingest, score, evaluate, export: exit codes, plain output, every verdict there, every quote proved, nothing beside it moved."""
    documents = [document("missed", attack) for attack in QUICK] + [document(host) for host in TRUTH]
    assert site("ingest", written("calls.jsonl", documents)).code == 0
    scored = site("score")
    assert scored.code == 0
    found = by_call(site)
    assert len(found) == len(documents)
    assert all(len(verdicts) == BEHAVIOURS for verdicts in found.values())
    for host, truth in TRUTH.items():
        assert {key: row["verdict"] for key, row in found[f"{host}-plain"].items()} == truth
    assert stored().faults == ()

    labels = [{"conversation_id": row["id"], "behaviour": "warm", "verdict": "met"} for row in documents]
    told = [scored, site("evaluate", "care", "--labels", written("labels.jsonl", labels)), site("score", "--all")]
    told += [site("template", "try", "care", "--labels", written("labels.jsonl", labels)), site("doctor", "--quotes")]
    for ran in told:
        assert ran.out + ran.err == plain(ran.out + ran.err)

    kept = {row["id"]: row for row in map(json.loads, site("export", "conversations").out.splitlines())}
    assert kept == {row["id"]: row for row in documents}
    for what in ("verdicts", "conversations"):
        cells = [
            cell
            for row in csv.reader(io.StringIO(site("export", what, "--format", "csv").out, newline=""))
            for cell in row
        ]
        assert not [cell for cell in cells if cell.startswith(FORMULA)]


def test_what_can_not_be_taken_is_refused_and_said_plainly(
    site: Callable[..., Any], written: Callable[..., Any]
) -> None:
    """NUL and half a letter; the rest of the file goes on."""
    refused = [attack for attack in ATTACKS if attack.refused]
    ran = site(
        "ingest", written("calls.jsonl", [*(document("shown", attack) for attack in refused), document("shown")])
    )
    assert ran.code == 1
    assert "1 of 3 conversations taken" in ran.out
    assert all(attack.refused in ran.err for attack in refused)
    assert ran.err == plain(ran.err)


def test_odd_replies_over_the_wire_are_kept_and_cost_no_other_call(
    server: Server, site: Callable[..., Any], written: Callable[..., Any]
) -> None:
    """One call a reply; each is asked about, read, and its reply stored, so that nothing of it is asked a third time."""
    odd = {**UNREADABLE, **CHANGED, "half-letters": lambda _: "\ud83d\x00"}
    documents = [document("shown", id=f"odd {name}", queue=name) | {"turns": _marked(name)} for name in odd]

    def script(asked: Asked) -> str | dict[str, Any] | Says | Fails:
        name = next((line[2].removeprefix("Case ") for line in asked.lines if line[2].startswith("Case ")), "")
        return odd[name](asked) if name else honest(asked)

    server.script = script
    assert site("ingest", written("calls.jsonl", [*documents, document("shown")])).code == 0
    first = site("score", "--json")
    assert (first.code, first.json["postponed"]) == (0, 0)
    found = by_call(site)
    assert {key: row["verdict"] for key, row in found["shown-plain"].items()} == TRUTH["shown"]
    assert all(len(verdicts) == BEHAVIOURS for verdicts in found.values())
    assert stored().faults == ()
    asked = len(server.asked)
    assert site("score", "--all", "--json").json["judge"]["requests"] == 0
    assert len(server.asked) == asked
    assert asked <= 2 * (len(odd) + 1)


def _marked(name: str) -> list[dict[str, Any]]:
    """The host's turns, with a line by which the script knows which call this is."""
    turns: list[dict[str, Any]] = document("shown")["turns"]
    return [*turns[:3], {"speaker": "customer", "text": f"Case {name}"}, *turns[3:]]
