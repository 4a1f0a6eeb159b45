"""Calibration rooms: made, answered blind, opened together, agreed on, worded anew, closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from coachloop.app.errors import NewerWordsError, NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import (
    Assignment,
    Behaviour,
    Conversation,
    Review,
    Room,
    RoomDecision,
    RoomWording,
    Template,
    TemplateVersion,
    User,
)
from coachloop.app.queries import room_choice
from coachloop.app.queries import rooms as queries
from coachloop.app.queries.sites import first_local_date
from coachloop.app.queries.templates import find_template
from coachloop.app.queries.viewing import Viewer, within
from coachloop.app.services import assignments, audit, messages, reviews, studio
from coachloop.app.services.messages import Words
from coachloop.core.insight.rooms import FEWEST_CALLS, MOST_CALLS
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.template_wording import worded
from coachloop.core.model.verdict import ANSWERS, Outcome

FEWEST_PEOPLE = 2
LONGEST = 5_000
MESSAGE = "room"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A room to make: whose calls, how many, chosen by chance from `seed` or the most contested, for whom and until when."""

    template: str
    title: str
    contested: bool
    size: int
    people: Sequence[int]
    answer_by: date
    seed: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a room agrees on about one question. `seen` names the decision that was looked at, empty for none."""

    conversation_id: int
    behaviour_id: int
    outcome: Outcome
    why: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Worded:
    """How a behaviour is to be worded; what is empty stays as it is. `seen` names the wording that was looked at, empty for none."""

    behaviour_id: int
    question: str = ""
    good: str = ""
    seen: str = ""


@transaction.atomic
def make_room(*, viewer: Viewer, wanted: Wanted, now: datetime) -> Room:
    """Ask several people to answer the same calls blind.

    Raises:
        NotYoursError: only a QA lead makes rooms.
        RefusedError: too few people or calls, or too many; somebody who does not take part in rooms; a day that has passed.
        UnknownNameError: no such template.
    """
    _needs_qa_lead(viewer)
    template, users = find_template(viewer, wanted.template), _people(viewer, wanted.people)
    title = wanted.title.replace("\0", "").strip()
    if not title:
        raise RefusedError("give the room a title, such as: Calibration in May")
    if wanted.answer_by < first_local_date(now):
        raise RefusedError("choose a day from today on by which they answer")
    calls = _calls(template, users, wanted)
    room = Room.objects.create(
        template=template,
        title=title[:200],
        chosen=Room.Choice.CONTESTED if wanted.contested else Room.Choice.RANDOM,
        seed=wanted.seed[:64],
        answer_by=wanted.answer_by,
        made_at=now,
        made_by=viewer.user,
    )
    assignments.assign(
        template=template,
        kind=ReviewKind.CALIBRATION,
        asked=list(template.behaviours.filter(retired=False).order_by("position").values_list("id", flat=True)),
        pairs=[(call, user.pk, None) for user in users for call in calls],
        due_on=wanted.answer_by,
        room=room,
        now=now,
    )
    for user in users:
        _tell(user, room, "asked", now=now)
    detail = {
        "template": template.key,
        "chosen": room.chosen,
        "seed": room.seed,
        "calls": len(calls),
        "people": len(users),
    }
    audit.record(viewer, "room.make", f"room:{room.pk}", now=now, detail=detail)
    return room


@transaction.atomic
def remind(*, viewer: Viewer, room_id: int, now: datetime) -> int:
    """Tell those who have not answered, once a day at most; how many were told.

    Raises:
        NotYoursError: only a QA lead reminds.
        ObjectDoesNotExist: no such room.
        WrongStateError: it is open already.
    """
    room = _locked(viewer, room_id)
    if room.opened_at is not None:
        raise WrongStateError("the room is open: there is nothing left to answer")
    waiting = User.objects.filter(assignments__in=_unanswered(room)).distinct().order_by("id")
    told = sum(_tell(user, room, str(first_local_date(now)), now=now) for user in waiting)
    audit.record(viewer, "room.remind", f"room:{room_id}", now=now, detail={"told": told})
    return told


@transaction.atomic
def open_together(*, viewer: Viewer, room_id: int, now: datetime) -> Room:
    """Show everybody what everybody said; what they said becomes their reviews. Who has not answered stays out.

    Raises:
        NotYoursError: only whoever made it opens it; another QA lead where they are gone.
        ObjectDoesNotExist: no such room.
        WrongStateError: it is open, or too early: not everybody has answered, and the day has not passed; or nobody has.
    """
    room = _locked(viewer, room_id)
    if not queries.opens(viewer, room):
        raise NotYoursError("whoever made the room opens it")
    if why := queries.too_early(room, today=first_local_date(now)):
        raise WrongStateError(why)
    room.opened_at = now
    room.save(update_fields=["opened_at"])
    left_out = _unanswered(room).update(passed_on_at=now, passed_on_because=queries.LEFT_OUT)
    answered = Assignment.objects.filter(room=room, submitted_at__isnull=False).select_related(
        "conversation", "reviewer"
    )
    for one in answered.order_by("id"):
        assignments.store(one, kind=ReviewKind.LABEL, now=now)
    detail = {"answered": len(answered), "left_out": left_out}
    audit.record(viewer, "room.open", f"room:{room_id}", now=now, detail=detail)
    return room


@transaction.atomic
def agree(*, viewer: Viewer, room_id: int, agreed: Agreed, now: datetime) -> RoomDecision:
    """Write down what the room agrees on about one question: from now on this answer counts. Changed, the newer one counts.

    Raises:
        NotYoursError: a QA lead writes it down.
        ObjectDoesNotExist: no such room, or the question was not asked in it.
        RefusedError: it is no answer.
        WrongStateError: the room is not open, or closed.
        NewerWordsError: somebody else wrote something down since they looked; nothing is changed.
    """
    room = _at_work(viewer, room_id)
    call, behaviour = _question(room, agreed)
    known = RoomDecision.objects.filter(room=room, conversation=call, behaviour=behaviour).first()
    why = agreed.why.replace("\0", "").strip()[:LONGEST]
    if known and (known.outcome, known.why) == (agreed.outcome, why):
        return known
    if queries.stamp(known) != agreed.seen:
        raise NewerWordsError("somebody else wrote down what was agreed since you looked")
    decision = known or RoomDecision(room=room, conversation=call, behaviour=behaviour)
    decision.outcome, decision.why, decision.decided_by, decision.decided_at = agreed.outcome, why, viewer.user, now
    decision.save()
    _review(room, decision, viewer=viewer, now=now)
    detail = {"conversation": call.key, "behaviour": behaviour.key, "outcome": agreed.outcome.value}
    audit.record(viewer, "room.agree", f"room:{room_id}", now=now, detail=detail)
    return decision


@transaction.atomic
def word(*, viewer: Viewer, room_id: int, new: Worded, now: datetime) -> RoomWording:
    """Keep how the room wants a behaviour to be worded, until the template's next draft takes it up.

    Raises:
        NotYoursError: a QA lead writes it down.
        ObjectDoesNotExist: no such room, or not one of its behaviours.
        RefusedError: neither words are given.
        WrongStateError: the room is not open, or closed.
        NewerWordsError: somebody else worded it since they looked; nothing is changed.
    """
    room = _at_work(viewer, room_id)
    behaviour = queries.behaviours(room).get(pk=new.behaviour_id)
    question, good = (" ".join(words.replace("\0", "").split())[:LONGEST] for words in (new.question, new.good))
    if not question and not good:
        raise RefusedError("write the question or what good sounds like; what you leave empty stays as it is")
    known = RoomWording.objects.filter(room=room, behaviour=behaviour).first()
    if known and (known.question, known.good) == (question, good):
        return known
    if queries.stamp(known) != new.seen:
        raise NewerWordsError("somebody else worded it since you looked")
    wording = known or RoomWording(room=room, behaviour=behaviour)
    wording.question, wording.good, wording.version = question, good, None
    wording.worded_by, wording.worded_at = viewer.user, now
    wording.save()
    audit.record(viewer, "room.word", f"room:{room_id}", now=now, detail={"behaviour": behaviour.key})
    return wording


@transaction.atomic
def take_up(*, viewer: Viewer, room_id: int, now: datetime) -> TemplateVersion:
    """Put the room's words into the draft of the template's next version; everything else in it stays.

    Raises:
        NotYoursError: only a QA lead writes templates.
        ObjectDoesNotExist: no such room.
        RefusedError: a behaviour is gone, or stands in the text in a way that is not changed by machine.
        WrongStateError: no words wait.
    """
    room = _locked(viewer, room_id)
    waiting = list(room.wordings.select_for_update().filter(version=None).select_related("behaviour").order_by("id"))
    if not waiting:
        raise WrongStateError("no new words wait in this room")
    template = Template.objects.select_for_update().get(pk=room.template_id)
    text = template.versions.order_by("-number").values_list("text", flat=True)[0]
    for one in waiting:
        text = _with_words(text, one)
    version = studio.save_draft(viewer=viewer, text=text, now=now).version
    room.wordings.filter(pk__in=[one.pk for one in waiting]).update(version=version)
    detail = {"version": version.number, "behaviours": [one.behaviour.key for one in waiting]}
    audit.record(viewer, "room.take_up", f"room:{room_id}", now=now, detail=detail)
    return version


@transaction.atomic
def close(*, viewer: Viewer, room_id: int, now: datetime) -> Room:
    """End it: what was agreed stays, and nothing more is written down.

    Raises:
        NotYoursError: only a QA lead closes it.
        ObjectDoesNotExist: no such room.
        WrongStateError: it is not open, or closed already.
    """
    room = _at_work(viewer, room_id)
    room.closed_at = now
    room.save(update_fields=["closed_at"])
    audit.record(viewer, "room.close", f"room:{room_id}", now=now)
    return room


def _needs_qa_lead(viewer: Viewer) -> None:
    if not viewer.has(Role.QA_LEAD):
        raise NotYoursError("a QA lead keeps the rooms")


def _locked(viewer: Viewer, room_id: int) -> Room:
    _needs_qa_lead(viewer)
    rooms = within(viewer, Room.objects.all(), "template__programme")
    return rooms.select_for_update(of=("self",)).select_related("made_by").get(pk=room_id)


def _at_work(viewer: Viewer, room_id: int) -> Room:
    """A room that is open and not closed: of two who write at once, the second waits here and sees what the first wrote."""
    room = _locked(viewer, room_id)
    if room.opened_at is None:
        raise WrongStateError("the room is not open yet: everybody answers alone first")
    if room.closed_at is not None:
        raise WrongStateError("the room is closed; make a new one to talk about it again")
    return room


def _people(viewer: Viewer, ids: Sequence[int]) -> list[User]:
    known = {user.pk: user for user, _ in room_choice.people(viewer)}
    if unknown := set(ids) - known.keys():
        raise RefusedError(
            f"{len(unknown)} of them are no evaluator, QA lead or team leader who signs in; choose others"
        )
    if len(set(ids)) < FEWEST_PEOPLE:
        raise RefusedError(f"choose at least {FEWEST_PEOPLE} people: one alone can't differ")
    return [user for pk, user in known.items() if pk in set(ids)]


def _calls(template: Template, users: Sequence[User], wanted: Wanted) -> list[int]:
    if not FEWEST_CALLS <= wanted.size <= MOST_CALLS:
        raise RefusedError(f"a room has {FEWEST_CALLS} to {MOST_CALLS} calls, got {wanted.size}")
    calls = room_choice.choose(template, users=users, contested=wanted.contested, size=wanted.size, seed=wanted.seed)
    if len(calls) < wanted.size:
        raise RefusedError(_too_few(len(calls), contested=wanted.contested))
    return calls


def _too_few(many: int, *, contested: bool) -> str:
    said = f"only {many} {'contested ' if contested else ''}calls of the last {room_choice.DAYS} days can still be answered blind by all of them"
    if contested:
        return (
            f"{said}: contested is what was disputed or answered differently, or where the machine is unsure; "
            "choose fewer calls, other people, or calls by chance"
        )
    return (
        f"{said}: leaders have seen their teams' calls, and whoever opened a call has seen it; "
        "choose fewer calls or other people"
    )


def _unanswered(room: Room) -> QuerySet[Assignment]:
    return assignments.open_work().filter(room=room)


def _tell(user: User, room: Room, what: str, *, now: datetime) -> bool:
    """One message a person and `what`."""
    text = (
        f"{user.name}, you are asked to answer some calls for “{room.title}”, by yourself, by {room.answer_by:%A %-d %B}.\n\n"
        "You find them in coachloop under Reviews. Nobody sees your answers, and you see nobody's, before the room is opened.\n"
    )
    words = Words(subject="Calls to answer before you meet", text=text)
    return messages.put(user, words, kind=MESSAGE, about=f"{MESSAGE}:{room.pk}:{what}", now=now)


def _question(room: Room, agreed: Agreed) -> tuple[Conversation, Behaviour]:
    if agreed.outcome not in ANSWERS:
        raise RefusedError(f"a room agrees on met, not met or not applicable, got {agreed.outcome.value!r}")
    behaviour = queries.behaviours(room).get(pk=agreed.behaviour_id)
    return Conversation.objects.filter(assignments__room=room).distinct().get(pk=agreed.conversation_id), behaviour


def _review(room: Room, decision: RoomDecision, *, viewer: Viewer, now: datetime) -> Review:
    """The answer that counts, with the evidence of those who had given it by themselves."""
    call, quotes = decision.conversation, _evidence(room, decision)
    before = Review.objects.filter(conversation=call, behaviour=decision.behaviour, kind=ReviewKind.CALIBRATION).count()
    said = ["room", room.pk, call.pk, decision.behaviour_id, decision.outcome, now.isoformat(), before]
    answer = Review(
        conversation=call,
        behaviour=decision.behaviour,
        kind=ReviewKind.CALIBRATION,
        outcome=decision.outcome,
        reviewer=viewer.user,
        reviewer_name=viewer.name,
        reviewed_at=now,
        turns=sorted({quote["turn"] for quote in quotes}),
        quotes=quotes,
        note=decision.why,
        fingerprint=reviews.fingerprint(said),
    )
    return reviews.store([answer])[0]


def _evidence(room: Room, decision: RoomDecision) -> list[dict[str, object]]:
    rows = Assignment.objects.filter(room=room, conversation=decision.conversation_id, submitted_at__isnull=False)
    given = [one.answers.get(str(decision.behaviour_id), {}) for one in rows.order_by("id")]
    quotes = [quote for said in given if said.get("outcome") == decision.outcome for quote in said["quotes"]]
    return [quote for at, quote in enumerate(quotes) if quote not in quotes[:at]]


def _with_words(text: str, wording: RoomWording) -> str:
    key = wording.behaviour.key
    try:
        text = worded(text, key, part="question", words=wording.question) if wording.question else text
        return worded(text, key, part="good", words=wording.good) if wording.good else text
    except ValueError as error:
        raise RefusedError(str(error)) from error
