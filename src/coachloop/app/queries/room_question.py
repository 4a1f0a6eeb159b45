"""One question of an open calibration room: the moments that everybody chose, the machine's beside them, and what was agreed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coachloop.app.models import Assignment, Behaviour, Conversation, Room, RoomDecision, Template, Verdict
from coachloop.app.queries import viewing
from coachloop.app.queries.assignments import words
from coachloop.app.queries.room_page import RoomView, Wording, room, shown_calls, wording_of
from coachloop.app.queries.rooms import behaviours, machine, stamp, visible
from coachloop.app.queries.templates import parsed
from coachloop.app.queries.trust import MACHINE
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model import template as core
from coachloop.core.model.conversation import Turn
from coachloop.core.model.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Moment:
    """Words that somebody chose as evidence, and where they stand."""

    turn: int
    start: int
    end: int
    quote: str
    at: float | None


@dataclass(frozen=True, slots=True)
class Says:
    """What one rater says: a person with their note, or the machine with its reason; `outcome` is empty for no answer."""

    who: str
    outcome: str
    moments: tuple[Moment, ...]
    words: str
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What was agreed, by whom it was written down and when; `stamp` names this state of it."""

    outcome: Outcome
    why: str
    by: str
    at: datetime
    stamp: str


@dataclass(frozen=True, slots=True)
class Words:
    """How a behaviour is worded now, and how the room words it; `stamp` names the state of the room's words."""

    behaviour_id: int
    title: str
    question: str
    good: str
    wording: Wording | None
    by: str
    stamp: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question of one call. `key` is empty for those who may not open the call itself; `left` are contested ones not agreed on."""

    room_id: int
    room_title: str
    template_key: str
    closed: bool
    keeps: bool
    call: int
    call_number: int
    calls: int
    key: str
    conversation_key: str
    started_at: datetime | None
    behaviour: int
    title: str
    definition: core.Behaviour | None
    says: tuple[Says, ...]
    turns: tuple[Turn, ...]
    decision: Decision | None
    following: tuple[int, int] | None
    left: int


def question(viewer: Viewer, room_id: int, call_id: int, *, behaviour_id: int) -> QuestionView | None:
    """One question; None where the room is none of theirs or not open, or the call is one they are asked to answer blind."""
    found = visible(viewer).filter(pk=room_id, opened_at__isnull=False).select_related("template").first()
    calls = shown_calls(viewer, found) if found else []
    call = next((one for one in calls if one.pk == call_id), None)
    behaviour = behaviours(found).filter(pk=behaviour_id).first() if found else None
    if found is None or call is None or behaviour is None or found.opened_at is None:
        return None
    view = room(viewer, room_id, today=found.opened_at.date())
    turns = words(call)
    open_there = viewing.conversations(viewer).filter(pk=call.pk).exists()
    following, left = _left(view, (call.pk, behaviour.pk))
    return QuestionView(
        room_id=found.pk,
        room_title=found.title,
        template_key=found.template.key,
        closed=found.closed_at is not None,
        keeps=bool(view and view.keeps),
        call=call.pk,
        call_number=calls.index(call) + 1,
        calls=len(calls),
        key=call.key if open_there else "",
        conversation_key=call.key,
        started_at=call.started_at,
        behaviour=behaviour.pk,
        title=behaviour.title,
        definition=_definitions(found.template, published=True).get(behaviour.key),
        says=(*_people(found, call, behaviour, turns=turns), _machine(call, behaviour, turns)),
        turns=turns,
        decision=_decision(found, call, behaviour),
        following=following,
        left=left,
    )


def wording(viewer: Viewer, room_id: int, *, behaviour_id: int) -> tuple[RoomView, Words] | None:
    """How a behaviour is worded in the newest text, and by the room; None where the room is none of theirs, or not open."""
    found = visible(viewer).filter(pk=room_id, opened_at__isnull=False).select_related("template").first()
    behaviour = behaviours(found).filter(pk=behaviour_id).first() if found else None
    if found is None or behaviour is None or found.opened_at is None:
        return None
    view = room(viewer, room_id, today=found.opened_at.date())
    now = _definitions(found.template, published=False).get(behaviour.key)
    known = found.wordings.filter(behaviour=behaviour).select_related("worded_by", "version").first()
    said = Words(
        behaviour.pk,
        behaviour.title,
        now.question if now else "",
        now.good if now else "",
        wording_of(known) if known else None,
        known.worded_by.name if known and known.worded_by else "",
        stamp(known),
    )
    return (view, said) if view else None


def _left(view: RoomView | None, here: tuple[int, int]) -> tuple[tuple[int, int] | None, int]:
    """The next contested question that nothing is agreed on, from here on and then from the top; and how many there are."""
    contested = view.opened.contested if view and view.opened else ()
    every = [((one.call, one.behaviour), one.agreed) for one in contested]
    at = next((i for i, (one, _) in enumerate(every) if one == here), -1)
    waiting = [one for one, agreed in (*every[at + 1 :], *every[: at + 1]) if not agreed]
    return next((one for one in waiting if one != here), None), len(waiting)


def _definitions(template: Template, *, published: bool) -> dict[str, core.Behaviour]:
    text = template.current.text if published and template.current else None
    text = text or template.versions.order_by("-number").values_list("text", flat=True).first()
    return {one.key: one for one in parsed(text).behaviours} if text else {}


def _people(found: Room, call: Conversation, behaviour: Behaviour, *, turns: Sequence[Turn]) -> list[Says]:
    rows = Assignment.objects.filter(room=found, conversation=call, submitted_at__isnull=False)
    every = []
    for one in rows.select_related("reviewer").order_by("reviewer__name", "id"):
        said = one.answers.get(str(behaviour.pk), {})
        name = one.reviewer.name if one.reviewer else "somebody who is gone"
        every.append(Says(name, said.get("outcome", ""), _moments(said.get("quotes", ()), turns), said.get("note", "")))
    return every


def _machine(call: Conversation, behaviour: Behaviour, turns: Sequence[Turn]) -> Says:
    """Its proof goes with what it said; where another answer stands for it, because it had learned from the call, there is none."""
    verdict = current_verdicts().filter(**{CONVERSATION: call, "behaviour": behaviour}).first()
    said = machine([call.pk], [behaviour.pk]).get((call.pk, behaviour.pk))
    if verdict is None or said is None:
        return Says(MACHINE, "", (), "", machine=True)
    if said != verdict.outcome:
        return Says(MACHINE, said, (), "What it says when it has not learned from this call.", machine=True)
    return Says(MACHINE, said, _proof(verdict, turns), verdict.reason, machine=True)


def _proof(verdict: Verdict, turns: Sequence[Turn]) -> tuple[Moment, ...]:
    if verdict.missed and verdict.outcome == Outcome.NOT_MET and 0 <= verdict.missed["turn"] < len(turns):
        turn = turns[verdict.missed["turn"]]
        return (Moment(verdict.missed["turn"], 0, len(turn.text), turn.text, turn.start),)
    return _moments(verdict.evidence, turns)


def _moments(quotes: Iterable[Any], turns: Sequence[Turn]) -> tuple[Moment, ...]:
    return tuple(
        Moment(one["turn"], one["start"], one["end"], one["quote"], turns[one["turn"]].start)
        for one in quotes
        if 0 <= one["turn"] < len(turns)
    )


def _decision(found: Room, call: Conversation, behaviour: Behaviour) -> Decision | None:
    rows = RoomDecision.objects.filter(room=found, conversation=call, behaviour=behaviour).select_related("decided_by")
    row = rows.first()
    by = row.decided_by.name if row and row.decided_by else "somebody who is gone"
    return Decision(Outcome(row.outcome), row.why, by, row.decided_at, stamp(row)) if row else None
