"""Which verdicts agents challenge, who decides, and what became of it; and how often what they challenge does not stand."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from django.db.models import F, Q, QuerySet

from coachloop.app.models import AuditEntry, Behaviour, Dispute
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.conversation import ConversationView, about
from coachloop.app.queries.deciders import Decider, deciders
from coachloop.app.queries.guided import asks
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.overturned import Challenged, challenged
from coachloop.core.model.people import Role
from coachloop.core.model.review import Decision
from coachloop.core.model.verdict import Outcome

PERSON = "a person"
"""Who gave the challenged answer where it was not the machine's."""


SOMEBODY = "the agent"
"""How an agent is called before somebody who decides and need not know who it is."""

OPEN = Q(decided_at__isnull=True, withdrawn_at__isnull=True)


class State(StrEnum):
    """How far a dispute has come."""

    RAISED = "raised"
    ASSIGNED = "assigned"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a dispute's history: what happened, when, by whom; `to` is whom it was given to, `words` what they said."""

    at: datetime
    what: State
    by: str
    to: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A challenged verdict. `challenged` is what stood, `stands` what was decided, empty before.

    `days_left` counts the site's working days until it is to be decided, negative when that is over; empty once it is. `may_decide`
    is for whom it was given to, `may_assign` for QA leads, `mine` for the agent. `agent_key` is empty for those who need not know.
    """

    id: int
    conversation_key: str
    started_at: datetime | None
    agent_key: str
    agent_name: str
    template: str
    behaviour: str
    title: str
    question: str
    verdict_id: int | None
    challenged: Outcome
    words: str
    state: State
    raised_at: datetime
    decide_by: date
    days_left: int | None
    assigned_id: int | None
    assigned_name: str
    decision: str
    stands: Outcome | None
    reason: str
    decided_by: str
    decided_at: datetime | None
    history: tuple[Step, ...]
    mine: bool
    may_assign: bool
    may_decide: bool
    reads_call: bool
    choices: tuple[Decider, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it waits for its decision."""
        return self.state in {State.RAISED, State.ASSIGNED}

    @property
    def overdue(self) -> bool:
        """Whether it should have been decided by now."""
        return self.days_left is not None and self.days_left < 0

    @property
    def days_late(self) -> int:
        """Working days since it should have been decided."""
        return -(self.days_left or 0)


def visible(viewer: Viewer) -> QuerySet[Dispute]:
    """Disputes they may read: about calls whose words they may see, and those given to them; never about a call they answer blind."""
    calls = Q(viewing.of_calls(viewer, "conversation"))
    ours = viewing.within(viewer, Dispute.objects.all(), "agent__programme")
    if viewer.user is None:
        return ours.filter(calls)
    theirs = ours.filter(calls | Q(assigned_to=viewer.user))
    return theirs.exclude(conversation__in=viewing.blind(viewer.user).values("conversation"))


def _among(viewer: Viewer, few: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """Those of a few that they may read. Mostly there are none, and who may read one takes long to ask."""
    there = list(few.values_list("pk", flat=True))
    return visible(viewer).filter(pk__in=there) if there else few.none()


def hidden(viewer: Viewer) -> int:
    """How many open disputes a QA lead can't see before they have answered the call blind."""
    if viewer.user is None or not viewer.has(Role.QA_LEAD):
        return 0
    ours = viewing.within(viewer, Dispute.objects.filter(OPEN), "agent__programme")
    return ours.filter(conversation__in=viewing.blind(viewer.user).values("conversation")).count()


def disputes(viewer: Viewer, *, today: date, open_: bool = True, page: int = 1) -> Slice[DisputeView]:
    """Those that wait for a decision, the most urgent first, with who may decide them; or those that are over, the newest first."""
    rows = visible(viewer).filter(OPEN) if open_ else visible(viewer).exclude(OPEN)
    newest = F("decided_at").desc(nulls_last=True)
    rows = rows.order_by("decide_by", "raised_at", "pk") if open_ else rows.order_by(newest, "-withdrawn_at", "-pk")
    return cut(_known(rows), page, lambda found: _views(viewer, found, today=today))


def dispute(viewer: Viewer, dispute_id: int, *, today: date) -> DisputeView | None:
    """One of them; None where they may see no such dispute."""
    return next(iter(_views(viewer, _known(visible(viewer).filter(pk=dispute_id)), today=today)), None)


def call_of(viewer: Viewer, dispute_id: int) -> ConversationView | None:
    """What was said in the call, with the challenged verdict and its evidence alone; the agent's name for those who may read the call."""
    row = visible(viewer).select_related("conversation__agent", "conversation__team").filter(pk=dispute_id).first()
    if row is None:
        return None
    seen = about(row.conversation, row.verdict_id, said=Outcome(row.outcome))
    named = viewing.conversations(viewer).filter(pk=row.conversation_id).exists()
    return seen if named else replace(seen, agent_key="", agent_name="", team_name="")


def of_calls(viewer: Viewer, keys: Collection[str], *, today: date) -> Mapping[tuple[str, str, str], DisputeView]:
    """What was challenged in these calls and not withdrawn, by call, template and behaviour; nobody is offered to decide it."""
    raised = Dispute.objects.filter(conversation__key__in=keys, withdrawn_at__isnull=True)
    found = _views(viewer, _known(_among(viewer, raised)), today=today, offering=False)
    return {(row.conversation_key, row.template, row.behaviour): row for row in found}


def of_agent(viewer: Viewer, agent_key: str, *, today: date, most: int = 5) -> tuple[DisputeView, ...]:
    """An agent's newest, open ones first."""
    raised = _among(viewer, Dispute.objects.filter(agent__key=agent_key))
    rows = _known(raised).order_by(F("decided_at").desc(nulls_first=True), "-pk")
    return tuple(_views(viewer, rows.exclude(withdrawn_at__isnull=False)[:most], today=today, offering=False))


def _known(rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
    return rows.select_related(
        "agent__team__site", "conversation__team", "behaviour__template__current", "assigned_to", "review"
    )


def _views(viewer: Viewer, found: Iterable[Dispute], *, today: date, offering: bool = True) -> list[DisputeView]:
    rows = list(found)
    if not rows:
        return []
    open_ = [row for row in rows if _state(row) in {State.RAISED, State.ASSIGNED}]
    choices = deciders(open_) if offering and open_ and viewer.has(Role.QA_LEAD) else {}
    given, calendar = _given(rows), cache(lambda site: sites.calendar_of_site(site, around=today))
    readable = set(
        viewing.conversations(viewer).filter(pk__in=[row.conversation_id for row in rows]).values_list("pk", flat=True)
    )
    return [
        _view(
            viewer,
            row,
            choices=choices.get(row.pk, ()),
            given=given[row.pk],
            days_left=calendar(sites.site_of(row.agent)).until(today, row.decide_by) if row in open_ else None,
            reads_call=row.conversation_id in readable,
        )
        for row in rows
    ]


def _view(
    viewer: Viewer,
    row: Dispute,
    *,
    choices: tuple[Decider, ...],
    given: list[Step],
    days_left: int | None,
    reads_call: bool,
) -> DisputeView:
    state = _state(row)
    name = row.agent.name if reads_call else SOMEBODY
    return DisputeView(
        id=row.pk,
        conversation_key=row.conversation.key,
        started_at=row.conversation.started_at,
        agent_key=row.agent.key if reads_call else "",
        agent_name=name,
        template=row.behaviour.template.key,
        behaviour=row.behaviour.key,
        title=row.behaviour.title,
        question=asks(row.behaviour),
        verdict_id=row.verdict_id,
        challenged=Outcome(row.outcome),
        words=row.words,
        state=state,
        raised_at=row.raised_at,
        decide_by=row.decide_by,
        days_left=days_left,
        assigned_id=row.assigned_to_id,
        assigned_name=row.assigned_to.name if row.assigned_to else "",
        decision=row.decision,
        stands=Outcome(row.review.outcome) if row.review else None,
        reason=row.reason,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        history=_history(row, given, name=name),
        mine=row.agent_id == viewer.agent_id,
        may_assign=days_left is not None and viewer.has(Role.QA_LEAD),
        may_decide=days_left is not None and viewer.user is not None and row.assigned_to_id == viewer.user.pk,
        reads_call=reads_call,
        choices=choices,
    )


def _state(row: Dispute) -> State:
    if row.withdrawn_at:
        return State.WITHDRAWN
    if row.decided_at:
        return State.DECIDED
    return State.ASSIGNED if row.assigned_at else State.RAISED


def _history(row: Dispute, given: list[Step], *, name: str) -> tuple[Step, ...]:
    steps = [Step(row.raised_at, State.RAISED, name, words=row.words), *given]
    if row.decided_at:
        steps.append(Step(row.decided_at, State.DECIDED, row.decided_by_name, words=row.reason))
    if row.withdrawn_at:
        steps.append(Step(row.withdrawn_at, State.WITHDRAWN, name))
    return tuple(steps)


def _given(rows: Iterable[Dispute]) -> Mapping[int, list[Step]]:
    """To whom each was given, and by whom, as often as that happened: the audit log remembers."""
    subjects = {f"dispute:{row.pk}": row.pk for row in rows}
    steps: dict[int, list[Step]] = defaultdict(list)
    for entry in AuditEntry.objects.filter(subject__in=subjects, action="dispute.assign").order_by("at", "pk"):
        to = str(entry.detail.get("to", ""))
        steps[subjects[entry.subject]].append(Step(entry.at, State.ASSIGNED, entry.actor_name, to=to))
    return steps


@dataclass(frozen=True, slots=True)
class ByScorer:
    """Challenges of what one scorer said. `version` is the cascade that it was a member of; empty for a person's answer."""

    scorer: str
    version: str
    challenged: Challenged


@dataclass(frozen=True, slots=True)
class Overturned:
    """One behaviour whose verdicts were challenged, with all that was decided, and scorer by scorer."""

    template: str
    behaviour: str
    title: str
    challenged: Challenged
    by_scorer: tuple[ByScorer, ...]

    @property
    def often(self) -> bool:
        """Whether it is overturned often beyond chance."""
        return self.challenged.often


def overturned(viewer: Viewer, template: str = "") -> list[Overturned]:
    """Behaviours with decided challenges, of one template or of all, the most often overturned first; no call is shown.

    A change to “did not apply” counts as overturned: what was said did not stand.
    """
    decided = Dispute.objects.filter(decided_at__isnull=False)
    rows = viewing.within(viewer, decided, "agent__programme").select_related("verdict__attempt__scoring")
    rows = rows.filter(behaviour__template__key=template) if template else rows
    found: dict[int, list[Dispute]] = defaultdict(list)
    for row in rows:
        found[row.behaviour_id].append(row)
    behaviours = Behaviour.objects.select_related("template").in_bulk(list(found))
    listed = [_overturned(behaviours[pk], decided) for pk, decided in found.items()]
    return sorted(listed, key=lambda one: (-one.challenged.low, one.template, one.behaviour))


def _overturned(behaviour: Behaviour, rows: list[Dispute]) -> Overturned:
    by_scorer: dict[tuple[str, str], list[Dispute]] = defaultdict(list)
    for row in rows:
        by_scorer[_scorer(row, behaviour)].append(row)
    return Overturned(
        template=behaviour.template.key,
        behaviour=behaviour.key,
        title=behaviour.title,
        challenged=_counted(rows),
        by_scorer=tuple(ByScorer(*who, _counted(theirs)) for who, theirs in sorted(by_scorer.items())),
    )


def _counted(rows: Iterable[Dispute]) -> Challenged:
    said = Counter(row.decision != Decision.UPHELD for row in rows)
    return challenged(said[True], said.total())


def _scorer(row: Dispute, behaviour: Behaviour) -> tuple[str, str]:
    """Who said what was challenged: the machine where its verdict was the same, else a person had answered."""
    verdict = row.verdict
    if verdict is None or verdict.outcome != row.outcome:
        return PERSON, ""
    return verdict.decided_by, str(verdict.attempt.scoring.scorers.get(behaviour.key, ""))
