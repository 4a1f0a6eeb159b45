"""Goals with their steps, huddles and workshops, and coaching conversations that are shared."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from coachloop.app.queries import goals as seen
from coachloop.app.queries import recordings as heard
from coachloop.app.services import gatherings, goals, recordings
from coachloop.app.services.gatherings import Held, Wanted
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Made
from coachloop.web.api.shapes import Body, Id, Key, Words

WRITE = "coaching:write"
KEEPERS = (Role.AGENT, Role.TEAM_LEADER)
ANSWERERS = (Role.TEAM_LEADER, Role.QA_LEAD)
People = Annotated[list[Key], Field(max_length=500)]
Minutes = Annotated[int, Field(ge=1, le=1000)]


class Goal(Body):
    """What somebody wants to reach, and by when."""

    words: Words
    target_day: date | None = None


class Reached(Body):
    """Reached, or let go."""

    reached: bool


class Step(Body):
    """A step towards a goal."""

    words: Words
    by_when: date | None = None


class Done(Body):
    """Done, or not yet after all."""

    done: bool


class Gathering(Body):
    """A huddle or workshop on one behaviour, for agents by their keys; `planned_for` may come later."""

    kind: GatheringKind
    template: Key
    behaviour: Key
    agents: People
    minutes: Minutes | None = None
    planned_for: AwareDatetime | None = None
    note: Words = ""


class Came(Body):
    """How it went: on which day, who came by their keys, how long it took."""

    held_on: date
    came: People
    minutes: Minutes
    note: Words = ""


class Answered(Body):
    """Answers by behaviour id: `met`, `not_met` or `not_applicable`."""

    answers: Annotated[dict[Id, Outcome], Field(max_length=200)]


@endpoint("POST /agents/{path:key}/goals", *KEEPERS, scope=WRITE, status=201)
def open_goal(asked: Asked, key: Key, body: Goal) -> Made:
    """Write a goal down."""
    made = goals.open_goal(
        viewer=asked.viewer, agent_key=key, words=body.words, target_day=body.target_day, now=asked.now
    )
    return Made(made.pk)


@endpoint("PUT /goals/{goal_id}", *KEEPERS, scope=WRITE)
def change_goal(asked: Asked, goal_id: Id, body: Goal) -> None:
    """Say a goal in other words, or move its day."""
    found(seen.agent_of(asked.viewer, goal_id=goal_id))
    goals.change_goal(viewer=asked.viewer, goal_id=goal_id, words=body.words, target_day=body.target_day, now=asked.now)


@endpoint("POST /goals/{goal_id}/close", *KEEPERS, scope=WRITE)
def close_goal(asked: Asked, goal_id: Id, body: Reached) -> None:
    """A goal is reached, or let go."""
    found(seen.agent_of(asked.viewer, goal_id=goal_id))
    goals.close_goal(viewer=asked.viewer, goal_id=goal_id, reached=body.reached, now=asked.now)


@endpoint("POST /goals/{goal_id}/steps", *KEEPERS, scope=WRITE, status=201)
def add_step(asked: Asked, goal_id: Id, body: Step) -> Made:
    """One step more."""
    found(seen.agent_of(asked.viewer, goal_id=goal_id))
    made = goals.add_step(viewer=asked.viewer, goal_id=goal_id, words=body.words, by_when=body.by_when, now=asked.now)
    return Made(made.pk)


@endpoint("POST /steps/{step_id}/tick", *KEEPERS, scope=WRITE)
def tick_step(asked: Asked, step_id: Id, body: Done) -> None:
    """A step is done, or not yet after all."""
    found(seen.agent_of(asked.viewer, step_id=step_id))
    goals.tick_step(viewer=asked.viewer, step_id=step_id, done=body.done, now=asked.now)


@endpoint("PUT /steps/{step_id}", *KEEPERS, scope=WRITE)
def change_step(asked: Asked, step_id: Id, body: Step) -> None:
    """Say a step in other words; without words it goes."""
    found(seen.agent_of(asked.viewer, step_id=step_id))
    goals.change_step(viewer=asked.viewer, step_id=step_id, words=body.words, by_when=body.by_when, now=asked.now)


@endpoint("POST /gatherings", Role.TEAM_LEADER, scope=WRITE, status=201)
def plan_gathering(asked: Asked, body: Gathering) -> Made:
    """Plan a huddle or workshop for agents of your own."""
    wanted = Wanted(**{**dict(body), "agents": tuple(body.agents)})
    return Made(gatherings.plan_gathering(viewer=asked.viewer, wanted=wanted, now=asked.now).pk)


@endpoint("POST /gatherings/{gathering_id}/hold", Role.TEAM_LEADER, scope=WRITE)
def hold_gathering(asked: Asked, gathering_id: Id, body: Came) -> None:
    """Note that a huddle or workshop took place, and who came."""
    held = Held(body.held_on, tuple(body.came), body.minutes, body.note)
    gatherings.hold_gathering(viewer=asked.viewer, gathering_id=gathering_id, held=held, now=asked.now)


@endpoint("POST /gatherings/{gathering_id}/cancel", Role.TEAM_LEADER, scope=WRITE)
def cancel_gathering(asked: Asked, gathering_id: Id) -> None:
    """Call a huddle or workshop off."""
    gatherings.cancel_gathering(viewer=asked.viewer, gathering_id=gathering_id, now=asked.now)


@endpoint("POST /how-i-coach/{recording_id}/share", Role.TEAM_LEADER, scope=WRITE)
def share_coaching(asked: Asked, recording_id: Id) -> None:
    """Let the QA lead and other leaders answer the same questions about a session of yours."""
    recordings.share(viewer=asked.viewer, recording_id=recording_id, now=asked.now)


@endpoint("POST /how-i-coach/{recording_id}/unshare", Role.TEAM_LEADER, scope=WRITE)
def unshare_coaching(asked: Asked, recording_id: Id) -> None:
    """Nobody else sees it any more."""
    recordings.unshare(viewer=asked.viewer, recording_id=recording_id, now=asked.now)


@endpoint("POST /how-i-coach/{recording_id}/take-back", *KEEPERS, scope=WRITE)
def take_back_coaching(asked: Asked, recording_id: Id) -> None:
    """Either of the two in it says no: what was said is deleted, with everything that was found in it."""
    found(heard.session_of(asked.viewer, recording_id))
    recordings.take_back(viewer=asked.viewer, recording_id=recording_id, now=asked.now)


@endpoint("POST /shared-coaching/{recording_id}/answers", *ANSWERERS, scope=WRITE)
def answer_shared_coaching(asked: Asked, recording_id: Id, body: Answered) -> None:
    """Answer the questions about a shared session blind, once and for all of them."""
    found(heard.words(asked.viewer, recording_id))
    recordings.answer(viewer=asked.viewer, recording_id=recording_id, outcomes=body.answers, now=asked.now)
