"""How far people have checked the machine: coverage, what it costs, what a new audit would take, and those that were drawn."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Count, Min, Q

from coachloop.app.errors import NotYoursError
from coachloop.app.models import Assignment, AuditDraw, AuditEntry, Behaviour, Conversation, Review, Template
from coachloop.app.queries import audit_frames
from coachloop.app.queries import viewing as scope
from coachloop.app.queries.assignments import LOOK, SUBJECT
from coachloop.app.queries.templates import find_template, of_coaching
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind

MINUTES = 6.0
"""What one call is taken to cost as long as few were answered: minutes to read it and answer every question."""

ENOUGH, TIMED = 10, 300
"""Calls that must have been timed before they are believed, and the newest that are looked at."""

LONGEST = timedelta(hours=1)
"""Who takes longer was called away: such a call says nothing of what it costs."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Calls of one agent or team that were scored, and how many of them people checked."""

    key: str
    name: str
    scored: int
    audited: int

    @property
    def share(self) -> float:
        """Of all scored."""
        return self.audited / self.scored if self.scored else 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Minutes a call takes; `known` calls were timed, without enough of them it is an assumption."""

    minutes: float
    known: int
    submitted: int

    @property
    def assumed(self) -> bool:
        """Whether too few were timed."""
        return self.known < ENOUGH

    @property
    def spent(self) -> float:
        """Hours that everything submitted so far took."""
        return self.hours(self.submitted)

    def hours(self, calls: float) -> float:
        """What so many answers cost."""
        return calls * self.minutes / 60


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the days shown; agents are named for QA leads alone."""

    first_day: date
    last_day: date
    teams: tuple[Covered, ...]
    agents: tuple[Covered, ...]
    whole: Covered
    cost: Cost

    @property
    def rows(self) -> tuple["Bar", ...]:
        """Teams, then agents, each with how wide its bar is."""
        widest = max((one.share for one in (*self.teams, *self.agents)), default=0.0) or 1.0
        return tuple(
            Bar(one, of_team, round(100 * one.share / widest, 1))
            for of_team, rows in ((True, self.teams), (False, self.agents))
            for one in rows
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the table of coverage; `width` in hundredths of the widest."""

    one: Covered
    of_team: bool
    width: float


@dataclass(frozen=True, slots=True)
class PastDraw:
    """One draw and how far it is; `asked` counts assignments, `calls` calls."""

    id: int
    template: str
    template_title: str
    behaviour: str
    behaviour_title: str
    first_day: date
    last_day: date
    drawn_at: datetime
    drawn_by: str
    due_on: date
    frame: int
    calls: int
    asked: int
    submitted: int
    overdue: int
    unassigned: int
    differ: int

    @property
    def done(self) -> bool:
        """Whether nothing waits."""
        return self.submitted == self.asked


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who answers, and what waits for them."""

    id: int
    name: str
    waiting: int
    overdue: int
    submitted: int
    always: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What a draw would take, before anybody commits to it."""

    template: str
    behaviour: str
    behaviour_title: str
    first_day: date
    last_day: date
    within: float
    frame: int
    agents: int
    size: int
    answers: int
    hours: float
    choices: Sequence[tuple[str, str]] = ()

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """What the draw is told, beside what is typed."""
        said = {"template": self.template, "behaviour": self.behaviour, "first": self.first_day, "last": self.last_day}
        return tuple((name, str(value)) for name, value in said.items())


@dataclass(frozen=True, slots=True)
class Done:
    """How far one person is with a draw; no name: waits for somebody."""

    name: str
    asked: int
    submitted: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What makes a draw repeatable, without its frame; and who is how far with it, for QA leads."""

    size: int
    core: float
    least: int
    twice: float
    seed: str
    sha256: str
    people: tuple[Done, ...]


def templates(viewer: Viewer) -> list[tuple[str, str]]:
    """Templates that can be audited: published, and about calls."""
    every = scope.within(viewer, Template.objects.filter(current__isnull=False))
    rows = every.exclude(id__in=of_coaching()).order_by("title")
    return list(rows.values_list("key", "title"))


def coverage(viewer: Viewer, template: str, *, first: date, last: date) -> Coverage:
    """Calls scored and audited in these days, by team and agent.

    Raises:
        NotYoursError: they are neither QA lead nor of operations.
        UnknownNameError: no such template.
    """
    if not viewer.has(Role.QA_LEAD, Role.OPERATIONS):
        raise NotYoursError("coverage is for QA leads and operations")
    found = find_template(viewer, template)
    rows = Conversation.objects.filter(
        evaluations__template=found, evaluations__attempt__isnull=False, day__range=(first, last), agent__isnull=False
    )
    audited = Review.objects.filter(kind=ReviewKind.AUDIT, behaviour__template=found).values("conversation")
    who = ("agent__key", "agent__name", "team__key", "team__name")
    many = {"scored": Count("id"), "audited": Count("id", filter=Q(id__in=audited))}
    counted = rows.values_list(*who).annotate(**many).order_by()
    cells = [(Covered(*row[:2], *row[4:]), Covered(row[2] or "", row[3] or "", *row[4:])) for row in counted]
    return Coverage(
        first_day=first,
        last_day=last,
        teams=_added_up(team for _, team in cells if team.key),
        agents=_added_up(agent for agent, _ in cells) if viewer.has(Role.QA_LEAD) else (),
        whole=Covered("", "All teams", sum(one.scored for one, _ in cells), sum(one.audited for one, _ in cells)),
        cost=cost(viewer),
    )


def _added_up(cells: Iterable[Covered]) -> tuple[Covered, ...]:
    """One row each, in the order of their names."""
    of: dict[str, list[Covered]] = defaultdict(list)
    for one in cells:
        of[one.key].append(one)
    rows = (
        Covered(key, some[0].name, sum(one.scored for one in some), sum(one.audited for one in some))
        for key, some in of.items()
    )
    return tuple(sorted(rows, key=lambda one: (one.name, one.key)))


def cost(viewer: Viewer) -> Cost:
    """What an answer about a call costs, from how long people took between opening the form and submitting it."""
    done = scope.within(viewer, Assignment.objects.filter(submitted_at__isnull=False), "template__programme")
    newest = done.exclude(reviewer=None).order_by("-submitted_at")[:TIMED]
    times = list(newest.values_list("reviewer_id", "conversation__key", "assigned_at", "submitted_at"))
    opened = _opened({f"{SUBJECT}{key}" for _, key, _, _ in times})
    took = [
        end - start for who, key, since, end in times if end and (start := opened.get((who, key))) and start >= since
    ]
    short = [one for one in took if one <= LONGEST]
    minutes = median(one.total_seconds() / 60 for one in short) if len(short) >= ENOUGH else MINUTES
    return Cost(round(minutes, 1), len(short), done.count())


def _opened(subjects: Collection[str]) -> dict[tuple[int | None, str], datetime]:
    """When somebody first looked at a conversation; whoever answers blind has not looked at it before."""
    rows = AuditEntry.objects.filter(action=LOOK, subject__in=subjects).values_list("actor_id", "subject")
    return {(who, subject.removeprefix(SUBJECT)): at for who, subject, at in rows.annotate(Min("at")).order_by()}


def plan(
    viewer: Viewer, template: str, *, behaviour: str, first: date, last: date, within: float, twice: float
) -> Plan:
    """What an audit would take.

    Raises:
        NotYoursError: they draw none.
        UnknownNameError: no such template or behaviour.
        RefusedError: the days end before they begin, or the template is about no calls.
    """
    if not viewer.has(Role.QA_LEAD):
        raise NotYoursError("only a QA lead draws audits")
    audit_frames.days_of(first, last)
    published = audit_frames.published_for_audit(viewer, template)
    about = audit_frames.behaviour_to_draw_by(published, behaviour)
    frame = audit_frames.frame_of(published, about, first=first, last=last)
    size = frame.needed(within) if frame.keys else 0
    answers = size + round(twice * size)
    names = Behaviour.objects.filter(template=published.template_id, retired=False).order_by("position")
    return Plan(
        template=template,
        behaviour=about.key,
        behaviour_title=about.title,
        first_day=first,
        last_day=last,
        within=within,
        frame=len(frame.keys),
        agents=len(set(frame.agents)),
        size=size,
        answers=answers,
        hours=cost(viewer).hours(answers),
        choices=tuple(names.values_list("key", "title")),
    )


def past_draws(viewer: Viewer, *, today: date, draw_id: int | None = None) -> list[PastDraw]:
    """Draws, newest first; for QA leads and operations."""
    if not viewer.has(Role.QA_LEAD, Role.OPERATIONS):
        return []
    draws = scope.within(viewer, AuditDraw.objects.all(), "template__programme")
    rows = draws.select_related("template", "behaviour", "drawn_by").order_by("-drawn_at", "-id")
    found = list((rows if draw_id is None else rows.filter(pk=draw_id)).defer("frame"))
    frames = _frames(found)
    return [_past(row, frames.get(row.pk), today=today) for row in found]


def kept(viewer: Viewer, draw_id: int) -> Kept:
    """How a draw was made.

    Raises:
        ObjectDoesNotExist: no such draw.
    """
    row = scope.within(viewer, AuditDraw.objects.defer("frame"), "template__programme").get(pk=draw_id)
    given = row.assignments.filter(passed_on_at__isnull=True).values_list("reviewer__name")
    submitted = Count("id", filter=Q(submitted_at__isnull=False))
    people = given.annotate(asked_of=Count("id"), done=submitted).order_by("reviewer__name")
    named = tuple(Done(name or "", many, done) for name, many, done in people) if viewer.has(Role.QA_LEAD) else ()
    return Kept(row.size, row.core, row.least, row.twice, row.seed, row.sha256, named)


def workers(viewer: Viewer, *, today: date) -> list[Worker]:
    """Who answers, and what waits for them: everybody with the role, and QA leads, who choose to."""
    if not viewer.has(Role.QA_LEAD):
        return []
    ours = Q() if viewer.programme_id is None else Q(assignments__template__programme=viewer.programme_id)
    open_ = ours & Q(assignments__submitted_at__isnull=True, assignments__passed_on_at__isnull=True)
    rows = scope.people(viewer, Role.EVALUATOR, Role.QA_LEAD).annotate(
        waiting=Count("assignments", filter=open_, distinct=True),
        overdue=Count("assignments", filter=open_ & Q(assignments__due_on__lt=today), distinct=True),
        submitted=Count("assignments", filter=ours & Q(assignments__submitted_at__isnull=False), distinct=True),
    )
    always = set(scope.people(viewer, Role.EVALUATOR).values_list("id", flat=True))
    return [
        Worker(one.pk, one.name, one.waiting, one.overdue, one.submitted, one.pk in always)
        for one in rows.distinct().order_by("name", "id")
    ]


def _frames(rows: Sequence[AuditDraw]) -> dict[int, int]:
    """How many calls each frame holds, as the audit log says: a frame of 100,000 takes a tenth of a second to read."""
    subjects = {f"audit:{row.pk}": row.pk for row in rows}
    entries = AuditEntry.objects.filter(action="audit.draw", subject__in=subjects).values_list("subject", "detail")
    return {subjects[subject]: detail["frame"] for subject, detail in entries}


def _past(row: AuditDraw, frame: int | None, *, today: date) -> PastDraw:
    given = row.assignments.filter(passed_on_at__isnull=True)
    open_ = given.filter(submitted_at__isnull=True)
    return PastDraw(
        id=row.pk,
        template=row.template.key,
        template_title=row.template.title,
        behaviour=row.behaviour.key,
        behaviour_title=row.behaviour.title,
        first_day=row.first_day,
        last_day=row.last_day,
        drawn_at=row.drawn_at,
        drawn_by=row.drawn_by.name if row.drawn_by else "command line",
        due_on=row.due_on,
        frame=len(audit_frames.read(row).keys) if frame is None else frame,
        calls=given.filter(kind=ReviewKind.AUDIT).values("conversation").distinct().count(),
        asked=given.count(),
        submitted=given.filter(submitted_at__isnull=False).count(),
        overdue=open_.filter(due_on__lt=today).count(),
        unassigned=open_.filter(reviewer__isnull=True).count(),
        differ=given.filter(kind=ReviewKind.ADJUDICATION).count(),
    )
