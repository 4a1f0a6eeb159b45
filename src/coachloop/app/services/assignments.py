"""Questions that somebody answers blind: given out, saved as they go, submitted once, passed on; stored as reviews."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from coachloop.app.errors import NewerWordsError, RefusedError, WrongStateError
from coachloop.app.models import (
    Assignment,
    AuditDraw,
    Behaviour,
    Conversation,
    Review,
    Room,
    Template,
    User,
)
from coachloop.app.queries import assignments as queries
from coachloop.app.queries import viewing
from coachloop.app.queries.sites import calendar_of_site, first_local_date, first_site
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, reviews
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import ANSWERS

LONGEST_NOTE = 5_000
MOST_QUOTES = 20
THIRD_DAYS = 3
"""Working days for whoever decides where two differ, at least."""

type Answers = Mapping[str, Mapping[str, Any]]
"""By behaviour id as text: `{outcome, quotes: [{turn, start, end, quote}], note}`; each of them may be missing until it is submitted."""


def assign(
    *,
    template: Template,
    kind: ReviewKind,
    asked: Sequence[int],
    pairs: Iterable[tuple[int, int | None, float | None]],
    due_on: date,
    now: datetime,
    draw: AuditDraw | None = None,
    room: Room | None = None,
) -> list[Assignment]:
    """Ask people about conversations; part of the transaction, and of the audit row, of whoever calls.

    Args:
        template: whose behaviours.
        kind: audit, adjudication or calibration.
        asked: ids of the behaviours.
        pairs: conversation, user and the chance with which the conversation was drawn; without a user it waits for somebody.
        due_on: the day by which they answer.
        now: when.
        draw: the draw, of audits and of what they lead to.
        room: the room, of calibration.

    Raises:
        RefusedError: somebody has seen a verdict of a conversation, or was asked about it before.
    """
    wanted = list(pairs)
    users = User.objects.in_bulk([user for _, user, _ in wanted if user is not None])
    free = queries.unbiased(users.values(), {conversation for conversation, _, _ in wanted})
    for conversation, user, _ in wanted:
        if user is not None and conversation not in free.get(user, set()):
            raise RefusedError(_biased(users.get(user), conversation))
    return Assignment.objects.bulk_create(
        Assignment(
            conversation_id=conversation,
            template=template,
            asked=list(asked),
            reviewer_id=user,
            kind=kind,
            draw=draw,
            room=room,
            sampling_probability=chance,
            assigned_at=now,
            due_on=due_on,
        )
        for conversation, user, chance in wanted
    )


@transaction.atomic
def save_answers(*, viewer: Viewer, assignment_id: int, answers: Answers, saves: int, now: datetime) -> int:  # noqa: ARG001 -- every write takes the time
    """Keep what was answered so far.

    Args:
        viewer: who was asked.
        assignment_id: theirs.
        answers: everything answered so far; what is left out is answered no more.
        saves: the state that they started from.
        now: when.

    Returns:
        The new state's number.

    Raises:
        NewerWordsError: another window has saved since.
        RefusedError: an answer that there is not, or a quote whose words do not stand there.
        ObjectDoesNotExist: they were not asked.
        WrongStateError: it is submitted already.
    """
    row = _locked(viewer, assignment_id)
    _same(row, saves)
    row.answers, row.saves = _checked(row, answers), row.saves + 1
    row.save(update_fields=["answers", "saves"])
    return row.saves


@transaction.atomic
def submit(*, viewer: Viewer, assignment_id: int, answers: Answers, saves: int, now: datetime) -> Assignment:
    """Answer for good: from now on they see what the machine says, and in a room once it is opened.

    Of a call that two people answer, a third one is asked wherever the two differ.

    Args:
        viewer: who was asked.
        assignment_id: theirs.
        answers: to every question.
        saves: the state that they started from.
        now: when.

    Raises:
        NewerWordsError, ObjectDoesNotExist, WrongStateError: as `save_answers`.
        RefusedError: as there, or a question is not answered.
    """
    row = _locked(viewer, assignment_id)
    _same(row, saves)
    row.answers = _checked(row, answers)
    _must_be_whole(row)
    row.saves, row.submitted_at = row.saves + 1, now
    row.save(update_fields=["answers", "saves", "submitted_at"])
    if row.room_id is None:
        Conversation.objects.select_for_update().get(pk=row.conversation_id)  # of two at once the second sees the first
        store(row, kind=ReviewKind(row.kind), now=now)
        _ask_a_third(row, now=now)
    detail = {"kind": row.kind, "template": row.template.key, "conversation": row.conversation.key}
    audit.record(viewer, "assignment.submit", f"assignment:{row.pk}", now=now, detail=detail)
    return row


@transaction.atomic
def pass_on(*, viewer: Viewer, assignment_id: int, because: str, now: datetime) -> None:
    """Leave it to the next who may answer; in a room it is simply left out.

    Raises:
        RefusedError: no reason is given.
        ObjectDoesNotExist, WrongStateError: as `save_answers`.
    """
    reason = because.replace("\0", "").strip()[:200]
    if not reason:
        raise RefusedError("say why you pass it on: you know the customer, the call can't be heard, …")
    row = _locked(viewer, assignment_id)
    row.passed_on_at, row.passed_on_because = now, reason
    row.save(update_fields=["passed_on_at", "passed_on_because"])
    if row.room_id is None:
        again = Assignment(
            conversation=row.conversation,
            template=row.template,
            asked=row.asked,
            kind=row.kind,
            draw=row.draw,
            sampling_probability=row.sampling_probability,
            assigned_at=now,
            due_on=row.due_on,
        )
        again.reviewer_id = next_reviewer(row.conversation, row.draw)
        again.save()
    audit.record(viewer, "assignment.pass_on", f"assignment:{row.pk}", now=now, detail={"because": reason})


def store(assignment: Assignment, *, kind: ReviewKind, now: datetime) -> list[Review]:
    """Make reviews of submitted answers, and have the agent's day counted anew; part of the caller's transaction."""
    call = assignment.conversation
    reviewer = assignment.reviewer
    behaviours = Behaviour.objects.in_bulk([int(pk) for pk in assignment.answers])
    given = (
        Review(
            conversation=call,
            behaviour=behaviours[int(pk)],
            kind=kind,
            outcome=said["outcome"],
            reviewer=reviewer,
            reviewer_name=reviewer.name if reviewer else "",
            reviewed_at=now,
            turns=sorted({quote["turn"] for quote in said["quotes"]}),
            quotes=said["quotes"],
            note=said["note"],
            sampling_probability=assignment.sampling_probability if kind is ReviewKind.AUDIT else None,
            fingerprint=reviews.fingerprint(["assignment", assignment.pk, pk, kind]),
        )
        for pk, said in assignment.answers.items()
    )
    return reviews.store(given)


def reviewers(viewer: Viewer, draw: AuditDraw | None) -> QuerySet[User]:
    """Who answers: everybody with the role of evaluator, and whoever else was asked in the same draw."""
    asked = Assignment.objects.filter(draw=draw, draw__isnull=False).values("reviewer")
    evaluators = viewing.people(viewer, Role.EVALUATOR).values("id")
    here = viewing.people(viewer, *Role).filter(id__in=asked).values("id")
    return User.objects.filter(Q(id__in=evaluators) | Q(id__in=here)).order_by("name", "id")


def working_day(now: datetime, days: int) -> date:
    """So many of the site's working days from today."""
    today = first_local_date(now)
    return calendar_of_site(first_site(), around=today).add(today, days)


def waiting(people: Iterable[User]) -> Counter[int]:
    """Open assignments of each, by user id."""
    rows = open_work().filter(reviewer__in=list(people)).values_list("reviewer").annotate(many=Count("id")).order_by()
    return Counter(dict(rows))


def least_loaded(people: Iterable[User], loads: Mapping[int, int] | None = None) -> list[User]:
    """Whoever has the fewest open assignments first, then by name; `loads` where they are counted already."""
    every = list(people)
    many = waiting(every) if loads is None else loads
    return sorted(every, key=lambda one: (many.get(one.pk, 0), one.name, one.pk))


def open_work() -> QuerySet[Assignment]:
    """What was neither submitted nor passed on."""
    return Assignment.objects.filter(submitted_at__isnull=True, passed_on_at__isnull=True)


def next_reviewer(conversation: Conversation, draw: AuditDraw | None) -> int | None:
    """The least loaded of those who may still answer about it blind; None where there is nobody."""
    people = least_loaded(reviewers(viewing.all_of(conversation.programme_id), draw))
    free = queries.unbiased(people, [conversation.pk])
    return next((one.pk for one in people if conversation.pk in free[one.pk]), None)


def _ask_a_third(row: Assignment, *, now: datetime) -> None:
    """Where two answers of one draw differ, somebody else decides: about these behaviours alone, blind to both."""
    if row.kind != ReviewKind.AUDIT:
        return
    both = Assignment.objects.filter(
        draw=row.draw, conversation=row.conversation_id, kind=ReviewKind.AUDIT, submitted_at__isnull=False
    )
    given = [one.answers for one in both]
    differ = [pk for pk in row.asked if len({answers[str(pk)]["outcome"] for answers in given}) > 1]
    if differ:
        who = next_reviewer(row.conversation, row.draw)
        assign(
            template=row.template,
            kind=ReviewKind.ADJUDICATION,
            asked=differ,
            pairs=[(row.conversation_id, who, row.sampling_probability)],
            due_on=max(row.due_on, working_day(now, THIRD_DAYS)),
            draw=row.draw,
            now=now,
        )


def _locked(viewer: Viewer, assignment_id: int) -> Assignment:
    rows = (
        queries.own(viewer)
        .select_for_update(of=("self",))
        .select_related("conversation", "template", "draw", "reviewer")
    )
    row = rows.get(pk=assignment_id)
    if row.submitted_at is not None:
        raise WrongStateError("you have submitted these answers already; they stand")
    return row


def _same(row: Assignment, saves: int) -> None:
    if row.saves != saves:
        raise NewerWordsError("your answers were changed in another window or on another device since")


def _checked(row: Assignment, answers: Answers) -> dict[str, dict[str, Any]]:
    asked, turns = {str(pk) for pk in row.asked}, queries.words(row.conversation)
    if unknown := answers.keys() - asked:
        raise RefusedError(f"these are not asked here: {', '.join(sorted(map(str, unknown)))}")
    return {pk: _answer(said, turns) for pk, said in answers.items()}


def _answer(said: Mapping[str, Any], turns: Sequence[Any]) -> dict[str, Any]:
    outcome = said.get("outcome") or ""
    if outcome not in {"", *ANSWERS}:
        raise RefusedError(f"an answer is met, not_met or not_applicable, got {outcome!r:.60}")
    return {
        "outcome": str(outcome),
        "quotes": _quotes(said.get("quotes") or (), turns),
        "note": str(said.get("note") or "").replace("\0", "").strip()[:LONGEST_NOTE],
    }


def _quotes(quotes: Any, turns: Sequence[Any]) -> list[dict[str, Any]]:
    if not isinstance(quotes, Sequence) or len(quotes) > MOST_QUOTES:
        raise RefusedError(f"at most {MOST_QUOTES} pieces of evidence an answer, as a list")
    return [_quote(one, turns) for one in quotes]


def _quote(given: Any, turns: Sequence[Any]) -> dict[str, Any]:
    try:
        quote = {
            "turn": int(given["turn"]),
            "start": int(given["start"]),
            "end": int(given["end"]),
            "quote": str(given["quote"]),
        }
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise RefusedError("evidence is turn, start, end and quote") from error
    if not queries.stands(quote, turns):
        raise RefusedError(
            f"these words do not stand there in the transcript: “{quote['quote']:.80}”; select them again"
        )
    return quote


def _must_be_whole(row: Assignment) -> None:
    missing = [pk for pk in row.asked if not row.answers.get(str(pk), {}).get("outcome")]
    titles = Behaviour.objects.filter(pk__in=missing).order_by("position").values_list("title", flat=True)
    if missing:
        raise RefusedError(f"still without an answer: {', '.join(titles)}")


def _biased(user: User | None, conversation_id: int) -> str:
    key = Conversation.objects.filter(pk=conversation_id).values_list("key", flat=True).first()
    who = user.name if user else "nobody"
    return f"{who} has seen what was found in {key}, or was asked about it before; somebody else has to answer"
