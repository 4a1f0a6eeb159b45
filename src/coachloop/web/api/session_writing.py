"""A session from its time to its follow-up."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from coachloop.app.queries import session_page
from coachloop.app.services import asking, coaching, confirming, drafts, examples, recordings
from coachloop.app.services.coaching import Notes
from coachloop.app.services.drafts import Written
from coachloop.core.coaching.agreement import Agreement, Answers, DidHappen, DidWork, NextStep
from coachloop.core.model.held_notes import LONGEST_NOTES
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Made, Next, Saved
from coachloop.web.api.problems import ProblemError
from coachloop.web.api.shapes import Body, Id, Words
from coachloop.wiring import page_exchange

WRITE = "coaching:write"
LEADER = Role.TEAM_LEADER


type Drafted = Literal[
    "account",
    "goal",
    "aim",
    "own_words",
    "action",
    "by_when",
    "how_reviewed",
    "review_on",
    "held_on",
    "shared_notes",
    "private_notes",
]


class Time(Body):
    """When."""

    planned_for: AwareDatetime


class Held(Body):
    """What was agreed. A performance session needs `by_when` and `how_reviewed`, a developmental one `goal` or `aim`.

    `aim` is the agent's open goal that it is about. `account` is what was said, in your words, where no call shows it.
    """

    held_on: date
    own_words: Words
    action: Words
    review_on: date
    by_when: date | None = None
    how_reviewed: Words = ""
    goal: Words = ""
    aim: Id | None = None
    shared_notes: Words = ""
    private_notes: Words = ""
    account: Words = ""


class Draft(Body):
    """What is written so far, by field. `basis` is that of the draft it began from, `writer` what your window calls itself."""

    fields: dict[Drafted, Annotated[str, Field(max_length=drafts.LONGEST)]]
    basis: Annotated[str, Field(max_length=100)] = ""
    writer: Annotated[str, Field(max_length=40)] = ""


class Shown(Body):
    """The verdict of a call that shows it."""

    verdict: Id


class Different(Body):
    """What is different, in the agent's words."""

    words: Words


class HandedIn(Body):
    """What was said: `Coach: …` and `Agent: …` lines. Both people in it must have agreed."""

    notes: Annotated[str, Field(max_length=LONGEST_NOTES)]
    both_agreed: bool


class LookBack(Body):
    """Did it happen, did it work, what next?"""

    did_happen: DidHappen
    did_work: DidWork
    next_step: NextStep
    note: Words = ""


@endpoint("POST /sessions/{session_id}/plan", LEADER, scope=WRITE)
def plan_session(asked: Asked, session_id: Id, body: Time) -> None:
    """Give a session its time, on a working day of the agent's and not after its due day."""
    coaching.plan_session(viewer=asked.viewer, session_id=session_id, planned_for=body.planned_for, now=asked.now)


@endpoint("POST /sessions/{session_id}/start", LEADER, scope=WRITE)
def start_session(asked: Asked, session_id: Id) -> None:
    """The conversation begins: its minutes run."""
    drafts.start_session(viewer=asked.viewer, session_id=session_id, now=asked.now)


@endpoint("PUT /sessions/{session_id}/draft", LEADER, scope=WRITE)
def draft_session(asked: Asked, session_id: Id, body: Draft) -> Saved:
    """Keep what was written so far; where somebody wrote later, it is refused and nothing is changed."""
    written = Written({str(name): words for name, words in body.fields.items()}, body.basis, body.writer)
    kept = drafts.save_draft(viewer=asked.viewer, session_id=session_id, written=written, now=asked.now)
    return Saved(kept.saved_at, kept.saved_at.isoformat())


@endpoint("POST /sessions/{session_id}/questions", LEADER, scope=WRITE, tells=True)
def write_session_questions(asked: Asked, session_id: Id) -> tuple[str, ...]:
    """Let the model write some of the questions, where one is set up."""
    exchange = page_exchange()
    if exchange is None:
        found(session_page.session(asked.viewer, session_id, today=asked.today))
        raise ProblemError(HTTPStatus.CONFLICT, "No judge is set up here, and none is needed: these questions serve.")
    return asking.write_questions(viewer=asked.viewer, session_id=session_id, exchange=exchange, now=asked.now)


@endpoint("POST /sessions/{session_id}/hold", LEADER, scope=WRITE, status=201)
def hold_session(asked: Asked, session_id: Id, body: Held) -> Made:
    """Close a session as held with what was agreed; its follow-up, whose id it answers with, opens by itself on its day."""
    view = found(session_page.session(asked.viewer, session_id, today=asked.today))
    agreement = Agreement(
        body.own_words,
        body.action,
        body.review_on,
        by_when=body.by_when,
        how_reviewed=body.how_reviewed,
        goal=body.goal,
    )
    questions = tuple(view.guide.questions) if view.guide else ()
    notes = Notes(body.shared_notes, body.private_notes, body.account, body.aim, questions)
    made = coaching.hold_session(
        viewer=asked.viewer,
        session_id=session_id,
        agreement=agreement,
        held_on=body.held_on,
        now=asked.now,
        notes=notes,
    )
    return Made(made.pk)


@endpoint("POST /sessions/{session_id}/cancel", LEADER, scope=WRITE)
def cancel_session(asked: Asked, session_id: Id) -> Next:
    """Call a session off; a performance session leaves the next one to plan, and its five days keep running."""
    following = coaching.cancel_session(viewer=asked.viewer, session_id=session_id, now=asked.now)
    return Next(following.pk if following else None)


@endpoint("POST /sessions/{session_id}/confirm", Role.AGENT, scope=WRITE)
def confirm_session(asked: Asked, session_id: Id) -> None:
    """Yes, this is what we agreed."""
    confirming.confirm_session(viewer=asked.viewer, session_id=session_id, now=asked.now)


@endpoint("POST /sessions/{session_id}/contest", Role.AGENT, scope=WRITE)
def contest_session(asked: Asked, session_id: Id, body: Different) -> None:
    """No: this is what is different."""
    confirming.contest_session(viewer=asked.viewer, session_id=session_id, words=body.words, now=asked.now)


@endpoint("PUT /sessions/{session_id}/example", LEADER, scope=WRITE)
def replace_session_example(asked: Asked, session_id: Id, body: Shown) -> None:
    """Let a focus stand on another call, where the one it stood on was overturned."""
    examples.replace_example(viewer=asked.viewer, session_id=session_id, verdict_id=body.verdict, now=asked.now)


@endpoint("POST /sessions/{session_id}/close", LEADER, scope=WRITE)
def close_overturned(asked: Asked, session_id: Id) -> None:
    """End a focus whose example was overturned."""
    examples.close_overturned(viewer=asked.viewer, session_id=session_id, now=asked.now)


@endpoint("POST /sessions/{session_id}/recording", LEADER, scope=WRITE)
def hand_in_recording(asked: Asked, session_id: Id, body: HandedIn) -> None:
    """Hand in what was said in a session; it is scored, and you alone see what comes out."""
    recordings.hand_in(
        viewer=asked.viewer, session_id=session_id, notes=body.notes, both_agreed=body.both_agreed, now=asked.now
    )


@endpoint("POST /follow-ups/{follow_up_id}/close", LEADER, scope=WRITE)
def close_follow_up(asked: Asked, follow_up_id: Id, body: LookBack) -> Next:
    """Close a follow-up with its three answers."""
    answers = Answers(body.did_happen, body.did_work, body.next_step, body.note)
    following = coaching.close_follow_up(viewer=asked.viewer, follow_up_id=follow_up_id, answers=answers, now=asked.now)
    return Next(following.pk if following else None)
