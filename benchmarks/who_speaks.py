"""Whether the agent is told from the customer by what they say, on conversations whose roles are known.

usage: python benchmarks/who_speaks.py FOLDER [--fit]

FOLDER holds the development sets (star, p4g, casino, swda, harper_valley); the simulated centre is written anew. Each set is read in both
orders of the sides, which by symmetry gives the same. Half of the conversations of star, p4g and the simulated centre fit the
weights (`--fit` prints them anew, to be rounded into core/hearing/role_cues.py); what is printed is of the other half, and once more with weights that
never saw the set. Harper Valley is never fitted. Casino and Switchboard have no agent: sure is wrong there whatever is said.
"""

import gzip
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from coachloop.core.hearing.roles import WEIGHTS, evidence, roles
from coachloop.core.model.conversation import SURE
from coachloop.simulation import write_centre

KEYS = list(WEIGHTS)
SIGNS = np.sign(list(WEIGHTS.values()))
FITTED, WITHOUT_ROLES = ("star", "p4g, all", "simulated"), ("casino", "swda")
SIZE, HUMBLE, RIDGE = 600, 3.0, 1.0
"""Each set weighs like so many conversations; those without roles, which ask for a toss-up, as much as three sets; a pull to zero."""

BOUNDS = {"talks": (0.3, 0.6), "questions": (0.15, 0.6)}
"""Held down so that alone they make nobody sure, and up so that a language without cues is not a coin."""

Row = NDArray[np.float64]
Pair = tuple[str, list[str], list[str]]
"""A conversation: its id, what the agent says, what the customer says."""


def lines(path: Path) -> list[dict[str, Any]]:
    """The conversations of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def pairs(conversations: Iterable[dict[str, Any]]) -> list[Pair]:
    """What each side says."""

    def of(conversation: dict[str, Any], speaker: str) -> list[str]:
        return [turn["text"] for turn in conversation["turns"] if turn["speaker"] == speaker]

    return [(str(one["id"]), of(one, "agent"), of(one, "customer")) for one in conversations]


def harper_valley(folder: Path) -> list[Pair]:
    """Telephone speech as people wrote it down: no capitals, no marks."""
    found = []
    for path in sorted((folder / "reference").glob("*.json")):
        segments = json.loads(path.read_text())["segments"]
        sides = [[part["text"] for part in segments if part["role"] == role] for role in ("agent", "caller")]
        found.append((path.stem, sides[0], sides[1]))
    return found


def simulated() -> list[Pair]:
    """Outbound and inbound calls of a centre that never was."""
    with TemporaryDirectory() as folder:
        size = {"agents": 12, "teams": 4, "working_days": 30, "transcript_days": 20}
        return pairs(lines(write_centre(Path(folder), seed=5, last_day=date(2026, 6, 5), **size).conversations))


def gaps(sides: Sequence[Pair]) -> NDArray[np.float64]:
    """How much more the agent gives each cue than the customer, signed so that more is for the agent."""
    seen = [(evidence(agent), evidence(customer)) for _, agent, customer in sides]
    return (
        np.array([[agent[key] - customer[key] for key in KEYS] for agent, customer in seen]).reshape(-1, len(KEYS))
        * SIGNS
    )


def fit(known: Sequence[Row], toss_ups: Sequence[Row]) -> NDArray[np.float64]:
    """Weights of a logistic model without a constant, each of the sign that the cue is there for."""
    rows, empty = np.vstack(known), np.vstack(toss_ups)
    share = np.concatenate([np.full(len(part), SIZE / len(part)) for part in known])
    even = HUMBLE * SIZE / len(empty)

    def loss(weights: Row) -> tuple[float, Row]:
        right, none = rows @ weights, empty @ weights
        value = share @ np.logaddexp(0, -right) + even * np.logaddexp(0, none).sum() - even / 2 * none.sum()
        slope = -rows.T @ (share / (1 + np.exp(right))) + even * empty.T @ (1 / (1 + np.exp(-none)) - 0.5)
        return float(value + RIDGE * weights @ weights), slope + 2 * RIDGE * weights

    bounds = [BOUNDS.get(key, (0.05, None)) for key in KEYS]
    return np.asarray(minimize(loss, np.full(len(KEYS), 0.3), jac=True, bounds=bounds, method="L-BFGS-B").x)


def verdict(scores: Row) -> str:
    """Right; sure; right where sure."""
    sure = np.abs(scores) >= np.log(SURE / (1 - SURE))
    of_sure = f"{(scores[sure] > 0).mean():.1%} of {sure.sum():,}" if sure.any() else "–"
    return f"{(scores > 0).mean():.1%} | {sure.mean():.0%} | {of_sure}"


def check(sides: Sequence[Pair], scores: Row) -> None:
    """The function itself says what the table says, in both orders."""
    for (_, agent, customer), score in list(zip(sides, scores, strict=True))[:200]:
        there, back = roles([agent, customer]), roles([customer, agent])
        assert np.isclose(there.confidence, 1 / (1 + np.exp(-abs(score))))
        assert np.isclose(score, 0) or there.agent == 1 - back.agent == int(score < 0)


def main(folder: Path, *, anew: bool) -> None:
    """Print the table, and the weights where they are asked for."""
    sets: dict[str, Callable[[], list[Pair]]] = {
        "star": lambda: pairs(lines(folder / "star/conversations.jsonl.gz")),
        "p4g, labelled": lambda: pairs(lines(folder / "p4g/conversations.jsonl.gz")),
        "p4g, all": lambda: pairs(lines(folder / "p4g/full_outcomes_unlabelled.jsonl.gz")),
        "simulated": simulated,
        "harper valley": lambda: harper_valley(folder / "harper_valley"),
        "casino": lambda: pairs(lines(folder / "casino/conversations.jsonl.gz")),
        "swda": lambda: pairs(lines(folder / "swda/conversations.jsonl.gz")[::2]),
    }
    learnt, kept, held = {}, {}, {}
    for name, read in sets.items():
        found = read()
        kept[name] = [one for one in found if name == "harper valley" or crc32(one[0].encode()) % 2]
        held[name] = gaps(kept[name])
        if name in (*FITTED, *WITHOUT_ROLES):
            learnt[name] = gaps([one for one in found if not crc32(one[0].encode()) % 2])
    toss_ups = [learnt[name] for name in WITHOUT_ROLES]
    weights = fit([learnt[name] for name in FITTED], toss_ups).round(2) if anew else np.abs(list(WEIGHTS.values()))
    if anew:
        print({key: float(weight * sign) for key, weight, sign in zip(KEYS, weights, SIGNS, strict=True)})
    print("| set | conversations | right | sure | right of the sure | set unseen: right | sure | right of the sure |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name in sets:
        unseen = fit([learnt[other] for other in FITTED if other.split(",")[0] != name.split(",")[0]], toss_ups)
        print(f"| {name} | {len(held[name]):,} | {verdict(held[name] @ weights)} | {verdict(held[name] @ unseen)} |")
        if not anew:
            check(kept[name], held[name] @ weights)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    main(Path(sys.argv[1]), anew="--fit" in sys.argv)
