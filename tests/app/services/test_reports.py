"""Choices are one's own; a roll-out is drawn once, kept, and never overrules a person."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from builders import NOW, publish
from coachloop.app.errors import NotYoursError, UnknownNameError, WrongStateError
from coachloop.app.models import Agent, AuditEntry, ReportChoice, RollOut, Site, Team
from coachloop.app.queries import report_choices
from coachloop.app.queries.report import shown_templates
from coachloop.app.queries.report_choices import Chosen
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services.reports import choose, roll_out, switch_on
from coachloop.core.coaching.report import Kind
from coachloop.core.model.letter import Ways

WAYS = Ways(personal=("mail", "chat"), shared=("room",))
DAILY = Chosen(Kind.DAILY, "manners", time(7, 30), ("mail",))
DAY = date(2026, 5, 11)


@pytest.fixture
def centre(cast):
    publish()
    return cast


def choosing(who, *chosen):
    choose(viewer=who, chosen=chosen, ways=WAYS, now=NOW)


def test_what_is_chosen_is_kept_and_in_the_audit_log(centre):
    choosing(centre.lea, DAILY)
    choosing(centre.lea, DAILY, Chosen(Kind.WEEKLY, "", time(9), ("chat",), on=False))
    found = {one.kind: one for one in report_choices.choices(centre.lea)}
    assert (found[Kind.DAILY].at, found[Kind.DAILY].ways, found[Kind.DAILY].title) == (
        time(7, 30),
        ("mail",),
        "Manners",
    )
    assert (found[Kind.WEEKLY].on, found[Kind.WEEKLY].ways) == (False, ("chat",))
    assert AuditEntry.objects.filter(action="report.choose", subject="report:daily:manners").count() == 2


def test_by_default_everything_is_on_the_page_alone(centre):
    for who, kinds in (
        (centre.lea, {"daily", "weekly"}),
        (centre.ada, {"plan", "moved"}),
        (centre.operations, {"monthly"}),
    ):
        found = report_choices.choices(who)
        assert {one.kind for one in found} == kinds
        assert all(one.on and not one.ways for one in found)
    assert report_choices.choices(OPERATOR) == []


def test_a_room_that_others_read_gets_no_persons_report(centre):
    with pytest.raises(UnknownNameError, match="choose among mail, chat, got room"):
        choosing(centre.lea, Chosen(Kind.DAILY, "manners", time(8), ("room",)))
    choosing(centre.operations, Chosen(Kind.MONTHLY, "", time(8), ("room",)))


@pytest.mark.parametrize(("kind", "template"), [(Kind.PLAN, ""), (Kind.MONTHLY, "")])
def test_nobody_chooses_what_is_not_for_their_role(centre, kind, template):
    with pytest.raises(NotYoursError):
        choosing(centre.lea, Chosen(kind, template, time(8)))


def test_the_command_line_and_unknown_templates_are_refused(centre):
    with pytest.raises(NotYoursError):
        choosing(OPERATOR, DAILY)
    with pytest.raises(UnknownNameError, match="no template nothing"):
        choosing(centre.lea, Chosen(Kind.DAILY, "nothing", time(8)))
    assert not ReportChoice.objects.exists()


def rolling(who, **change):
    given = {"template": "manners", "first_day": DAY, "weeks": 2, "now": NOW} | change
    return roll_out(viewer=who, **given)


def test_a_roll_out_is_drawn_once_kept_and_shown(centre):
    seen = report_choices.preview(centre.operations, template="manners", first_day=DAY, weeks=2)
    assert rolling(centre.operations) == seen
    (shown,) = report_choices.roll_outs(centre.qa_lead, today=DAY)
    assert (shown.seed, shown.decided_by) == (seen.seed, "Ola Brandt")
    assert [(one.starts_on, one.on) for one in shown.teams] == [(DAY, True), (DAY + timedelta(weeks=2), False)]
    assert report_choices.to_roll_out(centre.operations) == []
    with pytest.raises(WrongStateError, match="rolled out already"):
        rolling(centre.qa_lead)
    assert AuditEntry.objects.get(action="report.roll_out").detail["seed"] == seen.seed


def test_by_command_line_it_is_decided_by_nobody(centre):
    rolling(OPERATOR)
    assert report_choices.roll_outs(centre.operations, today=DAY)[0].decided_by == "command line"


@pytest.mark.parametrize("who", ["lea", "ada", "admin", "nobody"])
def test_only_who_runs_the_programme_rolls_out(centre, who):
    for act in (rolling, report_choices.to_roll_out, lambda one: report_choices.roll_outs(one, today=DAY)):
        with pytest.raises(NotYoursError):
            act(getattr(centre, who))


@pytest.mark.parametrize(
    ("change", "error"),
    [({"template": "none"}, UnknownNameError), ({"first_day": date(2026, 5, 10)}, WrongStateError), ({"weeks": 0}, WrongStateError)],
)  # fmt: skip
def test_what_makes_no_roll_out_is_refused(centre, change, error):
    with pytest.raises(error):
        rolling(centre.operations, **change)
    assert not RollOut.objects.exists()


def test_one_team_is_no_roll_out(centre):
    Agent.objects.filter(team__key="south").update(team=None)
    with pytest.raises(WrongStateError, match="two teams"):
        rolling(centre.operations)


@pytest.fixture
def started(centre):
    """North has its turn on Monday, south two weeks later; Sam of south signs in too."""
    sam = Agent.objects.get(key="sam")
    sam.user = centre.nobody.user
    sam.save()
    rolling(centre.operations)
    north = Team.objects.get(key="north")
    RollOut.objects.update(starts_on=DAY + timedelta(weeks=2))
    RollOut.objects.filter(team=north).update(starts_on=DAY)
    return centre


@pytest.mark.usefixtures("started")
def test_each_team_gets_it_on_its_day_and_once():
    assert [switch_on(now=NOW - timedelta(days=1)), switch_on(now=NOW), switch_on(now=NOW)] == [0, 2, 0]
    mine = {row.user.name: (row.on, row.ways) for row in ReportChoice.objects.select_related("user")}
    assert mine == {"Lea Rossi": (True, ["mail"]), "Tom Okafor": (True, ["mail"])}
    assert switch_on(now=NOW + timedelta(weeks=2)) == 1


def test_what_a_person_chose_stays(started):
    choosing(started.lea, Chosen(Kind.DAILY, "manners", time(8), on=False))
    assert switch_on(now=NOW) == 1
    assert not ReportChoice.objects.get(user=started.lea.user).on


@pytest.mark.usefixtures("started")
def test_a_day_begins_where_the_team_is():
    """When it is Sunday evening in Berlin, Monday has begun in Auckland."""
    far = Site.objects.create(name="Far", timezone="Pacific/Auckland")
    Team.objects.filter(key="north").update(site=far)
    sunday_evening = datetime(2026, 5, 10, 18, 0, tzinfo=UTC)
    assert switch_on(now=sunday_evening) == 2


def test_a_team_that_waits_does_not_see_it_and_nobody_sees_what_they_switched_off(started):
    lea, sam = Agent.objects.get(key="lea"), Agent.objects.get(key="sam")
    assert (shown_templates(lea, today=DAY), shown_templates(sam, today=DAY)) == (["manners"], [])
    assert shown_templates(sam, today=DAY + timedelta(weeks=2)) == ["manners"]
    choosing(started.lea, Chosen(Kind.DAILY, "manners", time(8), on=False))
    assert shown_templates(lea, today=DAY) == []
    assert viewer(started.lea.user).agent_id == lea.pk
