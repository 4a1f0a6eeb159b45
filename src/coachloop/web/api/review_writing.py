"""Answers given blind, audits, calibration rooms, and disputes."""

import secrets
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from coachloop.app.queries import assignments as asked_blind
from coachloop.app.queries import disputes as seen
from coachloop.app.queries import room_page, room_question
from coachloop.app.queries.challenges import challengeable
from coachloop.app.services import assignments, audit_draws, disputes, rooms
from coachloop.app.services.audit_draws import TWICE, WITHIN
from coachloop.app.services.audit_draws import Wanted as Audit
from coachloop.app.services.rooms import Agreed, Worded
from coachloop.app.services.rooms import Wanted as Room
from coachloop.core.insight.rooms import FEWEST_CALLS, MOST_CALLS
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Count, Made
from coachloop.web.api.shapes import Body, Id, Key, Words

WRITE = "review:write"
ANSWERERS = (Role.EVALUATOR, Role.QA_LEAD, Role.TEAM_LEADER)
DECIDERS = (Role.EVALUATOR, Role.QA_LEAD)
LEAD = Role.QA_LEAD
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Evidence(Body):
    """Words of one turn, by their place in it."""

    turn: Place
    start: Place
    end: Place
    quote: Words


class BlindAnswer(Body):
    """What you say of one behaviour; empty as long as you have not decided."""

    outcome: Annotated[str, Field(max_length=20)] = ""
    quotes: Annotated[tuple[Evidence, ...], Field(max_length=20)] = ()
    note: Words = ""


class BlindAnswers(Body):
    """Answers by behaviour id. `saves` is what `read_review` said: nothing newer is written over."""

    answers: Annotated[dict[Id, BlindAnswer], Field(max_length=200)]
    saves: Place

    @property
    def given(self) -> dict[str, dict[str, Any]]:
        """As the services take them."""
        return {str(key): one.model_dump() for key, one in self.answers.items()}


class Reason(Body):
    """Why."""

    because: Words


class AuditBody(Body):
    """An audit: `size` 0 draws as many as `within` takes; without a seed one is made here."""

    template: Key
    first: date
    last: date
    behaviour: Annotated[str, Field(max_length=200)] = ""
    within: Annotated[float, Field(gt=0, le=0.5)] = WITHIN
    size: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    seed: Annotated[str, Field(max_length=audit_draws.LONGEST_SEED)] = ""
    due_on: date | None = None
    twice: Annotated[float, Field(ge=0, le=1)] = TWICE
    also: Annotated[tuple[Id, ...], Field(max_length=100)] = ()


class RoomBody(Body):
    """A calibration room: calls by chance or the most contested, for whom by their ids, and until when."""

    template: Key
    title: Annotated[str, Field(min_length=1, max_length=200)]
    contested: bool
    size: Annotated[int, Field(ge=FEWEST_CALLS, le=MOST_CALLS)]
    people: Annotated[list[Id], Field(max_length=100)]
    answer_by: date


class AgreedBody(Body):
    """What the room agrees on; `seen` is the stamp of the decision that you looked at, empty for none."""

    outcome: Outcome
    why: Words = ""
    seen: Annotated[str, Field(max_length=100)] = ""


class WordedBody(Body):
    """How a behaviour is to be worded; what is empty stays as it is. `seen` is the stamp of the wording that you looked at."""

    question: Words = ""
    good: Words = ""
    seen: Annotated[str, Field(max_length=100)] = ""


class Challenge(Body):
    """A verdict about a call of yours, and what you see otherwise."""

    verdict: Id
    words: Words


class Assigned(Body):
    """Who decides, by their id; `instead_of` whoever was asked before."""

    to: Id
    instead_of: Id | None = None


class Decision(Body):
    """What stands, and why."""

    stands: Outcome
    reason: Words


@endpoint("PUT /reviews/{assignment_id}/answers", *ANSWERERS, scope=WRITE)
def save_review(asked: Asked, assignment_id: Id, body: BlindAnswers) -> Count:
    """Keep what was answered so far; answers with the new `saves`. Where another window kept something since, it is refused."""
    found(asked_blind.form(asked.viewer, assignment_id))
    saves = assignments.save_answers(
        viewer=asked.viewer, assignment_id=assignment_id, answers=body.given, saves=body.saves, now=asked.now
    )
    return Count(saves)


@endpoint("POST /reviews/{assignment_id}/submit", *ANSWERERS, scope=WRITE)
def submit_review(asked: Asked, assignment_id: Id, body: BlindAnswers) -> None:
    """Answer for good."""
    assignments.submit(
        viewer=asked.viewer, assignment_id=assignment_id, answers=body.given, saves=body.saves, now=asked.now
    )


@endpoint("POST /reviews/{assignment_id}/pass-on", *ANSWERERS, scope=WRITE)
def pass_review(asked: Asked, assignment_id: Id, body: Reason) -> None:
    """Leave a review to somebody else, with a reason."""
    found(asked_blind.form(asked.viewer, assignment_id))
    assignments.pass_on(viewer=asked.viewer, assignment_id=assignment_id, because=body.because, now=asked.now)


@endpoint("POST /audits", LEAD, scope=WRITE, status=201)
def draw_audit(asked: Asked, body: AuditBody) -> Made:
    """Draw calls by chance and give them out to be answered blind."""
    return Made(audit_draws.draw_audit(viewer=asked.viewer, wanted=Audit(**dict(body)), now=asked.now).pk)


@endpoint("POST /audits/{draw_id}/give-out", LEAD, scope=WRITE)
def give_out_audit(asked: Asked, draw_id: Id) -> Count:
    """Ask somebody about what waits for somebody."""
    return Count(audit_draws.give_out_again(viewer=asked.viewer, draw_id=draw_id, now=asked.now))


@endpoint("POST /rooms", LEAD, scope=WRITE, status=201)
def make_room(asked: Asked, body: RoomBody) -> Made:
    """Ask several people to answer the same calls blind."""
    wanted = Room(**dict(body), seed=secrets.token_hex(8))
    return Made(rooms.make_room(viewer=asked.viewer, wanted=wanted, now=asked.now).pk)


@endpoint("POST /rooms/{room_id}/remind", LEAD, scope=WRITE)
def remind_room(asked: Asked, room_id: Id) -> Count:
    """Tell those who have not answered, once a day."""
    return Count(rooms.remind(viewer=asked.viewer, room_id=room_id, now=asked.now))


@endpoint("POST /rooms/{room_id}/open", LEAD, scope=WRITE)
def open_room(asked: Asked, room_id: Id) -> None:
    """Show everybody what everybody said."""
    rooms.open_together(viewer=asked.viewer, room_id=room_id, now=asked.now)


@endpoint("POST /rooms/{room_id}/close", LEAD, scope=WRITE)
def close_room(asked: Asked, room_id: Id) -> None:
    """End a room: what it agreed on counts."""
    rooms.close(viewer=asked.viewer, room_id=room_id, now=asked.now)


@endpoint("POST /rooms/{room_id}/take-up", LEAD, scope=WRITE)
def take_up_room(asked: Asked, room_id: Id) -> Count:
    """Put the room's words into the template's next draft; answers with that version's number."""
    found(room_page.room(asked.viewer, room_id, today=asked.today))
    return Count(rooms.take_up(viewer=asked.viewer, room_id=room_id, now=asked.now).number)


@endpoint("PUT /rooms/{room_id}/calls/{call_id}/{behaviour_id}", LEAD, scope=WRITE)
def agree_question(asked: Asked, room_id: Id, call_id: Id, *, behaviour_id: Id, body: AgreedBody) -> None:
    """Write down what the room agrees on about one behaviour of one call."""
    view = found(room_question.question(asked.viewer, room_id, call_id, behaviour_id=behaviour_id))
    agreed = Agreed(view.call, view.behaviour, body.outcome, body.why, body.seen)
    rooms.agree(viewer=asked.viewer, room_id=room_id, agreed=agreed, now=asked.now)


@endpoint("PUT /rooms/{room_id}/words/{behaviour_id}", LEAD, scope=WRITE)
def word_behaviour(asked: Asked, room_id: Id, behaviour_id: Id, *, body: WordedBody) -> None:
    """Keep the room's words for a behaviour."""
    found(room_question.wording(asked.viewer, room_id, behaviour_id=behaviour_id))
    new = Worded(behaviour_id, body.question, body.good, body.seen)
    rooms.word(viewer=asked.viewer, room_id=room_id, new=new, now=asked.now)


@endpoint("POST /disputes", Role.AGENT, scope=WRITE, status=201)
def raise_dispute(asked: Asked, body: Challenge) -> Made:
    """Challenge one verdict about a call of yours."""
    found(challengeable(asked.viewer, [body.verdict]).get(body.verdict))
    made = disputes.raise_dispute(viewer=asked.viewer, verdict_id=body.verdict, words=body.words, now=asked.now)
    return Made(made.pk)


@endpoint("POST /disputes/{dispute_id}/assign", LEAD, scope=WRITE)
def assign_dispute(asked: Asked, dispute_id: Id, body: Assigned) -> None:
    """Give a dispute to somebody who neither scored nor coached it."""
    disputes.assign(viewer=asked.viewer, dispute_id=dispute_id, to=body.to, instead_of=body.instead_of, now=asked.now)


@endpoint("POST /disputes/{dispute_id}/decide", *DECIDERS, scope=WRITE)
def decide_dispute(asked: Asked, dispute_id: Id, body: Decision) -> None:
    """Say what stands, and why; the agent is told, and every number follows."""
    found(seen.dispute(asked.viewer, dispute_id, today=asked.today))
    disputes.decide(viewer=asked.viewer, dispute_id=dispute_id, stands=body.stands, reason=body.reason, now=asked.now)


@endpoint("POST /disputes/{dispute_id}/withdraw", Role.AGENT, scope=WRITE)
def withdraw_dispute(asked: Asked, dispute_id: Id) -> None:
    """Take a challenge back: what was said of the call stands."""
    disputes.withdraw(viewer=asked.viewer, dispute_id=dispute_id, now=asked.now)
