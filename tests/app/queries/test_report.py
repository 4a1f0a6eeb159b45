"""Reports as people may see them: their own, their team's; what was agreed only for who was in the room."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext

from builders import MANNERS, NOW, agreement, call, calls, label, publish, score, take
from coachloop.app.errors import NotYoursError
from coachloop.app.models import Agent, AgentDay, Team, TemplateVersion
from coachloop.app.queries import digests
from coachloop.app.queries.report import (
    daily_report,
    daily_reports,
    newest_report,
    weekly_report,
    weekly_reports,
    whose,
)
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import coaching

FRIDAY = date(2026, 5, 8)
AT = datetime(2026, 5, 8, 10, 0, tzinfo=UTC)


@pytest.fixture
def centre(cast):
    """Lea has twelve calls of the week, three of them on Friday; Sam of the other team one."""
    publish()
    take(
        *[call(f"lea-{n}", greets=n == 1, price=False, at=AT - timedelta(hours=n)) for n in range(3)],
        *[call(f"lea-early-{n}", at=AT - timedelta(days=2, hours=n)) for n in range(9)],
        call("sam-1", agent="sam", team="south", greets=True, at=AT),
        call("text-0", agent="tom", at=AT - timedelta(days=30)),
    )
    score()
    return cast


@pytest.fixture
def agreed(centre):
    """Lea works on greeting since Thursday, and has agreed on something."""
    now = datetime(2026, 5, 7, 9, 0, tzinfo=UTC)
    focus = coaching.accept_focus(viewer=OPERATOR, agent_key="lea", now=now, as_of=date(2026, 5, 8))
    coaching.hold_session(
        viewer=OPERATOR,
        session_id=focus.sessions.get().pk,
        agreement=agreement(now.date()),
        held_on=now.date(),
        now=now,
    )
    return centre


def lines(found) -> dict[str, tuple[str, str]]:
    return {line.title: (line.words, line.more) for section in found.report.sections for line in section.lines}


def test_a_day_holds_the_counts_the_proof_and_the_week(centre):
    found = daily_report(centre.lea, "lea", template="manners", day=FRIDAY)
    assert found.mine
    assert lines(found)["Greets"] == (
        "1 of 3 calls",
        "this week so far 1 of 12 calls, likely between 1 and 35\N{NO-BREAK SPACE}%",
    )
    assert lines(found)["Value first"] == ("0 of 3 calls", "")
    assert found.report.lead == "3 calls of yours were looked at."
    well = found.report.sections[0]
    assert (well.quotes[0].text, well.words[0]) == ("Good morning!", "Greets, Fri 8 May, 11:00.")
    assert well.path.startswith("/conversations/lea-1#quote-")
    assert found.report.calls == ("lea-1",)


def test_the_focus_brings_its_moment_and_the_promise(agreed):
    found = daily_report(agreed.lea, "lea", template="manners", day=FRIDAY)
    assert found.report.lead == "Your focus, Greets: you did it in 1 of 3 calls."
    moment = next(s for s in found.report.sections if s.heading == "One moment to look at")
    assert (moment.quotes[0].text, moment.better) == ("Yes?", "Good morning, thank you for picking up.")
    assert found.report.calls == ("lea-1", "lea-0")
    assert found.facts.promise.action == "Say good morning before anything else"


def test_what_a_person_decided_counts_and_brings_no_quote_of_the_machine(centre):
    """Lea did greet in lea-0, says somebody who listened; and did not in lea-1."""
    label(
        {"conversation_id": "lea-0", "behaviour": "greets", "verdict": "met"},
        {"conversation_id": "lea-1", "behaviour": "greets", "verdict": "not_met"},
    )
    found = daily_report(centre.lea, "lea", template="manners", day=FRIDAY)
    assert lines(found)["Greets"][0] == "1 of 3 calls"
    assert not found.report.calls


def test_a_focus_counts_from_the_day_it_was_opened(agreed):
    """The report of a day before says nothing of it, however late it is read."""
    before = daily_report(agreed.lea, "lea", template="manners", day=date(2026, 5, 6))
    assert before.facts.focus is None
    assert before.facts.promise is None


@pytest.mark.parametrize(("who", "promise"), [("lea", True), ("ada", True), ("qa_lead", False), ("operator", True)])
def test_what_was_agreed_is_for_those_who_were_in_the_room(agreed, who, promise):
    found = daily_report(getattr(agreed, who), "lea", template="manners", day=FRIDAY)
    assert (found.facts.promise is not None) == promise


@pytest.mark.parametrize("who", ["tom", "ben", "evaluator", "operations", "admin", "nobody"])
def test_others_see_no_report(centre, who):
    stranger = getattr(centre, who)
    assert daily_report(stranger, "lea", template="manners", day=FRIDAY) is None
    assert weekly_report(stranger, "lea", monday=date(2026, 5, 4)) is None
    assert newest_report(stranger, "lea", today=NOW.date()) is None
    assert whose(stranger, "lea") is None


def test_a_leader_reads_the_words_only_of_calls_that_were_their_teams(centre):
    """Sam has moved to north since: the counts came along, the words of the call in the other team did not."""
    Agent.objects.filter(key="sam").update(team=Team.objects.get(key="north"))
    found = daily_report(centre.ada, "sam", template="manners", day=FRIDAY)
    assert lines(found)["Greets"][0] == "1 of 1 call"
    assert not found.report.calls


@pytest.mark.usefixtures("centre")
def test_there_is_one_for_each_who_has_something_in_a_few_queries():
    with CaptureQueriesContext(connection) as two:
        assert [row.agent_key for row in daily_reports(OPERATOR, template="manners", day=FRIDAY)] == ["lea", "sam"]
    take(*calls("ava", 1, 2, at=AT), *calls("ben", 1, 2, at=AT))
    score()
    with CaptureQueriesContext(connection) as four:
        assert len(daily_reports(OPERATOR, template="manners", day=FRIDAY)) == 4
    assert len(four) <= len(two) + 2
    assert len(two) < 25


def test_an_unknown_template_is_none_at_all(centre):
    with pytest.raises(ObjectDoesNotExist):
        daily_reports(centre.lea, template="none", day=FRIDAY)


def test_the_newest_is_of_the_last_day_that_is_over(centre):
    assert newest_report(centre.lea, "lea", today=NOW.date()).day == FRIDAY
    assert newest_report(centre.lea, "lea", today=FRIDAY).day == date(2026, 5, 6)
    assert newest_report(centre.lea, "lea", today=FRIDAY + timedelta(days=30)) is None
    assert newest_report(centre.tom, "tom", today=NOW.date()) is None


def test_a_week_beside_the_week_before(centre):
    take(*[call(f"lea-before-{n}", greets=True, at=AT - timedelta(days=7, hours=n)) for n in range(12)])
    score()
    found = weekly_report(centre.lea, "lea", monday=date(2026, 5, 4))
    assert lines(found)["Greets"][1] == "the week before 12 of 12 calls, clearly less often now"
    assert weekly_reports(centre.lea, monday=date(2026, 4, 6)) == []


@pytest.mark.usefixtures("centre")
def test_a_new_version_between_two_weeks_is_no_change():
    take(*[call(f"lea-after-{n}", greets=True, at=AT + timedelta(days=7, hours=n)) for n in range(12)])
    publish(MANNERS.replace("title: Manners", "title: Good manners"))
    score()
    AgentDay.objects.filter(day__lte=FRIDAY).update(version=TemplateVersion.objects.get(number=1))
    found = weekly_report(OPERATOR, "lea", monday=date(2026, 5, 11))
    assert lines(found)["Greets"][1] == "the week before 1 of 12 calls"


def test_the_month_is_for_operations(cast):
    with pytest.raises(NotYoursError):
        digests.month(cast.ada, first_day=date(2026, 4, 1))
