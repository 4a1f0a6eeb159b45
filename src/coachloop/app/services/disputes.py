"""An agent challenges a verdict; a QA lead gives it to somebody who neither scored nor coached it; they decide, with a reason."""

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from coachloop.app.errors import AlreadyOpenError, NotYoursError, RefusedError, UnknownNameError, WrongStateError
from coachloop.app.models import Dispute, Review, User
from coachloop.app.queries import disputes as queries
from coachloop.app.queries import sites
from coachloop.app.queries.challenges import Challengeable, challengeable
from coachloop.app.queries.deciders import deciders
from coachloop.app.queries.viewing import Viewer, people
from coachloop.app.services import audit, messages, reviews
from coachloop.app.services.led import is_agent
from coachloop.app.services.messages import Words
from coachloop.core.coaching.words import says_something
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind, decision
from coachloop.core.model.verdict import Outcome

LONGEST = 2000
"""Characters in which an agent says what they see otherwise, or somebody why they decide so."""

KIND = "dispute"
RAISED, GIVEN, DECIDED = "A dispute waits to be given to somebody", "A dispute waits for you", "News of your dispute"
"""What messages are called: no names and no numbers, they show on locked screens."""


@transaction.atomic
def raise_dispute(*, viewer: Viewer, verdict_id: int, words: str, now: datetime) -> Dispute:
    """Challenge a verdict about a call of one's own, in one's own words; once, and as long as it is fresh.

    Raises:
        NotYoursError: only the agent in the call challenges what it was given.
        WrongStateError: it has been scored anew or challenged already, the days are over, or nothing was said.
    """
    if Role.AGENT not in viewer.roles or viewer.agent_id is None:
        raise NotYoursError("the agent in the call challenges a verdict")
    found = challengeable(viewer, [verdict_id]).get(verdict_id)
    if found is None:
        raise WrongStateError("this is no verdict about a call of yours as it stands now; open the call and look again")
    agent, site = found.agent, sites.site_of(found.agent)
    today = sites.local_date(agent, now)
    _check(found, words, today)
    decide_by = sites.calendar_of_site(site, around=today).add(today, site.decide_days)
    row = _store(found, words=words.strip()[:LONGEST], decide_by=decide_by, now=now)
    detail = {"conversation": found.conversation_key, "behaviour": found.behaviour, "outcome": found.outcome.value}
    audit.record(viewer, "dispute.raise", f"dispute:{row.pk}", now=now, detail=detail)
    for adviser in people(viewer, Role.QA_LEAD).order_by("pk"):
        told = (
            f"{agent.name} challenges a verdict about a call of theirs. It is to be decided by {decide_by:%A %-d %B}."
        )
        _tell(adviser, row, RAISED, told=f"{told}\nWho can decide it?", about="raised", now=now)
    return row


def _check(found: Challengeable, words: str, today: date) -> None:
    if found.challenged:
        raise AlreadyOpenError("this was challenged already: a verdict is challenged once")
    if today > found.until:
        raise WrongStateError(f"this could be challenged until {found.until:%A %-d %B}; talk about it with your leader")
    if not says_something(words):
        raise WrongStateError("say in your own words what you see otherwise")


def _store(found: Challengeable, *, words: str, decide_by: date, now: datetime) -> Dispute:
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                conversation_id=found.conversation_id,
                behaviour=found.verdict.behaviour,
                agent=found.agent,
                verdict=found.verdict,
                outcome=found.outcome,
                words=words,
                raised_at=now,
                decide_by=decide_by,
            )
    except IntegrityError as error:
        raise AlreadyOpenError("this was challenged already: a verdict is challenged once") from error


@transaction.atomic
def withdraw(*, viewer: Viewer, dispute_id: int, now: datetime) -> Dispute:
    """Take a challenge back; the verdict stands as it was, and may be challenged again in time.

    Raises:
        NotYoursError: only whoever raised it.
        WrongStateError: it is decided, or withdrawn already.
    """
    row = _open(viewer, dispute_id)
    if not is_agent(viewer, row.agent):
        raise NotYoursError("whoever raised a dispute takes it back")
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    audit.record(viewer, "dispute.withdraw", f"dispute:{row.pk}", now=now)
    return row


@transaction.atomic
def assign(*, viewer: Viewer, dispute_id: int, to: int, instead_of: int | None, now: datetime) -> Dispute:
    """Give it to somebody who may decide it.

    Args:
        viewer: a QA lead.
        dispute_id: which.
        to: the person's id.
        instead_of: who had it on the page that this was chosen on; None where nobody did.
        now: when.

    Raises:
        NotYoursError: QA leads assign.
        WrongStateError: it is decided or withdrawn, or somebody else gave it away in the meantime.
        UnknownNameError: they may not decide it.
    """
    if not viewer.has(Role.QA_LEAD):
        raise NotYoursError("a QA lead gives disputes to people")
    row = _open(viewer, dispute_id)
    if row.assigned_to_id != instead_of:
        has = row.assigned_to.name if row.assigned_to else "nobody"
        raise WrongStateError(f"somebody was faster: {has} has this dispute now. Look again before you change it")
    if to not in {one.user_id for one in deciders([row])[row.pk]}:
        raise UnknownNameError("choose somebody who neither scored nor coached it, and does not lead or led the agent")
    if to == instead_of:
        return row
    person = User.objects.get(pk=to)
    row.assigned_to, row.assigned_at = person, now
    row.save(update_fields=["assigned_to", "assigned_at"])
    audit.record(viewer, "dispute.assign", f"dispute:{row.pk}", now=now, detail={"to": person.name})
    told = f"A verdict was challenged, and you are asked to decide by {row.decide_by:%A %-d %B}.\nRead the call and what the agent says."
    _tell(person, row, GIVEN, told=told, about=f"given:{now:%Y%m%d%H%M%S}", now=now)
    if row.agent.user:
        told = f"{person.name} reads the call anew and decides by {row.decide_by:%A %-d %B}."
        _tell(row.agent.user, row, DECIDED, told=told, about=f"given:{now:%Y%m%d%H%M%S}", now=now)
    return row


@transaction.atomic
def decide(*, viewer: Viewer, dispute_id: int, stands: Outcome, reason: str, now: datetime) -> Dispute:
    """Say what stands from now on, and why; the answer goes before every other, of people and machines.

    What is upheld is written down as an answer too, so that no later scoring changes it unseen.

    Raises:
        NotYoursError: only whoever it was given to decides.
        WrongStateError: it is decided or withdrawn, they have answered or coached it in the meantime, or no reason is given.
    """
    row = _open(viewer, dispute_id)
    if viewer.user is None or row.assigned_to_id != viewer.user.pk:
        raise NotYoursError("whoever a dispute was given to decides it")
    if viewer.user.pk not in {one.user_id for one in deciders([row])[row.pk]}:
        raise WrongStateError(
            "you have answered, led or coached this in the meantime; the QA lead gives it to somebody"
        )
    if stands is Outcome.UNSCORED:
        raise RefusedError("say whether it was met, was not met or did not apply")
    if not says_something(reason):
        raise WrongStateError("say why: the agent reads it")
    row.reason = reason.strip()[:LONGEST]
    row.decision = decision(Outcome(row.outcome), stands)
    row.review = _answer(row, stands, person=viewer.user, now=now)
    row.decided_by, row.decided_by_name, row.decided_at = viewer.user, viewer.name, now
    row.save()
    detail = {"decision": row.decision, "outcome": stands.value, "conversation": row.conversation.key}
    audit.record(viewer, "dispute.decide", f"dispute:{row.pk}", now=now, detail=detail)
    if row.agent.user:
        told = "What you challenged is decided. Read what stands now, and why."
        _tell(row.agent.user, row, DECIDED, told=told, about="decided", now=now)
    return row


def _answer(row: Dispute, stands: Outcome, *, person: User, now: datetime) -> Review:
    answer = Review(
        conversation=row.conversation,
        behaviour=row.behaviour,
        kind=ReviewKind.DISPUTE,
        outcome=stands,
        reviewer=person,
        reviewer_name=person.name,
        reviewed_at=now,
        note=row.reason,
        fingerprint=reviews.fingerprint(["dispute", row.pk]),
    )
    return reviews.store([answer])[0]


def _open(viewer: Viewer, dispute_id: int) -> Dispute:
    """A dispute they may see that waits for its decision, locked.

    Raises:
        WrongStateError: it waits no more.
    """
    # who has it is read after the wait for the lock: a join would still say who had it before
    rows = Dispute.objects.select_for_update(of=("self",)).filter(pk__in=queries.visible(viewer).values("pk"))
    row = rows.select_related("agent__user", "agent__team", "conversation__team", "behaviour").get(pk=dispute_id)
    if row.withdrawn_at:
        raise WrongStateError("this dispute was taken back by whoever raised it")
    if row.decided_at:
        raise WrongStateError(f"this dispute was decided by {row.decided_by_name} already")
    return row


def _tell(person: User, row: Dispute, subject: str, *, told: str, about: str, now: datetime) -> None:
    text = f"{told}\n\nOnce you are signed in: {settings.ADDRESS}/disputes/{row.pk}\n"
    messages.put(person, Words(subject=subject, text=text), kind=KIND, about=f"{KIND}:{row.pk}:{about}", now=now)
