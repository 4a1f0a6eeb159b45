"""Reports by each person's own clock: on working days, once, in their own zone, only where there is something to say."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from builders import NOW, agreement, call, calls, person, publish, score, take
from coachloop.app.models import Absence, Agent, AuditEntry, Grant, Message, ReportChoice, Site, Team, Template
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import coaching
from coachloop.app.services.due_reports import put_daily, put_due, words_of
from coachloop.core.coaching.report import Kind, Line, Quote, Report, Section
from coachloop.core.model.people import Role

FRIDAY_CALLS = datetime(2026, 5, 8, 10, 0, tzinfo=UTC)
MONDAY_8 = datetime(2026, 5, 11, 6, 0, tzinfo=UTC)
"""Eight o'clock in Berlin; builders.NOW is eleven."""


@pytest.fixture
def centre(cast):
    """Lea and Tom of team north have signed in; on Friday Lea had three calls."""
    publish()
    take(
        *[call(f"lea-{n}", greets=n < 2, at=FRIDAY_CALLS - timedelta(hours=n)) for n in range(3)],
        *[call(f"lea-old-{n}", greets=False, at=FRIDAY_CALLS - timedelta(days=7 + n)) for n in range(4)],
    )
    score()
    return cast


def wants(viewer, kind=Kind.DAILY, *, at=time(8), ways=("mail",), template="manners"):
    chosen = {"kind": kind, "at": at, "ways": list(ways)}
    if kind is Kind.DAILY:
        chosen["template"] = Template.objects.get(key=template)
    return ReportChoice.objects.create(user=viewer.user, **chosen)


def put(now=MONDAY_8) -> list[tuple[str, str, str]]:
    put_due(now=now)
    return sorted(Message.objects.values_list("user__name", "kind", "about"))


LEAS = ("Lea Rossi", "daily", "manners:2026-05-08")


def test_the_report_of_the_last_working_day_comes_at_the_chosen_time(centre):
    """Friday's on Monday; not a minute early, not four hours late."""
    wants(centre.lea)
    assert put(MONDAY_8 - timedelta(minutes=1)) == []
    assert put(MONDAY_8 + timedelta(hours=4)) == []
    assert put(MONDAY_8) == [LEAS]
    message = Message.objects.get()
    assert message.subject == "Manners: Friday 8 May"
    assert "Greets: 2 of 3 calls" in message.text
    assert '<html lang="en">' in message.html


def test_looking_again_puts_nothing_twice(centre):
    wants(centre.lea, ways=["mail", "chat"])
    for minutes in (0, 1, 30, 239):
        put(MONDAY_8 + timedelta(minutes=minutes))
    assert sorted(Message.objects.values_list("way", flat=True)) == ["chat", "mail"]


def test_nothing_to_say_is_no_message(centre):
    """Tom had no call; and nobody had one on Sunday."""
    wants(centre.tom)
    assert put() == []


def test_words_of_calls_stay_in_the_house_unless_let_out(centre, settings):
    wants(centre.lea, ways=["mail"])
    put()
    inside = Message.objects.get()
    assert "Good morning" not in inside.text + inside.html
    assert "Read it in the call: http://localhost:8000/conversations/lea-" in inside.text
    Message.objects.all().delete()
    settings.CONFIG = settings.CONFIG.model_copy(update={"report_quotes": True})
    put()
    outside = Message.objects.get()
    assert "Good morning" in outside.text
    assert "Good morning" in outside.html
    looks = AuditEntry.objects.filter(action="conversation.look", actor=centre.lea.user)
    assert looks.get().subject.startswith("conversation:lea-")


def test_hostile_words_are_words(settings):
    """Whatever was said in a call, it breaks out of neither the mail nor its subject."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"report_quotes": True})
    said = "<script>alert(1)</script> & {{ 7 }}"
    words = words_of(
        Report(said, said, (Section(said, (said,), (Quote(said, "You"),), said, (Line(said, said, said),)),))
    )
    assert "<script>" not in words.html
    assert words.text.count(said) == 8


def test_nothing_comes_on_a_day_off(centre):
    """Saturday, the holiday of Ascension, and Lea's own holiday; afterwards it is about the day before."""
    wants(centre.lea)
    assert put(datetime(2026, 5, 9, 6, 0, tzinfo=UTC)) == []
    assert put(datetime(2026, 5, 14, 6, 0, tzinfo=UTC)) == []
    Absence.objects.create(agent=Agent.objects.get(key="lea"), first_day=date(2026, 5, 11), last_day=date(2026, 5, 12))
    assert put() == []
    assert put(datetime(2026, 5, 13, 6, 0, tzinfo=UTC)) == []


def test_who_switched_it_off_or_wants_it_on_the_page_alone_gets_none(centre):
    off, page = wants(centre.lea), wants(centre.tom, ways=[])
    off.on = False
    off.save()
    assert put() == []
    assert page.ways == []


def test_who_lost_the_role_or_left_gets_none(centre):
    wants(centre.lea)
    Grant.objects.filter(user=centre.lea.user).delete()
    assert put() == []
    Grant.objects.create(user=centre.lea.user, role=Role.AGENT)
    centre.lea.user.is_active = False
    centre.lea.user.save()
    assert put() == []


def test_each_site_has_its_own_clock(centre):
    """Eight o'clock in New York is two in the afternoon in Berlin."""
    there = Site.objects.create(name="Far", timezone="America/New_York", country="US")
    Team.objects.filter(key="north").update(site=there)
    wants(centre.lea)
    assert put(MONDAY_8) == []
    assert put(MONDAY_8 + timedelta(hours=6)) == [LEAS]


@pytest.mark.parametrize(
    ("monday", "utc"), [(datetime(2026, 3, 30, tzinfo=UTC), 6), (datetime(2026, 10, 26, tzinfo=UTC), 7), (datetime(2026, 3, 23, tzinfo=UTC), 7)]
)  # fmt: skip
def test_eight_o_clock_stays_eight_o_clock_when_the_clocks_change(centre, monday, utc):
    take(*[call(f"new-{n}", greets=True, at=monday - timedelta(days=3) + timedelta(hours=10 + n)) for n in range(2)])
    score(now=monday)
    wants(centre.lea)
    assert put(monday.replace(hour=utc - 1, minute=59)) == []
    assert len(put(monday.replace(hour=utc))) == 1


def test_the_week_is_told_on_its_first_working_day(centre):
    wants(centre.lea, Kind.WEEKLY)
    assert put(MONDAY_8 + timedelta(days=1)) == []
    assert put() == [("Lea Rossi", "weekly", "2026-05-04")]
    assert "Greets: 2 of 3 calls, too few to say more (the week before 0 of 4 calls)" in Message.objects.get().text


def test_leaders_are_told_the_plan_first_and_what_moved_last(centre):
    """Monday's plan needs something to do: Lea's focus with its session."""
    take(*calls("tom", 1, 12, at=FRIDAY_CALLS))
    score()
    wants(centre.ada, Kind.PLAN)
    wants(centre.ben, Kind.PLAN)
    wants(centre.ada, Kind.MOVED)
    assert put() == [("Ada Lindholm", "plan", "2026-05-11")]
    assert "2 agents to begin with." in Message.objects.get().text
    friday = datetime(2026, 5, 8, 6, 0, tzinfo=UTC)
    assert ("Ada Lindholm", "moved", "2026-05-04") in put(friday)
    assert "No clear change: Greets" in Message.objects.get(kind="moved").text


def test_a_plan_shows_sessions_with_their_days_left(centre):
    take(*calls("tom", 1, 12, at=FRIDAY_CALLS))
    score()
    coaching.accept_focus(viewer=OPERATOR, agent_key="tom", now=NOW)
    wants(centre.ada, Kind.PLAN)
    put()
    text = Message.objects.get().text
    assert "- Tom:" in text
    assert "working days left" in text


def test_operations_are_told_the_month_without_names(centre):
    take(*calls("tom", 1, 12, at=datetime(2026, 4, 20, 10, 0, tzinfo=UTC)))
    score()
    focus = coaching.accept_focus(viewer=OPERATOR, agent_key="tom", now=datetime(2026, 4, 21, 9, 0, tzinfo=UTC))
    day = date(2026, 4, 22)
    now = datetime(2026, 4, 22, 9, 0, tzinfo=UTC)
    coaching.hold_session(
        viewer=OPERATOR, session_id=focus.sessions.get().pk, agreement=agreement(day), held_on=day, now=now
    )
    wants(centre.operations, Kind.MONTHLY)
    assert put(datetime(2026, 5, 4, 6, 0, tzinfo=UTC)) == [("Ola Brandt", "monthly", "2026-04")]
    text = Message.objects.get().text
    assert "Sessions held: 1 (0 of them led by the agent)" in text
    assert "Followed up: 0 of 1 due" in text
    assert "Tom" not in text


def test_by_command_it_is_put_whatever_the_hour_for_those_who_want_it(centre):
    wants(centre.lea)
    wants(centre.tom, ways=[])
    day = date(2026, 5, 8)
    found = [put_daily(template="manners", day=day, agents=agents, now=NOW) for agents in (["tom"], None, ["lea"])]
    assert found == [0, 1, 0]


def test_somebody_who_is_no_agent_is_put_no_agents_report(centre):
    """A role without the agent behind it."""
    ghost = person("Gus Agent", Role.AGENT)
    wants(replace(centre.lea, user=ghost))
    wants(replace(centre.lea, user=ghost), Kind.WEEKLY)
    assert put() == []
    assert put_daily(template="manners", day=date(2026, 5, 8), agents=None, now=NOW) == 0
