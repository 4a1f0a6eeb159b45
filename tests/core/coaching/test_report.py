"""Reports: what is worth saying. Never a claim without its n, never a word of anybody else, always the same."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coachloop.core.coaching.report import (
    Behaviour,
    Change,
    Counted,
    Facts,
    Line,
    Moment,
    Promise,
    Proof,
    Report,
    change,
    daily,
    is_time,
    weekly,
    with_interval,
)

DAY = date(2026, 5, 4)
AT = datetime(2026, 5, 4, 11, 23, tzinfo=UTC)
FOCUS = "purpose"


def counted(met: int, n: int, *, unscored: int = 0) -> Counted:
    return Counted(met, n, 0.4, 0.8, unscored)


NONE = counted(0, 0)
COUNTS = st.builds(
    lambda n, share, unscored: counted(round(n * share), n, unscored=unscored),
    st.integers(0, 30),
    st.floats(0, 1),
    st.integers(0, 3),
)
BEHAVIOURS = st.lists(st.tuples(COUNTS, COUNTS, st.booleans()), min_size=1, max_size=5).map(
    lambda rows: tuple(
        Behaviour(FOCUS if i == 0 else f"b{i}", f"Behaviour {i}", now, beside, comparable=same)
        for i, (now, beside, same) in enumerate(rows)
    )
)
PROOF = Proof(FOCUS, "Behaviour 0", "I'm calling because you asked", AT, "/conversations/c-1#quote-1-0", "c-1")
MOMENT = Moment("Who is this?", "Have you got a minute?", "Say why you call.", AT, "/conversations/c-2#missed-2", "c-2")
FACTS = st.builds(
    Facts,
    title=st.just("First 30 Seconds"),
    first_day=st.just(DAY),
    last_day=st.just(DAY),
    calls=st.integers(1, 40),
    behaviours=BEHAVIOURS,
    focus=st.sampled_from([None, FOCUS, "elsewhere"]),
    proofs=st.sampled_from([(), (PROOF,), (replace(PROOF, behaviour="b1", title="Behaviour 1", at=None), PROOF)]),
    moment=st.sampled_from([None, MOMENT, replace(MOMENT, agent="", at=None)]),
    promise=st.sampled_from([None, Promise("Say why first", DAY, DAY), Promise("Say why first", None, DAY)]),
)

FULL = Facts(
    "First 30 Seconds",
    DAY,
    DAY,
    7,
    (Behaviour(FOCUS, "Behaviour 0", counted(2, 3, unscored=1), counted(9, 14), comparable=True),),
    focus=FOCUS,
    proofs=(PROOF,),
    moment=MOMENT,
    promise=Promise("Say why first", DAY, DAY),
)


def every_line(report: Report) -> list[Line]:
    return [line for section in report.sections for line in section.lines]


def words(report: Report) -> str:
    lines = [f"{line.title} {line.words} {line.more}" for line in every_line(report)]
    return "\n".join([report.subject, report.lead, *lines, *(w for s in report.sections for w in s.words)])


@given(facts=FACTS)
def test_nothing_to_say_is_no_report(facts):
    """Exactly where no behaviour applied."""
    any_n = any(row.now.n for row in facts.behaviours)
    for make in (daily, weekly):
        assert (make(facts) is not None) == any_n


@given(facts=FACTS)
def test_every_figure_has_its_n_and_no_percentage_stands_alone(facts):
    """Per cent is written only as the ends of an interval, right after `k of n calls`; no subject holds a figure."""
    for report in filter(None, (daily(facts), weekly(facts))):
        said = words(report)
        for share in re.finditer(r"%", said):
            before = said[: share.start()].rpartition("\n")[2]
            assert re.search(r"\d+ of \d+ calls?, likely (about|between \d+ and) \d+\s$", before)
        assert "%" not in report.subject + report.lead.replace("\N{NO-BREAK SPACE}%", "")
        for met, n in re.findall(r"(\d+) of (\d+) calls?", said):
            assert int(met) <= int(n)
            assert int(n) > 0


@given(facts=FACTS)
def test_what_went_well_is_always_there_and_true(facts):
    """Words of a call where there are some, else a count that is above zero, else that they were there."""
    for report in filter(None, (daily(facts), weekly(facts))):
        well = report.sections[0]
        assert well.heading == "What went well"
        if facts.proofs:
            assert well.quotes[0].text == PROOF.quote
        else:
            counts = re.search(r"you did it in (\d+) of", well.words[0])
            assert counts is None or int(counts[1]) > 0


@given(facts=FACTS)
def test_at_most_one_moment_and_only_on_the_focus(facts):
    report = daily(facts)
    moments = [s for s in report.sections if s.heading == "One moment to look at"] if report else []
    assert len(moments) <= 1
    if moments:
        focus = facts.behaviours[0]
        assert facts.focus == FOCUS
        assert focus.now.met < focus.now.n
        assert moments[0].words[0].startswith(focus.title)


@given(facts=FACTS)
def test_the_same_facts_make_the_same_report(facts):
    assert daily(facts) == daily(facts)
    assert weekly(facts) == weekly(facts)


@example(facts=FULL)
@given(facts=FACTS)
def test_without_quotes_no_word_of_a_call_is_left(facts):
    for report in filter(None, (daily(facts), weekly(facts))):
        bare = report.without_quotes()
        assert not bare.calls
        for spoken in (PROOF.quote, MOMENT.customer, MOMENT.agent, MOMENT.better):
            assert spoken not in repr(bare)
        assert words(bare).startswith(words(report).split("\n")[0])


def facts(*rows: Behaviour, **more: object) -> Facts:
    return Facts("First 30 Seconds", DAY, DAY, 7, rows, **more)


def behaviour(key: str, now: Counted, beside: Counted = NONE, *, comparable: bool = True) -> Behaviour:
    return Behaviour(key, key.title(), now, beside, comparable=comparable)


def test_the_focus_leads():
    report = daily(
        facts(behaviour("opening", counted(7, 7)), behaviour(FOCUS, counted(2, 3), counted(9, 14)), focus=FOCUS)
    )
    assert report.subject == "First 30 Seconds: Monday 4 May"
    assert report.lead == "Your focus, Purpose: you did it in 2 of 3 calls."
    assert every_line(report) == [
        Line("Purpose", "2 of 3 calls", "this week so far 9 of 14 calls, likely between 40 and 80\N{NO-BREAK SPACE}%"),
        Line("Opening", "7 of 7 calls"),
    ]
    assert report.sections[0].words == ("Purpose: you did it in 2 of 3 calls.",)


@pytest.mark.parametrize(
    ("focus", "lead"),
    [
        (counted(0, 0), "Your focus, Purpose, did not come up."),
        (counted(0, 0, unscored=2), "Your focus, Purpose: the calls where it may have fitted could not be judged."),
        (counted(0, 1), "Your focus, Purpose: you did it in 0 of 1 call."),
    ],
)
def test_a_focus_without_figures_is_said_as_it_is(focus, lead):
    rows = (behaviour("opening", counted(0, 2, unscored=1)), behaviour(FOCUS, focus))
    report = daily(facts(*rows, focus=FOCUS))
    assert report.lead == lead
    assert weekly(facts(*rows, focus=FOCUS)).lead.startswith(lead[:-1])
    assert report.sections[0].words == ("You were there for customers in 7 calls.",)
    assert every_line(report)[-1].more == "1 more could not be judged"


def test_without_a_focus_it_says_how_many_calls():
    assert daily(facts(behaviour("opening", counted(1, 2)))).lead == "7 calls of yours were looked at."
    one = replace(facts(behaviour("opening", counted(1, 1))), calls=1)
    assert daily(one).lead == "1 call of yours was looked at."


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (counted(19, 20), counted(4, 20), "The week before it was 4 of 20 calls: more often now, and clearly so."),
        (counted(4, 20), counted(19, 20), "The week before it was 19 of 20 calls: less often now, and clearly so."),
        (counted(3, 5), counted(2, 5), "The week before it was 2 of 5 calls: no clear change."),
    ],
)
def test_a_week_is_up_or_down_only_where_it_is_clear(now, before, said):
    report = weekly(facts(behaviour(FOCUS, now, before), focus=FOCUS))
    assert report.lead.endswith(said)


def test_a_week_scored_by_another_version_claims_no_change():
    rows = (
        behaviour(FOCUS, counted(19, 20), counted(4, 20), comparable=False),
        behaviour("opening", counted(20, 20), counted(2, 20)),
    )
    report = weekly(facts(*rows, focus=FOCUS))
    assert report.lead.endswith("no clear change.")
    assert [line.more for line in every_line(report)] == [
        "the week before 4 of 20 calls",
        "the week before 2 of 20 calls, clearly more often now",
    ]


def test_a_week_lists_what_came_up_most_the_focus_first():
    rows = [behaviour(f"b{n}", counted(n, n), counted(n, n)) for n in range(1, 12)]
    report = weekly(facts(*rows, behaviour(FOCUS, counted(2, 3)), focus=FOCUS))
    assert report.lead == "Your focus, Purpose: you did it in 2 of 3 calls, too few to say more."
    assert [line.title for line in every_line(report)] == ["Purpose", *(f"B{n}" for n in range(11, 4, -1))]
    assert every_line(report)[0].more == ""
    assert every_line(weekly(facts(behaviour("a", counted(0, 9), counted(9, 9)))))[0].more.endswith(
        "clearly less often now"
    )


@given(counts=st.tuples(COUNTS, COUNTS), compared=st.integers(1, 40))
def test_more_behaviours_looked_at_never_make_a_change_clearer(counts, compared):
    """And turning the weeks around turns what is said around."""
    now, before = counts
    one, many = change(now, before), change(now, before, compared=compared)
    assert many in {one, Change.NOT_CLEAR}
    turned = {Change.UP: Change.DOWN, Change.DOWN: Change.UP, Change.NOT_CLEAR: Change.NOT_CLEAR}
    assert change(before, now) is turned[one]


def test_nothing_is_compared_with_fewer_than_one():
    with pytest.raises(ValueError, match="1 or more, got 0"):
        change(counted(1, 2), counted(1, 2), compared=0)


def test_an_interval_that_is_a_point_is_said_so():
    assert with_interval(Counted(5000, 5000, 0.999, 1.0)).endswith("likely about 100\N{NO-BREAK SPACE}%")


BERLIN = ZoneInfo("Europe/Berlin")


@given(at=st.times(), minutes=st.integers(0, 1439), day=st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_it_is_time_from_then_on_for_four_hours_of_the_same_day(at, minutes, day):
    local = datetime.combine(day, time(minutes // 60, minutes % 60), BERLIN)
    wanted = datetime.combine(day, at)
    assert is_time(at, local) == (wanted <= local.replace(tzinfo=None) < wanted + timedelta(hours=4))


@settings(max_examples=20)
@given(at=st.times(), day=st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 5, 4)]))
def test_somebody_who_looks_every_minute_meets_every_time(at, day):
    """Also on the days on which the clocks change; no time falls into a gap unless it is the last minute of the day."""
    midnight = datetime.combine(day, time(), BERLIN).astimezone(UTC)
    looks = [(midnight + timedelta(minutes=m)).astimezone(BERLIN) for m in range(26 * 60)]
    assert any(is_time(at, look) for look in looks if look.date() == day) or at > time(23, 59)


def test_an_hour_that_is_left_out_is_made_up_for_and_one_that_comes_twice_counts_once():
    """Half past two on the two days on which the clocks change."""
    spring = [datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)]
    assert [is_time(time(2, 30), look.astimezone(BERLIN)) for look in spring] == [False, True]
    autumn = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert is_time(time(2, 30), autumn.astimezone(BERLIN))
