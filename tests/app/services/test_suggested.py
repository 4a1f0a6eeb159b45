"""A suggestion that nobody takes up runs out like any other: newer calls do not renew its clock."""

from datetime import date, timedelta

import pytest

from builders import NOW, agreement, call, calls, publish, score, take
from coachloop.app.models import Agent, AuditEntry, Behaviour, Focus, Site, Suggested
from coachloop.app.queries.choosing import example as example_of
from coachloop.app.queries.coverage import Of, coverage
from coachloop.app.queries.focus import suggestions
from coachloop.app.services import absences, coaching, suggested
from coachloop.app.services.absences import Days
from coachloop.app.services.choice import Otherwise
from coachloop.app.services.suggested import Noted
from coachloop.core.coaching.agreement import Answers, DidHappen, DidWork, NextStep

TODAY = NOW.date()
DUE = date(2026, 5, 19)
"""The fifth working day after Monday the 11th: Ascension Day lies between."""
LATER = NOW + timedelta(days=4)


@pytest.fixture
def centre(cast):
    """Lea greets in none of 8 calls that landed this morning."""
    publish()
    take(*calls("lea", 0, 8))
    score()
    return cast


def missed_again(*, at=LATER, what="new", of=8, **more):
    """Newer calls without a greeting, which land an hour after the last."""
    start = at - timedelta(hours=1)
    take(*(call(f"{what}-{n}", at=start - timedelta(minutes=n), **more) for n in range(of)), now=at)
    score(now=at)


def note(now=NOW):
    return suggested.note_once_a_day(now=now)


def of_lea(viewer, now=LATER):
    [row] = [row for row in suggestions(viewer, as_of=now.date()) if row.agent_key == "lea"]
    return row


def standing() -> Suggested:
    return Suggested.objects.get(ended_on=None)


def test_newer_calls_do_not_renew_the_clock(centre):
    """Until it is noted the newest call has it, from then on the day on which it was."""
    assert note() == Noted(1, 0)
    missed_again()
    row = of_lea(centre.ada)
    assert row.example.conversation_key == "new-0"
    assert (row.landed_on, row.due_on, row.days_left) == (TODAY, DUE, 2)
    assert of_lea(centre.ada, NOW + timedelta(days=9)).days_left == -1
    Suggested.objects.all().delete()
    assert of_lea(centre.ada).landed_on == LATER.date()


@pytest.mark.usefixtures("centre")
def test_it_is_noted_once_a_day_and_survives_being_interrupted(monkeypatch):
    """The mark of the day is written with what it stands for, or not at all."""
    begin = suggested._begin

    def pulls_the_plug(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(suggested, "_begin", pulls_the_plug)
    with pytest.raises(KeyboardInterrupt):
        note()
    assert not Suggested.objects.exists()
    monkeypatch.setattr(suggested, "_begin", begin)
    assert [note(), note(), note(NOW + timedelta(hours=2))] == [Noted(1, 0), None, None]
    assert note(NOW + timedelta(days=1)) == Noted(0, 0)
    assert AuditEntry.objects.filter(action="suggestions.note").count() == 1
    row = standing()
    assert (row.first_suggested_on, row.last_suggested_on) == (TODAY, TODAY + timedelta(days=1))
    assert (row.clock_day, row.due_on) == (TODAY, DUE)


@pytest.mark.usefixtures("centre")
def test_a_day_noted_meanwhile_is_not_noted_again(monkeypatch):
    """Two workers at once: whoever comes second finds the mark."""
    found = suggested.gaps

    def while_another_notes(viewer, *, as_of):
        seen = found(viewer, as_of=as_of)
        Site.objects.update(suggestions_noted_on=as_of)
        return seen

    monkeypatch.setattr(suggested, "gaps", while_another_notes)
    assert note() is None
    assert not Suggested.objects.exists()


def test_before_there_is_a_site(db):  # noqa: ARG001 -- opens the database
    assert note() is None


def test_taking_it_gives_the_focus_its_clock(centre):
    note()
    missed_again()
    focus = coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=LATER)
    assert (focus.clock_day, focus.due_on) == (TODAY, DUE)
    row = Suggested.objects.get()
    assert (row.ended_on, row.how) == (LATER.date(), "taken")


def test_an_own_example_keeps_it_and_so_does_coming_back_to_it(centre):
    """Chosen by hand, a gap that was suggested keeps the clock that it has."""
    note()
    missed_again()
    lea, greets = Agent.objects.get(key="lea"), Behaviour.objects.get(key="greets")
    shown = of_lea(centre.ada).example
    assert example_of(centre.ada, lea, greets, verdict_id=shown.verdict_id)
    wish = Otherwise("manners", "greets", shown.verdict_id, "This one is plain")
    focus = coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=LATER, as_of=LATER.date(), otherwise=wish)
    assert (focus.clock_day, focus.due_on, Suggested.objects.get().how) == (TODAY, DUE, "taken")


def test_it_ends_with_another_focus(centre):
    """Of another gap, whose clock is its own."""
    note()
    missed_again(price=False, what="price", of=1)
    verdict = Behaviour.objects.get(key="value_first").verdicts.get(outcome="not_met")
    wish = Otherwise("manners", "value_first", verdict.pk, "The price comes first")
    focus = coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=LATER, otherwise=wish)
    assert (focus.clock_day, Suggested.objects.get().how) == (LATER.date(), "other_focus")


@pytest.mark.usefixtures("centre")
def test_a_focus_that_came_otherwise_ends_it_with_the_next_day():
    note()
    lea, greets = Agent.objects.get(key="lea"), Behaviour.objects.get(key="greets")
    Focus.objects.create(agent=lea, behaviour=greets, reason="", opened_at=NOW)
    assert note(NOW + timedelta(days=1)) == Noted(0, 1)
    assert Suggested.objects.get().how == "taken"


@pytest.mark.usefixtures("centre")
def test_it_ends_when_the_gap_is_certain_no_more_and_the_next_begins_anew():
    note()
    take(*calls("lea", 60, 60, at=NOW - timedelta(hours=1), team="north"), now=NOW, replace=True)
    score()
    assert note(LATER) == Noted(0, 1)
    assert Suggested.objects.get().how == "gap_gone"
    much_later = NOW + timedelta(days=40)
    missed_again(at=much_later)
    assert note(much_later) == Noted(1, 0)
    assert standing().clock_day == much_later.date()


@pytest.mark.usefixtures("centre")
def test_no_calls_for_four_weeks_end_it():
    note()
    assert note(NOW + timedelta(days=40)) == Noted(0, 1)


def test_history_starts_no_clock(cast):
    publish()
    take(*calls("lea", 0, 8, at=NOW - timedelta(days=9)))
    score()
    assert note() == Noted()
    assert of_lea(cast.ada, NOW).due_on is None


def test_days_off_move_it(centre):
    """Noted after it began, and forgotten again."""
    note()
    off = date(2026, 5, 13)
    away = absences.add_absence(viewer=centre.ada, agent_key="lea", days=Days(off, off), now=NOW)
    assert standing().due_on == of_lea(centre.ada).due_on == DUE + timedelta(days=1)
    absences.remove_absence(viewer=centre.ada, absence_id=away.pk, now=NOW)
    assert standing().due_on == of_lea(centre.ada).due_on == DUE


def test_while_another_is_suggested_it_stands_and_counts_for_nobody(centre):
    """The leader was shown the other one when it ran out; it keeps its clock for when it comes back."""
    note()
    missed_again(price=False, greets=True, of=26)
    missed_again(price=False, what="newer", of=14)
    assert of_lea(centre.ada).behaviour == "value_first"
    assert note(LATER) == Noted(1, 0)
    first, second = Suggested.objects.order_by("clock_day")
    assert (first.behaviour.key, first.clock_day, first.last_suggested_on) == ("greets", TODAY, TODAY)
    assert (second.clock_day, second.last_suggested_on) == (LATER.date(), LATER.date())
    late = date(2026, 5, 20)
    assert coverage(centre.operations, first_day=date(2026, 5, 1), today=late).total.in_time == Of()
    Suggested.objects.filter(pk=first.pk).update(last_suggested_on=late)
    assert coverage(centre.operations, first_day=date(2026, 5, 1), today=late).total.in_time == Of(0, 1)


def test_no_clock_runs_before_the_last_agreement_is_closed(centre):
    """What was missed while something was agreed makes nobody late the day after."""
    coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW)
    assert note() == Noted()
    session = Agent.objects.get(key="lea").sessions.get()
    follow_up = coaching.hold_session(
        viewer=centre.ada, session_id=session.pk, agreement=agreement(TODAY), held_on=TODAY, now=NOW
    )
    missed_again()
    closed = NOW + timedelta(days=11)
    answers = Answers(DidHappen.YES, DidWork.NO, NextStep.CLOSE, "")
    coaching.close_follow_up(viewer=centre.ada, follow_up_id=follow_up.pk, answers=answers, now=closed)
    row = of_lea(centre.ada, closed)
    assert (row.landed_on, row.days_left) == (closed.date(), 5)
