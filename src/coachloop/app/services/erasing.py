"""Somebody is erased: every call of theirs with all that was made of it; and an agent's own words, name and account.

What is left to be done stands in the `Erasure`, so whoever is ended goes on; done twice is done once.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import batched
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction

from coachloop.app.errors import NotYoursError, UnknownNameError
from coachloop.app.models import (
    Answered,
    Conversation,
    Erasure,
    Event,
    Figures,
    LearnedModel,
    MatrixDay,
    Message,
    Template,
)
from coachloop.app.queries import erasures as queries
from coachloop.app.queries.erasures import AGENT, Certificate
from coachloop.app.queries.training import may_have_been_background
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.app.services import audit, erasing_people, forgetting, users
from coachloop.app.services.learned import train_template
from coachloop.app.services.scrubbing import Scrubbed, overwriting, scrub
from coachloop.core.model.people import Role
from coachloop.core.scoring.encoder import Encoder

LIST = "erasures.jsonl"
"""Beside the database, and in no backup of it: who is to be erased again when an older one comes back."""

KEPT = (
    (
        "counts",
        "how often a behaviour was met, by agent, day and queue: numbers that hold no words and name no customer",
    ),
    (
        "the audit log",
        "who did what and when, with the ids of calls; without the names, and without entries about an erased agent",
    ),
    (
        "the frames of audits",
        "ids of calls that could have been drawn, so that the chance of each drawn call stays known",
    ),
)
"""What is not erased, and why."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What an erasure needs of the outside: to let the cache of embeddings go, and embeddings to train models anew."""

    forget_vectors: Callable[[], object] = lambda: None
    encoder: Callable[[], Encoder | None] = lambda: None


@transaction.atomic
def ask(*, viewer: Viewer, kind: str, key: str, basis: str = "", now: datetime) -> int:
    """Put down that somebody is to be erased; `carry_out` does it. Asked again while it is under way, it is the same erasure.

    Args:
        viewer: an admin.
        kind: customer or agent.
        key: their id, as exports know it.
        basis: what the operator says of what is kept, and on which legal ground; printed on the certificate.
        now: when.

    Returns:
        The erasure's number.

    Raises:
        NotYoursError: admins do.
        UnknownNameError: nothing is here of them.
        WrongStateError: it is the last admin.
    """
    if not viewer.has(Role.ADMIN):
        raise NotYoursError("admins erase somebody")
    there = queries.found(viewer, kind, key) if kind in queries.WHOM else None
    if there is None:
        raise UnknownNameError(f"nothing is here of {kind} {key.strip()!r}; ids are matched letter by letter")
    _must_leave_an_admin(viewer, kind, there.key)
    return _put(viewer, kind, there.key, basis=basis, now=now).pk


def _must_leave_an_admin(viewer: Viewer, kind: str, key: str) -> None:
    """Refused here, where somebody can still do something about it: what is under way is not to be stopped halfway."""
    agent = queries.agent_of(key, viewer.programme_id or None) if kind == AGENT else None
    if agent is not None and agent.user is not None:
        users.must_leave_an_admin(list(agent.user.grants.filter(role=Role.ADMIN)))


def _put(viewer: Viewer, kind: str, key: str, *, basis: str, now: datetime) -> Erasure:
    digest, programme = queries.digest(kind, key), viewer.programme_id or None
    under_way = Erasure.objects.filter(kind=kind, digest=digest, programme=programme, done_at=None).first()
    if under_way:
        return under_way
    row = Erasure.objects.create(
        kind=kind, digest=digest, programme_id=programme, asked_by=viewer.user, asked_at=now, left={"key": key},
        certificate={"asked_by": viewer.name, "basis": basis.strip()[:4000]},
    )  # fmt: skip
    audit.record(viewer, "privacy.erase", f"erasure:{row.pk}", now=now, detail={"kind": kind, "digest": digest})
    return row


def carry_out(*, now: Callable[[], datetime], hands: Hands | None = None) -> list[int]:
    """Go on with every erasure that is asked for, one at a time; returns those that are done now."""
    hands, done = hands or Hands(), []
    for erasure_id in list(Erasure.objects.filter(done_at=None).order_by("id").values_list("pk", flat=True)):
        with overwriting():
            while _calls(erasure_id):
                pass
            _person(erasure_id, now())
        hands.forget_vectors()
        _list(Erasure.objects.get(pk=erasure_id), now())
        _finish(erasure_id, scrubbed=scrub(), now=now())
        done.append(erasure_id)
    return done


def train_anew(*, now: Callable[[], datetime], hands: Hands) -> list[str]:
    """Train again, without who was erased, what had learned from them; returns the templates."""
    trained = []
    for row in Erasure.objects.exclude(done_at=None).exclude(left={}):
        for template in row.left.get("train", []):
            if Template.objects.filter(key=template, current__isnull=False).exists():
                train_template(viewer=OPERATOR, key=template, now=now(), encoder=hands.encoder())
                trained.append(template)
        row.left = {}
        row.save(update_fields=["left"])
    return trained


@transaction.atomic
def _calls(erasure_id: int) -> bool:
    """One batch of conversations, or the files of the one before; whether there was anything left to do."""
    row = _locked(erasure_id)
    if row.done_at is not None:
        return False  # another worker was faster
    if row.left.get("files") or row.left.get("clips"):
        forgetting.remove_files(map(PurePosixPath, row.left["files"]), row.left["clips"])
        row.left |= {"files": [], "clips": []}
        row.save(update_fields=["left"])
        return True
    rows = queries.conversations_of(row.kind, row.left["key"], row.programme_id).order_by("pk")
    some = list(rows.values_list("pk", flat=True)[: forgetting.AT_ONCE])
    if not some:
        return False
    about = list(Conversation.objects.filter(pk__in=some).values_list("key", "day"))
    models = {*forgetting.taught(some), *_heard(some)}
    gone = forgetting.forget(some)
    train = forgetting.retire(models, gone)
    gone.add("Event", Event.objects.filter(subject__in=[f"conversation:{key}" for key, _ in about]).delete()[0])
    _worked_out(gone, {day for _, day in about if day})
    _note(row, gone, train)
    return True


def _heard(conversations: list[int]) -> set[int]:
    """Models that may have learned the centre's language from these, though nobody labelled them."""
    models = LearnedModel.objects.values_list("pk", "behaviour__template", "trained_at")
    return {pk for pk, template, at in models if may_have_been_background(conversations, template, at=at)}


def _events(key: str) -> int:
    """What was told of an agent to other systems; `data` names them by their key."""
    named = [pk for pk, data in Event.objects.values_list("pk", "data").iterator(2000) if _holds(data, {key})]
    for some in batched(named, 500):
        Event.objects.filter(pk__in=some).delete()
    return len(named) + Event.objects.filter(subject=f"agent:{key}").delete()[0]


def _holds(data: Any, keys: set[str]) -> bool:
    if isinstance(data, str):
        return data in keys
    values: Iterable[Any] = data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    return any(_holds(value, keys) for value in values)


def _worked_out(gone: forgetting.Gone, days: set[date]) -> None:
    """What is made from the facts and thrown away whole: it is made anew without them."""
    gone.add("MatrixDay", MatrixDay.objects.filter(day__in=days).delete()[0])
    Figures.objects.all().delete()
    gone.add("Answered", Answered.objects.exclude(body="").update(body=""))  # that it was done stays known
    rests = Message.objects.exclude(text="")
    if not settings.CONFIG.report_quotes:
        rests = rests.filter(try_after__isnull=True)  # what waits holds no words of calls
    gone.add("Message", rests.update(text="", html="", calendar="", try_after=None))


def _note(row: Erasure, gone: forgetting.Gone, train: list[str]) -> None:
    counts = Counter(row.left.get("counts", {})) + gone.rows
    row.left |= {
        "counts": dict(counts),
        "files": [str(name) for name in gone.files],
        "clips": gone.clips,
        "went": row.left.get("went", 0) + len(gone.files),
        "train": sorted({*row.left.get("train", []), *train}),
    }
    row.save(update_fields=["left"])


@transaction.atomic
def _person(erasure_id: int, now: datetime) -> None:
    row = _locked(erasure_id)
    named = row.left.get("key") if row.kind == AGENT and row.done_at is None else None
    agent = queries.agent_of(named, row.programme_id) if named else None
    if agent is not None:
        gone = forgetting.Gone()
        erasing_people.erase(agent, gone, now=now)
        gone.add("Event", _events(row.left["key"]))
        _worked_out(gone, set())
        _note(row, gone, [])


@transaction.atomic
def _finish(erasure_id: int, *, scrubbed: Scrubbed, now: datetime) -> None:
    row = _locked(erasure_id)
    left = row.left
    if row.done_at is not None:
        return
    row.certificate |= {
        "erased": {
            _WORDS.get(label, label): count
            for label, count in sorted(left.get("counts", {}).items())
            if label != "PastCount"
        },
        "files": left.get("went", 0),
        "models_trained_anew": left.get("train", []),
        "overwritten": scrubbed.overwritten,
        "vacuumed": list(scrubbed.vacuumed),
        "kept": [{"what": what, "why": why} for what, why in KEPT],
        "backups": "older backups still hold it until they are deleted; after restoring one, `coachloop privacy replay` erases again",
    }
    row.left = {"train": left["train"]} if left.get("train") else {}
    row.done_at = now
    row.save(update_fields=["certificate", "left", "done_at"])
    audit.record(
        OPERATOR, "privacy.erased", f"erasure:{row.pk}", now=now, detail={"kind": row.kind, "digest": row.digest}
    )


def _list(row: Erasure, now: datetime) -> None:
    """Before it is called done: a line twice is harmless, one too few is not."""
    programme = row.programme.key if row.programme else ""
    whom = {"kind": row.kind, "digest": row.digest, "programme": programme}
    line = {**whom, "asked_at": row.asked_at.isoformat(), "done_at": now.isoformat()}
    with list_file().open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def list_file() -> Path:
    """The list of who was erased, by digest."""
    return Path(settings.HOME) / LIST


def replay(*, viewer: Viewer, lines: Iterable[str], now: datetime) -> list[Certificate]:
    """Put down to be erased again whoever of a list is here, where they were erased: after an older database came back. Nobody else is known by it.

    Args:
        viewer: the operator.
        lines: as `list_file` has them.
        now: when.

    Returns:
        Erasures that are asked for anew.

    Raises:
        NotYoursError: for anybody else.
    """
    if not viewer.everything:
        raise NotYoursError("the operator replays erasures at the command line")
    erased: dict[tuple[str, str], set[str]] = {}
    for one in map(json.loads, filter(str.strip, lines)):
        erased.setdefault((one["kind"], one["digest"]), set()).add(one.get("programme", ""))
    rows = [
        _put(replace(viewer, programme_id=programme), kind, key, basis="erased before a backup came back", now=now)
        for kind, key, programme in queries.known_again(erased)
    ]
    return [one for one in queries.certificates(viewer) if one.id in {row.pk for row in rows}]


def _locked(erasure_id: int) -> Erasure:
    return Erasure.objects.select_for_update().get(pk=erasure_id)


_WORDS = {
    "Conversation": "conversations",
    "Revision": "transcripts",
    "Original": "words as they were said",
    "Spoken": "search index entries",
    "Audio": "recordings",
    "AudioPart": "parts of recordings",
    "Evaluation": "evaluations",
    "Attempt": "scorings",
    "Verdict": "verdicts",
    "Review": "people's answers",
    "JudgeReply": "replies of language models",
    "Clip": "clips",
    "Dispute": "challenges",
    "Assignment": "blind questions",
    "LearnedModel": "learned models",
    "TrainingCase": "training cases",
    "Event": "events",
    "Upload": "uploads",
    "Message": "messages",
    "AuditEntry": "entries of the audit log",
    "AuditDraw": "frames of audits, an id in them",
    "User": "accounts",
    "Session": "sessions, their words",
    "Answered": "answers of the API kept for repeated requests, their words",
    "MatrixDay": "days of the impact table, made anew",
    "Figures": "figures of a day, made anew",
    "ClipShare": "clips shared",
    "ClipView": "clips seen",
    "RoomDecision": "what rooms agreed on",
    "SessionRecording": "recorded sessions",
    "SessionDraft": "drafts of sessions",
    "Delivery": "events told to other systems",
    "AgentAlias": "other ids",
    "Membership": "stays in teams",
    "Absence": "absences",
    "LeaderAbsence": "absences of a leader",
    "StandIn": "stand-ins",
    "Grant": "roles",
    "Provisioned": "entries of the company's directory",
    "ApiToken": "tokens of programs",
    "CalendarLink": "calendars",
    "BusyTime": "busy times",
    "ReportChoice": "choices of reports",
    "Focus": "focuses, their words",
    "FollowUp": "follow-ups, their words",
    "Gathering": "huddles, their notes",
    "Proposal": "proposals",
    "Goal": "goals",
    "GoalStep": "steps towards goals",
    "CoachingRequest": "requests for coaching",
}
