"""Groups as they are recorded: language, site by the team of the call, and time in the job on its day."""

from datetime import date

import pytest

from builders import NOW, call, label, publish, score, take
from coachloop.app.models import Agent
from coachloop.app.queries.fairness import TENURES, fairness, tenure
from coachloop.app.queries.viewing import OPERATOR

OF = 120


@pytest.fixture
def audited(cast):
    """The machine is right in English and misses half of the greetings in French; agents from a-0 to a-11, six a language."""
    publish()
    calls = [
        call(
            f"c-{n}", agent=f"a-{n % 12}", greets=n % 2 == 0 or n // 12 % 2 == 0, at=NOW,
            language=("EN", "fr")[n % 2], agent_joined_on="2026-05-01" if n % 2 else "2024-01-01",
        )
        for n in range(OF)
    ]  # fmt: skip
    take(*calls)
    score()
    shared = {"behaviour": "greets", "verdict": "met", "reviewer": "rae", "sampling_probability": 1.0}
    label(*({"conversation_id": one["id"], **shared} for one in calls))
    return cast


@pytest.mark.usefixtures("audited")
def test_a_judge_that_misses_more_in_one_language_is_said_to():
    found = {(one.kind, one.group, one.measure): one for one in fairness(OPERATOR, "manners")}
    french = found["language", "fr", "sensitivity"]
    assert (french.n, french.agents, french.share) == (OF // 2, 6, pytest.approx(0.5))
    assert french.said
    assert french.difference_high < 0
    assert found["tenure", TENURES[0], "sensitivity"].difference == pytest.approx(french.difference)
    assert not found["site", "Main site", "agreement"].enough, "there is no other site beside it"
    assert not found["language", "en", "specificity"].enough, "nothing was missed"


def test_without_audits_there_is_nothing_to_compare(cast):
    publish()
    assert fairness(cast.lea, "manners") == []


@pytest.mark.usefixtures("cast")
def test_the_earliest_first_day_counts():
    for key, day in (("c-1", "2026-02-01"), ("c-2", "2025-11-03"), ("c-3", "2026-01-01")):
        take(call(key, agent="zoe", agent_joined_on=day))
    take(call("c-4", agent="zoe"))
    assert Agent.objects.get(key="zoe").joined_on == date(2025, 11, 3)
    refused = take(call("c-5", agent="zoe", agent_joined_on="long ago")).refused
    assert "agent_joined_on" in refused[0].reason


@pytest.mark.parametrize(
    ("joined", "said"),
    [
        (date(2026, 5, 1), TENURES[0]),
        (date(2025, 11, 1), TENURES[1]),
        (date(2025, 5, 11), TENURES[2]),
        (None, ""),
    ],
)
def test_time_in_the_job_is_that_on_the_day_of_the_call(joined, said):
    assert tenure(joined, NOW.date()) == said
    assert tenure(joined, None) == ""
