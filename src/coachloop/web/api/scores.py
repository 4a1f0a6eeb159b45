"""Verdicts, how far they can be trusted, and how they come about."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from coachloop.app.queries import transparency, trust_page, verdict_list
from coachloop.app.queries.paging import Slice
from coachloop.app.services import audit
from coachloop.app.services.trust import refresh_for_a_page
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.paging import USUAL, Cursor, Limit, Page, page_of, paged, position, whole
from coachloop.web.api.shapes import Key
from coachloop.wiring import running

READERS = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
Only = Annotated[str, Field(max_length=200)]


@endpoint("GET /verdicts", *READERS, scope="scores:read")
def list_verdicts(
    asked: Asked,
    conversation: Only = "",
    agent: Only = "",
    template: Only = "",
    behaviour: Only = "",
    outcome: Outcome | Literal[""] = "",
    since: Annotated[date | None, Field(description="Of calls from this day on.")] = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Page[verdict_list.VerdictLine]:
    """The verdicts that stand, the oldest first: what is scored later comes later. The look at their words is written down."""
    wanted = verdict_list.Wanted(conversation, agent, template, behaviour, str(outcome), since)
    after = position(cursor, whole)[0] if cursor else 0
    rows = verdict_list.verdicts(asked.viewer, wanted, after=after, most=limit + 1)
    page = page_of(rows, lambda row: (row.id,), limit=limit)
    audit.look(asked.viewer, *dict.fromkeys(row.conversation for row in page.items if row.evidence), now=asked.now)
    return page


@dataclass(frozen=True, slots=True)
class TrustLine:
    """A template that scores; `checked` is the most calls that anything of it was checked in."""

    template: str
    title: str
    checked: int
    behaviours: int
    good: int


@endpoint("GET /trust", scope="scores:read")
def list_trust(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[TrustLine]:
    """Which scores can be trusted, template by template."""
    rows = [
        TrustLine(key, title, one.checked if one else 0, len(one.rows) if one else 0, one.good if one else 0)
        for key, title, one in trust_page.templates(asked.viewer)
    ]
    return paged(rows, lambda row: (row.template,), cursor=cursor, limit=limit)


@endpoint("GET /trust/{path:template}", *Role, scope="scores:read")
def read_trust(asked: Asked, template: Key) -> trust_page.Trusted:
    """How far a template's scores can be trusted: agreement with people, errors, fairness."""
    refresh_for_a_page(asked.viewer, template, now=asked.now)
    return found(trust_page.trusted(asked.viewer, template))


@endpoint("GET /trust/{path:template}/calls", *READERS, scope="scores:read")
def list_calls_behind(
    asked: Asked,
    template: Key,
    behaviour: Key,
    said: Outcome,
    true: Outcome,
    page: Annotated[int, Field(ge=1, le=100_000)] = 1,
) -> Slice[trust_page.CellCall]:
    """The calls behind one number of a trust table. Whoever sees them has seen their verdicts: that is written down."""
    cell = found(trust_page.cell(asked.viewer, template, behaviour, said=said, true=true))
    listed = trust_page.calls_behind(asked.viewer, template, cell, page=page)
    audit.look(asked.viewer, *(row.key for row in listed.rows), now=asked.now)
    return listed


@endpoint("GET /how-we-score", scope="scores:read")
def read_how_we_score(asked: Asked) -> list[transparency.Section]:
    """How calls are scored here, with what error, who sees it, and how to challenge it."""
    return transparency.pack(asked.viewer, running())
