"""People who sign in, and their roles: kept by admins, and never without one."""

import pytest

from app.conftest import Cast
from builders import NOW, person
from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import Agent, AuditEntry, Grant, Programme, Team, User
from coachloop.app.queries.viewing import Viewer, viewer
from coachloop.app.services import teams, users
from coachloop.core.model.people import Role


def who(cast: Cast, name: str) -> User:
    """The person behind a viewer."""
    seen: Viewer = getattr(cast, name)
    assert seen.user
    return seen.user


def test_somebody_is_added_with_a_role(cast: Cast) -> None:
    row = users.add_user(viewer=cast.admin, email=" Zoe@Example.org ", name="Zoe  Ito", role=Role.EVALUATOR, now=NOW)
    assert (row.email, row.name, row.has_usable_password()) == ("zoe@example.org", "Zoe Ito", False)
    assert [*row.grants.values_list("role", flat=True)] == ["evaluator"]
    assert {*AuditEntry.objects.values_list("action", flat=True)} == {"person.add", "role.give"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("nowhere", "Zoe"), "no address"),
        (("z@example.org\n", ""), "1 to 200"),
        (("ADA@example.org", "Ada"), "somebody has the address ada@example.org already"),
    ],
)
def test_what_can_not_be_somebody_is_refused(cast: Cast, given: tuple[str, str], why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        users.add_user(viewer=cast.admin, email=given[0], name=given[1], now=NOW)


@pytest.mark.parametrize("name", ["ada", "lea", "evaluator", "qa_lead", "operations", "nobody"])
def test_only_admins_keep_people(cast: Cast, name: str) -> None:
    for act in (
        lambda v: users.add_user(viewer=v, email="z@example.org", name="Z", now=NOW),
        lambda v: users.change_user(viewer=v, user_id=who(cast, "ada").pk, name="Z", now=NOW),
        lambda v: users.switch_user(viewer=v, user_id=who(cast, "ada").pk, active=False, now=NOW),
        lambda v: users.give_role(viewer=v, user_id=who(cast, name).pk, role=Role.ADMIN, now=NOW),
        lambda v: users.take_role(viewer=v, user_id=who(cast, "ada").pk, role=Role.TEAM_LEADER, now=NOW),
        lambda v: teams.add_team(viewer=v, key="west", name="West", now=NOW),
    ):
        with pytest.raises(NotYoursError):
            act(getattr(cast, name))


def test_a_name_and_an_address_change(cast: Cast) -> None:
    ada = who(cast, "ada").pk
    users.change_user(
        viewer=cast.admin, user_id=ada, email="ada.l@example.org", name="Ada L.", external_id="x-1", now=NOW
    )
    assert User.objects.filter(email="ada.l@example.org", name="Ada L.", external_id="x-1", changed_at=NOW).exists()
    users.change_user(viewer=cast.admin, user_id=ada, name="Ada L.", now=NOW)
    assert AuditEntry.objects.filter(action="person.change").count() == 1
    with pytest.raises(RefusedError, match="already"):
        users.change_user(viewer=cast.admin, user_id=ada, email="Ben@example.org", now=NOW)


def test_somebody_is_switched_off_and_on(cast: Cast) -> None:
    ada = who(cast, "ada").pk
    users.switch_user(viewer=cast.admin, user_id=ada, active=False, now=NOW)
    assert not User.objects.get(pk=ada).is_active
    users.switch_user(viewer=cast.admin, user_id=ada, active=True, now=NOW)
    assert User.objects.get(pk=ada).is_active
    with pytest.raises(WrongStateError, match="nobody switches themselves off"):
        users.switch_user(viewer=cast.admin, user_id=who(cast, "admin").pk, active=False, now=NOW)


def test_there_is_always_an_admin(cast: Cast) -> None:
    ines = who(cast, "admin")
    with pytest.raises(WrongStateError, match="their own admin role"):
        users.take_role(viewer=cast.admin, user_id=ines.pk, role=Role.ADMIN, now=NOW)
    for act in (
        lambda: users.take_role(viewer=cast.operator, user_id=ines.pk, role=Role.ADMIN, now=NOW),
        lambda: users.switch_user(viewer=cast.operator, user_id=ines.pk, active=False, now=NOW),
    ):
        with pytest.raises(WrongStateError, match="last admin"):
            act()
    away = person("Gone Admin", Role.ADMIN)
    User.objects.filter(pk=away.pk).update(is_active=False)
    with pytest.raises(WrongStateError, match="last admin"):
        users.switch_user(viewer=cast.operator, user_id=ines.pk, active=False, now=NOW)
    users.give_role(viewer=cast.admin, user_id=who(cast, "ada").pk, role=Role.ADMIN, now=NOW)
    assert users.take_role(viewer=viewer(who(cast, "ada")), user_id=ines.pk, role=Role.ADMIN, now=NOW)
    assert not users.take_role(viewer=viewer(who(cast, "ada")), user_id=ines.pk, role=Role.ADMIN, now=NOW)


def test_a_leader_is_given_a_team_once_they_may_lead(cast: Cast) -> None:
    eve = who(cast, "evaluator").pk
    with pytest.raises(WrongStateError, match="no team leader here: give them this role first"):
        teams.add_team(viewer=cast.admin, key="west", name="West", leader_id=eve, now=NOW)
    users.give_role(viewer=cast.admin, user_id=eve, role=Role.TEAM_LEADER, now=NOW)
    west = teams.add_team(viewer=cast.admin, key="west", name="West", leader_id=eve, now=NOW)
    teams.change_team(
        viewer=cast.admin, team_id=west.pk, name="Far west", site_id=cast.site.pk, leader_id=None, now=NOW
    )
    assert Team.objects.filter(key="west", name="Far west", leader=None).exists()
    with pytest.raises(RefusedError, match="'west' is taken"):
        teams.add_team(viewer=cast.admin, key="west", name="West", now=NOW)


def test_an_admin_of_one_programme_keeps_that_one(cast: Cast) -> None:
    here, there = (Programme.objects.create(key=key, name=key, created_at=NOW) for key in ("here", "there"))
    Team.objects.filter(key="north").update(programme=here)
    Team.objects.filter(key="south").update(programme=there)
    Agent.objects.filter(key="sam").update(programme=there)
    Grant.objects.filter(user__in=[who(cast, "ada").pk, who(cast, "operations").pk]).update(programme=here)
    Grant.objects.filter(user=who(cast, "ben")).update(programme=there)
    boss = person("Bo Little")
    Grant.objects.create(user=boss, role=Role.ADMIN, programme=here)
    bo, ada, ben = viewer(boss), who(cast, "ada").pk, who(cast, "ben").pk
    users.give_role(viewer=bo, user_id=ada, role=Role.EVALUATOR, now=NOW)
    assert Grant.objects.get(user=ada, role="evaluator").programme == here
    with pytest.raises(User.DoesNotExist):
        users.give_role(viewer=bo, user_id=ben, role=Role.EVALUATOR, now=NOW)
    with pytest.raises(NotYoursError, match="whole site"):
        users.give_role(viewer=bo, user_id=ada, role=Role.ADMIN, everywhere=True, now=NOW)
    with pytest.raises(Team.DoesNotExist):
        teams.change_team(
            viewer=bo, team_id=Team.objects.get(key="south").pk, name="S", site_id=cast.site.pk, leader_id=None, now=NOW
        )
    with pytest.raises(WrongStateError) as refusal:
        teams.add_team(viewer=bo, key="new", name="New", leader_id=ben, now=NOW)
    assert who(cast, "ben").name not in str(refusal.value)
    Grant.objects.create(user=who(cast, "ada"), role=Role.TEAM_LEADER, programme=there)
    with pytest.raises(NotYoursError, match="works in other programmes too"):
        users.switch_user(viewer=bo, user_id=ada, active=False, now=NOW)
    assert users.take_role(viewer=viewer(who(cast, "admin")), user_id=boss.pk, role=Role.ADMIN, now=NOW)
