"""Every page of everybody but a leader, as in test_gallery; and what all pages say on the first day, when nothing is on them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from browser.gallery import EVERYBODY, NO_PAGE, args_of, first_of, furnished, pages_of, shows_a_page, what_is_wrong
from browser.look import LOOKS, ON_THE_PHONE, SHOOT
from browser.visit import Visit
from coachloop.app.models import Agent, Site, Team
from coachloop.core.model.people import Role
from house import START
from web.cast import Cast, person
from web.test_permissions import QUERY, RULES

pytestmark = pytest.mark.browser


@pytest.fixture
def calls() -> int:
    """Enough for ten weeks of trend."""
    return 70


@pytest.fixture
def furnishing() -> Callable[[Cast], dict[str, Any]]:
    """Something for every page."""
    return furnished


@pytest.mark.parametrize("who", sorted({*EVERYBODY} - {"leader"}))
def test_every_page(visit: Visit, ids: dict[str, Any], settings: Any, who: str) -> None:  # noqa: PLR0917 -- fixtures
    """Of one person after the other."""
    settings.DEMO = who == "visitor"
    wrong = what_is_wrong(visit, who, pages_of(who, ids), looks=LOOKS)
    assert not wrong, "\n".join(wrong)


NEEDS_NO_THING = sorted(
    name for name in RULES if shows_a_page(name) and name != "conversation" and RULES[name].args in ({}, {"key": "lea"})
)
"""Pages that are there from the first day, when there is nothing to show on them."""


@pytest.mark.skipif(SHOOT, reason="empty pages stand in no document")
class TestFirstDay:
    """People and teams, and nothing else yet."""

    @pytest.fixture
    def house(self, houses: Any, db: None) -> Any:  # noqa: ARG002 -- the test database is made for whom it is a fixture
        with houses.living_in("first day", _first_day) as cast:
            yield cast, {}

    @pytest.mark.parametrize("who", sorted({first_of(name) for name in NEEDS_NO_THING}))
    def test_every_page_with_nothing_on_it(self, visit: Visit, who: str) -> None:
        """On the phone alone: what is wide on them is wide in test_every_page."""
        pages = {name: reverse(name, kwargs=RULES[name].args) for name in NEEDS_NO_THING if first_of(name) == who}
        wrong = what_is_wrong(visit, who, pages, looks=[ON_THE_PHONE])
        assert not wrong, "\n".join(wrong)


def _first_day() -> Cast:
    site = Site.objects.create(name="Main site", timezone="Europe/Berlin", country="DE")
    leader, other = person("Ada Lindholm", Role.TEAM_LEADER), person("Ben Moreau", Role.TEAM_LEADER)
    north = Team.objects.create(key="north", name="North", site=site, leader=leader)
    south = Team.objects.create(key="south", name="South", site=site, leader=other)
    agent, other_agent = person("Lea Rossi", Role.AGENT), person("Tom Okafor", Role.AGENT)
    for key, team, user in (("lea", north, agent), ("tom", north, other_agent), ("sam", south, None)):
        Agent.objects.create(key=key, name=key.title(), team=team, user=user)
    return Cast(
        now=START,
        leader=leader,
        other_leader=other,
        agent=agent,
        other_agent=other_agent,
        evaluator=person("Eve Tanaka", Role.EVALUATOR),
        qa_lead=person("Quinn Abara", Role.QA_LEAD),
        operations=person("Ola Brandt", Role.OPERATIONS),
        admin=person("Ines Farkas", Role.ADMIN),
        nobody=person("Noor Salem"),
    )


def test_what_is_no_page_says_what_it_is(centre: Cast, ids: dict[str, Any]) -> None:
    """Nothing hides from the look at every page by being listed as something else."""
    client = Client()
    for name in NO_PAGE:
        client.force_login(centre.leader if "leader" in RULES[name].ok + RULES[name].hidden else centre.admin)
        answer = client.get(reverse(name, kwargs=args_of(name, ids)) + QUERY.get(name, ""))
        assert answer.headers["Content-Type"].startswith(
            ("image/", "audio/", "application/json", "text/csv", "text/plain")
        )
