"""Who and what there is at the site: agents, teams, sites, and what was done."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from coachloop.app.queries import audit_log, directory, sites, staff
from coachloop.core.model.people import Role
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.paging import USUAL, Cursor, Limit, Page, page_of, paged, position, text, whole

Only = Annotated[str, Field(max_length=200)]


@endpoint("GET /agents", Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD, scope="people:read")
def list_agents(asked: Asked, team: Only = "", cursor: Cursor = "", limit: Limit = USUAL) -> Page[directory.AgentLine]:
    """Agents whose calls you may see, by key."""
    after = position(cursor, text)[0] if cursor else ""
    rows = directory.agents(asked.viewer, team=team, after=after, most=limit + 1)
    return page_of(rows, lambda row: (row.key,), limit=limit)


@endpoint("GET /teams", Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS, Role.ADMIN, scope="people:read")
def list_teams(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[directory.TeamLine]:
    """Teams, by key; operations and admins see all of them, without the names of agents."""
    return paged(directory.teams(asked.viewer), lambda row: (row.key,), cursor=cursor, limit=limit)


@endpoint("GET /sites", Role.OPERATIONS, Role.ADMIN, scope="site:read")
def list_sites(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[sites.SiteView]:
    """How sites work: their days, their sessions, and how long people have to challenge and to decide."""
    return paged(sites.site_views(asked.viewer), lambda row: (row.id,), cursor=cursor, limit=limit)


@endpoint("GET /closures", Role.ADMIN, scope="site:read")
def list_closures(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[staff.SiteKept]:
    """Sites with the days to come on which they are closed."""
    rows = staff.sites_kept(asked.viewer, today=asked.today)
    return paged(rows, lambda row: (row.site.id,), cursor=cursor, limit=limit)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what to what, and when."""

    id: int
    at: datetime
    who: str
    action: str
    subject: str
    detail: tuple[tuple[str, str], ...]


@endpoint("GET /audit-log", Role.ADMIN, scope="privacy:read")
def list_audit_entries(
    asked: Asked,
    who: Only = "",
    action: Only = "",
    subject: Only = "",
    since: date | None = None,
    until: date | None = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Page[AuditLine]:
    """Everything that was done, the oldest first: what is done later comes later."""
    filters = audit_log.Filters(who, action, subject, since, until)
    after = position(cursor, whole)[0] if cursor else 0
    rows = audit_log.entries_after(asked.viewer, filters, after=after, most=limit + 1)
    lines = [AuditLine(number, one.at, one.who, one.action, one.subject, one.detail) for number, one in rows]
    return page_of(lines, lambda row: (row.id,), limit=limit)
