"""Every page there is, wide and on the phone, light and dark: no accessibility violation, no console error, no sideways scroll.

A route that shows a page is looked at because it has a rule in test_permissions, which it can't be without; PAGES adds the
states of a page that differ, and the names of the pictures.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from browser.look import SHOOT, look
from browser.visit import Visit
from coachloop.app.models import Agent, Site, Team
from coachloop.core.model.people import Role
from house import START
from web.cast import Cast, person
from web.test_permissions import QUERY, RULES, under_way

pytestmark = pytest.mark.browser

PAGES = {
    "sign-in": ("visitor", "/sign-in"),
    "week": ("leader", "/week"),
    "plan": ("leader", "/week/plan"),
    "slots": ("leader", "/slots?week={slot_day}"),
    "slots-move": ("leader", "/slots/{slot}/{slot_day}"),
    "slots-end": ("leader", "/slots/{slot}/end"),
    "slots-lost": ("operations", "/slots/lost"),
    "away": ("leader", "/away"),
    "my-calendar": ("leader", "/me/calendar"),
    "me": ("other_agent", "/me"),
    "agent": ("leader", "/agents/lea"),
    "reports": ("other_agent", "/me/reports"),
    "report-week": ("other_agent", "/me/digests/weekly"),
    "report-plan": ("leader", "/me/digests/plan"),
    "report-month": ("operations", "/me/digests/monthly"),
    "roll-out": ("operations", "/roll-out?template=discovery"),
    "conversations": ("leader", "/conversations"),
    "conversation": ("leader", "/conversations/lea-1"),
    "clips": ("leader", "/clips"),
    "clip": ("leader", "/clips/{clip_shared}"),
    "clip-asked": ("agent", "/clips/{clip}"),
    "clip-candidates": ("leader", "/clips/candidates"),
    "session": ("leader", "/sessions/{planned}"),
    "session-held": ("other_agent", "/sessions/{held}"),
    "session-developmental": ("leader", "/sessions/{developmental}"),
    "goals": ("agent", "/agents/lea/goals"),
    "mix": ("operations", "/mix"),
    "follow-up": ("leader", "/follow-ups/{follow_up}"),
    "gatherings": ("leader", "/gatherings"),
    "gathering": ("leader", "/gatherings/{gathering}"),
    "gathering-held": ("leader", "/gatherings/{gathering_held}"),
    "gathering-new": ("leader", "/gatherings/new"),
    "heatmap": ("qa_lead", "/heatmap"),
    "heatmap-teams": ("operations", "/heatmap?template=discovery"),
    "templates": ("evaluator", "/templates"),
    "template": ("evaluator", "/templates/discovery"),
    "audit-log": ("admin", "/audit"),
    "parts": ("nobody", "/parts"),
    "no-role": ("nobody", "/"),
    "not-yours": ("agent", "/audit"),
}
NO_PAGE = {"agent-trend"}
"""Answers GET, but with a picture."""


def _shows_a_page(name: str) -> bool:
    rule = RULES[name]
    return not rule.post and rule.status == 200 and bool(rule.ok) and name not in NO_PAGE


def _route(path: str) -> str:
    name = resolve(re.sub(r"{\w+}", "1", path).split("?")[0]).url_name
    assert name
    return name


ROUTES = sorted({name for name in RULES if _shows_a_page(name)} - {_route(path) for _, path in PAGES.values()})
"""Those that no entry of PAGES leads to."""


def _who(name: str) -> str:
    return RULES[name].ok[0]


EVERYBODY = sorted({who for who, _ in PAGES.values()} | {_who(name) for name in ROUTES})


@pytest.fixture
def calls() -> int:
    """Enough for ten weeks of trend."""
    return 70


@pytest.fixture
def furnishing() -> Callable[[Cast], dict[str, Any]]:
    """Something for every route with an id."""
    return under_way


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_page(visit: Visit, ids: dict[str, Any], settings: Any, who: str) -> None:  # noqa: PLR0917 -- fixtures
    """Of one person after the other."""
    theirs = {name: path.format(**ids) for name, (whose, path) in PAGES.items() if whose == who}
    for name in ROUTES:
        if _who(name) == who:
            theirs[name] = reverse(name, kwargs=_args(name, ids)) + QUERY.get(name, "")
    wrong: list[str] = []
    page = visit(who)
    page.on("console", partial(_note, wrong))
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    for name, path in theirs.items():
        settings.DEMO = name == "sign-in"
        answer = page.goto(path)
        if answer.status != (403 if name == "not-yours" else 200):
            wrong.append(f"{name}: status {answer.status}")
        wrong += look(page, name)
    assert not wrong, "\n".join(wrong)


def _args(name: str, ids: dict[str, Any]) -> dict[str, Any]:
    return {key: ids.get(value, value) for key, value in RULES[name].args.items()}


def _note(wrong: list[str], message: Any) -> None:
    if message.type == "error" and "403" not in message.text:
        wrong.append(f"{message.location['url']}: {message.text}")


NEEDS_NO_THING = sorted(
    name
    for name in RULES
    if _shows_a_page(name) and name != "conversation" and RULES[name].args in ({}, {"key": "lea"})
)
"""Pages that are there from the first day, when there is nothing to show on them."""


class TestFirstDay:
    """People and teams, and nothing else yet."""

    @pytest.fixture
    def house(self, houses: Any, db: None) -> Any:  # noqa: ARG002 -- the test database is made for whom it is a fixture
        with houses.living_in("first day", _first_day) as cast:
            yield cast, {}

    @pytest.mark.parametrize("who", sorted({_who(name) for name in NEEDS_NO_THING}))
    def test_every_page_with_nothing_on_it(self, visit: Visit, who: str) -> None:
        wrong: list[str] = []
        page = visit(who)
        page.on("console", partial(_note, wrong))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        for name in NEEDS_NO_THING:
            if _who(name) == who:
                answer = page.goto(reverse(name, kwargs=RULES[name].args))
                if answer.status != 200:
                    wrong.append(f"{name}: status {answer.status}")
                wrong += look(page, f"{name} with nothing") if not SHOOT else []
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


def test_what_is_no_page_says_what_it_is(centre: Cast) -> None:
    """Nothing hides from the look at every page by being listed as something else."""
    client = Client()
    client.force_login(centre.leader)
    for name in NO_PAGE:
        answer = client.get(reverse(name, kwargs=RULES[name].args) + QUERY.get(name, ""))
        assert answer.headers["Content-Type"].startswith("image/")
