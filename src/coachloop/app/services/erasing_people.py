"""An agent who is erased: the row stays, as nobody, so that the centre's counts stay; their name, words and account go."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session as Cookie
from django.db.models import ForeignKey, Model, QuerySet

from coachloop.app.models import (
    Agent,
    Answered,
    AuditDraw,
    AuditEntry,
    ClipShare,
    ClipView,
    DirectoryGroup,
    Dispute,
    FollowUp,
    Gathering,
    Message,
    Proposal,
    Provisioned,
    Review,
    Session,
    SessionDraft,
    User,
)
from coachloop.app.queries.people import pseudonym
from coachloop.app.queries.provisioning import NOWHERE
from coachloop.app.services import retention
from coachloop.app.services.forgetting import Gone
from coachloop.core.coaching.agreement import SessionStatus

ERASED = "[erased]"
NOBODY = "Erased person"
SHORT = 4
"""Digits from which on a number is taken for somebody's id."""
WORDS = ("goal", "own_words", "action", "how_reviewed", "shared_notes", "private_notes", "contest_words")
"""What a session holds in words of the two."""

OWN = ("absences", "aliases", "memberships", "goals", "requests", "proposals", "disputes")
"""What an agent has and nobody else needs."""

ACCOUNT = (
    "grants", "tokens", "report_choices", "messages", "uploads", "absences", "stands_in", "busy_times",
)  # fmt: skip
"""What an account has and nobody else needs."""


def erase(agent: Agent, gone: Gone, *, now: datetime) -> None:
    """Make nobody of an agent whose conversations are gone already; inside the caller's transaction."""
    names = _names(agent)
    for relation in OWN:
        _delete(gone, getattr(agent, relation).all())
    _delete(gone, ClipShare.objects.filter(agent=agent))
    _sessions(agent, gone, now=now)
    for draw in AuditDraw.objects.iterator(20):
        _frame(draw, names, pseudonym(agent))
    _messages(gone, names)
    _log(agent, gone, names, now=now)
    user, agent.user = agent.user, None
    agent.key, agent.name, agent.known = pseudonym(agent), "Erased agent", True
    agent.joined_on, agent.team_since, agent.left_on = None, None, agent.left_on or now.date()
    agent.save()
    if user is not None:
        _account(user, gone)


def _names(agent: Agent) -> set[str]:
    found = {agent.key, agent.name, *agent.aliases.values_list("key", flat=True)}
    return {name for name in (*found, agent.user.email if agent.user else "") if name.strip()}


def _sessions(agent: Agent, gone: Gone, *, now: datetime) -> None:
    """That they were held stays, with whom and when: it is the leader's work. What was said in them goes."""
    rows = Session.objects.filter(agent=agent)
    _delete(gone, SessionDraft.objects.filter(session__in=rows))
    for name in WORDS:
        rows.exclude(**{name: ""}).update(**{name: ERASED})
    gone.add("Session", rows.count())
    rows.update(questions=[])
    rows.filter(status=SessionStatus.PLANNED).update(status=SessionStatus.CANCELLED)
    FollowUp.objects.filter(session__agent=agent).exclude(note="").update(note=ERASED)
    foci = agent.foci.all()
    foci.update(reason=ERASED)
    foci.exclude(leaders_account="").update(leaders_account=ERASED)
    foci.exclude(chosen_because="").update(chosen_because=ERASED)
    foci.filter(closed_at=None).update(closed_at=now)
    Gathering.objects.filter(attendances__agent=agent).exclude(note="").update(note=ERASED)


def _frame(draw: AuditDraw, keys: set[str], pseudonym: str) -> None:
    """The frame of an audit names the agent of each call: another name, the same chances."""
    rows = json.loads(gzip.decompress(bytes(draw.frame)))
    if not any(row[2] in keys for row in rows):
        return
    renamed = [[key, chance, pseudonym if whose in keys else whose] for key, chance, whose in rows]
    document = json.dumps(renamed, ensure_ascii=False, separators=(",", ":")).encode()
    draw.frame, draw.sha256 = gzip.compress(document, mtime=0), hashlib.sha256(document).hexdigest()
    draw.save(update_fields=["frame", "sha256"])


def _messages(gone: Gone, names: set[str]) -> None:
    """Words that were written to others and name them: leaders' digests, invitations. A short number names nobody: it may count anything."""
    telling = [name for name in sorted(names) if len(name) >= SHORT or any(map(str.isalpha, name))]
    if not telling:
        return
    whole = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, telling))})(?!\w)", re.IGNORECASE)
    rows = Message.objects.values_list("pk", "subject", "text", "html", "calendar").iterator(200)
    found = [pk for pk, *words in rows if any(map(whole.search, words))]
    for some in batched(found, 500):
        Message.objects.filter(pk__in=some).update(subject="", text="", html="", calendar="", try_after=None)
    gone.add("Message", len(found))


def _log(agent: Agent, gone: Gone, names: set[str], *, now: datetime) -> None:
    """Entries about them go, and the log says so; in those of what they did themselves their name goes."""
    about = set(AuditEntry.objects.filter(subject__in=[f"agent:{name}" for name in names]).values_list("pk", flat=True))
    about |= {
        pk
        for pk, detail in AuditEntry.objects.exclude(detail={}).values_list("pk", "detail").iterator(2000)
        if _tells(detail, names)
    }
    if about:
        retention.let_go(sorted(about), because="erasure", now=now)
        gone.add("AuditEntry", len(about))
    if agent.user:
        AuditEntry.objects.filter(actor=agent.user).update(actor_name=NOBODY)


def _tells(detail: Any, names: set[str]) -> bool:
    if isinstance(detail, str):
        return any(detail == name or detail.endswith(f":{name}") for name in names)
    values = detail.values() if isinstance(detail, dict) else detail if isinstance(detail, list) else ()
    return any(_tells(value, names) for value in values)


def _account(user: User, gone: Gone) -> None:
    """Nobody signs in by it any more; what they did as somebody else's colleague stays, without their name."""
    for relation in ACCOUNT:
        _delete(gone, getattr(user, relation).all())
    for table, column in _elsewhere():
        _delete(gone, table._default_manager.filter(**{column: user.pk}))  # noqa: SLF001 -- of whichever table
    _delete(gone, ClipView.objects.filter(user=user))
    _delete(gone, Answered.objects.filter(user=user))
    _delete(gone, Provisioned.objects.filter(user=user))
    DirectoryGroup.members.through.objects.filter(user=user).delete()
    calendar = getattr(user, "calendar_link", None)
    if calendar is not None:
        calendar.delete()
    _signed_out(user)
    _tries(user.email)
    Session.objects.filter(leader=user).update(leader_name=NOBODY)
    Gathering.objects.filter(led_by=user).update(led_by_name=NOBODY)
    Proposal.objects.filter(proposed_by=user).update(proposed_by_name=NOBODY)
    Dispute.objects.filter(decided_by=user).update(decided_by_name=NOBODY)
    Review.objects.filter(reviewer=user).update(reviewer_name=NOBODY)
    User.objects.filter(pk=user.pk).update(
        email=f"erased-{user.pk}{NOWHERE}", name=NOBODY, password=make_password(None), is_active=False,
        sees_originals=False, external_id="", last_login=None,
    )  # fmt: skip
    gone.add("User", 1)


def _elsewhere() -> Iterator[tuple[type[Model], str]]:
    """Tables of the libraries that sign people in: whatever names an account there."""
    for table in apps.get_models():
        if table._meta.app_label != "coachloop":  # noqa: SLF001
            for field in table._meta.concrete_fields:  # noqa: SLF001
                if isinstance(field, ForeignKey) and field.related_model is User:
                    yield table, field.attname


def _signed_out(user: User) -> None:
    for cookie in Cookie.objects.iterator(500):
        if str(cookie.get_decoded().get("_auth_user_id")) == str(user.pk):
            cookie.delete()


def _tries(email: str) -> None:
    """What counts wrong passwords knows people by their e-mail."""
    for table in apps.get_models():
        names = {field.name for field in table._meta.concrete_fields}  # noqa: SLF001
        if table._meta.app_label == "axes" and "username" in names:  # noqa: SLF001
            table._default_manager.filter(username__iexact=email).delete()  # noqa: SLF001


def _delete(gone: Gone, rows: QuerySet[Any]) -> None:
    for label, count in rows.delete()[1].items():
        gone.add(label.rpartition(".")[2], count)
