"""Pages for whoever keeps people: what they do shows, what is wrong is said where it stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coachloop.app.models import Agent, AgentAlias, AuditEntry, Conversation, Grant, Membership, SiteClosure, Team, User
from coachloop.app.services import leaving
from web.cast import Cast, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(cast: Cast, client: Client) -> Client:
    """A browser in which the admin is signed in."""
    client.force_login(cast.admin)
    return client


def post(client: Client, route: str, /, *args: object, **data: Any) -> Any:
    """Send a form and follow where it leads; the page's text comes with it."""
    return client.post(reverse(route, args=args), data, follow=True)


def text(response: Any) -> str:
    """What the page says."""
    return str(response.content.decode())


def test_people_are_found_by_name_and_role(admin: Client) -> None:
    assert "Ines Farkas" in text(admin.get("/people"))
    found = text(admin.get("/people?role=admin&words=ines"))
    assert "Ines Farkas" in found
    assert "Ada " not in found
    assert "Nobody fits" in text(admin.get("/people?words=zzz"))
    assert "Nobody fits" in text(admin.get("/people?off=1"))


def test_somebody_is_added_changed_and_switched_off(admin: Client, cast: Cast) -> None:
    made = text(post(admin, "add-person", name="Zoe Ito", email="zoe@example.org", role="evaluator"))
    assert "Zoe Ito is added" in made
    assert "They have no password yet" in made
    zoe = User.objects.get(email="zoe@example.org")
    again = admin.post("/people/add", {"name": "Zoe", "email": "ZOE@example.org", "role": "agent"})
    assert again.status_code == 422
    assert "already" in text(again)
    assert "Changed." in text(post(admin, "change-person", zoe.pk, name="Zoe I.", email="zoe@example.org"))
    post(admin, "give-role", zoe.pk, role="qa_lead")
    post(admin, "take-role", zoe.pk, role="evaluator")
    assert [*zoe.grants.values_list("role", flat=True)] == ["qa_lead"]
    post(admin, "allow-originals", zoe.pk, allowed="1")
    assert "signed out everywhere" in text(post(admin, "switch-person", zoe.pk, active="0"))
    assert "Zoe I." in text(admin.get("/people?off=1"))
    zoe.refresh_from_db()
    assert (zoe.is_active, zoe.sees_originals) == (False, True)
    own = admin.post(reverse("take-role", args=[cast.admin.pk]), {"role": "admin"})
    assert (own.status_code, "Nobody takes away their own admin role" in text(own)) == (422, True)


def test_whoever_is_switched_off_is_out_at_once(admin: Client, cast: Cast) -> None:
    other = Client()
    other.force_login(cast.leader)
    assert other.get("/week").status_code == 200
    post(admin, "switch-person", cast.leader.pk, active="0")
    assert other.get("/week").status_code == 302


def test_an_agent_moves_leaves_and_comes_back(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    north, today = Team.objects.get(key="north"), timezone.localdate()
    south = Team.objects.exclude(pk=north.pk).first()
    assert south
    page = text(post(admin, "add-agent", key="z-1", name="Zoe Ito", team=str(north.pk)))
    assert "Zoe Ito is written down" in page
    zoe = Agent.objects.get(key="z-1")
    joined = {"join-team": str(south.pk), "join-first": today - timedelta(days=3), "join-last": ""}
    assert "The team before ends" in text(post(admin, "join-team", zoe.pk, **joined))
    assert zoe.memberships.count() == 2
    wrong = admin.post(
        reverse("join-team", args=[zoe.pk]),
        {"join-team": str(south.pk), "join-first": today, "join-last": today - timedelta(days=1)},
    )
    assert (wrong.status_code, "must not be before the first" in text(wrong)) == (422, True)
    newest = zoe.memberships.get(team=south)
    assert "Taken out" in text(post(admin, "remove-stay", newest.pk))
    with monkeypatch.context() as patch:
        patch.setattr(leaving, "leave", lambda **_: {"foci": 1, "sign_ins": 1, "follow_ups": 2})
        over = post(admin, "agent-leaves", zoe.pk, **{"leave-last_day": today})
    assert "Ended: 1 focus, 1 sign-in, 2 follow-ups." in text(over)
    left = post(admin, "agent-leaves", zoe.pk, **{"leave-last_day": today - timedelta(days=1)})
    assert "Left on" in text(left)
    assert "Zoe Ito" in text(admin.get("/people/agents?left=1"))
    assert "Zoe Ito" not in text(admin.get("/people/agents?words=zoe"))
    back = {"back-team": str(south.pk), "back-first": today}
    assert "Welcome back" in text(post(admin, "agent-comes-back", zoe.pk, **back))
    assert Agent.objects.get(key="z-1").team == south
    changed = {"change-name": "Zoe I.", "change-joined_on": "2025-01-07", "change-email": "ines@example.org"}
    assert "Changed." in text(post(admin, "change-agent", zoe.pk, **changed))
    assert "Signs in as" in text(admin.get(reverse("people-agent", args=[zoe.pk])))
    nobody = admin.post(reverse("change-agent", args=[zoe.pk]), {**changed, "change-email": "x@y.z"})
    assert (nobody.status_code, "Nobody here has the address" in text(nobody)) == (422, True)


def test_who_was_met_in_calls_is_somebody(admin: Client) -> None:
    Agent.objects.update(known=True)
    lea = Agent.objects.get(key="lea")
    assert "Everybody is known" in text(admin.get("/people/met"))
    assert "met in calls" not in text(admin.get("/people"))
    met = [Agent.objects.create(key=key, name=key, known=False) for key in ("4711", "4712", "4713", "4714")]
    call = Conversation.objects.filter(agent=lea).first()
    assert call
    Conversation.objects.filter(pk=call.pk).update(agent=met[0])
    assert "4 met in calls" in text(admin.get("/people"))
    assert "Say who 4711 is" in text(admin.post(reverse("merge-agent", args=[met[0].pk])))
    for words, why in (("nobody-of-us", "has the id or the name"), ("4712", "has the id or the name")):
        refused = admin.post(reverse("merge-agent", args=[met[0].pk]), {"into": words})
        assert (refused.status_code, why in text(refused)) == (422, True)
    merged = post(admin, "merge-agent", met[0].pk, into=f"{lea.name} (lea)")
    assert "1 conversation moved" in text(merged)
    assert AgentAlias.objects.get().agent == lea
    assert "1 is known now" in text(post(admin, "confirm-met", agent=[str(met[1].pk), "x", "9" * 30]))
    assert "Tick whom you mean" in text(post(admin, "confirm-met"))
    assert "2 are known now" in text(post(admin, "confirm-met", all="1"))


def test_teams_and_sites_are_kept(admin: Client, cast: Cast) -> None:
    site = Team.objects.get(key="north").site_id
    made = post(admin, "add-team", key="west", name="West", site=str(site), leader=str(cast.leader.pk))
    assert "West is there" in text(made)
    west = Team.objects.get(key="west")
    assert "Changed." in text(post(admin, "change-team", west.pk, name="Far west", site=str(site), leader=""))
    again = admin.post("/people/teams/add", {"key": "west", "name": "W", "site": str(site), "leader": ""})
    assert (again.status_code, "is taken" in text(again)) == (422, True)
    assert "The site is there" in text(post(admin, "add-site", **place("new", "Lyon Europe/Paris FR")))
    wrong = admin.post("/people/sites/add", place("new", "Mars Mars/Olympus"))
    assert (wrong.status_code, "no IANA zone" in text(wrong)) == (422, True)
    assert "Changed." in text(post(admin, "move-site", site, **place(f"place-{site}", "Home Europe/Paris")))
    wrong = admin.post(reverse("move-site", args=[site]), place(f"place-{site}", "Lyon UTC"))
    assert (wrong.status_code, "there is a site" in text(wrong).lower()) == (422, True)
    day = timezone.localdate() + timedelta(days=9)
    closed = {f"closure-{site}-day": day, f"closure-{site}-name": "Stocktaking"}
    assert "Stocktaking" in text(post(admin, "add-closure", site, **closed))
    again = admin.post(reverse("add-closure", args=[site]), closed)
    assert (again.status_code, "noted already" in text(again)) == (422, True)
    assert "Taken out" in text(post(admin, "remove-closure", SiteClosure.objects.get(name="Stocktaking").pk))


def place(prefix: str, words: str) -> dict[str, str]:
    """A site's form: its name, its zone, and its country."""
    name, zone, *country = words.split()
    given = {"name": name, "timezone": zone, "country": "".join(country), "region": ""}
    return {f"{prefix}-{field}": value for field, value in given.items()}


def test_operations_read_teams_and_change_none(client: Client, cast: Cast) -> None:
    client.force_login(cast.operations)
    page = text(client.get("/people/teams"))
    assert "North" in page
    assert "Make a team" not in page
    team = text(client.get(reverse("team", args=[Team.objects.get(key="north").pk])))
    assert "Change it" not in team
    assert "/people/agents" not in team


def test_a_file_is_taken_with_its_receipt(admin: Client) -> None:
    body = "name,email,role,team,agent_id,team_from,salary\nZoe,,agent,north,z-1,2026-01-01,9\nX,no<i>,agent,,,,\n"
    page = text(send(admin, "people.csv", body))
    assert "1 of 2 rows changed something" in page
    assert "salary" in page
    assert "email: should be an address" in page
    assert "no&lt;i&gt;" in page
    assert Membership.objects.filter(agent__key="z-1").exists()
    row = '{"day": "2030-12-24", "name": "Eve"}\n'
    assert "1 of 1 row changed" in text(send(admin, "days.JSONL", row, kind="closures"))


@pytest.mark.parametrize(
    ("name", "size", "why"),
    [("people.xlsx", 1, "has to end in"), ("p.csv", 0, "empty"), ("p.csv", 5 * 1024 * 1024 + 1, "5 are read")],
)
def test_a_file_that_is_none_is_refused(admin: Client, name: str, *, size: int, why: str) -> None:
    response = send(admin, name, "x" * size)
    assert (response.status_code, why in text(response)) == (422, True)


def send(client: Client, name: str, body: str, *, kind: str = "people") -> Any:
    """Upload a file."""
    return client.post("/people/import", {"kind": kind, "file": SimpleUploadedFile(name, body.encode())})


def test_everybody_is_taken_along_and_that_is_written_down(admin: Client) -> None:
    person("=HYPERLINK evil")
    Grant.objects.create(user=User.objects.get(name="=HYPERLINK evil"), role="evaluator")
    body = b"".join(admin.get("/people/export.csv")).decode()  # type: ignore[arg-type]
    assert body.startswith("name,email,role,team,agent_id")
    assert "\r\n'=HYPERLINK evil," in body
    assert AuditEntry.objects.filter(action="people.export").count() == 1
