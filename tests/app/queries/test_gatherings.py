from datetime import timedelta

import pytest

from builders import NOW, agreement, calls, publish, score, take
from coachloop.app.models import Agent
from coachloop.app.queries import gatherings as queries
from coachloop.app.queries import session_page
from coachloop.app.queries.agent_page import agent_page
from coachloop.app.queries.gatherings import Contact
from coachloop.app.services import coaching
from coachloop.app.services.gatherings import Held, Wanted, cancel_gathering, hold_gathering, plan_gathering
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.stats.proportions import wilson

TODAY = NOW.date()
LATER = TODAY + timedelta(7)


def plan(cast, *, agents=("lea", "tom"), behaviour="greets", planned_for=None):
    wanted = Wanted(GatheringKind.HUDDLE, "manners", behaviour, agents, planned_for=planned_for, note="PRIVATE")
    return plan_gathering(viewer=cast.ada, wanted=wanted, now=NOW)


def hold(cast, row, *, came=("lea", "tom"), held_on=TODAY):
    return hold_gathering(viewer=cast.ada, gathering_id=row.pk, held=Held(held_on, came, 5), now=NOW)


@pytest.fixture
def held(cast):
    """A huddle held today: Lea did it in 2 of 20 before and in 9 of 10 since, Tom in 5 of 5 and 1 of 2."""
    publish()
    take(*calls("lea", 2, 20), *calls("tom", 5, 5))
    for agent, met, of in (("lea", 9, 10), ("tom", 1, 2)):
        take(*({**one, "id": f"since-{one['id']}"} for one in calls(agent, met, of, at=NOW + timedelta(3))))
    score(now=NOW + timedelta(4))
    return hold(cast, plan(cast))


def test_those_who_came_are_counted_together(cast, held):
    page = queries.gathering(cast.ada, held.pk, today=LATER)
    assert (page.before.met, page.before.n, page.since.met, page.since.n) == (7, 25, 10, 12)
    low, high = wilson(10, 12)
    assert (page.since.low, page.since.high) == (float(low), float(high))
    rows = [(one.key, one.before.met, one.before.n, one.since.met, one.since.n) for one in page.people]
    assert rows == [("lea", 2, 20, 9, 10), ("tom", 5, 5, 1, 2)]


def test_who_was_not_there_is_not_counted(cast, held):  # noqa: ARG001 -- its calls are
    page = queries.gathering(cast.ada, hold(cast, plan(cast), came=("tom",)).pk, today=LATER)
    assert (page.before.met, page.before.n) == (5, 5)
    assert [(one.key, one.present, one.since is None) for one in page.people] == [
        ("lea", False, True),
        ("tom", True, False),
    ]


def test_one_by_one_is_for_their_leader_alone(cast, held):
    adviser = queries.gathering(cast.qa_lead, held.pk, today=LATER)
    assert (adviser.people, adviser.note, adviser.may_act, adviser.since.n) == ((), "", False, 12)
    operations = queries.gathering(cast.operations, held.pk, today=LATER)
    assert (operations.people, operations.since, operations.too_few) == ((), None, True)
    for viewer in (cast.ben, cast.lea, cast.evaluator, cast.admin, cast.nobody):
        assert queries.gathering(viewer, held.pk, today=LATER) is None
        assert queries.gatherings(viewer) == ()


def test_before_it_is_held_there_is_nothing_to_compare(cast):
    publish()
    page = queries.gathering(cast.ada, plan(cast).pk, today=TODAY)
    assert (page.before, page.since, page.too_few, page.may_act) == (None, None, False, True)


def test_the_list_begins_with_what_is_still_to_be_held(cast, held):
    waits, off = plan(cast), plan(cast)
    cancel_gathering(viewer=cast.ada, gathering_id=off.pk, now=NOW)
    rows = queries.gatherings(cast.ada)
    assert [row.id for row in rows] == [waits.pk, off.pk, held.pk]
    assert [(row.invited, row.came) for row in rows] == [(2, 0), (2, 0), (2, 2)]
    assert queries.gatherings(cast.operations) == rows


def test_an_agent_sees_what_they_are_asked_to(cast):
    publish()
    soon = plan(cast, planned_for=NOW + timedelta(2))
    open_ = plan(cast, agents=("lea",))
    page = agent_page(cast.lea, "lea", today=TODAY)
    assert [row.id for row in page.invitations] == [soon.pk, open_.pk]
    assert [row.id for row in agent_page(cast.tom, "tom", today=TODAY).invitations] == [soon.pk]
    assert agent_page(cast.ada, "lea", today=TODAY).invitations == ()


def test_on_the_focus_it_counts_as_contact_on_another_behaviour_not(cast):
    publish()
    take(*calls("lea", 2, 20))
    score()
    focus = coaching.accept_focus(viewer=cast.ada, agent_key="lea", now=NOW - timedelta(3))
    session = focus.sessions.get()
    hold(cast, plan(cast), held_on=TODAY - timedelta(7))
    on_it, other = plan(cast), plan(cast, behaviour="value_first")
    hold(cast, on_it, came=("lea",))
    hold(cast, other)
    hold(cast, plan(cast), came=("tom",))
    day = TODAY - timedelta(1)
    coaching.hold_session(viewer=cast.ada, session_id=session.pk, agreement=agreement(day), held_on=day, now=NOW)
    met = (Contact(day, "session", session.pk), Contact(TODAY, "huddle"))
    assert agent_page(cast.ada, "lea", today=TODAY).focus.contacts == met
    assert session_page.session(cast.lea, session.pk, today=TODAY).contacts == met
    assert queries.contacts(None) == ()
    people = queries.gathering(cast.ada, on_it.pk, today=TODAY).people
    assert [(one.key, one.contact) for one in people] == [("lea", True), ("tom", False)]
    assert not any(one.contact for one in queries.gathering(cast.ada, other.pk, today=TODAY).people)
    focus.closed_at = NOW - timedelta(1)
    focus.save()
    focus.refresh_from_db()
    assert queries.contacts(focus) == met[:1]


def test_what_a_new_one_may_be_about(cast):
    publish()
    found = queries.choices(cast.ada)
    assert found.agents == (("lea", "Lea"), ("tom", "Tom"))
    assert found.behaviours[0][0] == "Manners"
    assert found.behaviours[0][1][0] == ("manners/greets", "Greets")
    Agent.objects.update(team=None)
    assert queries.choices(cast.ada).agents == ()
    assert queries.choices(cast.qa_lead).agents == ()
