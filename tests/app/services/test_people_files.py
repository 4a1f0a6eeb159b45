"""People, teams and sites from files: bad rows are refused with their reasons, twice is once, and nobody is attacked."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.conftest import Cast
from builders import NOW, call, reasons, take
from coachloop.adapters.readers.lines import records
from coachloop.app.errors import NotYoursError
from coachloop.app.models import Absence, Agent, AuditEntry, Grant, Membership, Programme, Site, SiteClosure, Team, User
from coachloop.app.queries import people
from coachloop.app.queries.viewing import Viewer, viewer
from coachloop.app.services import people_files, teams
from coachloop.app.services.people_files import Kind
from coachloop.core.model.cells import harmless
from coachloop.core.model.receipt import Receipt

HEAD = "name,email,role,team,agent_id,team_from,team_until,joined_on,left_on"


@pytest.fixture
def file(tmp_path: Path, cast: Cast) -> "File":
    """Takes rows in as an admin does."""
    return File(tmp_path, cast.admin)


class File:
    """A file that is taken in."""

    def __init__(self, folder: Path, by: Viewer) -> None:
        self._path, self._by = folder / "people.csv", by

    def __call__(self, *rows: str, kind: Kind = Kind.PEOPLE, by: Viewer | None = None) -> Receipt:
        """Take these rows; of people the header is known."""
        head = [HEAD] if kind is Kind.PEOPLE and not rows[0].startswith("name,") else []
        self._path.write_text("\n".join([*head, *rows]), encoding="utf-8")
        return people_files.take(kind, records(self._path), viewer=by or self._by, now=NOW)


def counts(receipt: Receipt) -> tuple[int, int, int]:
    """Accepted, known already, refused."""
    return receipt.accepted, receipt.duplicates, len(receipt.refused)


def test_agents_come_with_their_teams_over_time(file: File) -> None:
    rows = [
        "Zoe Ito,zoe@example.org,agent,south,z-1,2026-04-01,,2025-01-07,",
        "Zoe Ito,zoe@example.org,agent,north,z-1,2025-01-07,,,",
        "Max,,agent,north,m-1,2025-01-07,,,2026-03-31",
        "Ida,,,north,i-1,,,,",
    ]
    assert counts(file(*rows)) == (4, 0, 0)
    stays = Membership.objects.order_by("agent__key", "first_day").values_list(
        "agent__key", "team__key", "first_day", "last_day"
    )
    assert [*stays] == [
        ("m-1", "north", date(2025, 1, 7), date(2026, 3, 31)),
        ("z-1", "north", date(2025, 1, 7), date(2026, 3, 31)),
        ("z-1", "south", date(2026, 4, 1), None),
    ]
    zoe, gone = Agent.objects.get(key="z-1"), Agent.objects.get(key="m-1")
    assert (zoe.team, zoe.joined_on, zoe.known) == (Team.objects.get(key="south"), date(2025, 1, 7), True)
    assert (gone.team, gone.left_on) == (None, date(2026, 3, 31))
    assert counts(file(*rows)) == (0, 4, 0)


def test_who_was_met_in_calls_is_known_by_the_file(file: File) -> None:
    take(call("c-1", agent="4711", team=None))
    assert counts(file("Zoe,,agent,,4711,,,,")) == (1, 0, 0)
    assert Agent.objects.get(key="4711").known
    assert file("Lea,,agent,south,lea,,,,").notes


def test_every_bad_row_has_its_reason_and_the_rest_goes_on(file: File) -> None:
    receipt = file(
        ",x@example.org,agent,,,,,,",
        "X,not an address,agent,,,,,,",
        "X,x@example.org,boss,,,,,,",
        "X,,qa_lead,,,,,,",
        "X,x@example.org,evaluator,,,2026-01-01,,,",
        "X,,agent,,x-1,2026-01-01,,,",
        "X,,agent,north,x-1,31.12.2026,,,",
        "X,,agent,north,x-1,2026-05-01,2026-04-01,,",
        "X,,agent,north,x-1,2099-05-01,,,",
        "X,,agent,,x-2,,,2026-02-01,2026-01-01",
        "X,x@example.org,agent,,lea,,,,",
        "Yes,yes@example.org,evaluator,,,,,,",
    )
    assert counts(receipt) == (1, 0, 11)
    assert [row.line for row in receipt.refused] == [*range(2, 13)]
    for reason, said in zip(
        reasons(receipt),
        ("name", "email", "role", "needs `email`", "of an agent", "need `team`", "team_from", "before the first",
         "nobody plans further ahead", "choose a last day", "agent 'lea' is lea@example.org already"),
        strict=True,
    ):  # fmt: skip
        assert said in reason
    assert not Agent.objects.filter(key__startswith="x-").exists()
    assert not User.objects.filter(email="x@example.org").exists()


def test_each_role_that_a_file_gives_is_a_line_of_the_audit_log(file: File) -> None:
    row = "Zoe Ito,zoe@example.org,admin,,,,,,"
    file(row)
    file(row)
    zoe = User.objects.get(email="zoe@example.org")
    (entry,) = AuditEntry.objects.filter(action="role.give", subject=f"user:{zoe.pk}")
    assert entry.detail == {"role": "admin", "programme": None}


def test_columns_that_nobody_reads_are_told(file: File) -> None:
    receipt = file("name,email,role,salary", "Zoe,zoe@example.org,evaluator,9999")
    assert receipt.notes == {"rows have a column 'salary' that is not known here, and was left out": 1}


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+49 30", "-2", "@SUM(A1)", "\tx", "\uff1d1"])
def test_what_a_spreadsheet_would_run_goes_out_harmless_and_comes_back(cast: Cast, cell: str, tmp_path: Path) -> None:
    Agent.objects.create(key="odd", name=cell)
    out = tmp_path / "out.csv"
    with out.open("w", newline="", encoding="utf-8") as target:
        sheet = csv.DictWriter(target, people.COLUMNS)
        sheet.writeheader()
        for row in people.rows(cast.admin):
            sheet.writerow({name: harmless(str(value)) for name, value in row.items()})
    assert f"'{cell}".strip() in out.read_text(encoding="utf-8").replace('""', '"')
    Agent.objects.filter(key="odd").delete()
    receipt = people_files.take(Kind.PEOPLE, records(out), viewer=cast.admin, now=NOW)
    assert not receipt.refused
    assert Agent.objects.get(key="odd").name == cell


def test_teams_sites_absences_and_closures_come_in(file: File) -> None:
    assert counts(
        file("name,timezone,country,region", "Lyon,Europe/Paris,FR,", "Mars,Mars/Olympus,,", kind=Kind.SITES)
    ) == (1, 0, 1)
    teams = (
        "team,name,site,leader",
        "west,West,Lyon,ada@example.org",
        "north,,Lyon,",
        "x,X,Nowhere,",
        "y,Y,,lea@example.org",
        "z,Z,,no@x.org",
    )
    receipt = file(*teams, kind=Kind.TEAMS)
    assert counts(receipt) == (2, 0, 3)
    assert ["no site" in reason for reason in reasons(receipt)] == [True, False, False]
    west = Team.objects.select_related("site", "leader").get(key="west")
    assert (west.site.name, west.leader and west.leader.name) == ("Lyon", "Ada Lindholm")
    assert counts(file(*teams[:3], kind=Kind.TEAMS)) == (0, 2, 0)
    assert counts(file("name,country", "Lyon,", kind=Kind.SITES)) == (0, 1, 0)
    closures = ("day,name,site", "2026-12-24,Christmas Eve,Lyon", "2026-12-31,,", "2026-12-31,,Nowhere")
    assert counts(file(*closures, kind=Kind.CLOSURES)) == (2, 0, 1)
    assert {*SiteClosure.objects.values_list("site__name", flat=True)} == {"Lyon", "Main site"}
    assert counts(file("agent_id,first_day,last_day", "lea,2026-06-01,2026-06-03", kind=Kind.ABSENCES)) == (1, 0, 0)
    assert Absence.objects.count() == 1


def test_only_admins_bring_people_and_only_of_all_bring_sites(file: File, cast: Cast) -> None:
    for kind in Kind:
        with pytest.raises(NotYoursError):
            file("name,email,role", "A,a@b.c,admin", kind=kind, by=cast.operations)
    here = Programme.objects.create(key="here", name="Here", created_at=NOW)
    user = User.objects.create(email="bo@example.org", name="Bo", password="!")  # noqa: S106
    Grant.objects.create(user=user, role="admin", programme=here)
    for kind in (Kind.SITES, Kind.CLOSURES):
        with pytest.raises(NotYoursError, match="whole site"):
            file("name", "Rome", kind=kind, by=viewer(user))
    assert counts(file("Zoe,zoe@example.org,agent,rome,z-1,2026-01-01,,,", by=viewer(user))) == (1, 0, 0)
    assert (Team.objects.get(key="rome").programme, Grant.objects.get(user__name="Zoe").programme) == (here, here)
    assert reasons(file("Sam,,agent,,sam,,,,", by=viewer(user))) == ["the agent id 'sam' is taken; choose another one"]
    assert Site.objects.count() == 1


def test_a_programme_puts_its_teams_at_no_site_of_others(file: File) -> None:
    """Where it has teams, and at the first one; the others it does not even know by name."""
    here = Programme.objects.create(key="here", name="Here", created_at=NOW)
    bob = User.objects.create(email="bob@example.org", name="Bob", password="!")  # noqa: S106
    Grant.objects.create(user=bob, role="admin", programme=here)
    rome, oslo = (Site.objects.create(name=name, timezone="Europe/Rome", country="IT") for name in ("Rome", "Oslo"))
    there: dict[str, Any] = {"viewer": viewer(bob), "name": "A", "now": NOW}
    for number in (rome.pk, 999):
        with pytest.raises(Site.DoesNotExist):
            teams.add_team(key="a", site_id=number, **there)
    team = teams.add_team(key="a", **there)
    with pytest.raises(Site.DoesNotExist):
        teams.change_team(team_id=team.pk, site_id=rome.pk, leader_id=None, **there)
    Team.objects.filter(pk=team.pk).update(site=oslo)
    assert teams.add_team(key="b", site_id=oslo.pk, **there).site == oslo
    receipt = file("team,site", "c,Oslo", "d,Rome", kind=Kind.TEAMS, by=viewer(bob))
    assert (receipt.accepted, reasons(receipt)) == (
        1,
        ["site: there is no site 'Rome'; add it first, in a file of sites"],
    )


def test_a_file_gives_no_roles_to_people_of_other_programmes(file: File, cast: Cast) -> None:
    """Nor to somebody without any: who has an address already is kept by an admin of all."""
    here, there = (Programme.objects.create(key=key, name=key, created_at=NOW) for key in ("here", "there"))
    bo, cy, eve = (
        User.objects.create(email=f"{name}@example.org", name=name, password="!")  # noqa: S106
        for name in ("bob", "cyd", "evi")
    )
    Grant.objects.create(user=bo, role="admin", programme=here)
    Grant.objects.create(user=cy, role="evaluator", programme=there)
    rows = ("C,CYD@example.org,evaluator,,,,,,", "E,evi@example.org,admin,,,,,,", "Bo,bob@example.org,evaluator,,,,,,")
    receipt = file(*rows, by=viewer(bo))
    assert (counts(receipt), receipt.refused[0].reason[:34]) == ((1, 0, 2), "somebody else has the address cyd@")
    assert not eve.grants.exists()
    assert [grant.programme for grant in cy.grants.all()] == [there]
    assert counts(file(rows[0], by=viewer(cast.admin.user, programme=here.pk))) == (1, 0, 0)


def test_a_leader_of_a_file_may_be_told_twice(file: File) -> None:
    row = "Cy,cy@example.org,team_leader,east,,,,,"
    assert [counts(file(row)), counts(file(row))] == [(1, 0, 0), (0, 1, 0)]
    assert Team.objects.get(key="east").leader == User.objects.get(name="Cy")
    assert file("Cy,CY@example.org,evaluator,,,,,,").accepted == 1
    assert User.objects.filter(email__iexact="cy@example.org").count() == 1
