"""SCIM: an independent tester goes through all of it; then what a directory's changes do here, and who may not."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.test.client import ClientHandler
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_models import ScimFilter
from scim2_tester import Status, check_server

from coachloop.app.models import Agent, ApiToken, AuditEntry, DirectoryGroup, Grant, User
from coachloop.app.queries import provisioning as queries
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import provisioning, tokens
from coachloop.core.model.people import Role
from coachloop.web.scim import finding, resources
from web.cast import Cast

pytestmark = pytest.mark.django_db
USER, GROUP = (f"urn:ietf:params:scim:schemas:core:2.0:{kind}" for kind in ("User", "Group"))
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.fixture
def token(cast: Cast) -> str:
    """An admin's, for a directory."""
    wanted = tokens.Wanted("directory", ["people:read", "people:write"], cast.now + timedelta(days=30))
    return tokens.make(viewer=viewer(cast.admin), wanted=wanted, now=cast.now).secret


@pytest.fixture
def scim(token: str) -> Callable[..., Any]:
    """Ask as a directory does: method, path, body."""
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = json.dumps(body) if body is not None else ""
        return client.generic(
            method, f"/scim/v2/{path}", content, content_type="application/scim+json", headers=headers or None
        )

    return ask


@pytest.fixture
def rules(settings: Any) -> None:
    """Leads lead teams, and QA is QA."""
    config = {**site.CONFIG.model_dump(), "scim_roles": "Leads=team_leader QA=qa_lead"}
    settings.CONFIG = SimpleNamespace(**config)


def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The site as it is served, on this test's connection to the database."""
    response = ClientHandler()(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


def someone(**values: Any) -> dict[str, Any]:
    """A new person, as directories describe them."""
    return {
        "schemas": [USER],
        "userName": "nia@example.org",
        "name": {"givenName": "Nia", "familyName": "Okoro"},
        "emails": [{"value": "nia@example.org", "type": "work", "primary": True}],
        "externalId": "00u1",
        "active": True,
        "phoneNumbers": [{"value": "+44 20 7946 0000"}],
    } | values


def test_the_tester_finds_nothing_wrong(token: str) -> None:
    """scim2-tester: discovery, people and groups, added, read, found, changed by PUT and PATCH, and deleted."""
    client = WSGISCIMClient(served, base_url="http://testserver/scim/v2", headers={"Authorization": f"Bearer {token}"})
    found = check_server(client)
    wrong = [
        f"{one.title} {one.status}: {one.reason}" for one in found if one.status in {Status.ERROR, Status.CRITICAL}
    ]
    assert not wrong, "\n".join(wrong)
    assert sum(one.status is Status.SUCCESS for one in found) > 50


def test_a_person_comes_changes_and_goes(scim: Callable[..., Any], cast: Cast) -> None:
    """What they are called follows; unknown attributes are no mistake; deleted, they come back as who they were."""
    made = scim("POST", "Users", someone())
    assert made.status_code == 201, made.content
    body, person = made.json(), User.objects.get(email="nia@example.org")
    assert (person.name, person.external_id, made.headers["Location"]) == (
        "Nia Okoro",
        "00u1",
        body["meta"]["location"],
    )
    assert scim("POST", "Users", someone()).status_code == 409
    change = {"schemas": [PATCH], "Operations": [{"op": "Replace", "value": {"displayName": "Nia O.", "active": True}}]}
    assert scim("PATCH", f"Users/{body['id']}", change).json()["displayName"] == "Nia O."
    change = {
        "schemas": [PATCH],
        "Operations": [{"op": "replace", "path": 'emails[type eq "work"].value', "value": "n@example.org"}],
    }
    assert scim("PATCH", f"Users/{body['id']}", change).status_code == 200
    person.refresh_from_db()
    assert (person.name, person.email) == ("Nia O.", "n@example.org")
    assert scim("DELETE", f"Users/{body['id']}").status_code == 204
    assert scim("GET", f"Users/{body['id']}").status_code == 404
    assert not User.objects.get(pk=person.pk).is_active
    again = scim("POST", "Users", someone(emails=[{"value": "n@example.org"}]))
    assert again.json()["id"] == body["id"]
    assert User.objects.get(pk=person.pk).is_active
    wanted = {"person.add", "person.change", "person.off", "person.on", "person.directory_delete"}
    assert wanted <= set(AuditEntry.objects.filter(actor=cast.admin).values_list("action", flat=True))


def test_whoever_is_here_already_is_found_and_taken_over(scim: Callable[..., Any], cast: Cast) -> None:
    """By the name or the address that they sign in with, as directories ask before they add."""
    for query in (f'userName eq "{cast.leader.email.upper()}"', f'emails.value eq "{cast.leader.email}"', f'userName sw "{cast.leader.email[:4]}"'):  # fmt: skip
        found = scim("GET", f"Users?filter={query}").json()
        assert [one["id"] for one in found["Resources"]] == [str(cast.leader.pk)]
    assert scim("GET", 'Users?filter=userName eq "nobody"').json()["totalResults"] == 0
    assert scim("GET", "Users?filter=userName eq").status_code == 400
    page = scim("GET", "Users?startIndex=2&count=3&sortBy=userName").json()
    assert (page["startIndex"], page["itemsPerPage"], len(page["Resources"])) == (2, 3, 3)


def test_who_is_switched_off_here_by_hand_is_found_and_switched_on(scim: Callable[..., Any]) -> None:
    """They block their address, so the directory sees them; who was erased it does not."""
    off = User.objects.create(email="nia@example.org", name="Nia", password="!", is_active=False)  # noqa: S106
    User.objects.create(email="erased-9@erased.invalid", name="Erased person", password="!", is_active=False)  # noqa: S106
    assert scim("POST", "Users", someone()).status_code == 409
    (found,) = scim("GET", 'Users?filter=userName eq "nia@example.org"').json()["Resources"]
    assert (found["id"], found["active"]) == (str(off.pk), False)
    assert scim("PUT", f"Users/{off.pk}", someone()).json()["active"] is True
    assert User.objects.get(pk=off.pk).is_active
    assert scim("GET", 'Users?filter=userName eq "erased-9@erased.invalid"').json()["totalResults"] == 0


def test_whoever_leaves_is_out_at_once(scim: Callable[..., Any], cast: Cast) -> None:
    """Signed out, their tokens ended; an agent has left."""
    client = Client()
    client.force_login(cast.agent)
    ApiToken.objects.create(
        user=cast.agent, name="x", digest="d", hint="h", created_at=cast.now, expires_at=cast.now + timedelta(days=1)
    )
    change = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    answer = scim("PATCH", f"Users/{cast.agent.pk}", change)
    assert answer.json()["active"] is False
    assert client.get("/me").status_code == 302
    assert not ApiToken.objects.filter(user=cast.agent, revoked_at=None).exists()
    assert Agent.objects.get(user=cast.agent).left_on == cast.now.date()
    change["Operations"][0]["value"] = True
    assert scim("PATCH", f"Users/{cast.agent.pk}", change).json()["active"] is True
    assert Agent.objects.get(user=cast.agent).left_on is None


def test_the_last_admin_stays(scim: Callable[..., Any], cast: Cast) -> None:
    """Nor does a directory switch off whose token it uses."""
    assert scim("DELETE", f"Users/{cast.admin.pk}").status_code == 409
    assert User.objects.get(pk=cast.admin.pk).is_active


@pytest.mark.usefixtures("rules")
def test_roles_follow_groups(scim: Callable[..., Any], cast: Cast) -> None:
    """Whoever comes gets the role, whoever goes loses it, and so does everybody when the group goes."""

    def leads() -> bool:
        return Grant.objects.filter(user=cast.nobody, role=Role.TEAM_LEADER).exists()

    member = {"value": str(cast.nobody.pk)}
    made = scim("POST", "Groups", {"schemas": [GROUP], "displayName": "Leads", "members": [member]}).json()
    assert leads()
    remove = {"op": "remove", "path": f'members[value eq "{cast.nobody.pk}"]'}
    scim("PATCH", f"Groups/{made['id']}", {"schemas": [PATCH], "Operations": [remove]})
    assert not leads()
    add = {"op": "add", "path": "members", "value": [member]}
    scim("PATCH", f"Groups/{made['id']}", {"schemas": [PATCH], "Operations": [add]})
    assert leads()
    assert scim("DELETE", f"Groups/{made['id']}").status_code == 204
    assert not leads()
    assert (
        scim("POST", "Groups", {"schemas": [GROUP], "displayName": "X", "members": [{"value": "999999"}]}).status_code
        == 400
    )
    assert not DirectoryGroup.objects.exists()


@pytest.mark.usefixtures("rules")
def test_whoever_is_deleted_comes_back_without_the_roles_of_their_groups(scim: Callable[..., Any], cast: Cast) -> None:
    """They are in no group then, so nothing follows from one."""
    member = {"value": str(cast.nobody.pk)}
    scim("POST", "Groups", {"schemas": [GROUP], "displayName": "QA", "members": [member]})
    assert Grant.objects.filter(user=cast.nobody, role=Role.QA_LEAD).exists()
    assert scim("DELETE", f"Users/{cast.nobody.pk}").status_code == 204
    email = cast.nobody.email
    back = scim("POST", "Users", someone(userName=email, emails=[{"value": email, "primary": True}]))
    assert (back.status_code, back.json()["id"]) == (201, str(cast.nobody.pk))
    assert not Grant.objects.filter(user=cast.nobody).exists()


def test_what_is_changed_in_parts_is_held_before_it_is_read(
    scim: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Directories add members one by one, several at once: none may be lost to a list that was read before."""
    made = scim("POST", "Groups", {"schemas": [GROUP], "displayName": "Leads"}).json()
    did: list[str] = []
    hold, grouped = provisioning.hold, queries.grouped
    monkeypatch.setattr(provisioning, "hold", lambda **given: (did.append("hold"), hold(**given)))
    monkeypatch.setattr(queries, "grouped", lambda row: (did.append("read"), grouped(row))[1])
    change = {"op": "replace", "path": "displayName", "value": "Leaders"}
    assert scim("PATCH", f"Groups/{made['id']}", {"schemas": [PATCH], "Operations": [change]}).status_code == 200
    assert did == ["hold", "read", "read"]


def test_a_version_that_is_over_changes_nothing(scim: Callable[..., Any], cast: Cast) -> None:
    """ETags: read again what somebody changed since."""
    there = scim("GET", f"Users/{cast.nobody.pk}")
    change = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": "Noor"}]}
    known = {"If-Match": there.headers["ETag"]}
    assert scim("GET", f"Users/{cast.nobody.pk}", None, **{"If-None-Match": there.headers["ETag"]}).status_code == 304
    assert scim("PATCH", f"Users/{cast.nobody.pk}", change, **known).status_code == 200
    change["Operations"][0]["value"] = "Nora"
    assert scim("PATCH", f"Users/{cast.nobody.pk}", change, **known).status_code == 412


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_without_the_right_token_nothing_is_told(cast: Cast, client: Client, method: str) -> None:
    """No session, no other scope, no role below admin, and no admin of one programme."""

    def status(headers: dict[str, str] | None = None) -> int:
        return client.generic(method, "/scim/v2/Users", "{}", headers=headers).status_code

    client.force_login(cast.admin)
    assert status() == 401
    assert status({"Authorization": "Bearer guessed"}) == 401
    wanted = tokens.Wanted("x", ["people:read"], cast.now + timedelta(days=1))
    for who in (cast.admin, cast.leader):
        secret = tokens.make(viewer=viewer(who), wanted=wanted, now=cast.now).secret
        assert status({"Authorization": f"Bearer {secret}"}) == 403


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"schemas":["x"]}', b'{"userName": 7}', b'{"schemas":["%s"],"userName":"no address"}' % USER.encode(),
     b"\xff\xfe", b'{"schemas":["%s"],"userName":"a@b.example\\u0000","emails":[{"value":"a@b.example"}]}' % USER.encode()],
)  # fmt: skip
def test_what_is_no_person_is_refused_in_scim_s_own_words(token: str, client: Client, body: bytes) -> None:
    answer = client.generic(
        "POST",
        "/scim/v2/Users",
        body,
        content_type="application/scim+json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 400
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("Users", 'userName eq "NIA@example.org"'), ("Users", 'userName ne "nia@example.org"'), ("Users", 'userName sw "n" and active eq true'),
        ("Users", 'not (userName co "ia@") and externalId pr'), ("Users", 'externalId eq "00U1"'), ("Users", 'externalId eq "00u1" or userName pr'),
        ("Users", 'externalId ne "00u1"'), ("Users", 'active eq false'), ("Users", 'name.familyName eq "okoro"'), ("Users", 'displayName pr or active eq true'),
        ("Users", 'emails eq "nia@example.org"'), ("Users", 'emails[type eq "work" and value co "nia"]'), ("Users", 'not (emails.type eq "work")'),
        ("Users", 'emails[type eq "work" and value eq "Nia@example.org"]'), ("Users", 'meta.lastModified gt "2001-01-01T00:00:00Z"'),
        ("Users", 'meta.created lt "2001-01-01T00:00:00Z"'), ("Users", 'userName gt "n"'), ("Users", 'id eq "{nia}"'), ("Users", 'id eq "g{nia}"'),
        ("Groups", 'displayName ew "S"'), ("Groups", 'members eq "{nia}"'), ("Groups", 'members[value eq "{nia}"] and displayName eq "qa"'),
        ("Groups", 'not (members.value eq "{nia}")'), ("Groups", 'members pr'), ("Groups", 'externalId pr'), ("Groups", 'id ne "g0"'),
    ],
)  # fmt: skip
def test_the_database_finds_what_the_filter_says(scim: Callable[..., Any], where: str, what: str) -> None:
    """Held against the filter asked of each by itself."""
    nia = scim("POST", "Users", someone()).json()["id"]
    scim("POST", "Users", someone(userName="tim", emails=[{"value": "t@example.org"}], externalId="", active=False))
    for name, members in (("Leads", [{"value": nia}]), ("QA", [])):
        scim("POST", "Groups", {"schemas": [GROUP], "displayName": name, "members": members})
    what, model = what.format(nia=nia), {"Users": resources.User, "Groups": resources.Group}[where]
    with resources.POLICY, resources.PROVIDER:
        asked = ScimFilter[model](what)
        there = [model.model_validate(one) for one in scim("GET", where).json()["Resources"]]
        wanted = [one.id for one in there if asked.match(one)]
    found = scim("POST", f"{where}/.search", {"schemas": [SEARCH], "filter": what}).json()
    assert [one["id"] for one in found["Resources"]] == wanted
    assert found["totalResults"] == len(wanted)


def test_only_the_page_that_is_shown_is_made(scim: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """However many people there are; what no column holds is asked of so many at most."""
    made: list[int] = []
    described = queries.described
    monkeypatch.setattr(queries, "described", lambda row: (made.append(row.pk), described(row))[1])
    User.objects.bulk_create(User(email=f"p{n:02}@example.org", name=f"P {n}", password="!") for n in range(30))  # noqa: S106
    sorted_ = 'Users?startIndex=11&count=5&sortBy=userName&sortOrder=descending&filter=userName sw "p"'
    page = scim("GET", sorted_).json()
    assert [one["userName"] for one in page["Resources"]] == [f"p{n}@example.org" for n in range(19, 14, -1)]
    assert (page["totalResults"], len(made)) == (30, 5)
    monkeypatch.setattr(finding, "MOST_READ", 20)
    refused = scim("GET", 'Users?filter=name.givenName eq "Nia"')
    assert (refused.status_code, refused.json()["scimType"]) == (400, "tooMany")
    both = scim("POST", ".search", {"schemas": [SEARCH], "startIndex": 30, "count": 100}).json()
    assert both["itemsPerPage"] == both["totalResults"] - 29
