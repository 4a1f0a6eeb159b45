"""The standing cast: Ada leads north with Lea and Tom, Ben leads south with Sam; one person a role beside them."""

from dataclasses import dataclass

import pytest

from builders import unsaved
from coachloop.app.models import Agent, Grant, Site, Team, User
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody as viewers, by who they are."""

    site: Site
    ada: Viewer
    ben: Viewer
    lea: Viewer
    tom: Viewer
    evaluator: Viewer
    qa_lead: Viewer
    operations: Viewer
    admin: Viewer
    nobody: Viewer
    operator: Viewer = OPERATOR


@pytest.fixture
def site(db: None) -> Site:  # noqa: ARG001 -- opens the database
    """A site in Berlin with its public holidays."""
    return Site.objects.create(name="Main site", timezone="Europe/Berlin", country="DE")


ROLES = {
    "ada": ("Ada Lindholm", Role.TEAM_LEADER),
    "ben": ("Ben Moreau", Role.TEAM_LEADER),
    "lea": ("Lea Rossi", Role.AGENT),
    "tom": ("Tom Okafor", Role.AGENT),
    "evaluator": ("Eve Tanaka", Role.EVALUATOR),
    "qa_lead": ("Quinn Abara", Role.QA_LEAD),
    "operations": ("Ola Brandt", Role.OPERATIONS),
    "admin": ("Ines Farkas", Role.ADMIN),
    "nobody": ("Noor Salem", None),
}


@pytest.fixture
def cast(site: Site) -> Cast:
    """Two teams, their leaders and agents, and a person a role.

    Written a table at a time, and the viewers known without asking: almost every test begins with them.
    """
    users = {who: unsaved(name) for who, (name, _) in ROLES.items()}
    User.objects.bulk_create(users.values())
    Grant.objects.bulk_create(Grant(user=users[who], role=role) for who, (_, role) in ROLES.items() if role)
    led = {"ada": Team(key="north", name="North"), "ben": Team(key="south", name="South")}
    for leader, team in led.items():
        team.site, team.leader = site, users[leader]
    Team.objects.bulk_create(led.values())
    of = {"lea": led["ada"], "tom": led["ada"], "sam": led["ben"]}
    agents = {key: Agent(key=key, name=key.title(), team=team, user=users.get(key)) for key, team in of.items()}
    Agent.objects.bulk_create(agents.values())
    return Cast(
        site=site,
        **{
            who: Viewer(
                user=users[who],
                roles=frozenset({role} if role else ()),
                team_ids=frozenset({led[who].pk} if who in led else ()),
                agent_id=agents[who].pk if who in agents else None,
                keeps_all=role is not None,
            )
            for who, (_, role) in ROLES.items()
        },
    )
