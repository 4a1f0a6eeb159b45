"""The standing cast: Ada leads north with Lea and Tom, Ben leads south with Sam; one person a role beside them."""

from dataclasses import dataclass

import pytest

from builders import person
from coachloop.app.models import Agent, Site, Team, User
from coachloop.app.queries.viewing import OPERATOR, Viewer, viewer
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


@pytest.fixture
def cast(site: Site) -> Cast:
    """Two teams, their leaders and agents, and a person a role."""
    ada, ben = person("Ada Lindholm", Role.TEAM_LEADER), person("Ben Moreau", Role.TEAM_LEADER)
    north = Team.objects.create(key="north", name="North", site=site, leader=ada)
    south = Team.objects.create(key="south", name="South", site=site, leader=ben)
    lea, tom = person("Lea Rossi", Role.AGENT), person("Tom Okafor", Role.AGENT)
    for key, team, user in (("lea", north, lea), ("tom", north, tom), ("sam", south, None)):
        Agent.objects.create(key=key, name=key.title(), team=team, user=user)
    others: dict[str, User] = {
        "evaluator": person("Eve Tanaka", Role.EVALUATOR),
        "qa_lead": person("Quinn Abara", Role.QA_LEAD),
        "operations": person("Ola Brandt", Role.OPERATIONS),
        "admin": person("Ines Farkas", Role.ADMIN),
        "nobody": person("Noor Salem"),
    }
    everyone = {"ada": ada, "ben": ben, "lea": lea, "tom": tom, **others}
    return Cast(site=site, **{name: viewer(user) for name, user in everyone.items()})
