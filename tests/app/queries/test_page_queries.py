"""What pages read: narrowed to the viewer, and as many queries for many as for few."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coachloop.app.models import (
    Agent,
    Attendance,
    AuditEntry,
    Behaviour,
    DriftAlert,
    Gathering,
    Session,
    User,
)
from coachloop.app.queries import agent_page, audit_log, conversation, demo, heatmap, session_page, template_page, week
from coachloop.app.queries.conversation import Filters
from coachloop.app.queries.paging import cut
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.core.model.people import Role
from house import START, Clock, Houses, living_at
from web.cast import NORTH, SOUTH, Cast, coached, publish, standing_cast

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(houses: Houses) -> Iterator[Cast]:
    """Everybody, made once."""
    with houses.living_in("web", lambda: standing_cast(START)) as found, transaction.atomic(), living_at(Clock()):
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def today() -> date:
    """The site's day."""
    return timezone.localdate()


def count(read: Callable[[], object]) -> int:
    """How many queries it takes."""
    with CaptureQueriesContext(connection) as queries:
        read()
    return len(queries)


def test_everybody_sees_their_own_conversations(cast: Cast, today: date) -> None:
    def agents_seen(who: str) -> set[str]:
        them = viewer(User.objects.get(pk=cast.who(who).pk))
        shown = [conversation.conversations(them, Filters(), today=today, page=page) for page in range(1, 9)]
        return {row.agent_name for part in shown for row in part.rows}

    assert agents_seen("agent") == {"Lea Rossi"}
    assert agents_seen("leader") == set(NORTH.values())
    assert agents_seen("other_leader") == set(SOUTH.values())
    assert agents_seen("qa_lead") == set(NORTH.values()) | set(SOUTH.values())
    assert agents_seen("operations") == agents_seen("admin") == agents_seen("evaluator") == set()


def test_what_is_not_theirs_is_none(cast: Cast, today: date) -> None:
    ids = coached(cast)
    stranger = viewer(cast.other_leader)
    assert conversation.conversation(stranger, "lea-1") is None
    assert agent_page.agent_page(stranger, "lea", today=today) is None
    assert agent_page.trend(stranger, "lea", template="discovery", behaviour="open_questions", today=today) is None
    assert session_page.session(stranger, ids["planned"], today=today) is None
    assert session_page.follow_up(stranger, ids["follow_up"], today=today) is None
    assert session_page.next_session_id(stranger, "lea") is None


def test_a_leader_without_the_role_leads_nobody(cast: Cast, today: date) -> None:
    """The team alone is not enough."""
    cast.leader.grants.all().delete()
    found = week.week(viewer(cast.leader), today=today)
    assert (found.agents, found.teams, found.to_coach) == (0, (), ())


def test_the_audit_log_is_the_admins(cast: Cast) -> None:
    assert audit_log.entries(viewer(cast.admin)).total == AuditEntry.objects.count() > 0
    assert audit_log.entries(viewer(cast.qa_lead)).rows == []


def test_twice_the_agents_take_no_more_queries(cast: Cast, today: date) -> None:
    qa = viewer(cast.qa_lead)
    week.week(qa, team="south", today=today)  # the centre's counts are kept for whoever looks next
    assert count(lambda: week.week(qa, team="south", today=today)) == count(
        lambda: week.week(qa, team="north", today=today)
    )
    leader, other = viewer(cast.leader), viewer(cast.other_leader)
    heatmap.heatmap(leader, days=28, today=today)
    assert count(lambda: heatmap.heatmap(leader, days=28, today=today)) == count(
        lambda: heatmap.heatmap(other, days=28, today=today)
    )


def test_a_planned_session_more_takes_no_more_queries(cast: Cast, today: date) -> None:
    coached(cast)
    leader = viewer(cast.leader)
    before = count(lambda: week.week(leader, today=today))
    week_before = week.week(leader, today=today)
    cast_agents = {row.session_id for row in week_before.under_way}
    assert len(cast_agents) == 2
    assert before <= 31


def test_too_many_agents_are_shown_a_team_at_a_time(cast: Cast, today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heatmap, "MOST_ROWS", 3)
    qa = viewer(cast.qa_lead)
    assert heatmap.heatmap(qa, days=28, today=today).team == "north"
    assert heatmap.heatmap(qa, heatmap.Asked(team="south"), days=28, today=today).team == "south"
    pages = [
        heatmap.heatmap(qa, heatmap.Asked(team=heatmap.ALL_TEAMS, page=page), days=28, today=today).page
        for page in (1, 2, 3, 99)
    ]
    assert [(len(page.rows), page.number, page.pages, page.total) for page in pages] == [
        (3, 1, 3, 7), (3, 2, 3, 7), (1, 3, 3, 7), (1, 3, 3, 7),
    ]  # fmt: skip
    assert len({row.key for page in pages for row in page.rows}) == 7


@pytest.mark.usefixtures("cast")
def test_the_trend_counts_weeks_from_monday(today: date) -> None:
    trend = agent_page.trend(OPERATOR, "lea", template="discovery", behaviour="open_questions", today=today)
    assert len(trend.points) == 12
    assert {point.week.isoweekday() for point in trend.points} == {1}
    assert trend.points[-1].week <= today
    assert sum(point.n for point in trend.points) == 24
    assert all(p.low - 1e-9 <= (p.rate or 0) <= p.high + 1e-9 for p in trend.points if p.n)


def test_the_trend_says_what_happened_when(cast: Cast, today: date) -> None:
    """A session, a huddle they were at, and a slip: each in its week, what was missed or was of others not."""
    lea, behaviour = Agent.objects.get(key="lea"), Behaviour.objects.get(key="open_questions")
    day = {"agent": lea, "behaviour": behaviour}
    now, last_week = cast.now, today - timedelta(days=7)
    Session.objects.create(**day, kind="performance", status="imported", held_on=last_week, created_at=now)
    DriftAlert.objects.create(
        **day, onset=today, signalled_on=today, raised_at=now, met=1, n=9, low=0.0, high=0.4, baseline=0.8
    )
    for present in (True, False):
        told = {"kind": "huddle", "behaviour": behaviour, "held_on": last_week, "minutes": 5, "created_at": now}
        Attendance.objects.create(gathering=Gathering.objects.create(**told), agent=lea, present=present)
    *_, before, this = agent_page.trend(
        OPERATOR, "lea", template="discovery", behaviour="open_questions", today=today
    ).points
    assert before.marks == ((last_week, "huddle"), (last_week, "session"))
    assert this.marks == ((today, "slipped"),)


def test_what_went_well_is_never_the_same_words_twice(cast: Cast, today: date) -> None:
    page = agent_page.agent_page(viewer(cast.agent), "lea", today=today)
    quotes = [each.quote for each in page.went_well]
    assert len(quotes) == len(set(quotes)) == 3


def test_a_template_says_what_each_behaviour_waits_for(cast: Cast) -> None:
    now = cast.now + timedelta(seconds=1)
    publish(NEW, now)
    found = {each.definition.key: each.waits_for for each in template_page.template(OPERATOR, "fresh").behaviours}
    assert found == {"polite": "the first conversations"}
    discovery = {b.definition.key: b for b in template_page.template(OPERATOR, "discovery").behaviours}
    assert discovery["pain_mirror"].waits_for == "a learned scorer or a judge"
    assert discovery["open_questions"].scored
    assert template_page.template(OPERATOR, "none") is None


def test_a_draft_and_imported_scores_have_no_text_to_show(cast: Cast) -> None:
    assert cast
    row = Behaviour.objects.get(key="open_questions").template
    row.current = None
    row.save()
    shown = template_page.template(OPERATOR, "discovery")
    assert (shown.version, shown.behaviours) == (None, ())
    assert {line.key: line.version for line in template_page.templates(OPERATOR)} == {
        "discovery": None,
        "first-30-seconds": 1,
    }


@pytest.mark.parametrize("page", [-5, 0, 1, 2, 99])
def test_a_page_is_always_one_that_exists(cast: Cast, page: int) -> None:
    assert cast
    part = cut(Behaviour.objects.order_by("id"), page, list, size=4)
    assert 1 <= part.number <= part.pages == 2
    assert len(part.rows) == (4 if part.number == 1 else part.total - 4)
    assert (part.previous, part.following) == ((None, 2) if part.number == 1 else (1, None))


def test_the_demo_picks_somebody_with_something_to_see(cast: Cast) -> None:
    assert demo.person_in(Role.TEAM_LEADER) == cast.leader
    assert demo.person_in(Role.AGENT) == cast.agent
    User.objects.filter(pk=cast.admin.pk).update(is_active=False)
    assert demo.person_in(Role.ADMIN) is None


NEW = """
key: fresh
title: Fresh
applies_to: {channel: [chat]}
behaviours:
  - key: polite
    title: Is polite
    question: Was the agent polite?
    score_with: [{phrases: {any: [please]}}]
"""
