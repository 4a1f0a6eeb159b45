"""What is checked by people: disputes, blind answers, audits and calibration rooms."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from coachloop.app.queries import assignments, audit_frames, audits_page, disputes, room_page, room_question, rooms
from coachloop.app.queries.conversation import ConversationView
from coachloop.app.queries.paging import Slice
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.paging import USUAL, Cursor, Limit, Number, Page, paged
from coachloop.web.api.shapes import Id, Key

DISPUTERS = (Role.AGENT, Role.TEAM_LEADER, Role.EVALUATOR, Role.QA_LEAD)
ANSWERERS = (Role.EVALUATOR, Role.QA_LEAD, Role.TEAM_LEADER)
LOOKERS = (Role.QA_LEAD, Role.OPERATIONS)
Only = Annotated[str, Field(max_length=200)]


@endpoint("GET /disputes", *DISPUTERS, scope="review:read")
def list_disputes(asked: Asked, *, over: bool = False, page: Number = 1) -> Slice[disputes.DisputeView]:
    """What was challenged, and what became of it. Whoever reads it has seen a verdict of the call: that is written down."""
    listed = disputes.disputes(asked.viewer, today=asked.today, open_=not over, page=page)
    audit.look(asked.viewer, *(row.conversation_key for row in listed.rows), now=asked.now)
    return listed


@dataclass(frozen=True, slots=True)
class DisputePage:
    """A dispute beside the words of its call and the verdict that is challenged, as it said."""

    view: disputes.DisputeView
    call: ConversationView


@endpoint("GET /disputes/{dispute_id}", *DISPUTERS, scope="review:read")
def read_dispute(asked: Asked, dispute_id: Id) -> DisputePage:
    """One dispute. The look at the words of its call is written down."""
    view = found(disputes.dispute(asked.viewer, dispute_id, today=asked.today))
    call = found(disputes.call_of(asked.viewer, view.id))
    audit.look(asked.viewer, view.conversation_key, now=asked.now)
    return DisputePage(view, call)


@endpoint("GET /reviews", *ANSWERERS, scope="review:read")
def list_reviews(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[assignments.Waiting]:
    """What waits for your blind answer."""
    rows = assignments.queue(asked.viewer, today=asked.today)
    return paged(rows, lambda row: (row.due_on, row.id), cursor=cursor, limit=limit)


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """What is asked of you: `form` with the words alone until you submit, then `beside` with what others say.

    `sealed` is the title of the room that has to be opened first.
    """

    form: assignments.Form | None
    beside: assignments.Beside | None
    sealed: str | None


@endpoint("GET /reviews/{assignment_id}", *ANSWERERS, scope="review:read")
def read_review(asked: Asked, assignment_id: Id) -> ReviewPage:
    """A call to answer blind, or afterwards what the machine and others say. The look at its words is written down."""
    form = assignments.form(asked.viewer, assignment_id)
    sealed = None if form else assignments.sealed(asked.viewer, assignment_id)
    beside = None if form or sealed is not None else found(assignments.beside(asked.viewer, assignment_id))
    if words := form or beside:
        audit.look(asked.viewer, words.conversation_key, now=asked.now)
    return ReviewPage(form, beside, sealed)


@endpoint("GET /audits", *LOOKERS, scope="review:read")
def list_audits(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[audits_page.PastDraw]:
    """The audits there were, and how far they are."""
    rows = audits_page.past_draws(asked.viewer, today=asked.today)
    return paged(rows, lambda row: (row.id,), cursor=cursor, limit=limit)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One draw, what was kept of how it was drawn, and with `verify` whether drawing again gives the same."""

    row: audits_page.PastDraw
    kept: audits_page.Kept
    verified: audit_frames.Verified | None


@endpoint("GET /audits/{draw_id}", *LOOKERS, scope="review:read")
def read_audit(asked: Asked, draw_id: Id, *, verify: bool = False) -> AuditPage:
    """One draw: how far it is, and whether it was what it says."""
    rows = audits_page.past_draws(asked.viewer, today=asked.today, draw_id=draw_id)
    row = found(next(iter(rows), None))
    return AuditPage(
        row, audits_page.kept(asked.viewer, draw_id), audit_frames.verify(asked.viewer, draw_id) if verify else None
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """How far people have checked a template's verdicts, what that cost, and who answers."""

    coverage: audits_page.Coverage
    workers: list[audits_page.Worker]


@endpoint("GET /audits/coverage", *LOOKERS, scope="review:read")
def read_audit_coverage(asked: Asked, template: Key, days: Annotated[int, Field(ge=1, le=3650)] = 28) -> Checked:
    """Whether enough is checked."""
    found(dict(audits_page.templates(asked.viewer)).get(template))
    first = asked.today - timedelta(days=days - 1)
    coverage = audits_page.coverage(asked.viewer, template, first=first, last=asked.today)
    return Checked(coverage, audits_page.workers(asked.viewer, today=asked.today))


@endpoint("GET /audits/plan", Role.QA_LEAD, scope="review:read")
def plan_audit(
    asked: Asked,
    template: Key,
    behaviour: Only = "",
    first: date | None = None,
    last: date | None = None,
    within: Annotated[int, Field(ge=1, le=50, description="Points of per cent.")] = 5,
) -> audits_page.Plan:
    """What a new audit would take."""
    found(dict(audits_page.templates(asked.viewer)).get(template))
    ends = last or asked.today
    return audits_page.plan(
        asked.viewer,
        template,
        behaviour=behaviour,
        first=first or ends - timedelta(days=27),
        last=ends,
        within=within / 100,
        twice=0.1,
    )


@endpoint("GET /rooms", *ANSWERERS, scope="review:read")
def list_rooms(asked: Asked) -> rooms.Rooms:
    """Calibration rooms, and how agreement went from one to the next."""
    return rooms.rooms(asked.viewer)


@endpoint("GET /rooms/{room_id}", *ANSWERERS, scope="review:read")
def read_room(asked: Asked, room_id: Id) -> room_page.RoomView:
    """Before it is opened who has answered; then where people differ."""
    view = found(room_page.room(asked.viewer, room_id, today=asked.today))
    audit.look(asked.viewer, *view.keys, now=asked.now)
    return view


@endpoint("GET /rooms/{room_id}/calls/{call_id}/{behaviour_id}", *ANSWERERS, scope="review:read")
def read_room_question(asked: Asked, room_id: Id, call_id: Id, behaviour_id: Id) -> room_question.QuestionView:
    """What everybody heard in one call, of one behaviour. The look at its words is written down."""
    view = found(room_question.question(asked.viewer, room_id, call_id, behaviour_id=behaviour_id))
    audit.look(asked.viewer, view.conversation_key, now=asked.now)
    return view


@endpoint("GET /rooms/{room_id}/words/{behaviour_id}", Role.QA_LEAD, scope="review:read")
def read_room_wording(asked: Asked, room_id: Id, behaviour_id: Id) -> room_question.Words:
    """How a behaviour is worded, and how the room words it."""
    _, words = found(room_question.wording(asked.viewer, room_id, behaviour_id=behaviour_id))
    return words
