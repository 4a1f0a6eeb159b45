"""How far the rules were kept in a month: each figure from what was done, with what it is of."""

from datetime import date, timedelta

import pytest

from app.queries.kept import closed, coach, gather
from builders import NOW, calls, publish, score, take
from coachloop.app.errors import NotYoursError
from coachloop.app.models import Agent, Behaviour, Dispute, Focus, Session, Suggested, Verdict
from coachloop.app.queries.coverage import Kept, Of, Spent, coverage, month_end
from coachloop.app.services import coaching, confirming
from coachloop.core.coaching.agreement import DidWork
from coachloop.core.coaching.gathering import GatheringKind

MAY = date(2026, 5, 1)
TODAY = NOW.date()
LATER = date(2026, 5, 30)
"""When every clock of the month is over."""


@pytest.fixture
def centre(cast):
    """Lea and Tom of north have certain gaps; day 0 is Monday the 11th, the fifth working day Tuesday the 19th."""
    publish()
    take(*calls("lea", 1, 20), *calls("tom", 8, 20))
    score()
    return cast


def month(cast, *, today=LATER) -> dict[str, Kept]:
    found = coverage(cast.operations, first_day=MAY, today=today)
    return {row.name: row for row in (*found.teams, found.total)}


def test_a_month_in_which_nothing_was_done(centre):
    """Every team has its row; none is made up for those without a team."""
    found = month(centre)
    assert set(found) == {"North", "South", ""}
    assert found["South"] == Kept(
        "South", Of(), 0, 0, *([Of()] * 7), too_early=0, performance=0, developmental=0, sessions=Spent(), huddles=Spent(),
        workshops=Spent(), decided_in_time=Of(),
    )  # fmt: skip
    assert (month_end(date(2026, 2, 1)), month_end(date(2028, 2, 1))) == (date(2026, 2, 28), date(2028, 2, 29))


def test_five_days_are_counted_once_they_are_over_or_kept(centre):
    coach(centre, "lea", held_on=TODAY)
    coaching.accept_focus(viewer=centre.ada, agent_key="tom", now=NOW)
    assert month(centre, today=date(2026, 5, 19))["North"].in_time == Of(1, 1)
    assert month(centre, today=date(2026, 5, 20))["North"].in_time == Of(1, 2)
    assert month(centre)["South"].in_time == Of(0, 0)


DUE = date(2026, 5, 19)


def ignored(*, what="greets", due=DUE, **more):
    """A suggestion for Lea that was shown until the end of the month."""
    given = {"clock_day": date(2026, 5, 11), "first_suggested_on": date(2026, 5, 12), "last_suggested_on": LATER}
    lea, behaviour = Agent.objects.get(key="lea"), Behaviour.objects.get(key=what)
    return Suggested.objects.create(**{**given, "agent": lea, "behaviour": behaviour, "due_on": due, **more})


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ({}, 1),
        ({"ended_on": date(2026, 5, 20), "how": "gap_gone"}, 1),
        ({"ended_on": date(2026, 5, 20), "how": "other_focus"}, 1),
        ({"ended_on": DUE, "how": "gap_gone"}, 0),
        ({"ended_on": DUE, "how": "other_focus"}, 0),
        ({"ended_on": date(2026, 5, 20), "how": "taken"}, 0),
        ({"last_suggested_on": date(2026, 5, 18)}, 0),
    ],
)
def test_a_suggestion_that_nobody_took_up_is_due_and_not_in_time(cast, more, due):
    """What was taken up late counts with its focus; what was gone, or shown no more, when it ran out does not."""
    publish()
    ignored(**more)
    found = month(cast)
    assert [(found[name].in_time, found[name].unheard) for name in ("North", "")] == [(Of(0, due), due)] * 2
    assert (found["South"].in_time, month(cast, today=DUE)[""].in_time) == (Of(), Of())


def test_whoever_waits_counts_once(cast):
    """Two gaps that stood at a time are one wait; one that came after the first was over is another."""
    publish()
    first = ignored(ended_on=date(2026, 5, 20), how="gap_gone")
    later = ignored(what="value_first", due=date(2026, 5, 26), first_suggested_on=date(2026, 5, 18))
    assert month(cast)["North"].in_time == Of(0, 1)
    Suggested.objects.filter(pk=first.pk).update(ended_on=None, how="")
    ignored(what="warmth")
    assert month(cast)["North"].in_time == Of(0, 1)
    Suggested.objects.exclude(pk=later.pk).update(ended_on=date(2026, 5, 20), how="taken")
    assert month(cast)["North"].in_time == Of(0, 0)
    Suggested.objects.filter(pk=later.pk).update(first_suggested_on=date(2026, 5, 21))
    assert month(cast)["North"].in_time == Of(0, 1)


def test_agents_without_a_team_wait_too(cast):
    publish()
    ignored()
    Agent.objects.filter(key="lea").update(team=None)
    assert month(cast)["no team"].unheard == 1


def test_a_session_after_the_fifth_day_is_late(centre):
    coach(centre, "lea", held_on=date(2026, 5, 20))
    kept = month(centre)["North"]
    assert (kept.in_time, kept.held) == (Of(0, 1), 1)


def test_what_sessions_left_behind(centre):
    """Evidence is of the performance sessions, agreement and the agent's word of all."""
    lea = coach(centre, "lea", held_on=TODAY)
    coach(centre, "tom", held_on=TODAY)
    confirming.confirm_session(viewer=centre.lea, session_id=lea.pk, now=NOW)
    tom = Session.objects.get(agent__key="tom")
    confirming.contest_session(viewer=centre.tom, session_id=tom.pk, words="Not that", now=NOW)
    coach(centre, "sam", held_on=TODAY, developmental=True)
    Session.objects.filter(pk=lea.pk).update(minutes=14)
    found = month(centre)
    north, total = found["North"], found[""]
    assert (north.evidence, north.agreement, north.confirmed, north.contested) == (
        Of(2, 2),
        Of(2, 2),
        Of(1, 2),
        Of(1, 2),
    )
    assert (total.evidence, total.agreement, total.performance, total.developmental) == (Of(2, 2), Of(3, 3), 2, 1)
    assert (north.sessions, total.sessions) == (Spent(14, 1, 2), Spent(14, 1, 3))
    Focus.objects.update(example=None)
    Focus.objects.filter(agent__key="tom").update(leaders_account="She said, he said.")
    assert month(centre)["North"].evidence == Of(1, 2)


def test_follow_ups_in_time_late_and_still_to_judge(centre):
    """Due on the 18th: closed that day; or waiting, which is late from the fifth working day on, the 26th after Whit Monday."""
    lea, tom = coach(centre, "lea", held_on=TODAY), coach(centre, "tom", held_on=TODAY)
    closed(centre, lea, on=date(2026, 5, 18), worked=DidWork.YES)
    kept = month(centre, today=date(2026, 5, 25))["North"]
    assert (kept.looked_back, kept.looked_back_in_time, kept.worked) == (Of(1, 2), Of(1, 1), Of(1, 1))
    assert month(centre, today=date(2026, 5, 26))["North"].looked_back_in_time == Of(1, 2)
    assert month(centre, today=date(2026, 5, 17))["North"].looked_back == Of(0, 0)
    closed(centre, tom, on=date(2026, 5, 27), worked=DidWork.TOO_EARLY)
    kept = month(centre)["North"]
    assert (kept.looked_back_in_time, kept.worked, kept.too_early) == (Of(1, 2), Of(1, 2), 1)


def test_a_huddle_of_two_teams_counts_for_each_and_once_for_all(centre):
    gather(centre, GatheringKind.HUDDLE, ("lea", "tom"), came=("lea", "sam"), minutes=6)
    gather(centre, GatheringKind.WORKSHOP, ("lea", "tom"), came=("tom",), minutes=45)
    found = month(centre)
    assert [found[name].huddles for name in ("North", "South", "")] == [Spent(6, 1, 1)] * 3
    assert [found[name].workshops.minutes for name in ("North", "South", "")] == [45, 0, 45]


def test_agents_without_a_team_have_a_row_of_their_own(centre):
    coach(centre, "lea", held_on=TODAY)
    Agent.objects.filter(key="lea").update(team=None)
    found = month(centre)
    assert (found["no team"].held, found["North"].held, found[""].held) == (1, 0, 1)


def test_a_share_is_said_of_enough_alone():
    assert (Of(9, 9).share, Of(8, 10).share) == (None, 0.8)


def test_it_is_for_operations_alone(cast):
    for viewer in (cast.ada, cast.qa_lead, cast.lea, cast.admin, cast.nobody):
        with pytest.raises(NotYoursError, match="for operations"):
            coverage(viewer, first_day=MAY, today=TODAY)


def test_another_month_holds_none_of_it(centre):
    coach(centre, "lea", held_on=TODAY)
    gather(centre, GatheringKind.HUDDLE, ("lea",), came=("lea",), minutes=6)
    june = coverage(centre.operations, first_day=date(2026, 6, 1), today=date(2026, 7, 1)).total
    assert (june.held, june.in_time, june.huddles, june.looked_back) == (0, Of(), Spent(), Of())


def test_disputes_are_decided_in_time_late_or_not_at_all(centre):
    """Raised on the 11th they are due on the 19th: one decided that day, one the day after, one waits, one was taken back."""
    rows = Verdict.objects.filter(behaviour__key="greets", outcome="not_met").order_by("pk")
    agent = Agent.objects.get(key="lea")
    for number, row in enumerate(rows.select_related("attempt__evaluation")[:4]):
        Dispute.objects.create(
            conversation_id=row.attempt.evaluation.conversation_id, behaviour_id=row.behaviour_id, agent=agent, verdict=row,
            outcome="not_met", words="No.", raised_at=NOW, decide_by=DUE,
            **({"withdrawn_at": NOW} if number == 3 else {}),
            **({"decided_at": NOW + timedelta(days=8 + number), "decision": "upheld", "reason": "So."} if number < 2 else {}),
        )  # fmt: skip
    assert month(centre)["North"].decided_in_time == Of(1, 3)
    assert month(centre, today=DUE)["North"].decided_in_time == Of(1, 2), "what waits may still be decided in time"
    assert month(centre)["South"].decided_in_time == Of()
