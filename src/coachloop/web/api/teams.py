"""Teams as admins keep them, by the ids that exports use; operations read them."""

from coachloop.app.queries import staff
from coachloop.app.queries.staff import TeamView
from coachloop.app.services import teams
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.shapes import Body, Id, Key

WRITE = "people:write"


class Team(Body):
    """What a team is called, where it sits, and who leads it; both by id."""

    name: Key
    site: Id
    leader: Id | None


class NewTeam(Body):
    """A new team; without a site it is at the first one."""

    key: Key
    name: Key
    site: Id | None = None
    leader: Id | None = None


@endpoint("POST /teams", Role.ADMIN, scope=WRITE, status=201)
def add_team(asked: Asked, body: NewTeam) -> TeamView:
    """Make a team."""
    made = teams.add_team(
        viewer=asked.viewer,
        key=body.key,
        name=body.name,
        site_id=body.site,
        leader_id=body.leader,
        now=asked.now,
    )
    return found(staff.team(asked.viewer, made.pk, today=asked.today))


@endpoint("GET /teams/{path:key}", Role.ADMIN, Role.OPERATIONS, scope="people:read")
def read_team(asked: Asked, key: Key) -> TeamView:
    """A team with its agents now, and everybody's days in it."""
    return found(staff.team(asked.viewer, staff.find_team(asked.viewer, key), today=asked.today))


@endpoint("PUT /teams/{path:key}", Role.ADMIN, scope=WRITE)
def change_team(asked: Asked, key: Key, body: Team) -> None:
    """Call a team otherwise, or give it another site or leader; what is planned stays with whom it was planned with."""
    teams.change_team(
        viewer=asked.viewer,
        team_id=staff.find_team(asked.viewer, key),
        name=body.name,
        site_id=body.site,
        leader_id=body.leader,
        now=asked.now,
    )
