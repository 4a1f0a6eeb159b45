"""What the impact page says, and what it does not."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from coachloop.app.models import Behaviour, ImpactEstimate, ImpactRun, Template
from web.cast import Cast

pytestmark = pytest.mark.django_db


def run(outcome: str = "converted", **change: Any) -> ImpactRun:
    """A run about the Discovery template, with nothing found yet."""
    today = timezone.localdate()
    whole = {
        "template": Template.objects.get(key="discovery"), "outcome": outcome, "first_day": today, "last_day": today,
        "conversations": 900, "agents": 30, "chance": 0.2, "adjusted": ["queue"], "computed_at": timezone.now(),
    }  # fmt: skip
    return ImpactRun.objects.create(**{**whole, **change})


def estimate(of: ImpactRun, key: str, effect: float | None, **change: Any) -> ImpactEstimate:
    ends = {"low": None, "high": None} if effect is None else {"low": effect - 0.04, "high": effect + 0.04}
    whole = {
        "run": of, "behaviour": Behaviour.objects.get(template__key="discovery", key=key), "n": 800, "agents": 28,
        "unscored": 0.0, "effect": effect, "p_value": 0.01, "q_value": 0.02, "survives": False, "shrunken": effect or 0,
        "naive": -0.12, **ends,
    }  # fmt: skip
    return ImpactEstimate.objects.create(**{**whole, **change})


def page(user: object, path: str = "/impact") -> str:
    client = Client()
    client.force_login(user)
    return client.get(path).content.decode()


def test_before_anything_is_known_it_says_what_it_needs(cast: Cast) -> None:
    assert "coachloop insight impact --outcome NAME" in page(cast.operations)


def test_what_survives_stands_first_with_its_interval(cast: Cast) -> None:
    found = run()
    estimate(found, "open_questions", 0.11, survives=True, leads_by=8.0, leads_low=5.0, leads_high=11.0)
    estimate(found, "why_after_budget", 0.02)
    estimate(found, "pain_mirror", None, left=1, naive=None)
    said = page(cast.leader)
    assert "What is shown to move “converted”" in said
    assert "+11 points, likely between +7 and +15" in said
    assert "8 days before, likely between 5 and 11" in said
    assert "it was met always, or never" in said
    assert "what calls differ in: queue" in said
    assert "\u221212 points" in said
    assert said.count("May be chance") == 1


def test_where_nothing_survives_it_says_so(cast: Cast) -> None:
    estimate(run(adjusted=[]), "open_questions", 0.05, unscored=0.3)
    said = page(cast.qa_lead)
    assert "Nothing survives multiple testing" in said
    assert "The kind of call is not" in said
    assert "Nothing said: 30" in said
    assert "No behaviour is shown to move before" in said


def test_several_outcomes_are_chosen_from(cast: Cast) -> None:
    first, second = run("kept"), run("sold", conversations=10)
    estimate(second, "open_questions", 0.1, survives=True)
    assert "to move “sold”" in page(cast.operations)
    assert "“kept”" in page(cast.operations, f"/impact?run={first.pk}")


@pytest.mark.parametrize("query", ["", "?theme=dark&size=narrow", "?theme=x&size=y"])
def test_the_picture_shows_every_estimate(cast: Cast, query: str) -> None:
    found = run()
    estimate(found, "open_questions", 0.11, survives=True)
    estimate(found, "why_after_budget", 0.02)
    picture = page(cast.operations, f"/impact/chart.svg{query}")
    assert picture.startswith("<svg")
    assert Behaviour.objects.get(key="open_questions", template__key="discovery").title[:10] in picture
