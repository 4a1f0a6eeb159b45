"""No sequence of actions reaches an illegal state: Hypothesis acts as a whole centre, with a clock that only moves forward.

Each step calls one service as somebody, with arguments that are right or wrong. It either writes down what it did, once, or refuses
in words and changes nothing. What holds at all times is tried after every step. `COACHLOOP_LONG_RUN=300` tries three hundred
courses of events, longer ones.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from builders import NOW, call, calls, publish, score, take
from coachloop.app import models
from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.models import (
    Absence,
    AuditEntry,
    Focus,
    FollowUp,
    Gathering,
    Goal,
    Session,
    Slot,
    Suggested,
)
from coachloop.app.queries import session_page, sites, week
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import (
    absences,
    coaching,
    confirming,
    drafts,
    gatherings,
    goals,
    imports,
    requests,
    slots,
    suggested,
)
from coachloop.app.services.absences import Days
from coachloop.app.services.coaching import Notes
from coachloop.app.services.drafts import Written
from coachloop.app.services.gatherings import Held, Wanted
from coachloop.app.services.slots import Replacement
from coachloop.core.coaching.agreement import Agreement, Answers, DidHappen, DidWork, NextStep
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.coaching.protected import WeeklyTime
from coachloop.core.coaching.workdays import due
from coachloop.core.model.receipt import Line

REFUSALS = (RefusedError, NotYoursError, ObjectDoesNotExist)
"""What a person is told in words, or, for rows they may not know of, as a page that is not there."""

KEPT = (
    "Focus", "Suggested", "Session", "SessionDraft", "FollowUp", "Goal", "GoalStep", "Gathering", "Attendance", "CoachingRequest",
    "Absence", "SiteClosure", "Slot", "SlotMove", "AuditEntry",
)  # fmt: skip
EVERYTHING = [f"SELECT * FROM {getattr(models, name)._meta.db_table} ORDER BY id" for name in KEPT]  # noqa: S608 -- names of our own tables
LONG = int(os.environ.get("COACHLOOP_LONG_RUN", "0"))
BERLIN = ZoneInfo("Europe/Berlin")
NOTHING = ("", "  ", "\u200b", "…")
"""Words that say nothing."""

WHO = st.sampled_from(["ada"] * 6 + ["operator", "ben", "lea", "tom", "qa_lead", "operations", "nobody"])
AGENTS = st.sampled_from(["lea", "lea", "lea", "tom", "sam", "who?"])
PICK = st.integers(0, 4)
WORDS = st.sampled_from(["Say good morning first", "Ask what is behind it", "Ja, gern", *NOTHING])
DAYS = st.sampled_from([-4000, -9, -1, 0, 0, 0, 1, 2, 5, 7, 7, 7, 14, 60, 500, 20_000])

ODD: tuple[tuple[str, Any], ...] = (
    *[("action", "Say good morning")] * 12,
    *((name, words) for name in ("own_words", "action", "how_reviewed", "goal", "account") for words in NOTHING),
    *(
        (name, days)
        for name in ("held_on", "review_on", "by_when")
        for days in (-4000, -9, -1, 0, 1, 7, 60, 500, 9999999)
    ),
    ("aim", 0),
    ("aim", 3),
)
"""What is out of order when a session is held; mostly nothing."""


def extreme(day: date, step: int) -> date:
    """So many days on; as far as a calendar goes where that is further."""
    try:
        return day + timedelta(days=step)
    except OverflowError:
        return date.max if step > 0 else date.min


class Centre(RuleBasedStateMachine):
    """A leader with two agents, another leader with one, and everybody else who might try."""

    cast: Any
    """Set before a run."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.calls = 0
        self.due: dict[int, date | None] = {}
        self.suggested: dict[int, date] = {}
        self.seen: set[tuple[str, int, date | None]] = set()
        self.tried: Any = None
        self.odd_days = False
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        """What the centre looks like still makes its pages; then it never was."""
        try:
            if self.odd_days or LONG:
                self.read_pages()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def read_pages(self) -> None:
        """The leader's pages are made of whatever there is."""
        week.week(self.who("ada"), today=self.today)
        for pk in Session.objects.values_list("pk", flat=True):
            assert session_page.session(self.who("qa_lead"), pk, today=self.today)
        for pk in FollowUp.objects.values_list("pk", flat=True):
            assert session_page.follow_up(self.who("qa_lead"), pk, today=self.today)

    @initialize(stage=st.integers(0, 3))
    def begins(self, stage: int) -> None:
        """Somewhere on the way round the loop."""
        if stage >= 1:
            self.accept("ada", "lea")
            self.open_developmental("ada", "lea")
        if stage >= 2:
            self.hold(who="ada", pick=1, odd=ODD[0], kind="performance")
        if stage >= 3:
            self.time_passes(24 * 7)
            self.the_worker_looks()

    # -- how a step is made

    @property
    def today(self) -> date:
        return self.now.astimezone(BERLIN).date()

    def day(self, step: int) -> date:
        self.odd_days |= abs(step) > 366
        return extreme(self.today, step)

    def who(self, name: str) -> Viewer:
        found: Viewer = getattr(self.cast, name)
        return found

    def newest(self, model: Any, pick: int) -> int:
        """An id to try: one of the newest rows, else one that is not there."""
        found = list(model.objects.order_by("-pk").values_list("pk", flat=True)[: pick + 1])
        return found[-1] if found else 10_000_000

    def shot(self) -> list[list[tuple[Any, ...]]]:
        """Everything that is kept, as it lies in the tables."""
        with connection.cursor() as cursor:
            return [self.rows(cursor, query) for query in EVERYTHING]

    @staticmethod
    def rows(cursor: Any, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def act(self, service: Callable[..., Any], *, wrote: tuple[int, ...] = (1,), **given: Any) -> Any:
        """One call of a service: it writes so many audit rows, or refuses in words and changes nothing."""
        before, audited = self.shot(), AuditEntry.objects.count()
        try:
            made = service(now=self.now, **given)
        except REFUSALS as refusal:
            refused = refusal
        else:
            return self.wrote(made, AuditEntry.objects.count() - audited, wrote, service.__name__)
        assert isinstance(refused, ObjectDoesNotExist) or len(str(refused).split()) >= 4, refused
        assert self.shot() == before, f"{service.__name__} refused and changed something: {refused}"
        return None

    def wrote(self, made: Any, written: int, wrote: tuple[int, ...], name: str) -> Any:  # noqa: PLR0917 -- what came of a step
        """It is in the log, as of now."""
        assert written in wrote, f"{name} wrote {written} audit rows"
        assert not written or AuditEntry.objects.order_by("-pk")[0].at == self.now
        return made

    # -- time, calls, days off

    @rule(hours=st.sampled_from([1, 5, 24, 24, 24 * 3, 24 * 7, 24 * 7, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_worker_looks(self) -> None:
        """Follow-ups open by themselves, on their day and not before."""
        ripe = {row.pk for row in FollowUp.objects.filter(opened_at=None) if row.due_on <= self.today}
        assert coaching.open_due_follow_ups(now=self.now) == len(ripe)
        assert not FollowUp.objects.filter(opened_at=None, due_on__lte=self.today).exists()
        assert coaching.open_due_follow_ups(now=self.now) == 0

    @rule()
    def the_days_suggestions_are_noted(self) -> None:
        """Once a day; a second look changes nothing."""
        self.act(suggested.note_once_a_day, wrote=(0, 1))
        before = self.shot()
        assert suggested.note_once_a_day(now=self.now) is None
        assert self.shot() == before
        open_foci = Focus.objects.filter(closed_at=None).values_list("agent", flat=True)
        assert not Suggested.objects.filter(ended_on=None, agent__in=open_foci).exists()

    @precondition(lambda self: self.calls < 2)
    @rule(agent=st.sampled_from(["lea", "tom"]), good=st.booleans())
    def calls_arrive(self, agent: str, good: bool) -> None:  # noqa: FBT001 -- drawn by name
        self.calls += 1
        take(
            *(
                call(
                    f"new-{self.calls}-{n}",
                    agent=agent,
                    greets=good,
                    price=not good,
                    at=self.now - timedelta(hours=n + 1),
                )
                for n in range(12)
            ),
            now=self.now,
        )
        score(now=self.now)

    @rule(who=WHO, agent=AGENTS, first=DAYS, length=st.sampled_from([-1, 0, 3, 20, 1096, 2000]))
    def an_agent_is_away(self, *, who: str, agent: str, first: int, length: int) -> None:
        begins = self.day(first)
        days = Days(begins, extreme(begins, length))
        if self.act(absences.add_absence, viewer=self.who(who), agent_key=agent, days=days):
            self.days_off_moved(later=True)

    @rule(who=WHO, pick=PICK)
    def an_absence_is_forgotten(self, who: str, pick: int) -> None:
        self.act(absences.remove_absence, viewer=self.who(who), absence_id=self.newest(Absence, pick))
        self.days_off_moved(later=False)

    @rule(step=st.integers(1, 12))
    def the_site_closes(self, step: int) -> None:
        line = Line("closed.jsonl", 1, b'{"day": "%s"}' % str(self.day(step)).encode())
        self.act(absences.import_closures, viewer=self.who("operator"), lines=[line])
        self.days_off_moved(later=True)

    def days_off_moved(self, *, later: bool) -> None:
        """Every clock is to be read anew; where days off came in, it may be due later than before."""
        self.seen.clear()
        if later:
            self.due.clear()
            self.suggested.clear()

    def is_new(self, kind: str, pk: int, day: date | None) -> bool:
        """Whether this has not been looked at since the days off changed: what stands as it stood is not worked out again."""
        new = (kind, pk, day) not in self.seen
        self.seen.add((kind, pk, day))
        return new

    # -- a focus and its sessions

    @rule(who=WHO, agent=AGENTS)
    def accept(self, who: str, agent: str) -> None:
        busy = Focus.objects.filter(agent__key=agent, closed_at=None).exists()
        waits = FollowUp.objects.filter(session__agent__key=agent, session__kind="performance", closed_at=None).exists()
        made = self.act(coaching.accept_focus, viewer=self.who(who), agent_key=agent)
        assert not (made and (busy or waits)), "a second focus before the first one's follow-up is closed"

    @rule(who=WHO, agent=AGENTS)
    def open_developmental(self, who: str, agent: str) -> None:
        self.act(coaching.open_developmental, viewer=self.who(who), agent_key=agent)

    @rule(who=WHO, pick=PICK, step=DAYS, hour=st.integers(0, 23))
    def plan(self, *, who: str, pick: int, step: int, hour: int) -> None:
        at = datetime.combine(self.day(step), time(hour), UTC)
        self.act(coaching.plan_session, viewer=self.who(who), session_id=self.newest(Session, pick), planned_for=at)

    @rule(who=WHO, pick=PICK)
    def cancel(self, who: str, pick: int) -> None:
        self.act(coaching.cancel_session, viewer=self.who(who), session_id=self.newest(Session, pick))

    @rule(who=WHO, pick=PICK)
    def start(self, who: str, pick: int) -> None:
        self.act(drafts.start_session, wrote=(0, 1), viewer=self.who(who), session_id=self.newest(Session, pick))

    @rule(who=WHO, pick=PICK, words=WORDS, writer=st.sampled_from(["a", "b"]))
    def draft(self, *, who: str, pick: int, words: str, writer: str) -> None:
        written = Written({"own_words": words, "private_notes": words, "status": "held"}, writer=writer)
        self.act(
            drafts.save_draft,
            wrote=(0, 1),
            viewer=self.who(who),
            session_id=self.newest(Session, pick),
            written=written,
        )

    @rule(who=WHO, pick=PICK, odd=st.sampled_from(ODD), kind=st.sampled_from(["performance", "developmental"]))
    def hold(self, *, who: str, pick: int, odd: tuple[str, Any], kind: str) -> None:
        """With everything that it takes, or one thing out of order."""
        name, value = odd
        given: dict[str, Any] = {
            "held_on": 0, "review_on": 7, "by_when": 5, "own_words": "I sound hurried", "action": "Say good morning",
            "how_reviewed": "Three calls", "goal": "Train others" * (kind == "developmental"), "account": "You said: yes?",
            "aim": None, name: value,
        }  # fmt: skip
        held_on = self.day(given["held_on"])
        agreement = Agreement(
            given["own_words"], given["action"], extreme(held_on, given["review_on"]), extreme(held_on, given["by_when"]),
            given["how_reviewed"], given["goal"],
        )  # fmt: skip
        aim = None if given["aim"] is None else self.newest(Goal, given["aim"])
        self.act(
            coaching.hold_session,
            viewer=self.who(who),
            session_id=self.newest(Session, pick),
            agreement=agreement,
            held_on=held_on,
            notes=Notes(account=given["account"], aim=aim),
        )

    @rule(who=WHO, pick=PICK, answers=st.builds(Answers, *map(st.sampled_from, (DidHappen, DidWork, NextStep))))
    def close_follow_up(self, who: str, pick: int, answers: Answers) -> None:
        follow_up = self.newest(FollowUp, pick)
        self.act(coaching.close_follow_up, viewer=self.who(who), follow_up_id=follow_up, answers=answers)

    @rule(who=st.sampled_from(["lea", "tom", "ada", "qa_lead"]), pick=PICK)
    def confirm(self, who: str, pick: int) -> None:
        self.act(confirming.confirm_session, viewer=self.who(who), session_id=self.newest(Session, pick))

    @rule(who=st.sampled_from(["lea", "tom", "ada", "qa_lead"]), pick=PICK, words=WORDS)
    def contest(self, who: str, pick: int, words: str) -> None:
        self.act(confirming.contest_session, viewer=self.who(who), session_id=self.newest(Session, pick), words=words)

    # -- beside it

    @rule(who=st.sampled_from(["lea", "tom", "ada", "operator"]), words=WORDS)
    def ask_for_coaching(self, who: str, words: str) -> None:
        self.act(requests.ask_for_coaching, viewer=self.who(who), words=words)

    @rule(who=WHO, agent=AGENTS)
    def answer_who_asks(self, who: str, agent: str) -> None:
        self.act(requests.answer_with_planned, wrote=(0, 1), viewer=self.who(who), agent_key=agent)

    @rule(who=WHO, agent=AGENTS, words=WORDS, step=DAYS)
    def open_goal(self, *, who: str, agent: str, words: str, step: int) -> None:
        given = {"agent_key": agent, "words": words, "target_day": self.day(step)}
        self.act(goals.open_goal, viewer=self.who(who), **given)

    @rule(who=WHO, pick=PICK, words=WORDS)
    def step_towards_a_goal(self, who: str, pick: int, words: str) -> None:
        given = {"goal_id": self.newest(Goal, pick), "words": words, "by_when": self.day(7)}
        self.act(goals.add_step, viewer=self.who(who), **given)

    @rule(who=WHO, pick=PICK, reached=st.booleans())
    def close_goal(self, who: str, pick: int, reached: bool) -> None:  # noqa: FBT001 -- drawn by name
        self.act(goals.close_goal, viewer=self.who(who), goal_id=self.newest(Goal, pick), reached=reached)

    @rule(
        who=WHO, kind=st.sampled_from(GatheringKind), agents=st.lists(AGENTS, max_size=3), minutes=st.integers(-1, 300)
    )
    def plan_gathering(self, *, who: str, kind: GatheringKind, agents: list[str], minutes: int) -> None:
        wanted = Wanted(kind, "manners", "greets", tuple(agents), minutes=minutes)
        self.act(gatherings.plan_gathering, viewer=self.who(who), wanted=wanted)

    @rule(who=WHO, pick=PICK, came=st.sets(AGENTS, max_size=2), step=DAYS)
    def hold_gathering(self, *, who: str, pick: int, came: set[str], step: int) -> None:
        held = Held(self.day(-step), tuple(came), minutes=5)
        self.act(gatherings.hold_gathering, viewer=self.who(who), gathering_id=self.newest(Gathering, pick), held=held)

    @rule(who=WHO, pick=PICK)
    def cancel_gathering(self, who: str, pick: int) -> None:
        self.act(gatherings.cancel_gathering, viewer=self.who(who), gathering_id=self.newest(Gathering, pick))

    @rule(who=WHO, weekday=st.integers(1, 5), hour=st.integers(8, 10))
    def protect(self, who: str, weekday: int, hour: int) -> None:
        times = [WeeklyTime(weekday, time(hour))]
        self.act(slots.add_slots, viewer=self.who(who), team_key="north", times=times)

    @rule(who=WHO, pick=PICK, words=WORDS, weekday=st.integers(1, 14), hour=st.integers(8, 10))
    def move_slot(self, *, who: str, pick: int, words: str, weekday: int, hour: int) -> None:
        slot = Slot.objects.filter(pk=self.newest(Slot, pick)).first()
        monday = self.today - timedelta(days=self.today.isoweekday() - 1)
        day = monday + timedelta(days=slot.weekday - 1 if slot else 0)
        to = Replacement(monday + timedelta(days=weekday - 1), time(hour), words)
        slot_id = slot.pk if slot else 0
        self.act(slots.move_slot, wrote=(1, 2), viewer=self.who(who), slot_id=slot_id, day=day, to=to)

    @rule(who=WHO, pick=PICK, words=WORDS)
    def end_slot(self, who: str, pick: int, words: str) -> None:
        self.act(slots.end_slot, viewer=self.who(who), slot_id=self.newest(Slot, pick), reason=words)

    @rule(day=DAYS)
    def import_coaching(self, day: int) -> None:
        line = b'{"agent_id": "lea", "behaviour": "greets", "template": "manners", "held_on": "%s"}'
        given = [Line("coaching.jsonl", 1, line % str(self.day(day)).encode())]
        self.act(imports.import_coaching, viewer=self.who("operator"), lines=given)

    # -- what holds at all times

    @invariant()
    def what_holds_holds(self) -> None:
        """One of them, so that a failure reads as its steps; where nothing has changed, nor the day, it was tried already."""
        if (state := (self.today, self.shot())) == self.tried:
            return
        self.tried = state
        self.one_behaviour_at_a_time()
        self.what_is_held_has_proof_and_an_agreement()
        self.every_held_session_has_one_follow_up_and_no_other_has()
        self.the_clock_waits_for_days_off_alone()
        self.a_suggestion_is_not_renewed()
        self.only_what_was_held_is_answered()
        self.there_is_one_of_what_there_is_one_of()
        self.gatherings_had_somebody_in_them()
        self.protected_time_is_never_lost_in_silence()

    def one_behaviour_at_a_time(self) -> None:
        """A focus is open exactly as long as it has one session to hold or one follow-up to close."""
        open_foci = Counter(Focus.objects.filter(closed_at=None).values_list("agent", flat=True))
        assert all(count == 1 for count in open_foci.values())
        for focus in Focus.objects.prefetch_related("sessions__follow_up"):
            sessions = focus.sessions.all()
            to_hold = sum(one.status == "planned" for one in sessions)
            to_close = sum(one.status == "held" and one.follow_up.closed_at is None for one in sessions)
            assert to_hold + to_close == (focus.closed_at is None), focus
            for one in sessions:
                assert (one.agent_id, one.behaviour_id) == (focus.agent_id, focus.behaviour_id)

    def what_is_held_has_proof_and_an_agreement(self) -> None:
        for row in Session.objects.filter(status="held").select_related("focus__example__attempt"):
            said = [row.own_words, row.action]
            assert row.created_at.astimezone(BERLIN).date() <= row.held_on <= self.today
            assert row.held_on < row.review_on <= row.held_on + timedelta(days=366)
            if row.kind == "performance":
                shown = row.focus.example and row.focus.example.attempt.revision > 0
                said += [row.how_reviewed, "shown" if shown else row.focus.leaders_account]
                assert row.held_on <= row.by_when <= row.review_on
            else:
                said.append(row.goal)
                assert row.focus is None
            assert all(any(map(str.isalnum, words)) for words in said), said

    def every_held_session_has_one_follow_up_and_no_other_has(self) -> None:
        followed = list(FollowUp.objects.order_by("session").values_list("session", flat=True))
        assert followed == list(Session.objects.filter(status="held").order_by("pk").values_list("pk", flat=True))
        for row in FollowUp.objects.exclude(opened_at=None):
            assert row.opened_at.astimezone(BERLIN).date() >= row.due_on
        for row in FollowUp.objects.exclude(closed_at=None):
            assert row.closed_at >= row.opened_at
            assert all([row.did_happen, row.did_work, row.next_step])

    def the_clock_waits_for_days_off_alone(self) -> None:
        """What is due is the fifth working day, and comes later only when days off come in between."""
        for focus in Focus.objects.filter(closed_at=None).exclude(clock_day=None).select_related("agent__team__site"):
            if self.is_new("focus", focus.pk, focus.due_on):
                assert focus.due_on == due(focus.clock_day, sites.calendar_of(focus.agent, around=focus.clock_day))
            before = self.due.get(focus.pk, focus.due_on)
            assert focus.due_on <= before
            self.due[focus.pk] = focus.due_on

    def a_suggestion_is_not_renewed(self) -> None:
        """As long as it stands its clock comes later only when days off come in between, and is its fifth working day."""
        rows = Suggested.objects.select_related("agent__team__site").order_by("pk")
        for row in [row for row in rows if row.ended_on is None]:
            if self.is_new("suggested", row.pk, row.due_on):
                assert row.due_on == due(row.clock_day, sites.calendar_of(row.agent, around=row.clock_day))
            before = self.suggested.get(row.pk, row.due_on)
            assert row.due_on <= before
            self.suggested[row.pk] = row.due_on
            assert row.clock_day <= row.last_suggested_on
        for row in [row for row in rows if row.how == "taken" and self.is_new("taken", row.pk, row.due_on)]:
            assert Focus.objects.filter(agent=row.agent, behaviour=row.behaviour, clock_day__lte=row.clock_day).exists()

    def only_what_was_held_is_answered(self) -> None:
        answered = Session.objects.exclude(confirmed_at=None, contested_at=None)
        assert all(row.status == "held" for row in answered)
        assert all(any(map(str.isalnum, row.contest_words)) for row in answered if row.contested_at)

    def there_is_one_of_what_there_is_one_of(self) -> None:
        """One developmental conversation ahead, one question that waits, for each agent."""
        ahead = Session.objects.filter(kind="developmental", status="planned").values_list("agent", flat=True)
        waits = models.CoachingRequest.objects.filter(answered_at=None).values_list("agent", flat=True)
        assert max(Counter(ahead).values(), default=0) <= 1
        assert max(Counter(waits).values(), default=0) <= 1

    def gatherings_had_somebody_in_them(self) -> None:
        for row in Gathering.objects.prefetch_related("attendances"):
            present = [one.present for one in row.attendances.all()]
            assert any(present) if row.held_on else set(present) == {None}
            assert row.held_on is None or row.held_on <= self.today

    def protected_time_is_never_lost_in_silence(self) -> None:
        ended = Slot.objects.exclude(last_day=None).values_list("ended_because", flat=True)
        moved = models.SlotMove.objects.values_list("reason", flat=True)
        assert all(any(map(str.isalnum, reason)) for reason in [*ended, *moved])


def test_no_sequence_of_actions_reaches_an_illegal_state(cast):
    """Short here; nothing is made shorter when it fails, for that takes minutes: its steps are told as they were."""
    publish()
    take(*calls("lea", 2, 20), *calls("tom", 6, 20), *calls("sam", 0, 20, team="south"))
    score()
    machine = type("TheCentre", (Centre,), {"cast": cast})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=LONG or 12,
            stateful_step_count=50 if LONG else 20,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
            derandomize=not LONG,
            database=None,
            deadline=None,
        ),
    )
