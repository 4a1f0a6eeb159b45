"""Scores from another QA tool, and coaching that happened before coachloop."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial
from itertools import batched
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pydantic_core
import yaml
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery

from coachloop.app.errors import UnknownNameError
from coachloop.app.models import (
    Agent,
    Attempt,
    Behaviour,
    Conversation,
    DirtyDay,
    Evaluation,
    Scoring,
    Session,
    Template,
    Verdict,
)
from coachloop.app.queries.sites import zone
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, bulk
from coachloop.app.services.people import Directory
from coachloop.app.services.scoring import scoring_of
from coachloop.app.services.templates import add_template, publish_template
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.call_type import call_type
from coachloop.core.model.conversation import moment
from coachloop.core.model.receipt import Line, Receipt, Record, Refusal
from coachloop.core.model.template_shape import KEY_PATTERN
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import BadLineError, CoachingLine, ScoreLine, checked, fields, row, taken

IMPORTED_TEMPLATE = "imported"
BATCH = 20_000
LONGEST_KEY = 80
CONVERSATION = ("key", "queue", "agent_id", "team_id", "started_at", "day", "outcome", "call_type", "landed_at")
VERDICT = ("attempt_id", "behaviour_id", "outcome", "decided_by", "reason", "evidence")
OUTCOMES = {"met": Outcome.MET, "not_met": Outcome.NOT_MET, "na": Outcome.NOT_APPLICABLE}


class _Score(NamedTuple):
    place: Line | Record
    line: ScoreLine
    said: dict[str, Any]

    @property
    def template(self) -> str:
        return self.line.template or IMPORTED_TEMPLATE


@dataclass(slots=True)
class _Import:
    """What a whole import shares."""

    now: datetime
    zone: ZoneInfo = field(default_factory=zone)
    directory: Directory = field(default_factory=Directory)
    behaviours: dict[tuple[str, str], Behaviour] = field(default_factory=dict)
    scorings: dict[str, Scoring] = field(default_factory=dict)


def import_scores(
    lines: Iterable[Line | Record | Refusal],
    *,
    viewer: Viewer,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> Receipt:
    """Store verdicts of another tool as facts of this one, decided by `imported`.

    Without a `template` they live under a template of their own, made here; with one they join that template's behaviours. A
    row already stored is a duplicate; the same call and behaviour with another verdict is refused.
    """
    receipt, shared = Receipt(), _Import(now)
    read = taken(lines, receipt, partial(_score, site_zone=shared.zone), refusals=(ValueError,))
    for batch in batched(read, BATCH):
        scores = [score for _, score in batch]
        with transaction.atomic():
            _make_behaviours(scores, shared, viewer=viewer)
            _store(scores, receipt, shared)
        progress(receipt.received)
    audit.record(viewer, "scores.import", "verdicts", now=now, detail={"accepted": receipt.accepted})
    return receipt


def _score(item: Line | Record, site_zone: ZoneInfo) -> _Score:
    said = fields(item)
    line = checked(ScoreLine, said)
    if line.started_at:
        _moment(line.started_at, site_zone)
    _must_be_named_well(line)
    return _Score(item, line, said)


# A call's rows follow one another and name the same moment.
_moment = lru_cache(maxsize=1024)(moment)


def _must_be_named_well(line: ScoreLine) -> None:
    """Refuse a behaviour that the template made for these scores could not hold."""
    made_here = (line.template or IMPORTED_TEMPLATE) == IMPORTED_TEMPLATE
    if made_here and not (len(line.behaviour) <= LONGEST_KEY and re.fullmatch(KEY_PATTERN, line.behaviour)):
        better = re.sub(r"[^a-z0-9]+", "_", line.behaviour.casefold()).strip("_0123456789")[:LONGEST_KEY]
        raise BadLineError(
            f"behaviour: a key is up to {LONGEST_KEY} lower-case letters, digits, - and _, such as "
            f"{better or 'states_purpose'!r}, got {line.behaviour!r:.60}"
        )


def _value(cell: object) -> object:
    """An outcome's cell as JSON would have it: a number where it is one, text where JSON could not hold it."""
    try:
        value = pydantic_core.from_json(cell) if isinstance(cell, str) else cell
        json.dumps(value, allow_nan=False)
    except ValueError:
        return str(cell)
    return value


def _make_behaviours(scores: list[_Score], shared: _Import, *, viewer: Viewer) -> None:
    """Know every behaviour that is named; those of the imported template are made when first met."""
    named = {(score.template, score.line.behaviour) for score in scores} - shared.behaviours.keys()
    if not named:
        return
    there = Behaviour.objects.select_related("template")
    shared.behaviours |= {(b.template.key, b.key): b for b in there}
    new = [key for template, key in named if template == IMPORTED_TEMPLATE and (template, key) not in shared.behaviours]
    if new:
        keys = [b.key for b in there.filter(template__key=IMPORTED_TEMPLATE).order_by("position")] + sorted(new)
        add_template(viewer=viewer, text=_template_text(keys), now=shared.now)
        publish_template(viewer=viewer, key=IMPORTED_TEMPLATE, now=shared.now)
        shared.behaviours |= {(b.template.key, b.key): b for b in there.all()}
        shared.scorings.pop(IMPORTED_TEMPLATE, None)
    for template in Template.objects.filter(key__in={t for t, _ in named}, current__isnull=False):
        scorers = dict.fromkeys(template.behaviours.values_list("key", flat=True), "imported")
        shared.scorings[template.key] = scoring_of(template.current_id or 0, scorers)


def _template_text(keys: list[str]) -> str:
    behaviours = [
        {"key": key, "title": _title(key), "question": f"{_title(key)}?", "score_with": [{"imported": {}}]}
        for key in keys
    ]
    template = {"key": IMPORTED_TEMPLATE, "title": "Scores from another tool", "behaviours": behaviours}
    return yaml.safe_dump(template, sort_keys=False, allow_unicode=True)


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _store(scores: list[_Score], receipt: Receipt, shared: _Import) -> None:
    wanted = _wanted(scores, receipt, shared)
    calls = {call: score for (call, _, _), score in wanted.items()}
    conversations = _conversations(calls, shared)
    attempts = _attempts({(call, template) for call, template, _ in wanted}, conversations, shared)
    there = Verdict.objects.filter(attempt__in=attempts.values())
    stored = {(attempt, of): outcome for attempt, of, outcome in there.values_list("attempt", "behaviour", "outcome")}
    fresh = []
    for (call, template, behaviour), score in wanted.items():
        verdict = _verdict(score, attempts[call, template], shared.behaviours[template, behaviour].pk)
        known = stored.get(verdict[:2])
        if known is None:
            fresh.append(verdict)
        else:
            _again(score, "na" if known == Outcome.NOT_APPLICABLE else known, receipt)
    bulk.insert(Verdict, VERDICT[:-1], (verdict[:-1] for verdict in fresh if not verdict[-1]))
    bulk.insert(Verdict, VERDICT, (verdict for verdict in fresh if verdict[-1]))
    receipt.accepted += len(fresh)
    bulk.insert(DirtyDay, ("agent_id", "day"), {(c.agent, c.day) for c in conversations.values() if c.agent and c.day})


def _wanted(scores: list[_Score], receipt: Receipt, shared: _Import) -> dict[tuple[str, str, str], _Score]:
    """The scores that can be stored, by call, template and behaviour."""
    wanted: dict[tuple[str, str, str], _Score] = {}
    for score in scores:
        key = (score.line.call_id, score.template, score.line.behaviour)
        if key[1:] not in shared.behaviours:
            _refuse(score, receipt, f"no behaviour {score.line.behaviour!r} in template {score.template!r}")
        elif key in wanted:
            _again(score, wanted[key].line.verdict, receipt)
        else:
            wanted[key] = score
    return wanted


def _refuse(score: _Score, receipt: Receipt, reason: str) -> None:
    receipt.refuse(score.place.file, score.place.number, reason)


def _again(score: _Score, known: str, receipt: Receipt) -> None:
    if known == score.line.verdict:
        receipt.duplicates += 1
    else:
        _refuse(score, receipt, f"{score.line.call_id!r} x {score.line.behaviour!r} is stored as {known!r}")


class _Stored(NamedTuple):
    """What is known of a stored conversation."""

    key: str
    pk: int
    agent: int | None
    day: date | None


def _conversations(calls: dict[str, _Score], shared: _Import) -> dict[str, _Stored]:
    there = Conversation.objects.filter(key__in=calls).values_list("key", "pk", "agent", "day")
    known = {row[0] for row in there}
    bulk.insert(
        Conversation, CONVERSATION, (_conversation(one, shared) for key, one in calls.items() if key not in known)
    )
    shared.directory.save_moves()
    return {row[0]: _Stored(*row) for row in there.all()}


def _conversation(score: _Score, shared: _Import) -> tuple[object, ...]:
    line, site_zone = score.line, shared.zone
    started = _moment(line.started_at, site_zone) if line.started_at else None
    agent = shared.directory.agent(line.agent_id) if line.agent_id else None
    team = shared.directory.team(line.team) if line.team else None
    day = started.astimezone(site_zone).date() if started else None
    if agent and team:
        shared.directory.seen(agent, team, day)
    team_id = team.pk if team else agent.team_id if agent else None
    outcome = {k.removeprefix("outcome_"): _value(v) for k, v in score.said.items() if k.startswith("outcome_")}
    kind = call_type(score.said)
    return line.call_id, line.queue or "", agent and agent.pk, team_id, started, day, outcome or None, kind, shared.now


def _attempts(
    wanted: set[tuple[str, str]], conversations: dict[str, _Stored], shared: _Import
) -> dict[tuple[str, str], int]:
    """The imported attempt (revision 0) of each call and template, made when first met; current where nothing else is."""
    rows = _evaluations(wanted, conversations, shared)
    there = Attempt.objects.filter(evaluation__in=rows, revision=0).values_list("evaluation", "pk")
    known = {evaluation for evaluation, _ in there}
    missing = [evaluation for evaluation in sorted(rows) if evaluation not in known]
    made = ((one, shared.scorings[rows[one][1]].pk, 0, 0, shared.now) for one in missing)
    bulk.insert(Attempt, ("evaluation_id", "scoring_id", "revision", "number", "stored_at"), made)
    bare = Evaluation.objects.filter(id__in=missing, attempt__isnull=True)
    bare.update(attempt=Subquery(Attempt.objects.filter(evaluation=OuterRef("pk"), revision=0).values("id")[:1]))
    Evaluation.objects.filter(id__in=missing, conversation__turn_count=0).update(state=Evaluation.State.DONE)
    return {rows[evaluation]: attempt for evaluation, attempt in there.all()}


def _evaluations(
    wanted: set[tuple[str, str]], conversations: dict[str, _Stored], shared: _Import
) -> dict[int, tuple[str, str]]:
    """Call and template by evaluation, made when first met."""
    calls = {row.pk: call for call, row in conversations.items()}
    templates = {scoring.version.template_id: key for key, scoring in shared.scorings.items()}
    numbers = {key: number for number, key in templates.items()}
    there = Evaluation.objects.filter(conversation__in=calls, template__in=templates)
    there_now = there.values_list("pk", "conversation", "template")
    missing = sorted(wanted - {(calls[call], templates[template]) for _, call, template in there_now})
    made = ((conversations[call].pk, numbers[template], Evaluation.State.PENDING.value) for call, template in missing)
    bulk.insert(Evaluation, ("conversation_id", "template_id", "state"), made)
    found = {pk: (calls[call], templates[template]) for pk, call, template in there_now.all()}
    return {pk: pair for pk, pair in found.items() if pair in wanted}


def _verdict(score: _Score, attempt: int, behaviour: int) -> tuple[Any, ...]:
    """A row of VERDICT."""
    line = score.line
    evidence = []
    if line.evidence_text:
        evidence = [{"turn": None, "start": None, "end": None, "quote": line.evidence_text, "at": line.evidence_start}]
    reason = f"score {line.score_id} of another tool" if line.score_id else ""
    return attempt, behaviour, OUTCOMES[line.verdict].value, "imported", reason, evidence


def import_coaching(lines: Iterable[Line | Record | Refusal], *, viewer: Viewer, now: datetime) -> Receipt:
    """Store coaching that happened before coachloop, for the measurement of effects; it carries no agreement of ours."""
    receipt, finder = Receipt(), BehaviourFinder()
    agents = {agent.key: agent for agent in Agent.objects.all()}
    read, refusals = row(CoachingLine), (BadLineError, UnknownNameError)
    add = partial(_add_session, agents=agents, finder=finder, now=now)
    for _, added in taken(lines, receipt, lambda line: add(read(line)), refusals=refusals):
        receipt.accepted += added
        receipt.duplicates += not added
    audit.record(viewer, "coaching.import", "sessions", now=now, detail={"accepted": receipt.accepted})
    return receipt


def _add_session(line: CoachingLine, *, agents: dict[str, Agent], finder: BehaviourFinder, now: datetime) -> bool:
    if line.agent_id not in agents:
        raise UnknownNameError(f"no agent {line.agent_id!r}; import their scores or calls first")
    try:
        with transaction.atomic():
            Session.objects.create(
                agent=agents[line.agent_id],
                behaviour=finder.find(line.behaviour, line.template),
                kind=line.kind,
                status=SessionStatus.IMPORTED,
                leader_name=line.leader or "",
                held_on=line.held_on,
                action=line.action,
                review_on=line.review_on,
                created_at=now,
            )
    except IntegrityError:
        return False
    return True
