"""Writes the centre's files, streaming: nothing but a day's calls is held at a time."""

from __future__ import annotations

import csv
import gzip
import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, TextIO

import numpy as np

from coachloop.simulation.calls import MET, NOT_APPLICABLE, NOT_MET, calls_of_day
from coachloop.simulation.dice import Dice
from coachloop.simulation.inbound import inbound_call
from coachloop.simulation.judge import heard
from coachloop.simulation.language_coaching import ACTIONS
from coachloop.simulation.outbound import WINDOW, outbound_call
from coachloop.simulation.people import staff_others
from coachloop.simulation.plan import BEHAVIOURS, SERVICE, simulate_plan
from coachloop.simulation.scene import Customer, Scene
from coachloop.simulation.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from coachloop.simulation.calls import Call
    from coachloop.simulation.people import Agent
    from coachloop.simulation.plan import Plan
    from coachloop.simulation.talk import Turn

_SCORED_A_DAY = 2.0
_TOLD_A_DAY = 2.65
_TEMPLATE = {behaviour.key: behaviour.template for behaviour in BEHAVIOURS}


@dataclass(frozen=True, slots=True)
class CentreFiles:
    """Where the centre's files are.

    Attributes:
        people: people.csv, one person a row: name, email, role, team, agent_id.
        conversations: conversations.jsonl.gz, one conversation a line, in the native format.
        truth: truth.jsonl.gz, one verdict a line for each conversation and each behaviour that belongs to it, with
            the agent's turns that show it.
        scores: scores.csv, one verdict a row, as another tool would have read the days before the conversations.
        coaching: coaching.csv, one past session a row.
    """

    people: Path
    conversations: Path
    truth: Path
    scores: Path
    coaching: Path


def write_centre(
    folder: Path,
    *,
    seed: int,
    last_day: date,
    agents: int = 150,
    teams: int = 10,
    working_days: int = 60,
    transcript_days: int = 12,
) -> CentreFiles:
    """Writes a centre's exports into a folder; the same arguments write the same bytes.

    Args:
        folder: where to; made if it is missing, files of these names are replaced.
        seed: any whole number from 0.
        last_day: the last working day; the Friday before, where it is a weekend.
        agents: how many agents, at least three a team.
        teams: how many teams, at least four.
        working_days: how many days, Monday to Friday, at least 30.
        transcript_days: how many of them, at the end, have conversations; those before have scores.

    Returns:
        The paths of the files.

    Raises:
        ValueError: a number is out of its range.
    """
    plan = simulate_plan(
        seed,
        last_day=last_day,
        agents=agents,
        teams=teams,
        working_days=working_days,
        transcript_days=transcript_days,
    )
    return write_plan(folder, plan)[0]


def write_plan(folder: Path, plan: Plan, *, days: int | None = None) -> tuple[CentreFiles, Calls]:
    """Writes the first `days` of a plan (all of them where not given), and returns what draws the days that come after.

    Until a day is drawn its truth may still be changed (`plan.boost`): by coaching that has not been held yet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = CentreFiles(
        people=folder / "people.csv",
        conversations=folder / "conversations.jsonl.gz",
        truth=folder / "truth.jsonl.gz",
        scores=folder / "scores.csv",
        coaching=folder / "coaching.csv",
    )
    _write_people(plan, files.people)
    _write_coaching(plan, files.coaching)
    calls = Calls(plan, first_number=_write_scores(plan, files.scores))
    told = range(len(plan.days) - plan.transcript_days, len(plan.days) if days is None else days)
    with _zipped(files.conversations) as conversations, _zipped(files.truth) as truth:
        for conversation, rows in chain.from_iterable(map(calls.of_day, told)):
            json.dump(conversation, conversations)
            conversations.write("\n")
            for row in rows:
                truth.write(json.dumps(row) + "\n")
    return files, calls


class Calls:
    """A plan's calls, one day after another: the same plan gives the same calls, as long as days are drawn in order."""

    def __init__(self, plan: Plan, *, first_number: int) -> None:
        self._plan, self._number, self._dice = plan, first_number, _dice(plan, 6)
        self._voices = [Voice(_dice(plan, 7, agent), hesitant=0.18) for agent in range(len(plan.agents))]

    def of_day(self, day: int) -> Iterator[tuple[dict[str, object], list[dict[str, object]]]]:
        """Conversations in the native format, each with what is true of it: a verdict a behaviour."""
        for call in calls_of_day(self._plan, day, self._dice, per_agent=_TOLD_A_DAY):
            agent, customer = self._plan.agents[call.agent], Customer(self._dice)
            scene = Scene(call, self._dice, voice=self._voices[call.agent], agent_name=agent.name, customer=customer)
            inbound_call(scene) if call.queue == SERVICE else outbound_call(scene)
            about = {"id": f"c-{self._number}", **_about(call, agent, customer)}
            about["customer_id"] = f"k-{10_000 + self._dice.below(80_000)}"
            truth = [{"conversation_id": about["id"], **row} for row in _truth_rows(call, scene.talk.turns)]
            yield {**about, "turns": [_spoken(turn) for turn in scene.talk.turns]}, truth
            self._number += 1


def _dice(plan: Plan, *stream: int) -> Dice:
    return Dice(np.random.default_rng([plan.seed, *stream]))


def _write_people(plan: Plan, path: Path) -> None:
    taken = {agent.name for agent in plan.agents} | {leader.name for leader in plan.leaders}
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["name", "email", "role", "team", "agent_id"])
        rows.writerows((person.name, person.email, "agent", person.team, person.agent_id) for person in plan.agents)
        rows.writerows((leader.name, leader.email, "team_leader", leader.team, "") for leader in plan.leaders)
        others = staff_others(np.random.default_rng([plan.seed, 3]), taken=taken)
        rows.writerows((other.name, other.email, other.role, "", "") for other in others)


def _write_coaching(plan: Plan, path: Path) -> None:
    dice = _dice(plan, 4)
    leaders = {leader.team: leader.email for leader in plan.leaders}
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["agent_id", "template", "behaviour", "held_on", "leader", "kind", "action", "review_on"])
        for session in plan.coachings:
            agent, held_on = plan.agents[session.agent], plan.days[session.held]
            kind = "performance" if dice.chance(0.85) else "developmental"
            action = ACTIONS[session.behaviour].say(dice, {})
            review_on = held_on + timedelta(days=14)
            template = _TEMPLATE[session.behaviour]
            rows.writerow(
                [agent.agent_id, template, session.behaviour, held_on, leaders[agent.team], kind, action, review_on]
            )


def _write_scores(plan: Plan, path: Path) -> int:
    """Writes the earlier days as a machine read them; returns the number that the next call gets."""
    dice = _dice(plan, 5)
    number = 100_001
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(
            [
                "call_id",
                "agent_id",
                "team",
                "started_at",
                "queue",
                "template",
                "behaviour",
                "verdict",
                "outcome_converted",
            ],
        )
        for day in range(len(plan.days) - plan.transcript_days):
            for call in calls_of_day(plan, day, dice, per_agent=_SCORED_A_DAY):
                rows.writerows(_score_rows(plan, call, dice, call_id=f"c-{number}"))
                number += 1
    return number


def _score_rows(plan: Plan, call: Call, dice: Dice, *, call_id: str) -> Iterator[list[str]]:
    agent = plan.agents[call.agent]
    converted = "" if call.converted is None else str(int(call.converted))
    about = [call_id, agent.agent_id, agent.team, call.started_at.isoformat(), call.queue]
    for key, verdict in call.verdicts.items():
        said = heard(verdict, key, dice)
        yield [*about, _TEMPLATE[key], key, "na" if said == NOT_APPLICABLE else said, converted]


@contextmanager
def _zipped(path: Path) -> Iterator[TextIO]:
    """A gzip file whose bytes depend on its text alone."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as text,
    ):
        yield text


def _about(call: Call, agent: Agent, customer: Customer) -> dict[str, object]:
    outcome: dict[str, object] | None = None if call.converted is None else {"converted": call.converted}
    if outcome is not None and call.amount is not None:
        outcome["amount"] = call.amount
    return {
        "channel": "voice",
        "agent_id": agent.agent_id,
        "agent_name": agent.name,
        "team": agent.team,
        "customer_id": "",
        "customer_name": customer.on_file,
        "queue": call.queue,
        "language": "en",
        "direction": "inbound" if call.queue == SERVICE else "outbound",
        "started_at": call.started_at.isoformat(),
        "outcome": outcome,
    }


def _spoken(turn: Turn) -> dict[str, object]:
    return {"speaker": turn.speaker, "start": turn.start, "end": turn.end, "text": turn.text}


def _truth_rows(call: Call, turns: list[Turn]) -> Iterator[dict[str, object]]:
    """What is true of the conversation as it was held: what came after its half minute does not count."""
    for key, planned in call.verdicts.items():
        early = _TEMPLATE[key] == "first-30-seconds"
        first_word = turns[0].start
        shown = [
            place
            for place, turn in enumerate(turns)
            if key in turn.shows and not (early and turn.start - first_word >= WINDOW)
        ]
        verdict = planned if planned == NOT_APPLICABLE else MET if shown else NOT_MET
        yield {"template": _TEMPLATE[key], "behaviour": key, "verdict": verdict, "turns": shown}
