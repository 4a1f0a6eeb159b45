"""Conversations to look through, and one with its words and its verdicts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value

from coachloop.app import mapping
from coachloop.app.models import Attempt, Behaviour, Conversation, Evaluation, Original, Revision, Verdict
from coachloop.app.queries import viewing
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.search import Passage, passages, says
from coachloop.app.queries.templates import of_coaching
from coachloop.app.queries.verdicts import CONVERSATION, EVALUATED, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.masking.kinds import Kind
from coachloop.core.model.conversation import Conversation as Words
from coachloop.core.model.conversation import Turn
from coachloop.core.model.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; empty means no restriction. `days` counts back from today, today included.

    `low` and `high` bound the machine's probability of `met`, in per cent: of the behaviour filtered by, or of any.
    """

    agent: str = ""
    template: str = ""
    behaviour: str = ""
    verdict: str = ""
    days: int = 0
    words: str = ""
    since: date | None = None
    until: date | None = None
    low: int = 0
    high: int = 100

    @property
    def by_probability(self) -> bool:
        """Whether the machine's probability counts."""
        return (self.low, self.high) != (0, 100)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to filter by."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the viewer may filter by."""

    agents: tuple[Choice, ...]
    behaviours: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One conversation in the list. `verdict` is that of the behaviour filtered by, where one is."""

    key: str
    agent_name: str
    team_name: str
    channel: str
    queue: str
    started_at: datetime | None
    turn_count: int
    met: int
    not_met: int
    unscored: int
    verdict: str = ""
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """A quote of one turn; `shown` says whether the words stand there in the text shown."""

    turn: int
    start: int
    end: int
    quote: str
    at: float | None
    shown: bool


@dataclass(frozen=True, slots=True)
class MissedMoment:
    """The turn at which it should have happened."""

    turn: int
    at: float | None
    better: str


@dataclass(frozen=True, slots=True)
class VerdictView:
    """One behaviour of this conversation, with its proof. `outcome` is the effective verdict."""

    id: int
    key: str
    title: str
    good: str
    why: str
    critical: bool
    outcome: Outcome
    machine_outcome: Outcome
    reviewed: bool
    reason: str
    decided_by: str
    evidence: tuple[Proof, ...]
    missed: MissedMoment | None


@dataclass(frozen=True, slots=True)
class Scored:
    """The verdicts of one template; `pending` while a newer scoring waits, `scored_at` empty before the first."""

    key: str
    title: str
    version: int | None
    pending: bool
    scored_at: datetime | None
    verdicts: tuple[VerdictView, ...]


@dataclass(frozen=True, slots=True)
class ConversationView:
    """One conversation: what is known about it, its turns, and what each template says."""

    key: str
    agent_key: str
    agent_name: str
    customer_name: str
    team_name: str
    channel: str
    queue: str
    direction: str
    started_at: datetime | None
    outcome: tuple[tuple[str, str], ...]
    turns: tuple[Turn, ...]
    scored: tuple[Scored, ...] = field(default=())


def choices(viewer: Viewer) -> Choices:
    """Agents they may see, and the behaviours that are scored now."""
    agents = viewing.agents(viewer).order_by("name").values_list("key", "name")
    current = Behaviour.objects.filter(retired=False, template__current__isnull=False)
    behaviours = viewing.within(viewer, current, "template__programme").exclude(template__in=of_coaching())
    named = behaviours.order_by("template__title", "position").values_list("template__key", "key", "title")
    return Choices(
        tuple(Choice(key, name) for key, name in agents),
        tuple(Choice(f"{template}/{key}", title) for template, key, title in named),
    )


def conversations(viewer: Viewer, filters: Filters, *, today: date, page: int = 1) -> Slice[Listed]:
    """The conversations they may see, newest first."""
    rows = viewing.conversations(viewer).filter(_asked(filters, today)).select_related("agent", "team")
    newest = rows.order_by(*viewing.NEWEST_CALLS)
    return cut(newest, page, lambda found: _listed(found, filters))


def conversation(viewer: Viewer, key: str) -> ConversationView | None:
    """One conversation with its words and verdicts; None where they may see no such conversation."""
    row = viewing.conversations(viewer).select_related("agent", "team").filter(key=key).first()
    return view_of(row) if row else None


class Place(NamedTuple):
    """Where a conversation stands in the list: the newest first, those without a date last."""

    started_at: datetime | None
    id: int


def listed_after(
    viewer: Viewer, filters: Filters, *, today: date, after: Place | None, most: int
) -> list[tuple[Place, Listed]]:
    """The same as `conversations`, from a place on, however many came in meanwhile."""
    rows = viewing.conversations(viewer).filter(_asked(filters, today)).select_related("agent", "team")
    if after is not None:
        undated, same = Q(started_at=None), Q(started_at=after.started_at, id__lt=after.id)
        rows = rows.filter(same if after.started_at is None else same | undated | Q(started_at__lt=after.started_at))
    newest = list(rows.order_by(*viewing.NEWEST_CALLS)[:most])
    return [(Place(row.started_at, row.pk), one) for row, one in zip(newest, _listed(newest, filters), strict=True)]


def original(viewer: Viewer, key: str) -> ConversationView | None:
    """One conversation with its words as they were said; None where they may not see originals, or none is kept of it.

    Whoever shows it notes that first: `audit.look_at_original`.
    """
    if viewer.user is None or not viewer.user.sees_originals:
        return None
    row = viewing.conversations(viewer).select_related("agent", "team").filter(key=key).first()
    document = Original.objects.filter(
        revision__conversation=row, revision__number=F("revision__conversation__revision")
    )
    words = document.values_list("document", flat=True).first() if row else None
    return _view(row, mapping.conversation(words)) if row and words else None


def has_original(viewer: Viewer, key: str) -> bool:
    """Whether there is more to read of it, for this person."""
    if viewer.user is None or not viewer.user.sees_originals:
        return False
    current = Q(revision__conversation__in=viewing.conversations(viewer).filter(key=key))
    return Original.objects.filter(current, revision__number=F("revision__conversation__revision")).exists()


def view_of(row: Conversation) -> ConversationView:
    """A conversation that somebody may see, with its words and verdicts."""
    document = Revision.objects.filter(conversation=row, number=row.revision).values_list("document", flat=True).first()
    return _view(row, mapping.conversation(document) if document else None)


def _view(row: Conversation, said: Words | None) -> ConversationView:
    turns = said.turns if said else ()
    return ConversationView(
        key=row.key,
        agent_key=row.agent.key if row.agent else "",
        agent_name=row.agent.name if row.agent else "",
        customer_name=_customer(said),
        team_name=row.team.name if row.team else "",
        channel=row.channel,
        queue=row.queue,
        direction=row.direction,
        started_at=row.started_at,
        outcome=tuple((str(name), _in_words(value)) for name, value in (row.outcome or {}).items()),
        turns=turns,
        scored=_scored(row, turns),
    )


def about(row: Conversation, verdict_id: int | None, *, said: Outcome) -> ConversationView:
    """A conversation with nothing but one verdict of it, as it stood when it said so; with its words alone where that is gone."""
    view = view_of(row)
    rows: QuerySet[Any] = Verdict.objects.filter(pk=verdict_id or 0, **{EVALUATED: row}).annotate(
        effective=Value(said.value), human=Value(None, output_field=CharField(null=True))
    )
    found = rows.select_related("behaviour__template", "attempt__scoring__version").first()
    if found is None:
        return replace(view, scored=())
    template, attempt = found.behaviour.template, found.attempt
    version, shown = attempt.scoring.version.number, (_verdict(found, view.turns),)
    one = Scored(template.key, template.title, version, pending=False, scored_at=attempt.stored_at, verdicts=shown)
    return replace(view, scored=(one,))


def _customer(said: Words | None) -> str:
    """The customer's name; none where it is masked."""
    name = (said.customer_name if said else None) or ""
    return "" if name == Kind.CUSTOMER_NAME.token else name


def _asked(filters: Filters, today: date) -> Q:
    asked = says(filters.words) & _on_days(filters, today)
    if filters.agent:
        asked &= Q(agent__key=filters.agent)
    if filters.behaviour or filters.verdict or filters.by_probability:
        asked &= Q(Exists(_verdicts_asked(filters).filter(**{CONVERSATION: OuterRef("pk")})))
    return asked


def _on_days(filters: Filters, today: date) -> Q:
    asked = Q(day__gt=today - timedelta(days=filters.days), day__lte=today) if filters.days else Q()
    if filters.since:
        asked &= Q(day__gte=filters.since)
    return asked & Q(day__lte=filters.until) if filters.until else asked


def _verdicts_asked(filters: Filters) -> QuerySet[Verdict]:
    verdicts = effective_verdicts()
    if filters.behaviour:
        verdicts = verdicts.filter(behaviour__key=filters.behaviour, behaviour__template__key=filters.template)
    if filters.by_probability:
        verdicts = verdicts.filter(probability__range=(filters.low / 100, filters.high / 100))
    return verdicts.filter(effective=filters.verdict) if filters.verdict else verdicts


def _listed(rows: list[Conversation], filters: Filters) -> list[Listed]:
    counts = _counts(rows)
    named = _named(rows, filters) if filters.behaviour else {}
    said = passages(rows, filters.words)
    return [
        Listed(
            key=row.key,
            agent_name=row.agent.name if row.agent else "",
            team_name=row.team.name if row.team else "",
            channel=row.channel,
            queue=row.queue,
            started_at=row.started_at,
            turn_count=row.turn_count,
            met=counts[row.pk][Outcome.MET],
            not_met=counts[row.pk][Outcome.NOT_MET],
            unscored=counts[row.pk][Outcome.UNSCORED],
            verdict=named.get(row.pk, ""),
            passages=said.get(row.pk, ()),
        )
        for row in rows
    ]


def _counts(rows: list[Conversation]) -> dict[int, dict[str, int]]:
    counted = (
        effective_verdicts().filter(**{f"{CONVERSATION}__in": rows}).values_list(CONVERSATION, "effective")
    ).annotate(Count("id"))
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for conversation_id, outcome, count in counted:
        counts[conversation_id][outcome] = count
    return counts


def _named(rows: list[Conversation], filters: Filters) -> dict[int, str]:
    verdicts = effective_verdicts().filter(
        **{f"{CONVERSATION}__in": rows}, behaviour__key=filters.behaviour, behaviour__template__key=filters.template
    )
    return dict(verdicts.values_list(CONVERSATION, "effective"))


def _scored(row: Conversation, turns: Sequence[Turn]) -> tuple[Scored, ...]:
    evaluations = row.evaluations.select_related("template", "attempt__scoring__version").order_by("template__title")
    verdicts: dict[int, list[VerdictView]] = defaultdict(list)
    for verdict in _effective_of(row):
        verdicts[verdict.attempt_id].append(_verdict(verdict, turns))
    return tuple(_template(evaluation, verdicts) for evaluation in evaluations)


def _effective_of(row: Conversation) -> QuerySet[Any]:
    of_this = effective_verdicts().filter(**{CONVERSATION: row})
    return of_this.select_related("behaviour").order_by("behaviour__position")


def _template(evaluation: Evaluation, verdicts: dict[int, list[VerdictView]]) -> Scored:
    attempt: Attempt | None = evaluation.attempt
    return Scored(
        key=evaluation.template.key,
        title=evaluation.template.title,
        version=attempt.scoring.version.number if attempt else None,
        pending=evaluation.state == Evaluation.State.PENDING,
        scored_at=attempt.stored_at if attempt else None,
        verdicts=tuple(verdicts[attempt.pk]) if attempt else (),
    )


def _verdict(row: Any, turns: Sequence[Turn]) -> VerdictView:
    missed = row.missed
    here = missed is not None and 0 <= missed["turn"] < len(turns)
    return VerdictView(
        id=row.pk,
        key=row.behaviour.key,
        title=row.behaviour.title,
        good=row.behaviour.good,
        why=row.behaviour.why,
        critical=row.behaviour.critical,
        outcome=Outcome(row.effective),
        machine_outcome=Outcome(row.outcome),
        reviewed=row.human is not None,
        reason=row.reason,
        decided_by=row.decided_by,
        evidence=tuple(_proof(quote, turns) for quote in row.evidence),
        missed=MissedMoment(missed["turn"], missed["at"], missed["better"]) if here else None,
    )


def _proof(quote: dict[str, Any], turns: Sequence[Turn]) -> Proof:
    turn, start, end = quote["turn"], quote["start"], quote["end"]
    shown = 0 <= turn < len(turns) and turns[turn].text[start:end] == quote["quote"]
    return Proof(turn, start, end, quote["quote"], quote["at"], shown)


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else str(value)
