"""Where agents belong: calls that name no team are where the agent was on that day."""

from datetime import date, timedelta

import pytest

from app.conftest import Cast
from builders import NOW, call, publish, score, take
from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Agent, AgentDay, Conversation, DirtyDay, Membership, Team
from coachloop.app.services import memberships
from coachloop.app.services.memberships import join_team, place_calls, remove_membership, settle
from coachloop.app.services.rollups import refresh_rollups

TODAY = NOW.date()


def join(cast: Cast, move: str, first: date | None, *, last: date | None = None) -> bool:
    """Put somebody into a team: `lea south`."""
    agent, team = move.split()
    changed = join_team(
        viewer=cast.admin, agent_id=Agent.objects.get(key=agent).pk, team_id=Team.objects.get(key=team).pk,
        first_day=first, last_day=last, now=NOW,
    )  # fmt: skip
    place_calls()
    return changed


def team_of(key: str) -> str | None:
    """Where a call is counted."""
    team = Conversation.objects.select_related("team").get(key=key).team
    return team.key if team else None


def test_they_move_on_a_day_and_were_where_they_were(cast: Cast) -> None:
    assert join(cast, "lea south", TODAY - timedelta(5))
    assert not join(cast, "lea south", TODAY - timedelta(5))
    rows = Membership.objects.order_by("first_day").values_list("team__key", "first_day", "last_day")
    assert set(rows) == {("north", None, TODAY - timedelta(6)), ("south", TODAY - timedelta(5), None)}
    assert Agent.objects.get(key="lea").team == Team.objects.get(key="south")


def test_a_move_that_is_to_come_happens_on_its_day(cast: Cast) -> None:
    join(cast, "lea south", TODAY + timedelta(3))
    assert Agent.objects.get(key="lea").team == Team.objects.get(key="north")
    assert settle(now=NOW + timedelta(2)) == 0
    assert settle(now=NOW + timedelta(3)) == 1
    assert settle(now=NOW + timedelta(3)) == 0
    assert Agent.objects.get(key="lea").team == Team.objects.get(key="south")


def test_calls_that_name_no_team_are_where_the_agent_was(cast: Cast) -> None:
    publish()
    take(call("old", at=NOW - timedelta(9), team=None), call("new", at=NOW - timedelta(2), team=None))
    take(call("named", at=NOW - timedelta(2), team="north"))
    score()
    join(cast, "lea south", TODAY - timedelta(5))
    assert [team_of(key) for key in ("old", "new", "named")] == ["north", "south", "north"]
    score()
    assert {*AgentDay.objects.values_list("day", "team__key")} == {
        (TODAY - timedelta(9), "north"), (TODAY - timedelta(2), "north"), (TODAY - timedelta(2), "south")
    }  # fmt: skip
    take(call("late", at=NOW - timedelta(8), team=None), call("later", at=NOW - timedelta(1), team=None))
    take(call("undated", at=None, team=None))
    assert [team_of(key) for key in ("late", "later", "undated")] == ["north", "south", "south"]


def test_a_call_of_another_team_moves_nobody_whose_team_is_written_down(cast: Cast) -> None:
    join(cast, "lea north", TODAY - timedelta(30))
    take(call("elsewhere", team="south"))
    assert (team_of("elsewhere"), Agent.objects.get(key="lea").team_id) == ("south", Team.objects.get(key="north").pk)
    take(call("theirs", agent="tom", team="south"))
    assert Agent.objects.get(key="tom").team == Team.objects.get(key="south")


def test_a_mistake_is_taken_out(cast: Cast) -> None:
    take(call("new", at=NOW - timedelta(2), team=None))
    join(cast, "lea south", TODAY - timedelta(5))
    wrong = Membership.objects.get(team__key="south")
    with pytest.raises(NotYoursError):
        remove_membership(viewer=cast.ada, membership_id=wrong.pk, now=NOW)
    remove_membership(viewer=cast.admin, membership_id=wrong.pk, now=NOW)
    place_calls()
    assert (team_of("new"), Agent.objects.get(key="lea").team_id) == ("north", Team.objects.get(key="north").pk)
    assert [*Membership.objects.values_list("team__key", "last_day")] == [("north", None)]


def test_days_that_can_not_be_are_refused(cast: Cast) -> None:
    with pytest.raises(WrongStateError, match="nobody plans further ahead"):
        join(cast, "lea south", TODAY + timedelta(400))
    with pytest.raises(WrongStateError, match="must not be before the first"):
        join(cast, "lea south", TODAY, last=TODAY - timedelta(1))
    assert not Membership.objects.exists()


def test_the_stays_of_many_are_one_query(cast: Cast) -> None:
    join(cast, "lea south", TODAY)
    found = memberships.placed(Agent.objects.all())
    assert [*found] == [Agent.objects.get(key="lea").pk]
    assert cast.site.pk


class KilledError(Exception):
    """Ends a block before it is whole."""


def test_many_calls_follow_in_blocks_that_go_on_where_they_were_broken_off(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    take(*(call(f"c-{n}", at=NOW - timedelta(days=n // 3), team=None) for n in range(24)))
    score()
    monkeypatch.setattr(memberships, "AT_ONCE", 4)
    turns = iter([False, False, True])
    lea, south = Agent.objects.get(key="lea").pk, Team.objects.get(key="south").pk
    join_team(viewer=cast.admin, agent_id=lea, team_id=south, first_day=TODAY - timedelta(9), now=NOW)
    assert team_of("c-0") == "north"
    assert place_calls(enough=lambda: next(turns)) == 12
    assert (team_of("c-12"), team_of("c-11")) == ("south", "north")
    with monkeypatch.context() as killed:
        killed.setattr(DirtyDay.objects, "bulk_create", _killed)
        with pytest.raises(KilledError):
            place_calls()
    assert {team_of(f"c-{n}") for n in range(12)} == {"north"}
    assert (place_calls(), place_calls()) == (12, 0)
    refresh_rollups()
    assert {*AgentDay.objects.values_list("team__key", flat=True)} == {"south"}


def test_a_move_that_is_taken_back_while_calls_follow_is_taken_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(*(call(f"c-{n}", at=NOW - timedelta(days=n), team=None) for n in range(6)))
    monkeypatch.setattr(memberships, "AT_ONCE", 2)
    lea = Agent.objects.get(key="lea")
    south = Team.objects.get(key="south")
    join_team(viewer=cast.admin, agent_id=lea.pk, team_id=south.pk, first_day=TODAY - timedelta(9), now=NOW)
    turns = iter([False, True])
    place_calls(enough=lambda: next(turns))
    wrong = Membership.objects.get(team=south)
    remove_membership(viewer=cast.admin, membership_id=wrong.pk, now=NOW)
    assert place_calls() == 2
    assert {team_of(f"c-{n}") for n in range(6)} == {"north"}


def _killed(*_: object, **__: object) -> None:
    raise KilledError
