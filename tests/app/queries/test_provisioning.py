"""People and groups as a directory asks for them, by columns, on each database alike."""

from datetime import timedelta

import pytest
from scim2_models import SearchRequest

from builders import NOW
from coachloop.app.models import DirectoryGroup, Provisioned, User
from coachloop.app.queries import provisioning as queries
from coachloop.app.queries.viewing import OPERATOR
from coachloop.web.scim import finding
from coachloop.web.scim.resources import POLICY, PROVIDER
from coachloop.web.scim.server import GROUPS, PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def nia() -> User:
    """Whom the directory describes; Ada was here before."""
    ada = User.objects.create(email="Ada@example.org", name="Ada", password="!", created_at=NOW)  # noqa: S106
    nia = User.objects.create(email="nia@example.org", name="Nia", password="!", external_id="00u1", created_at=NOW)  # noqa: S106
    Provisioned.objects.create(user=nia, user_name="b.okoro", changed_at=NOW + timedelta(days=1))
    group = DirectoryGroup.objects.create(name="Leads", created_at=NOW, changed_at=NOW)
    group.members.set([ada, nia])
    return nia


def found(kind, **asked: str) -> list[str]:
    """Names of whom the database finds."""
    with POLICY, PROVIDER:
        wanted = SearchRequest[kind.model].model_validate(asked)
        total, shown = finding.page([kind.source], wanted, viewer=OPERATOR, base="", first=1, count=10)
    assert total == len(shown)
    return [getattr(one, "user_name", None) or one.display_name for one in shown]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"sortBy": "userName"}, ["Ada@example.org", "b.okoro"]),
        ({"sortBy": "userName", "sortOrder": "descending"}, ["b.okoro", "Ada@example.org"]),
        ({"sortBy": "externalId"}, ["b.okoro", "Ada@example.org"]),
        ({"sortBy": "meta.lastModified", "sortOrder": "descending"}, ["b.okoro", "Ada@example.org"]),
        ({"filter": 'userName sw "ADA"'}, ["Ada@example.org"]),
        ({"filter": f'meta.lastModified gt "{NOW.isoformat()}"'}, ["b.okoro"]),
        ({"filter": 'emails eq "NIA@example.org"'}, ["b.okoro"]),
    ],
)
def test_people_are_found_and_sorted_by_columns(nia: User, asked: dict[str, str], names: list[str]) -> None:  # noqa: ARG001 -- there
    assert found(PEOPLE, **asked) == names


def test_groups_are_found_by_who_is_in_them(nia: User) -> None:
    assert found(GROUPS, filter=f'members eq "{nia.pk}"') == ["Leads"]
    assert found(GROUPS, filter='members eq "0"', sortBy="displayName") == []
    assert queries.grouped(queries.groups(OPERATOR)[0]).members == tuple(
        sorted(User.objects.values_list("pk", flat=True))
    )
