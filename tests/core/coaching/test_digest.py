"""Digests: plans in days, changes only where they are clear, figures with what they are of."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from coachloop.core.coaching.digest import LookBack, Month, Plan, Slipped, TeamWeek, ToHold, monthly, moved, plan
from coachloop.core.coaching.report import Behaviour, Counted

MONDAY, FRIDAY = date(2026, 5, 4), date(2026, 5, 8)
EMPTY = Plan(MONDAY, FRIDAY, (), (), 0, "/week")


def test_a_plan_with_nothing_to_do_is_none():
    later = LookBack("Lea", "Purpose", date(2026, 5, 11), "/follow-ups/1")
    assert plan(EMPTY) is None
    assert plan(replace(EMPTY, look_backs=(later,))) is None


def test_a_plan_counts_and_lists():
    report = plan(
        replace(
            EMPTY,
            to_hold=(ToHold("Lea", "Purpose", datetime(2026, 5, 5, 9, 0, tzinfo=UTC), 2, "/sessions/1"), ToHold("Tom", "", None, None, "/s")),
            look_backs=(LookBack("Ava", "Value", date(2026, 5, 1), "/f"),),
            to_begin=3,
        )
    )  # fmt: skip
    assert report.subject == "Your week from Monday 4 May"
    assert report.lead == "2 sessions to hold, 1 follow-up due, 3 agents to begin with."
    hold, back, begin = report.sections
    assert [(line.title, line.words, line.more) for line in hold.lines] == [
        ("Lea", "2 working days left", "Purpose, Tue 5 May, 09:00"),
        ("Tom", "no clock", "developmental conversation, no time yet"),
    ]
    assert (back.lines[0].words, begin.path) == ("since Fri 1 May", "/week")


def test_what_slipped_is_one_line_each_in_mondays_plan():
    """A digest, no stream; with its n, its interval and what was usual."""
    slipped = Slipped("Lea", "Purpose", date(2026, 4, 20), 31, 52, 0.46, 0.72, 8)
    report = plan(replace(EMPTY, slipped=(slipped,), slipped_path="/drift"))
    assert report.lead == "1 rate that slipped."
    (section,) = report.sections
    (line,) = section.lines
    assert line.words == "Purpose: 31 of 52 calls, likely between 46 and 72\N{NO-BREAK SPACE}% since about Mon 20 Apr"
    assert (line.more, section.path) == ("was usually 8 of 10", "/drift")


@pytest.mark.parametrize(
    ("left", "words"), [(-2, "2 working days late"), (-1, "1 working day late"), (0, "due today"), (1, "1 working day left")]
)  # fmt: skip
def test_a_clock_in_words(left, words):
    report = plan(replace(EMPTY, to_hold=(ToHold("Lea", "Purpose", None, left, "/s"),)))
    assert report.sections[0].lines[0].words == words


@pytest.mark.parametrize(("due", "words"), [(MONDAY, "today"), (FRIDAY, "on Fri 8 May")])
def test_a_look_back_in_words(due, words):
    report = plan(replace(EMPTY, look_backs=(LookBack("Lea", "Purpose", due, "/f"),)))
    assert report.sections[0].lines[0].words == words


def behaviour(key: str, now: tuple[int, int], before: tuple[int, int]) -> Behaviour:
    return Behaviour(key, key.title(), Counted(*now, 0.5, 0.9), Counted(*before, 0.2, 0.4))


def test_what_moved_is_said_where_it_is_clear():
    team = TeamWeek("North", (behaviour("purpose", (60, 80), (20, 80)), behaviour("value", (5, 9), (4, 9))), 2, 1)
    report = moved([team, TeamWeek("South", (behaviour("value", (0, 0), (4, 9)),), 0, 0)], monday=MONDAY)
    north, how = report.sections
    assert report.lead == "Clearly up: 1. Clearly down: 0."
    assert how.heading == "How to read it"
    assert north.lines[0].title == "Purpose: up"
    assert north.lines[0].more == "the week before 20 of 80 calls"
    assert north.words == ("No clear change: Value.", "2 sessions held, 1 follow-up closed.")
    assert moved([], monday=MONDAY) is None


def test_a_team_where_everything_moved_has_no_rest():
    report = moved([TeamWeek("North", (behaviour("purpose", (1, 80), (70, 80)),), 0, 0)], monday=MONDAY)
    assert report.sections[0].lines[0].title == "Purpose: down"
    assert report.sections[0].words == ("0 sessions held, 0 follow-ups closed.",)


def test_a_month_says_what_each_figure_is_of():
    report = monthly(Month(date(2026, 4, 1), 12345, 10, 8, 9, 2, 0, 0, 0, "/heatmap"))
    assert report.subject == "How the coaching loop ran in April 2026"
    assert [line.words for line in report.sections[0].lines] == [
        "12,345 calls", "8 of 10 due", "9", "none due", "none followed up",
    ]  # fmt: skip
