"""A people department's system keeps everybody by the API: from somebody's first day to the one on which they are gone."""

import json

import pytest
from allauth.usersessions.models import UserSession

from coachloop.app.models import AuditEntry, Conversation, Team, User
from coachloop.app.services.memberships import place_calls
from web.api.client import ApiClient, ClientOf
from web.cast import NORTH, SOUTH, Cast, call, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(api: ClientOf) -> ApiClient:
    """What the department's program does."""
    client: ApiClient = api("admin")
    return client


def test_from_the_first_day_to_the_last(cast: Cast, admin: ApiClient) -> None:
    """Somebody is added, is an agent, moves, is found in calls under another id, leaves, and is switched off."""
    assert admin.post("/people/met/confirm", {"everybody": True}).json() == {"count": len(NORTH | SOUTH)}
    person = admin.post("/people", {"email": "zoe@example.org", "name": "Zoe Lang", "role": "agent"}).json()["id"]
    assert admin.send("PUT", f"/people/{person}/roles/evaluator").status_code == 204
    assert admin.send("DELETE", f"/people/{person}/roles/evaluator").status_code == 204
    made = admin.post("/people/agents", {"key": "zoe", "name": "Zoe Lang", "team": "north"})
    assert (made.status_code, made.json()["team"]["name"]) == (201, "North")
    who = {"name": "Zoe Lang", "joined_on": "2026-03-02", "person": person}
    assert admin.send("PUT", "/people/agents/zoe", who).status_code == 204
    assert admin.post("/people/agents/zoe/teams", {"team": "south", "first_day": "2026-06-01"}).status_code == 204

    take_in([{**call("z-17", "Z. L.", "", number=0, did=(True,) * 5, now=cast.now), "team": None}], cast.now)
    assert [(one["key"], one["calls"]) for one in admin.get("/people/met").json()["rows"]] == [("z-17", 1)]
    assert admin.post("/people/agents/z-17/merge", {"into": "zoe"}).json() == {"count": 1}
    place_calls()
    assert Conversation.objects.get(agent__key="zoe").team == Team.objects.get(key="south")
    zoe = admin.get("/people/agents/z-17").json()
    assert (zoe["key"], zoe["also"], zoe["user"]["id"]) == ("zoe", ["z-17"], person)
    assert [stay["team"]["name"] for stay in zoe["stays"]] == ["South", "North"]
    rows = [row for row in admin.get("/people/file").json()["rows"] if row["name"] == "Zoe Lang"]
    assert [row.get("team_from", "") for row in rows] == ["", "2026-06-01"]
    assert AuditEntry.objects.filter(action="people.export", actor=cast.admin).count() == 1

    left = admin.post("/people/agents/zoe/leave", {"last_day": "2026-06-08"}).json()
    assert left["ended"]["sign_ins"] == 1
    assert not User.objects.get(pk=person).is_active
    assert admin.send("PUT", f"/people/{person}/active", {"active": True}).status_code == 409  # they left
    assert admin.post("/people/agents/zoe/back", {"team": "north"}).status_code == 204
    assert admin.send("PUT", f"/people/{person}/active", {"active": True}).status_code == 204
    assert admin.get(f"/people/{person}").json()["active"]
    assert admin.send("PUT", f"/people/{person}/active", {"active": False}).status_code == 204
    assert [row["email"] for row in admin.get("/people?off=true").json()["rows"]] == ["zoe@example.org"]


def test_the_file_that_goes_out_comes_in_again(admin: ApiClient) -> None:
    """As lines, and everything in it is known."""
    rows = admin.get("/people/file").json()["rows"]
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    receipt = admin.send("POST", "/imports/people", lines, kind="application/x-ndjson").json()
    assert (receipt["received"], receipt["duplicates"], receipt["refused"]) == (len(rows), len(rows), [])


def test_teams_and_sites_are_made_and_moved(cast: Cast, admin: ApiClient) -> None:
    """By a program alone, each refusal with its reason."""
    site = admin.post("/sites", {"name": "Lisbon", "timezone": "Europe/Lisbon", "country": "PT"}).json()["id"]
    closed = admin.post(f"/sites/{site}/closures", {"day": "2026-06-12", "name": "Stocktaking"}).json()["id"]
    kept = {one["site"]["name"]: one["closures"] for one in admin.get("/closures").json()["items"]}
    assert kept["Lisbon"] == [{"id": closed, "day": "2026-06-12", "name": "Stocktaking"}]
    assert admin.send("DELETE", f"/closures/{closed}").status_code == 204
    assert admin.post("/teams", {"key": "west", "name": "West", "site": site}).status_code == 201
    nobody = admin.send("PUT", "/teams/west", {"name": "West", "site": site, "leader": cast.agent.pk})
    assert "give them this role first" in nobody.json()["detail"]
    assert (
        admin.send("PUT", "/teams/west", {"name": "Far west", "site": site, "leader": cast.leader.pk}).status_code
        == 204
    )
    assert admin.get("/teams/west").json()["leader"]["name"] == cast.leader.name


def test_who_was_met_is_confirmed_by_id(cast: Cast, admin: ApiClient) -> None:
    """Into a team, since a day; the others wait."""
    take_in([{**call(key, key, "", number=0, did=(True,) * 5, now=cast.now), "team": None} for key in "uv"], cast.now)
    named = {"agents": ["u", "nobody"], "team": "north", "first_day": "2026-06-01"}
    assert admin.post("/people/met/confirm", named).json() == {"count": 1}
    assert admin.get("/people/agents/u").json()["stays"][0]["first"] == "2026-06-01"
    assert [admin.get(f"/people/agents/{key}").json()["known"] for key in "uv"] == [True, False]


def test_nobody_is_locked_out_by_a_program(cast: Cast, admin: ApiClient) -> None:
    """The last admin stays one, and sessions end where they are told to."""
    open_session = UserSession(user=cast.leader, ip="127.0.0.1", user_agent="", session_key="theirs")
    open_session.save()
    assert admin.post(f"/people/{cast.leader.pk}/sign-out").json() == {"count": 1}
    assert not UserSession.objects.filter(user=cast.leader).exists()
    assert admin.post(f"/people/{cast.leader.pk}/unlock").json() == {"count": 0}
    for method, path, body in (
        ("DELETE", f"/people/{cast.admin.pk}/roles/admin", None),
        ("PUT", f"/people/{cast.admin.pk}/active", {"active": False}),
    ):
        assert admin.send(method, path, body).status_code == 409
