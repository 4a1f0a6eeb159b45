from datetime import timedelta

import pytest
import vobject
from django.utils import timezone
from django_ox.models import OxTask
from django_ox.testing import run_tasks

from builders import NOW, agreement, call, calls, person, publish, score, take
from coachloop.adapters import calendars
from coachloop.adapters.calendar_address import CalendarReader
from coachloop.app.models import (
    Agent,
    AgentDay,
    Attempt,
    BusyTime,
    CalendarLink,
    DriftBudget,
    Evaluation,
    Message,
    RollOut,
    Session,
    Site,
    Suggested,
    Team,
    Template,
    User,
)
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import coaching
from coachloop.core.coaching.appointment import Appointment
from coachloop.core.model.people import Role
from coachloop.core.scoring.port import Scorer, ScorerUnavailableError
from coachloop.worker import tasks


@pytest.fixture(autouse=True)
def site(db):  # noqa: ARG001 -- opens the database
    """A site in Berlin."""
    return Site.objects.create(name="Main site", timezone="Europe/Berlin", country="DE")


def sweep_and_work():
    """What a worker does: one sweep, then whatever was queued."""
    tasks.sweep.call()
    return run_tasks()


def states():
    return set(Evaluation.objects.values_list("state", flat=True))


def test_what_arrives_is_queued_scored_and_counted():
    """Two sweeps: the first queues, the second brings the counts up to date."""
    publish()
    take(*calls("lea", 2, 5))
    tasks.sweep.call()
    assert states() == {"pending"}
    assert not Evaluation.objects.filter(queued_at__isnull=True).exists()
    run_tasks()
    assert states() == {"done"}
    tasks.sweep.call()
    cell = AgentDay.objects.get(behaviour__key="greets")
    assert (cell.met, cell.not_met) == (2, 3)


def test_a_sweep_queues_what_waits_once():
    publish()
    take(call("c-1"))
    for _ in range(3):
        tasks.sweep.call()
    run_tasks()
    run_tasks()
    assert Attempt.objects.count() == 1


def test_a_block_that_is_scored_twice_is_stored_once():
    """A task may run again after its worker died; what is there already is left alone."""
    publish()
    take(*calls("lea", 1, 3))
    ids = list(Evaluation.objects.values_list("id", flat=True))
    for _ in range(2):
        tasks.score_some.enqueue("manners", ids)
    run_tasks()
    assert Attempt.objects.count() == 3


def test_a_word_that_was_lost_is_given_again(monkeypatch):
    """The queue forgets; the tables do not: after LOST_AFTER the next sweep puts the block again."""
    publish()
    take(call("c-1"))
    monkeypatch.setattr(tasks.score_some.__class__, "enqueue", lambda *_, **__: None)
    tasks.sweep.call()
    monkeypatch.undo()
    sweep_and_work()
    assert states() == {"pending"}
    later = timezone.now() + tasks.LOST_AFTER + timedelta(seconds=1)
    monkeypatch.setattr(tasks.timezone, "now", lambda: later)
    tasks.sweep.call()
    monkeypatch.undo()
    run_tasks()
    assert states() == {"done"}


def test_a_block_of_a_template_that_is_gone_does_no_harm():
    publish()
    take(call("c-1"))
    tasks.score_some.enqueue("nothing", list(Evaluation.objects.values_list("id", flat=True)))
    run_tasks()
    assert states() == {"pending"}


def test_a_sweep_with_nothing_to_do_does_nothing():
    tasks.sweep.call()
    assert not Attempt.objects.exists()


def test_the_sweep_notes_what_is_suggested_once_a_day():
    publish()
    now = timezone.now()
    take(*calls("lea", 0, 8, at=now - timedelta(hours=1)), now=now)
    score(now=now)
    for _ in range(2):
        tasks.sweep.call()
    assert Suggested.objects.get().behaviour.key == "greets"
    assert Site.objects.get().suggestions_noted_on is not None


def test_the_sweep_opens_the_follow_ups_whose_day_has_come(monkeypatch):
    publish()
    take(*calls("lea", 2, 20))
    score()
    session = coaching.accept_focus(viewer=OPERATOR, agent_key="lea", now=NOW).sessions.get()
    day = NOW.date()
    follow_up = coaching.hold_session(
        viewer=OPERATOR, session_id=session.pk, agreement=agreement(day), held_on=day, now=NOW
    )
    for days, opened in ((6, False), (7, True)):
        monkeypatch.setattr(tasks.timezone, "now", lambda days=days: NOW + timedelta(days=days))
        tasks.sweep.call()
        follow_up.refresh_from_db()
        assert (follow_up.opened_at is not None) == opened


def test_each_minute_reports_are_switched_on_written_and_sent(monkeypatch):
    """A team's turn has come: its agent's report of Friday goes out on Monday at eight, and only once."""
    publish()
    take(*calls("lea", 2, 3, at=NOW - timedelta(days=3)))
    score()
    lea = person("Lea Rossi", Role.AGENT)
    Agent.objects.filter(key="lea").update(user=lea)
    RollOut.objects.create(
        template=Template.objects.get(),
        team=Team.objects.get(),
        position=0,
        starts_on=NOW.date(),
        seed=1,
        decided_at=NOW,
    )
    taken = []
    monkeypatch.setattr(tasks, "carriers", lambda: {"mail": type("Post", (), {"carry": staticmethod(taken.append)})})
    for minute in (-1, 0, 1):
        now = NOW.replace(hour=6) + timedelta(minutes=minute)
        monkeypatch.setattr(tasks.timezone, "now", lambda now=now: now)
        tasks.tell.call()
        assert len(taken) == max(0, min(1, minute + 1))
    assert taken[0].subject == "Manners: Friday 8 May"


def test_each_hour_forgets_the_engines_notes_of_finished_tasks():
    """A day after they are done; what waits stays."""
    publish()
    take(call("c-1"))
    tasks.sweep.call()
    run_tasks()
    tasks.score_some.enqueue("manners", [])
    finished = OxTask.objects.exclude(finished_at=None)
    assert finished.count() == 1
    finished.update(finished_at=timezone.now() - timedelta(days=2))
    tasks.each_hour.call()
    assert not finished.exists()
    assert OxTask.objects.count() == 1


class Away(Scorer):
    """A judge whose server doesn't answer now."""

    name, version = "judge", "1"

    def score(self, questions):  # noqa: ARG002 -- whatever it is asked
        raise ScorerUnavailableError


def test_what_a_judge_may_still_be_busy_with_is_not_given_to_a_second_worker(monkeypatch):
    publish(
        "key: talk\ntitle: Talk\nbehaviours: [{key: asks, title: Asks, question: Asks?, score_with: [{judge: {}}]}]\n"
    )
    take(*calls("lea", 0, 25))
    monkeypatch.setattr(tasks, "scorers", lambda: {"judge": Away()})
    given = []
    monkeypatch.setattr(tasks.score_some.__class__, "enqueue", lambda _, __, ids: given.append(len(ids)))
    for minutes in (0, 29, 31):
        later = NOW + timedelta(minutes=minutes)
        monkeypatch.setattr(tasks.timezone, "now", lambda later=later: later)
        tasks.sweep.call()
    assert given == [20, 5, 20, 5]


def test_the_sweep_invites_once_from_the_sites_own_address(settings):
    """What was planned goes to the outbox; who invites is the sender of mail."""
    publish()
    take(*calls("lea", 2, 20))
    score()
    leader = User.objects.create(email="ada@example.org", name="Ada Lindholm")
    session = coaching.accept_focus(viewer=OPERATOR, agent_key="lea", now=NOW).sessions.get()
    Session.objects.update(planned_for=timezone.now() + timedelta(days=1), leader=leader)
    for _ in range(2):
        tasks.sweep.call()
    message = Message.objects.get()
    assert (message.user, message.kind, message.about) == (leader, "invite", f"session:{session.pk}:0")
    event = vobject.readOne(message.calendar).vevent
    assert event.url.value == f"{settings.ADDRESS}/sessions/{session.pk}"
    assert event.organizer.value.startswith("mailto:coachloop@")


def test_busy_times_come_from_a_calendar_that_somebody_named(settings, monkeypatch):
    """Its times are kept; what is inside the own network is not asked, and the page says so."""
    user = User.objects.create(email="lea@example.org", name="Lea Rossi")
    link = CalendarLink.objects.create(user=user, busy_address="https://localhost:9/lea.ics")
    tasks.busy.call()
    link.refresh_from_db()
    assert "inside the own network" in link.problem
    starts = timezone.now().replace(microsecond=0) + timedelta(days=2)
    mine = calendars.feed([Appointment("u", 0, starts, starts + timedelta(hours=1), starts)], name="x")
    monkeypatch.setattr(CalendarReader, "read", lambda _self, _address: mine)
    link.read_at = None
    link.save()
    tasks.busy.call()
    assert BusyTime.objects.get().starts_at == starts
    assert settings.CONFIG.calendar_hosts == ""


def test_each_minute_a_follow_up_that_waits_is_told_to_the_leader_once(settings, monkeypatch):
    publish()
    take(*calls("lea", 2, 20))
    score()
    Team.objects.update(leader=person("Ada Lindholm", Role.TEAM_LEADER))
    session = coaching.accept_focus(viewer=OPERATOR, agent_key="lea", now=NOW).sessions.get()
    day = NOW.date()
    coaching.hold_session(viewer=OPERATOR, session_id=session.pk, agreement=agreement(day), held_on=day, now=NOW)
    coaching.open_due_follow_ups(now=NOW + timedelta(days=7))
    monkeypatch.setattr(tasks, "carriers", dict)
    for days, messages in ((7, 0), (8, 1), (9, 1)):
        monkeypatch.setattr(tasks.timezone, "now", lambda days=days: NOW + timedelta(days=days))
        tasks.tell.call()
        assert Message.objects.filter(kind="follow-up").count() == messages
    assert settings.ADDRESS in Message.objects.get().text


def test_who_has_slipped_is_looked_up_once_there_is_something_to_see():
    """Without calls nothing is noted, so that a first import is looked at the same day; then once a local day."""
    tasks.watch_drift.call()
    assert not DriftBudget.objects.exists()
    publish()
    take(*calls("lea", 2, 5, at=timezone.now() - timedelta(days=2)))
    sweep_and_work()
    tasks.sweep.call()
    tasks.watch_drift.call()
    assert DriftBudget.objects.get().looked_on is not None


@pytest.mark.parametrize(
    ("task", "steps"),
    [("sweep", ("refresh_rollups", "seal_waiting")), ("each_hour", ("forget_past", "measure_daily"))],
)
def test_a_step_that_fails_keeps_none_of_the_others_from_running(monkeypatch, task, steps):
    """It is told of at the end, and the task counts as failed."""
    (fails, last), ran = steps, []

    def break_down(**_):
        raise RuntimeError("no room")

    monkeypatch.setattr(tasks, fails, break_down)
    monkeypatch.setattr(tasks, last, lambda **_: ran.append(last))
    with pytest.raises(ExceptionGroup) as told:
        getattr(tasks, task).call()
    assert [str(one) for one in told.value.exceptions] == ["no room"]
    assert ran == [last]
