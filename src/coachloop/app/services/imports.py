"""Scores from another QA tool, and coaching that happened before coachloop."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import batched
from typing import Any
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
from coachloop.app.services import audit
from coachloop.app.services.bulk import insert_verdicts
from coachloop.app.services.people import Directory
from coachloop.app.services.scoring import scoring_of
from coachloop.app.services.templates import add_template, publish_template
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.conversation import moment
from coachloop.core.model.receipt import Line, Receipt, Refusal
from coachloop.core.model.template_shape import KEY_PATTERN
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import BadLineError, CoachingLine, ScoreLine, checked, json_object, row, taken

IMPORTED_TEMPLATE = "imported"
BATCH = 20_000
LONGEST_KEY = 80
OUTCOMES = {"met": Outcome.MET, "not_met": Outcome.NOT_MET, "na": Outcome.NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class _Score:
    place: Line
    line: ScoreLine
    outcome: dict[str, Any]

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
    lines: Iterable[Line | Refusal],
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


def _score(item: Line, site_zone: ZoneInfo) -> _Score:
    data = json_object(item.raw)
    line = checked(ScoreLine, data)
    if line.started_at:
        moment(line.started_at, site_zone)
    _must_be_named_well(line)
    outcome = {k.removeprefix("outcome_"): _value(v) for k, v in data.items() if k.startswith("outcome_")}
    return _Score(item, line, outcome)


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
    wanted: dict[tuple[str, str, str], _Score] = {}
    for score in scores:
        key = (score.line.call_id, score.template, score.line.behaviour)
        if (score.template, score.line.behaviour) not in shared.behaviours:
            _refuse(score, receipt, f"no behaviour {score.line.behaviour!r} in template {score.template!r}")
        elif key in wanted:
            _again(score, wanted[key].line.verdict, receipt)
        else:
            wanted[key] = score
    calls = {score.line.call_id: score for score in wanted.values()}
    conversations = _conversations(calls, shared)
    attempts = _attempts({(call, template) for call, template, _ in wanted}, conversations, shared)
    stored = {
        (attempt, behaviour): outcome
        for attempt, behaviour, outcome in Verdict.objects.filter(
            attempt__in=[a.pk for a in attempts.values()]
        ).values_list("attempt_id", "behaviour_id", "outcome")
    }
    fresh = []
    for (call, template, behaviour), score in wanted.items():
        verdict = _verdict(score, attempts[call, template], shared.behaviours[template, behaviour])
        known = stored.get((verdict.attempt_id, verdict.behaviour_id))
        if known is None:
            fresh.append(verdict)
        else:
            _again(score, "na" if known == Outcome.NOT_APPLICABLE else known, receipt)
    insert_verdicts(fresh)
    receipt.accepted += len(fresh)
    _dirty(conversations.values())


def _refuse(score: _Score, receipt: Receipt, reason: str) -> None:
    receipt.refuse(score.place.file, score.place.number, reason)


def _again(score: _Score, known: str, receipt: Receipt) -> None:
    if known == score.line.verdict:
        receipt.duplicates += 1
    else:
        _refuse(score, receipt, f"{score.line.call_id!r} x {score.line.behaviour!r} is stored as {known!r}")


def _dirty(conversations: Iterable[Conversation]) -> None:
    days = {(c.agent_id, c.day) for c in conversations}
    DirtyDay.objects.bulk_create(DirtyDay(agent_id=agent, day=day) for agent, day in days if agent and day)


def _conversations(calls: dict[str, _Score], shared: _Import) -> dict[str, Conversation]:
    known = {row.key: row for row in Conversation.objects.filter(key__in=calls)}
    fresh = [_conversation(score, shared) for key, score in calls.items() if key not in known]
    Conversation.objects.bulk_create(fresh)
    shared.directory.save_moves()
    return known | {row.key: row for row in fresh}


def _conversation(score: _Score, shared: _Import) -> Conversation:
    line, site_zone = score.line, shared.zone
    started = moment(line.started_at, site_zone) if line.started_at else None
    agent = shared.directory.agent(line.agent_id) if line.agent_id else None
    team = shared.directory.team(line.team) if line.team else None
    day = started.astimezone(site_zone).date() if started else None
    if agent and team:
        shared.directory.seen(agent, team, day)
    return Conversation(
        key=line.call_id,
        queue=line.queue or "",
        agent=agent,
        team=team or (agent.team if agent else None),
        started_at=started,
        day=day,
        outcome=score.outcome or None,
        landed_at=shared.now,
    )


def _attempts(
    wanted: set[tuple[str, str]], conversations: dict[str, Conversation], shared: _Import
) -> dict[tuple[str, str], Attempt]:
    """The imported attempt (revision 0) of each call and template, made when first met; current where nothing else is."""
    rows = _evaluations(wanted, conversations, shared)
    pairs = {row.pk: pair for pair, row in rows.items()}
    there = Attempt.objects.filter(evaluation__in=pairs, revision=0)
    found = {pairs[attempt.evaluation_id]: attempt for attempt in there}
    missing = sorted(rows.keys() - found.keys())
    made = Attempt.objects.bulk_create(
        Attempt(evaluation=rows[pair], scoring=shared.scorings[pair[1]], revision=0, number=0, stored_at=shared.now)
        for pair in missing
    )
    bare = Evaluation.objects.filter(id__in=[attempt.evaluation_id for attempt in made], attempt__isnull=True)
    bare.update(attempt=Subquery(Attempt.objects.filter(evaluation=OuterRef("pk"), revision=0).values("id")[:1]))
    scored = Evaluation.objects.filter(id__in=[attempt.evaluation_id for attempt in made], conversation__turn_count=0)
    scored.update(state=Evaluation.State.DONE)
    return found | dict(zip(missing, made, strict=True))


def _evaluations(
    wanted: set[tuple[str, str]], conversations: dict[str, Conversation], shared: _Import
) -> dict[tuple[str, str], Evaluation]:
    keys = {row.pk: key for key, row in conversations.items()}
    templates = {scoring.version.template_id: key for key, scoring in shared.scorings.items()}
    there = Evaluation.objects.filter(conversation__in=keys, template__in=templates).select_related("conversation")
    found = {(keys[row.conversation_id], templates[row.template_id]): row for row in there}
    missing = sorted(wanted - found.keys())
    made = Evaluation.objects.bulk_create(
        Evaluation(conversation=conversations[call], template_id=shared.scorings[template].version.template_id)
        for call, template in missing
    )
    return {pair: row for pair, row in found.items() if pair in wanted} | dict(zip(missing, made, strict=True))


def _verdict(score: _Score, attempt: Attempt, behaviour: Behaviour) -> Verdict:
    line = score.line
    evidence = []
    if line.evidence_text:
        evidence = [{"turn": None, "start": None, "end": None, "quote": line.evidence_text, "at": line.evidence_start}]
    return Verdict(
        attempt_id=attempt.pk,
        behaviour_id=behaviour.pk,
        outcome=OUTCOMES[line.verdict],
        decided_by="imported",
        reason=f"score {line.score_id} of another tool" if line.score_id else "",
        evidence=evidence,
    )


def import_coaching(lines: Iterable[Line | Refusal], *, viewer: Viewer, now: datetime) -> Receipt:
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
