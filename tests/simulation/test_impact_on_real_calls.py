"""Impact on real conversations whose trap is known: calls of unlike kinds, and many behaviours tried at once."""

import gzip
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coachloop.core.insight.impact import Impact, Observed, impact
from coachloop.core.model.call_type import call_type
from coachloop.core.stats.calls import Calls

DATA = Path(__file__).parents[3] / "shared/data"
CODES: Mapping[Any, int] = {True: 1, False: 0, None: 3}


def observed(name: str, outcome: str) -> tuple[list[str], Observed]:
    """Conversations whose outcome is known, with people's labels; what nobody labelled is unscored."""
    file = DATA / name / "conversations.jsonl.gz"
    if not file.is_file():
        pytest.skip(f"{file} is not there: the development sets lie beside the project, in ../shared/data")
    with gzip.open(file, "rt") as lines:
        rows = [row for row in map(json.loads, lines) if row["outcome"].get(outcome) is not None]
    behaviours = sorted(rows[0]["labels"])
    codes = np.array([[CODES[row["labels"][key]["value"]] for key in behaviours] for row in rows], np.int8)
    agent, kind = (
        np.unique(values, return_inverse=True)[1]
        for values in ([row["agent_id"] for row in rows], [call_type(row) for row in rows])
    )
    came = np.array([row["outcome"][outcome] for row in rows], bool)
    days = np.array([date.fromisoformat(row["started_at"][:10]) for row in rows], "datetime64[D]")
    return behaviours, Observed(Calls(codes, came, agent, kind[:, None]), days)


def found(name: str, outcome: str) -> tuple[list[str], Impact]:
    behaviours, calls = observed(name, outcome)
    return behaviours, impact(calls, rng=np.random.default_rng(0))


def test_asking_the_name_is_not_called_harmful_nor_asking_for_details_helpful():
    """Without regard to the task they look like -0.10 and +0.11."""
    behaviours, said = found("star", "customer_says_task_done")
    name, details = behaviours.index("asked_customer_name"), behaviours.index("asked_for_details")
    assert said.naive[name] < -0.08
    assert said.naive[details] > 0.08
    assert said.effects.low[name] < 0 < said.effects.high[name]
    assert said.effects.low[details] < 0 < said.effects.high[details]
    assert not said.survives[[name, details]].any()


def test_of_many_behaviours_nothing_survives():
    behaviours, said = found("p4g", "donated")
    assert len(behaviours) == 22
    assert not said.survives.any()
    assert not said.leads.any()
