"""A new version of a template carries baselines over where it measures the same, and restarts them where it does not."""

from datetime import timedelta

import numpy as np
import pytest

from builders import MANNERS, NOW, calls, publish, score, take
from coachloop.app.models import AgentDay, Behaviour, TemplateVersion
from coachloop.app.queries.daily import daily
from coachloop.app.queries.rulers import rulers
from coachloop.app.queries.viewing import OPERATOR
from coachloop.core.insight.daily import COLUMNS, Daily
from coachloop.core.insight.drift import Ruler

SAME = MANNERS.replace("title: Manners", "title: Good manners")
OTHER = MANNERS.replace("[good morning]", "[a very good morning]")


@pytest.fixture
def found(cast):  # noqa: ARG001 -- comes after the cast
    """Scores calls of four agents under one wording and then another, and asks what carries over; the archive is half done."""

    def scored(second, *, of=75):
        first = publish()
        take(*(one for agent in ("lea", "jon", "tom", "una") for one in calls(agent, of // 2, of)))
        score()
        newer = publish(second, now=NOW + timedelta(days=1))
        score(now=NOW + timedelta(days=1))
        days = sorted(AgentDay.objects.values_list("day", flat=True).distinct())
        AgentDay.objects.filter(agent__key="lea").update(version=first)
        greets = Behaviour.objects.get(key="greets").pk
        return [rulers(daily(OPERATOR, first=days[0], last=days[-1]))[greets, version.pk] for version in (first, newer)]

    return scored


def test_the_same_words_carry_over(found):
    assert found(SAME) == [Ruler(0), Ruler(0, 0.0)]


def test_other_words_restart(found):
    assert found(OTHER) == [Ruler(0), Ruler(1, 0.0)]


def test_too_few_calls_prove_nothing(found):
    assert [one.epoch for one in found(SAME, of=6)] == [0, 1]


def test_one_version_alone_needs_no_ruler(cast):  # noqa: ARG001 -- comes after the cast
    publish()
    take(*calls("lea", 3, 6))
    score()
    day = AgentDay.objects.values_list("day", flat=True)[0]
    assert TemplateVersion.objects.count() == 1
    assert rulers(daily(OPERATOR, first=day, last=day)) == {}


@pytest.mark.django_db
def test_numbers_of_rows_may_be_large():
    """Room is taken by how many there are of what occurs, not by the numbers that a database has come to."""
    one = np.ones(2, dtype=np.int64)
    ids = {"behaviour": np.array([3_000_000, 7]), "version": np.array([2_000_000, 9])}
    counts = {name: one for name in COLUMNS if name not in {*ids, "day"}}
    cells = Daily(**counts, **ids, day=np.array(["2026-05-04"] * 2, dtype="datetime64[D]"), mixes=(("", ""),))
    assert rulers(cells) == {}
    assert rulers(cells.where(one < 1)) == {}
