"""Scores from another QA tool, and coaching that happened before coachloop."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import batched
from typing import Any, NamedTuple

import yaml
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery

from coachloop.app.errors import TakenError, UnknownNameError
from coachloop.app.models import (
    Agent,
    Attempt,
    Behaviour,
    Conversation,
    DirtyDay,
    Evaluation,
    Programme,
    Scoring,
    Session,
    Template,
    Verdict,
)
from coachloop.app.queries import programmes
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer, within
from coachloop.app.services import audit, bulk, masking
from coachloop.app.services.directory import Directory
from coachloop.app.services.scoring import scoring_of
from coachloop.app.services.templates import add_template, publish_template
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.receipt import Line, Receipt, Record, Refusal
from coachloop.core.model.scores import IMPORTED_TEMPLATE, Call, Score
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import BadLineError, CoachingLine, row, taken

BATCH = 20_000
CONVERSATION = (
    "id",
    "key",
    "programme_id",
    "queue",
    "agent_id",
    "team_id",
    "started_at",
    "day",
    "outcome",
    "call_type",
    "landed_at",
)
ATTEMPT = ("id", "evaluation_id", "scoring_id", "revision", "number", "stored_at")
EVALUATION = ("id", "conversation_id", "template_id", "state", "attempt_id")
VERDICT = ("attempt_id", "behaviour_id", "outcome", "decided_by", "reason", "evidence")


@dataclass(slots=True)
class _Import:
    """What a whole import shares."""

    now: datetime
    programme: int | None
    directory: Directory
    own: str
    behaviours: dict[tuple[str, str], Behaviour] = field(default_factory=dict)
    scorings: dict[str, Scoring] = field(default_factory=dict)


def import_scores(
    scores: Iterable[Score | Refusal],
    *,
    viewer: Viewer,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> Receipt:
    """Store verdicts of another tool as facts of this one, decided by `imported`.

    Without a `template` they live under a template of their own, made here; with one they join that template's behaviours. A
    row already stored is a duplicate; the same call and behaviour with another verdict is refused.
    """
    programme = programmes.of(viewer)
    receipt, shared = Receipt(), _Import(now, programme, Directory(programme), _own_template(programme))
    with bulk.without_collecting():
        for batch in batched(scores, BATCH):
            _take(batch, receipt, shared, viewer=viewer)
            progress(receipt.received)
    audit.record(viewer, "scores.import", "verdicts", now=now, detail={"accepted": receipt.accepted})
    return receipt


def _take(batch: Sequence[Score | Refusal], receipt: Receipt, shared: _Import, *, viewer: Viewer) -> None:
    receipt.received += len(batch)
    receipt.refused += [one for one in batch if isinstance(one, Refusal)]
    scores = [one for one in batch if isinstance(one, Score)]
    if shared.programme is not None:
        scores = list(_ours(scores, receipt, shared))
    with transaction.atomic():
        _make_behaviours(scores, shared, viewer=viewer)
        _store(scores, receipt, shared)


def _own_template(programme: int | None) -> str:
    """The key of the template that such scores live under: the first programme's, or one of its own for each other."""
    elsewhere = Template.objects.filter(key=IMPORTED_TEMPLATE).exclude(programme=programme)
    if programme is None or not elsewhere.exists():
        return IMPORTED_TEMPLATE
    return f"{IMPORTED_TEMPLATE}-{Programme.objects.get(pk=programme).key}"


def _ours(scores: list[Score], receipt: Receipt, shared: _Import) -> Iterator[Score]:
    """Those that name nothing of another programme, under this programme's own template."""
    calls = {score.call.key: score.call for score in scores}
    there = Conversation.objects.filter(key__in=calls).exclude(programme=shared.programme)
    stored = {*there.values_list("key", flat=True)}
    agents, teams = {call.agent for call in calls.values()}, {call.team for call in calls.values()}
    elsewhere = shared.directory.taken(agents=agents, teams=teams)
    for score in scores:
        call = score.call
        named = (("agent", call.agent), ("team", call.team))
        wrong = next((one for one in named if ":".join(one) in elsewhere), None)
        wrong = ("conversation", call.key) if call.key in stored else wrong
        if wrong:
            _refuse(score, receipt, str(TakenError(*wrong)))
        else:
            yield score._replace(template=shared.own if score.template == IMPORTED_TEMPLATE else score.template)


def _make_behaviours(scores: list[Score], shared: _Import, *, viewer: Viewer) -> None:
    """Know every behaviour that is named; those of the imported template are made when first met."""
    named = {(score.template, score.behaviour) for score in scores} - shared.behaviours.keys()
    if not named:
        return
    there = Behaviour.objects.filter(template__programme=shared.programme).select_related("template")
    shared.behaviours |= {(b.template.key, b.key): b for b in there}
    new = [key for template, key in named if template == shared.own and (template, key) not in shared.behaviours]
    if new:
        keys = [b.key for b in there.filter(template__key=shared.own).order_by("position")] + sorted(new)
        add_template(viewer=viewer, text=_template_text(shared.own, keys), now=shared.now)
        publish_template(viewer=viewer, key=shared.own, now=shared.now)
        shared.behaviours |= {(b.template.key, b.key): b for b in there.all()}
        shared.scorings.pop(shared.own, None)
    stored = Template.objects.filter(programme=shared.programme, current__isnull=False)
    for template in stored.filter(key__in={t for t, _ in named}):
        scorers = dict.fromkeys(template.behaviours.values_list("key", flat=True), "imported")
        shared.scorings[template.key] = scoring_of(template.current_id or 0, scorers)


def _template_text(key: str, keys: list[str]) -> str:
    behaviours = [
        {"key": one, "title": _title(one), "question": f"{_title(one)}?", "score_with": [{"imported": {}}]}
        for one in keys
    ]
    template = {"key": key, "title": "Scores from another tool", "behaviours": behaviours}
    return yaml.safe_dump(template, sort_keys=False, allow_unicode=True)


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _store(scores: list[Score], receipt: Receipt, shared: _Import) -> None:
    wanted = _wanted(scores, receipt, shared)
    conversations = _conversations({score.call.key: score.call for score in wanted.values()}, shared)
    attempts = _attempts({(call, template) for call, template, _ in wanted}, conversations, shared)
    there = Verdict.objects.filter(attempt__in=[one.pk for one in attempts.values() if not one.new])
    stored = {(attempt, of): outcome for attempt, of, outcome in there.values_list("attempt", "behaviour", "outcome")}
    fresh: list[tuple[Any, ...]] = []
    dirty: set[tuple[int, date]] = set()
    for (call, template, behaviour), score in wanted.items():
        attempt, of = attempts[call, template].pk, shared.behaviours[template, behaviour].pk
        known = stored.get((attempt, of))
        if known is not None:
            _again(score, known, receipt)
            continue
        fresh.append((attempt, of, score.outcome, "imported", score.reason, _masked(score.evidence)))
        where = conversations[call]
        if where.agent and where.day:
            dirty.add((where.agent, where.day))
    bulk.insert(Verdict, VERDICT[:-1], [verdict[:-1] for verdict in fresh if not verdict[-1]])
    bulk.insert(Verdict, VERDICT, [verdict for verdict in fresh if verdict[-1]])
    receipt.accepted += len(fresh)
    bulk.insert(DirtyDay, ("agent_id", "day"), dirty)


def _masked(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the other tool quotes, as this site stores words."""
    return [quote | {"quote": masking.told(quote["quote"])} for quote in evidence]


def _wanted(scores: list[Score], receipt: Receipt, shared: _Import) -> dict[tuple[str, str, str], Score]:
    """The scores that can be stored, by call, template and behaviour."""
    wanted: dict[tuple[str, str, str], Score] = {}
    for score in scores:
        key = (score.call.key, score.template, score.behaviour)
        if key[1:] not in shared.behaviours:
            _refuse(score, receipt, f"no behaviour {score.behaviour!r} in template {score.template!r}")
        elif key in wanted:
            _again(score, wanted[key].outcome, receipt)
        else:
            wanted[key] = score
    return wanted


def _refuse(score: Score, receipt: Receipt, reason: str) -> None:
    receipt.refuse(score.file, score.number, reason)


def _again(score: Score, known: str, receipt: Receipt) -> None:
    if known == score.outcome:
        receipt.duplicates += 1
    else:
        said = "na" if known == Outcome.NOT_APPLICABLE else known
        _refuse(score, receipt, f"{score.call.key!r} x {score.behaviour!r} is stored as {said!r}")


class _Stored(NamedTuple):
    """What is known of a stored conversation; `new` is one that holds nothing yet."""

    pk: int
    agent: int | None
    day: date | None
    words: bool
    new: bool


def _conversations(calls: dict[str, Call], shared: _Import) -> dict[str, _Stored]:
    there = Conversation.objects.filter(key__in=calls).values_list("key", "pk", "agent", "day", "turn_count")
    found = {key: _Stored(pk, agent, day, words=turns > 0, new=False) for key, pk, agent, day, turns in there}
    missing = [call for key, call in calls.items() if key not in found]
    made = []
    for pk, call in zip(bulk.new_ids(Conversation, len(missing)), missing, strict=True):
        agent, team = _people(call, shared)
        landed = (call.started_at, call.day, call.outcome, call.kind, shared.now)
        made.append((pk, call.key, shared.programme, call.queue, agent, team, *landed))
        found[call.key] = _Stored(pk, agent, call.day, words=False, new=True)
    bulk.insert(Conversation, CONVERSATION, made)
    shared.directory.save_moves()
    return found


def _people(call: Call, shared: _Import) -> tuple[int | None, int | None]:
    """Agent and team, made when first met."""
    agent = shared.directory.agent(call.agent) if call.agent else None
    team = shared.directory.team(call.team)
    if agent and team:
        shared.directory.seen(agent, team, call.day)
    team_id = team.pk if team else shared.directory.team_on(agent, call.day) if agent else None
    return agent.pk if agent else None, team_id


class _Attempt(NamedTuple):
    pk: int
    new: bool


def _attempts(
    wanted: set[tuple[str, str]], conversations: dict[str, _Stored], shared: _Import
) -> dict[tuple[str, str], _Attempt]:
    """The imported attempt (revision 0) of each call and template, made when first met; current where nothing else is."""
    evaluations = _evaluations(wanted, conversations, shared)
    there = Attempt.objects.filter(evaluation__in=evaluations.values(), revision=0).values_list("evaluation", "pk")
    known = dict(there)
    found = {pair: _Attempt(known[pk], new=False) for pair, pk in evaluations.items() if pk in known}
    missing = sorted(wanted - found.keys())
    made = dict(zip(missing, bulk.new_ids(Attempt, len(missing)), strict=True))
    bare = [evaluations[pair] for pair in missing if pair in evaluations]
    first = {pair: pk for pair, pk in made.items() if pair not in evaluations}
    evaluations |= _new_evaluations(first, conversations, shared)
    rows = [(pk, evaluations[pair], shared.scorings[pair[1]].pk, 0, 0, shared.now) for pair, pk in made.items()]
    bulk.insert(Attempt, ATTEMPT, rows)
    if bare:
        _stand_in(bare)
    return found | {pair: _Attempt(pk, new=True) for pair, pk in made.items()}


def _stand_in(evaluations: list[int]) -> None:
    """The imported attempt is current where no other is, and settles what has no words to wait for."""
    imported = Attempt.objects.filter(evaluation=OuterRef("pk"), revision=0).values("id")[:1]
    Evaluation.objects.filter(id__in=evaluations, attempt__isnull=True).update(attempt=Subquery(imported))
    Evaluation.objects.filter(id__in=evaluations, conversation__turn_count=0).update(state=Evaluation.State.DONE)


def _evaluations(
    wanted: set[tuple[str, str]], conversations: dict[str, _Stored], shared: _Import
) -> dict[tuple[str, str], int]:
    """Those of the wanted that are stored."""
    calls = {one.pk: call for call, one in conversations.items() if not one.new}
    templates = {scoring.version.template_id: key for key, scoring in shared.scorings.items()}
    there = Evaluation.objects.filter(conversation__in=calls, template__in=templates)
    rows = there.values_list("pk", "conversation", "template")
    return {pair: pk for pk, call, of in rows if (pair := (calls[call], templates[of])) in wanted}


def _new_evaluations(
    attempts: dict[tuple[str, str], int],
    conversations: dict[str, _Stored],
    shared: _Import,
) -> dict[tuple[str, str], int]:
    """One for each of these attempts, which is its current one."""
    made = dict(zip(attempts, bulk.new_ids(Evaluation, len(attempts)), strict=True))
    rows = []
    for (call, template), pk in made.items():
        state = Evaluation.State.PENDING if conversations[call].words else Evaluation.State.DONE
        of = shared.scorings[template].version.template_id
        rows.append((pk, conversations[call].pk, of, state.value, attempts[call, template]))
    bulk.insert(Evaluation, EVALUATION, rows)
    return made


def import_coaching(lines: Iterable[Line | Record | Refusal], *, viewer: Viewer, now: datetime) -> Receipt:
    """Store coaching that happened before coachloop, for the measurement of effects; it carries no agreement of ours."""
    programmes.of(viewer)
    receipt, finder = Receipt(), BehaviourFinder(viewer)
    agents = {agent.key: agent for agent in within(viewer, Agent.objects.all())}
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
