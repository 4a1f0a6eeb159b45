"""Who is away: the clock waits for agents, and somebody stands in for leaders."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from builders import NOW, lines, reasons
from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Absence, Agent, AuditEntry, Focus, LeaderAbsence, StandIn
from coachloop.app.queries import away, viewing
from coachloop.app.services.absences import (
    Days,
    add_absence,
    import_absences,
    import_closures,
    leader_away,
    leader_back,
    remove_absence,
)
from coachloop.core.model.wire import AbsenceLine

WEEK = Days(date(2026, 5, 18), date(2026, 5, 19))
ROW = {"agent_id": "lea", "first_day": "2026-05-18", "last_day": "2026-05-19"}


@pytest.fixture
def focus(cast):  # noqa: ARG001 -- the people
    """Lea's, whose clock began on Monday 11 May: with Ascension Day it is due on the 19th."""
    from coachloop.app.models import Behaviour, Template  # noqa: PLC0415

    template = Template.objects.create(key="t", title="T")
    behaviour = Behaviour.objects.create(template=template, key="b", title="B", position=0)
    return Focus.objects.create(
        agent=Agent.objects.get(key="lea"), behaviour=behaviour, reason="r", clock_day=NOW.date(),
        due_on=date(2026, 5, 19), opened_at=NOW,
    )  # fmt: skip


def took(*documents):
    return import_absences(lines(*documents), viewer=viewing.OPERATOR, now=NOW)


def test_a_file_of_absences_comes_in_and_a_clock_that_runs_is_read_anew(focus):
    """Twice is once; what is wrong is refused by itself, with the reason."""
    wrong = [{**ROW, "agent_id": "nobody"}, {**ROW, "last_day": "2026-05-17"}, {**ROW, "first_day": "soon"}]
    receipt = took(ROW, *wrong)
    assert (receipt.received, receipt.accepted, len(receipt.refused)) == (4, 1, 3)
    assert [said.split(";")[0].split(" (")[0] for said in reasons(receipt)] == [
        "no agent 'nobody'",
        "last_day must be from first_day",
        "first_day: should be a day such as 2026-01-31, got 'soon'",
    ]
    focus.refresh_from_db()
    assert focus.due_on == date(2026, 5, 21)
    again = took(ROW)
    assert (again.accepted, again.duplicates) == (0, 1)
    assert Absence.objects.count() == 1


def test_a_day_on_which_the_site_is_closed_does_not_count(focus):
    """Twice is once; every open clock is read anew."""
    rows = [{"day": "2026-05-15", "name": "Move"}, {"day": "2026-05-15"}, {"name": "no day"}]
    receipt = import_closures(lines(*rows), viewer=viewing.OPERATOR, now=NOW)
    assert (receipt.accepted, receipt.duplicates, reasons(receipt)) == (1, 1, ["day: is missing"])
    focus.refresh_from_db()
    assert focus.due_on == date(2026, 5, 20)


@given(
    first=st.dates(date(2026, 1, 1), date(2027, 1, 1)) | st.dates(),
    last=st.dates(date(2025, 12, 1), date(2031, 1, 1)) | st.dates(),
)
def test_an_absence_ends_after_it_begins_and_within_three_years(first, last):
    right = 0 <= (last - first).days <= 1096
    try:
        AbsenceLine(agent_id="lea", first_day=first, last_day=last)
    except ValidationError:
        assert not right
    else:
        assert right


def test_a_leader_notes_that_an_agent_is_away_and_takes_it_out_again(cast, focus):
    absence = add_absence(viewer=cast.ada, agent_key="lea", days=WEEK, now=NOW)
    focus.refresh_from_db()
    assert focus.due_on == date(2026, 5, 21)
    assert [row.agent_name for row in away.away(cast.ada, today=NOW.date()).agent_days] == ["Lea"]
    with pytest.raises(WrongStateError, match="noted already"):
        add_absence(viewer=cast.ada, agent_key="lea", days=WEEK, now=NOW)
    with pytest.raises(WrongStateError, match="the last day must be from 19 May 2026"):
        add_absence(viewer=cast.ada, agent_key="lea", days=Days(WEEK.last, WEEK.first), now=NOW)
    remove_absence(viewer=cast.ada, absence_id=absence.pk, now=NOW)
    focus.refresh_from_db()
    assert focus.due_on == date(2026, 5, 19)
    assert AuditEntry.objects.filter(action__startswith="absence.").count() == 2


def test_nobody_else_notes_it(cast):
    absence = Absence.objects.create(agent=Agent.objects.get(key="lea"), first_day=WEEK.first, last_day=WEEK.last)
    for who in (cast.ben, cast.operations, cast.admin):
        with pytest.raises(Agent.DoesNotExist):
            add_absence(viewer=who, agent_key="lea", days=WEEK, now=NOW)
        with pytest.raises(Absence.DoesNotExist):
            remove_absence(viewer=who, absence_id=absence.pk, now=NOW)
    for who in (cast.lea, cast.qa_lead):
        with pytest.raises(NotYoursError):
            add_absence(viewer=who, agent_key="lea", days=WEEK, now=NOW)


def test_somebody_stands_in_for_a_leader_and_the_clock_does_not_wait(cast, focus):
    """Ben leads north on exactly these days; Lea's due day stays."""
    leader_away(viewer=cast.ada, leader_id=cast.ada.user.pk, days=WEEK, stand_in_id=cast.ben.user.pk, now=NOW)
    focus.refresh_from_db()
    assert focus.due_on == date(2026, 5, 19)
    for day, teams in ((17, {"south"}), (18, {"north", "south"}), (19, {"north", "south"}), (20, {"south"})):
        ben = viewing.viewer(cast.ben.user, now=NOW.replace(day=day))
        assert {team.key for team in viewing.teams(ben)} == teams
    seen = away.away(cast.operations, today=NOW.date())
    assert [(row.leader, row.teams, row.by) for row in seen.leader_days] == [("Ada Lindholm", "North", "Ben Moreau")]
    assert seen.agents == ()
    assert away.away(cast.ben, today=NOW.date()).leader_days == ()


def test_back_early_nobody_stands_in_any_more(cast):
    for who, day in ((cast.ada, 18), (cast.operations, 11)):
        absence = leader_away(
            viewer=cast.admin, leader_id=cast.ada.user.pk, days=WEEK, stand_in_id=cast.ben.user.pk, now=NOW
        )
        leader_back(viewer=who, absence_id=absence.pk, now=NOW.replace(day=day))
        assert not StandIn.objects.exists()
        assert not LeaderAbsence.objects.exists()
    days = Days(date(2026, 5, 11), date(2026, 5, 19))
    absence = leader_away(viewer=cast.ada, leader_id=cast.ada.user.pk, days=days, stand_in_id=cast.ben.user.pk, now=NOW)
    leader_back(viewer=cast.ada, absence_id=absence.pk, now=NOW.replace(day=13))
    assert StandIn.objects.get().last_day == LeaderAbsence.objects.get().last_day == date(2026, 5, 12)


def test_who_can_stand_in(cast):
    """Another leader who is there; a second choice takes the first one's place."""

    def stands(user, days=WEEK):
        return leader_away(viewer=cast.ada, leader_id=cast.ada.user.pk, days=days, stand_in_id=user.pk, now=NOW)

    with pytest.raises(WrongStateError, match="whom you chose is no team leader here"):
        stands(cast.qa_lead.user)
    with pytest.raises(WrongStateError, match="nobody stands in for themselves"):
        stands(cast.ada.user)
    LeaderAbsence.objects.create(user=cast.ben.user, first_day=WEEK.last, last_day=WEEK.last)
    with pytest.raises(WrongStateError, match="Ben Moreau is away in these days too"):
        stands(cast.ben.user)
    with pytest.raises(WrongStateError, match="these days are over"):
        stands(cast.ben.user, Days(date(2026, 5, 4), date(2026, 5, 10)))
    assert not StandIn.objects.exists()
    for who in (cast.ben, cast.lea, cast.qa_lead, cast.nobody):
        with pytest.raises(NotYoursError):
            leader_away(viewer=who, leader_id=cast.ada.user.pk, days=WEEK, now=NOW)


def test_absences_end_so_that_a_clock_can(cast, focus):
    """One after the other, each of three years, they would leave the agent's clock, and the leader's week, without an end."""
    chain = [{"first_day": f"{year}-01-01", "last_day": f"{year + 2}-12-31"} for year in (2026, 2029, 2032, 2035, 2038)]
    receipt = took(*({**ROW, **days} for days in chain))
    assert (receipt.accepted, len(receipt.refused)) == (1, 4)
    assert "at most three years ahead, by 2029-05-11; got 2031-12-31" in reasons(receipt)[0]
    far = Days(date(2029, 5, 11), date(2029, 5, 12))
    with pytest.raises(WrongStateError, match="choose days up to 11 May 2029"):
        add_absence(viewer=cast.ada, agent_key="lea", days=far, now=NOW)
    focus.refresh_from_db()
    assert focus.due_on == date(2029, 1, 8)
