"""Operations see how far the rules are kept, by team and month, and nobody's name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from coachloop.app.models import Agent
from coachloop.web.pages import rules
from web.cast import Cast, coached, gathered

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(cast: Cast):
    coached(cast)
    gathered(cast)
    client = Client()
    client.force_login(cast.operations)

    def get(query: str = "") -> str:
        answer = client.get(f"/operations/rules{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def test_teams_with_their_counts_and_no_names(page):
    """Whichever month it fell in: this one and the one before hold all of it."""
    before = timezone.localdate().replace(day=1) - timedelta(days=1)
    both = page() + page(f"?month={before:%Y-%m}")
    assert "with agreement" in both
    assert "6 min" in both
    assert "All teams" in both
    assert not [name for name in Agent.objects.values_list("name", flat=True) if name in both]


def test_months_follow_each_other_and_none_is_still_to_come(page):
    today = timezone.localdate()
    this, before = f"{today:%B %Y}", (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    for query in ("", "?month=9999-12", "?month=nonsense", f"?month={today + timedelta(days=40):%Y-%m}"):
        shown = page(query)
        assert f"{this}, so far" in shown
        assert f"?month={before:%Y-%m}" in shown
        assert "→" not in shown
    assert f"{this} →" in page(f"?month={before:%Y-%m}")
    assert "←" not in page("?month=2000-01")


def test_before_the_first_team_it_says_how_one_comes(page, monkeypatch):
    whole = rules.coverage
    monkeypatch.setattr(rules, "coverage", lambda *viewer, **asked: replace(whole(*viewer, **asked), teams=()))
    assert "No team yet" in page()
