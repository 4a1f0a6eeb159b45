"""What somebody sees of a calibration room: who has answered; opened, what everybody said, where they differ, what was agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from coachloop.app.models import Assignment, Behaviour, Conversation, Room, RoomWording
from coachloop.app.queries import room_choice, viewing
from coachloop.app.queries.rooms import (
    Person,
    RoomRow,
    behaviours,
    figure,
    machine,
    opens,
    rows_of,
    table_of,
    told,
    too_early,
    visible,
    without_machine,
)
from coachloop.app.queries.trust import MACHINE, Figure
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.rooms import (
    CODES,
    Grid,
    Question,
    Tendency,
    agreement,
    in_words,
    most_contested,
    tendencies,
    together,
)
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

OUTCOME_OF = {code: outcome for outcome, code in CODES.items()}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a room by its number in it; `rows` holds each rater's answers in the order of the behaviours, "" for none."""

    id: int
    number: int
    started_at: datetime | None
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    agreed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """How a room words a behaviour; `version` is the draft that took it up, empty while it waits."""

    question: str
    good: str
    version: int | None


def wording_of(row: RoomWording) -> Wording:
    """What is kept of a room's words."""
    return Wording(row.question, row.good, row.version.number if row.version else None)


@dataclass(frozen=True, slots=True)
class Column:
    """One behaviour: how far people agree on it, and with the machine as one more rater. `wording` is the room's, where it has one."""

    id: int
    title: str
    calls: int
    people: Figure
    everyone: Figure
    differ: int
    wording: Wording | None


@dataclass(frozen=True, slots=True)
class Contested:
    """A question that not everybody answers alike; `tally` says how often each answer was given."""

    call: int
    call_number: int
    behaviour: int
    title: str
    tally: tuple[tuple[Outcome, int], ...]
    agreed: str


@dataclass(frozen=True, slots=True)
class Lean:
    """How somebody leans, in words where it is sure."""

    who: str
    tendency: Tendency
    said: str


@dataclass(frozen=True, slots=True)
class Leanings:
    """The viewer's own leaning, the machine's, from where to where everybody's run; `everybody` is for QA leads alone."""

    mine: Lean | None
    machine: Lean | None
    least: float | None
    most: float | None
    everybody: tuple[Lean, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What an open room shows."""

    columns: tuple[Column, ...]
    calls: tuple[Call, ...]
    contested: tuple[Contested, ...]
    leanings: Leanings
    people: Figure
    everyone: Figure


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room as somebody may see it; `opened` is empty before it is opened, `too_early` where it can be opened.

    `hidden` counts its calls that the viewer is asked to answer blind elsewhere, and that are left out.
    """

    row: RoomRow
    template_key: str
    made_by: str
    opens: bool
    keeps: bool
    too_early: str
    opened: Opened | None
    hidden: int
    keys: tuple[str, ...]

    @property
    def missing(self) -> tuple[Person, ...]:
        """Whom the room was opened without, for some of the calls or all."""
        return tuple(person for person in self.row.people if person.asked and not person.done)

    @property
    def words_wait(self) -> bool:
        """Whether the template's draft has not taken up all of the room's words."""
        columns = self.opened.columns if self.opened else ()
        return any(one.wording and not one.wording.version for one in columns)


def room(viewer: Viewer, room_id: int, *, today: date) -> RoomView | None:
    """One room; None where there is none that they take part in."""
    found = visible(viewer).select_related("template", "made_by").filter(pk=room_id).first()
    if found is None:
        return None
    calls = shown_calls(viewer, found)
    opened = _opened(viewer, found, calls) if found.opened_at else None
    (row,) = rows_of(viewer, [found])
    return RoomView(
        row=row,
        template_key=found.template.key,
        made_by=found.made_by.name if found.made_by else "somebody who is gone",
        opens=opens(viewer, found),
        keeps=viewer.has(Role.QA_LEAD),
        too_early=too_early(found, today=today),
        opened=opened,
        hidden=row.calls - len(calls),
        keys=tuple(call.key for call in calls) if opened else (),
    )


def shown_calls(viewer: Viewer, room: Room) -> list[Conversation]:
    """The room's calls by their number, less those that the viewer is asked to answer blind."""
    rows = Conversation.objects.filter(assignments__room=room).distinct().order_by("id")
    if viewer.user is None:
        return list(rows)
    blind = set(viewing.blind(viewer.user).filter(conversation__in=rows).values_list("conversation_id", flat=True))
    return [row for row in rows if row.pk not in blind]


def _opened(viewer: Viewer, room: Room, calls: Sequence[Conversation]) -> Opened:
    asked = list(behaviours(room))
    people = told(room)
    call_ids, asked_ids = [call.pk for call in calls], [one.pk for one in asked]
    table = table_of(people, call_ids, asked_ids, said=machine(call_ids, asked_ids))
    agreed = {(one.conversation_id, one.behaviour_id): one.outcome for one in room.decisions.all()}
    names = _names(room)
    return Opened(
        columns=_columns(room, asked, table),
        calls=tuple(_call(call, at, table, names=names, agreed=agreed) for at, call in enumerate(calls)),
        contested=_contested(table, asked, agreed),
        leanings=_leanings(viewer, table, names),
        people=figure(together(without_machine(table))),
        everyone=figure(together(table)),
    )


def _names(room: Room) -> dict[str, str]:
    rows = Assignment.objects.filter(room=room).values_list("reviewer_id", "reviewer__name").distinct()
    return {str(pk): name or "somebody who is gone" for pk, name in rows} | {MACHINE: MACHINE}


def _columns(room: Room, asked: Sequence[Behaviour], table: Grid) -> tuple[Column, ...]:
    people, everyone = agreement(without_machine(table)), agreement(table)
    wordings = {one.behaviour_id: wording_of(one) for one in room.wordings.select_related("version", "worded_by")}
    differ = [one for (_, one), share in most_contested(table) if share > 0]
    return tuple(
        Column(one.pk, one.title, alone.n, figure(alone), figure(all_), differ.count(one.pk), wordings.get(one.pk))
        for one, alone, all_ in zip(asked, people, everyone, strict=True)
    )


def _call(
    call: Conversation, at: int, table: Grid, *, names: Mapping[str, str], agreed: Mapping[Question, str]
) -> Call:
    rows = (
        (names[rater], tuple(str(OUTCOME_OF.get(int(code), "")) for code in table.codes[row, at]))
        for row, rater in enumerate(table.raters)
    )
    return Call(
        call.pk, at + 1, call.started_at, tuple(rows), tuple(agreed.get((call.pk, one), "") for one in table.behaviours)
    )


def _contested(table: Grid, asked: Sequence[Behaviour], agreed: Mapping[Question, str]) -> tuple[Contested, ...]:
    titles = {one.pk: one.title for one in asked}
    return tuple(
        Contested(
            call=call,
            call_number=table.conversations.index(call) + 1,
            behaviour=one,
            title=titles[one],
            tally=_tally(table, (call, one)),
            agreed=agreed.get((call, one), ""),
        )
        for (call, one), share in most_contested(table)
        if share > 0
    )


def _tally(table: Grid, question: Question) -> tuple[tuple[Outcome, int], ...]:
    call, behaviour = table.conversations.index(question[0]), table.behaviours.index(question[1])
    codes = table.codes[:, call, behaviour].tolist()
    return tuple((outcome, codes.count(code)) for outcome, code in CODES.items() if code in codes)


def _leanings(viewer: Viewer, table: Grid, names: Mapping[str, str]) -> Leanings:
    leans = {
        rater: Lean(names[rater], one, in_words(one))
        for rater, one in zip(table.raters, tendencies(table, machine=MACHINE), strict=True)
    }
    people = [lean for rater, lean in leans.items() if rater != MACHINE]
    points = [lean.tendency.points for lean in people if lean.tendency.n]
    return Leanings(
        mine=leans.get(str(viewer.user.pk)) if viewer.user else None,
        machine=leans[MACHINE],
        least=min(points, default=None),
        most=max(points, default=None),
        everybody=tuple(people) if viewer.has(Role.QA_LEAD) else (),
    )


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who may be asked into a room, with the roles for which they may."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a new room may be about, and who may be asked."""

    templates: tuple[tuple[str, str], ...]
    people: tuple[Invited, ...]


def choices(viewer: Viewer) -> Choices:
    """Templates whose calls are scored, and everybody who takes part in rooms."""
    titles = {Role.EVALUATOR: "evaluator", Role.QA_LEAD: "QA lead", Role.TEAM_LEADER: "team leader"}
    return Choices(
        tuple((one.key, one.title) for one in room_choice.templates(viewer)),
        tuple(
            Invited(user.pk, f"{user.name} ({', '.join(titles[role] for role in roles)})")
            for user, roles in room_choice.people(viewer)
        ),
    )
