"""Calibration rooms: which there are, who has answered, and how agreement went from room to room."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from coachloop.app.models import Assignment, Behaviour, Room, RoomDecision, RoomWording
from coachloop.app.queries.learned import unseen
from coachloop.app.queries.rates import number
from coachloop.app.queries.trust import MACHINE, Figure
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.insight.rooms import Grid, Question, grid, together
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.agreement import Alpha

LEFT_OUT = "the room was opened without them"
TRENDED = 24
"""Rooms of a template that its trend shows."""

type Told = dict[str, dict[Question, Outcome]]
"""By rater (a user's id, or MACHINE) what they say of each question."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part: of how many calls they have answered how many. Never what."""

    name: str
    answered: int
    asked: int

    @property
    def done(self) -> bool:
        """Whether nothing is missing; who passed everything on is asked nothing, and answers nothing."""
        return 0 < self.asked == self.answered


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room in a list; `mine` counts calls that the viewer still has to answer in it."""

    id: int
    title: str
    template_title: str
    answer_by: date
    opened_at: datetime | None
    closed_at: datetime | None
    calls: int
    people: tuple[Person, ...]
    mine: int

    @property
    def done(self) -> int:
        """How many have answered everything."""
        return sum(person.done for person in self.people)


@dataclass(frozen=True, slots=True)
class Point:
    """How far people agreed in one room, and how far with the machine as one more rater."""

    room_id: int
    title: str
    opened_at: datetime
    calls: int
    raters: int
    people: Figure
    everyone: Figure


@dataclass(frozen=True, slots=True)
class Trend:
    """Agreement over the rooms of one template, the oldest first."""

    template_key: str
    template_title: str
    points: tuple[Point, ...]

    @property
    def drawn(self) -> bool:
        """Whether there is a line to draw: two rooms of which agreement can be told."""
        return sum(point.people.value is not None for point in self.points) > 1


@dataclass(frozen=True, slots=True)
class Rooms:
    """Rooms that are answered or talked about, rooms that are closed, newest first, and how agreement went."""

    under_way: tuple[RoomRow, ...]
    closed: tuple[RoomRow, ...]
    trends: tuple[Trend, ...]


def rooms(viewer: Viewer) -> Rooms:
    """Every room for QA leads, their own ones for everybody else; the trends are aggregates, and of all of them."""
    found = list(visible(viewer).select_related("template").order_by("-made_at", "-id"))
    rows = rows_of(viewer, found)
    return Rooms(
        under_way=tuple(row for row in rows if row.closed_at is None),
        closed=tuple(row for row in rows if row.closed_at is not None),
        trends=_trends(viewer),
    )


def visible(viewer: Viewer) -> QuerySet[Room]:
    """Rooms that they keep or take part in."""
    if viewer.has(Role.QA_LEAD):
        return within(viewer, Room.objects.all(), "template__programme")
    mine = Assignment.objects.filter(reviewer=viewer.user, reviewer__isnull=False)
    takes_part = viewer.has(Role.EVALUATOR, Role.TEAM_LEADER)
    ours = within(viewer, Room.objects.filter(pk__in=mine.values("room")), "template__programme")
    return ours if takes_part else Room.objects.none()


def opens(viewer: Viewer, room: Room) -> bool:
    """Whether it is theirs to open: they made it, or are a QA lead while whoever made it is gone."""
    gone = room.made_by is None or not room.made_by.is_active
    return viewer.has(Role.QA_LEAD) and (viewer.everything or gone or room.made_by == viewer.user)


def too_early(room: Room, *, today: date) -> str:
    """Why it can't be opened, with the way out; empty where it can."""
    if room.opened_at is not None:
        return "the room is open already"
    rows = Assignment.objects.filter(room=room, passed_on_at__isnull=True)
    if not rows.filter(submitted_at__isnull=False).exists():
        return "nobody has answered yet; remind them"
    if rows.filter(submitted_at__isnull=True).exists() and today <= room.answer_by:
        return "some have not answered yet; wait for them, or until the day has passed"
    return ""


def behaviours(room: Room) -> QuerySet[Behaviour]:
    """What is asked in a room, in the template's order."""
    asked = {pk for one in Assignment.objects.filter(room=room).values_list("asked", flat=True) for pk in one}
    return Behaviour.objects.filter(pk__in=asked).order_by("position", "id")


def stamp(row: RoomDecision | RoomWording | None) -> str:
    """What names the state of something that was written down; empty for nothing."""
    if row is None:
        return ""
    words = (
        (row.outcome, row.why, row.decided_at)
        if isinstance(row, RoomDecision)
        else (row.question, row.good, row.worded_at)
    )
    return hashlib.sha256(repr((row.pk, *map(str, words))).encode()).hexdigest()[:20]


def told(room: Room) -> Told:
    """What everybody answered, once the room is open."""
    return _told([room])[room.pk] if room.opened_at else {}


def machine(conversations: Iterable[int], asked: Iterable[int]) -> dict[Question, Outcome]:
    """What the machine says without having learned from these calls; `asked` are behaviours of one template."""
    verdicts = current_verdicts().filter(**{f"{CONVERSATION}__in": list(conversations), "behaviour__in": list(asked)})
    keys = dict(Behaviour.objects.filter(pk__in=list(asked)).values_list("key", "id"))
    return {(one.conversation_id, keys[one.behaviour]): one.outcome for one in unseen(verdicts)}


def rows_of(viewer: Viewer, found: Sequence[Room]) -> list[RoomRow]:
    """The rooms with who takes part."""
    work = Assignment.objects.filter(room__in=found).select_related("reviewer").order_by("reviewer__name", "id")
    by_room: dict[int, list[Assignment]] = defaultdict(list)
    for one in work:
        by_room[one.room_id or 0].append(one)
    return [_row(viewer, room, by_room[room.pk]) for room in found]


def _row(viewer: Viewer, room: Room, work: Sequence[Assignment]) -> RoomRow:
    by_person: dict[int, list[Assignment]] = defaultdict(list)
    for one in work:
        by_person[one.reviewer_id or 0].append(one)
    me = viewer.user.pk if viewer.user else -1
    return RoomRow(
        id=room.pk,
        title=room.title,
        template_title=room.template.title,
        answer_by=room.answer_by,
        opened_at=room.opened_at,
        closed_at=room.closed_at,
        calls=len({one.conversation_id for one in work}),
        people=tuple(_person(theirs) for theirs in by_person.values()),
        mine=sum(not one.submitted_at and not one.passed_on_at for one in by_person.get(me, ())),
    )


def _person(theirs: Sequence[Assignment]) -> Person:
    """What they passed on themselves is asked no more; what the room was opened without stays missing."""
    asked = [one for one in theirs if not one.passed_on_at or one.passed_on_because == LEFT_OUT]
    name = theirs[0].reviewer.name if theirs[0].reviewer else "somebody who is gone"
    return Person(name, sum(one.submitted_at is not None for one in asked), len(asked))


def _told(found: Sequence[Room]) -> dict[int, Told]:
    every: dict[int, Told] = {room.pk: {} for room in found}
    rows = Assignment.objects.filter(room__in=found, submitted_at__isnull=False).order_by("reviewer__name", "id")
    for room, who, call, answers in rows.values_list("room_id", "reviewer_id", "conversation_id", "answers"):
        said = every[room or 0].setdefault(str(who), {})
        said |= {(call, int(pk)): Outcome(one["outcome"]) for pk, one in answers.items()}
    return every


def table_of(people: Told, calls: Sequence[int], asked: Sequence[int], *, said: Mapping[Question, Outcome]) -> Grid:
    """People's answers, and the machine's below them."""
    return grid({**people, MACHINE: said}, conversations=calls, behaviours=asked)


def without_machine(table: Grid) -> Grid:
    """The same table, people alone."""
    return table.of([rater for rater in table.raters if rater != MACHINE])


def figure(found: Alpha) -> Figure:
    """As it is shown; empty where it is not defined."""
    return Figure(*map(number, (found.alpha, found.low, found.high)))


def _trends(viewer: Viewer) -> tuple[Trend, ...]:
    every = within(viewer, Room.objects.all(), "template__programme")
    opened = every.filter(opened_at__isnull=False).select_related("template").order_by("-opened_at", "-id")
    by_template: dict[int, list[Room]] = defaultdict(list)
    for one in opened:
        by_template[one.template_id].append(one)
    found = [
        Trend(some[0].template.key, some[0].template.title, _points(some[:TRENDED][::-1]))
        for some in by_template.values()
    ]
    return tuple(sorted(found, key=lambda trend: trend.template_title))


def _points(some: Sequence[Room]) -> tuple[Point, ...]:
    every = _told(some)
    asked = {question for people in every.values() for said in people.values() for question in said}
    said = machine({call for call, _ in asked}, {one for _, one in asked})
    return tuple(_point(room, every[room.pk], said) for room in some)


def _point(room: Room, people: Told, said: Mapping[Question, Outcome]) -> Point:
    questions = {question for answers in people.values() for question in answers}
    table = table_of(people, sorted({call for call, _ in questions}), sorted({one for _, one in questions}), said=said)
    assert room.opened_at is not None  # noqa: S101 -- asked for above
    return Point(
        room_id=room.pk,
        title=room.title,
        opened_at=room.opened_at,
        calls=len(table.conversations),
        raters=len(people),
        people=figure(together(without_machine(table))),
        everyone=figure(together(table)),
    )
