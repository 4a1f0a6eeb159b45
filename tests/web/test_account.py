"""Signing in and staying signed in: codes, pauses, sessions and links, and what an attacker tries with each."""

import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings as site
from django.contrib.sessions.models import Session as Kept
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from coachloop.app.errors import UnknownNameError
from coachloop.app.models import ApiToken, AuditEntry, Grant, Message, Programme, User
from coachloop.app.queries import sign_in as queries
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import sign_in
from coachloop.core.model.people import Role
from web.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick")]

PASSWORD, OTHER = "a long enough sentence", "another long sentence"
SIGN_IN, CODE = "/sign-in", "/sign-in/code"


@pytest.fixture
def quick(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- it stops the clock
    """Hash in no time; and axes, which took the real clock when it was imported, lives when everybody does."""
    monkeypatch.setattr("axes.handlers.proxy.now", timezone.now)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada(cast: Cast) -> User:
    """The leader, with a password."""
    person = User.objects.get(pk=cast.leader.pk)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def configure(settings: Any) -> Callable[..., None]:
    """Set the site up otherwise."""

    def change(**values: Any) -> None:
        settings.CONFIG = SimpleNamespace(**{**site.CONFIG.model_dump(), **values})

    return change


def enter(client: Client, person: User, password: str = PASSWORD, **headers: Any) -> Any:
    """Type email and password."""
    return client.post(SIGN_IN, {"username": person.email, "password": password}, **headers)


def signed_in(client: Client) -> bool:
    """Whether a page opens."""
    return bool(client.get("/me/calendar").status_code == 200)


def app_code(secret: str, *, later: int = 1) -> str:
    """What the app on the phone shows in the next half minute, so that it is right still if that begins meanwhile; or in another one."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def with_codes(person: User, now: Any) -> tuple[str, list[str]]:
    """Turn codes on; the secret, and the recovery codes."""
    secret = "JBSWY3DPEHPK3PXP"  # noqa: S105 -- under test
    given = sign_in.turn_on_codes(viewer=viewer(person), secret=secret, code=app_code(secret, later=0), now=now)
    return secret, given


def test_capitals_of_an_email_do_not_matter(ada: User, client: Client) -> None:
    client.post(SIGN_IN, {"username": f" {ada.email.upper()}", "password": PASSWORD})
    assert signed_in(client)


def test_codes_are_set_up_and_asked_for(ada: User) -> None:
    """By the pages alone: the secret is in the database encrypted, and recovery codes are shown once."""
    client = Client()
    enter(client, ada)
    page = client.get("/me/account/codes").content.decode()
    assert "recovery codes" not in page, "there are none yet"
    assert "data:image/svg+xml" in page
    secret = client.session["coachloop_codes_secret"]
    assert client.post("/me/account/codes", {"code": "000000"}).status_code == 422
    shown = client.post("/me/account/codes", {"code": app_code(secret, later=0)}).content.decode()
    assert shown.count("<li><code>") == 10
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))
    assert signed_in(client)
    other = Client()
    assert enter(other, ada).headers["Location"] == CODE
    assert not signed_in(other)
    assert other.post(CODE, {"code": "123"}).status_code == 200
    assert other.post(CODE, {"code": app_code(secret)}).status_code == 302
    assert signed_in(other)
    detail = AuditEntry.objects.filter(action="person.sign_in").latest("pk").detail
    assert detail["by"] == ["password", "mfa"]


def test_a_code_that_was_used_is_of_no_use(ada: User, cast: Cast) -> None:
    """In whatever process: it is the database that knows."""
    secret, recovery = with_codes(ada, cast.now)
    code = app_code(secret)
    for typed in (code, recovery[0]):
        first, again = Client(), Client()
        enter(first, ada)
        enter(again, ada)
        assert first.post(CODE, {"code": typed}).status_code == 302
        cache.clear()
        assert "was used before" in again.post(CODE, {"code": typed}).content.decode()
        assert not signed_in(again)


def test_a_code_without_a_password_is_no_way_in(ada: User, cast: Cast, client: Client) -> None:
    secret, _ = with_codes(ada, cast.now)
    assert client.post(CODE, {"code": app_code(secret)}).headers["Location"] == SIGN_IN
    assert not signed_in(client)


def test_wrong_codes_pause_as_wrong_passwords_do(ada: User, cast: Cast, client: Client) -> None:
    """And after twenty in a row, from wherever, codes rest."""
    secret, _ = with_codes(ada, cast.now)
    enter(client, ada)
    answers = [client.post(CODE, {"code": "000000"}).status_code for _ in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]
    assert "pauses here" in client.post(CODE, {"code": app_code(secret)}).content.decode()
    for number in range(16):
        place = {"REMOTE_ADDR": f"10.0.0.{number // 4}"}
        visitor = Client(**place)
        enter(visitor, ada)
        visitor.post(CODE, {"code": "000000"})
    visitor = Client(REMOTE_ADDR="10.1.1.1")
    enter(visitor, ada)
    assert "wait an hour" in visitor.post(CODE, {"code": app_code(secret)}).content.decode()
    sign_in.unlock(viewer=OPERATOR, account=ada.email, now=cast.now)
    assert visitor.post(CODE, {"code": app_code(secret)}).status_code == 302


def test_without_the_site_s_key_no_code_is_right(ada: User, cast: Cast, settings: Any) -> None:
    secret, recovery = with_codes(ada, cast.now)
    settings.SECRET_KEY = "another"  # noqa: S105 -- under test
    for typed in (app_code(secret), recovery[0]):
        assert not sign_in.right_code(user=ada, code=typed, now=cast.now)


def test_after_too_many_wrong_passwords_it_pauses_for_this_address(ada: User, cast: Cast) -> None:
    """Whichever process counts, for whoever is meant, and until it is over; a right password does not help."""
    for _ in range(5):
        cache.clear()
        answer = enter(Client(), ada, "wrong")
    assert answer.status_code == 429
    assert "pauses here" in answer.content.decode()
    paused = Client()
    assert enter(paused, ada).status_code == 429
    assert not signed_in(paused)
    elsewhere = Client(REMOTE_ADDR="10.0.0.7")
    assert enter(elsewhere, ada).status_code == 302
    assert [one.account for one in queries.paused(OPERATOR, now=cast.now)] == [ada.email]
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=16))
    assert enter(paused, ada).status_code == 302


def test_an_account_that_is_not_there_pauses_the_same(ada: User) -> None:
    """And reads the same until then."""
    nobody = SimpleNamespace(email="nobody@example.org")
    pages = {}
    for who in (ada, nobody):
        answers = [enter(Client(), who, "wrong") for _ in range(6)]  # type: ignore[arg-type]
        pages[who.email] = [(one.status_code, "do not belong" in one.content.decode()) for one in answers]
    assert pages[ada.email] == pages[nobody.email]


def test_a_visitor_does_not_say_where_they_come_from(ada: User, configure: Callable[..., None]) -> None:
    """Only as many entries of X-Forwarded-For count as proxies stand in front, from the end."""
    for number in range(5):
        answer = enter(Client(), ada, "wrong", headers={"X-Forwarded-For": f"10.9.0.{number}"})
    assert answer.status_code == 429
    AccessAttempt.objects.all().delete()
    configure(proxies=1)
    for number in range(5):
        answer = enter(Client(), ada, "wrong", headers={"X-Forwarded-For": f"10.9.0.{number}, 192.0.2.4"})
    assert answer.status_code == 429
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"192.0.2.4"}


def test_what_was_typed_is_kept_nowhere(ada: User) -> None:
    secret = "my secret in the wrong field"  # noqa: S105 -- under test
    Client().post(SIGN_IN, {"username": secret, "password": secret})
    enter(Client(), ada, secret)
    row = AccessAttempt.objects.get(username=ada.email)
    assert secret not in f"{row.get_data} {row.post_data}"
    entries = AuditEntry.objects.filter(action="person.sign_in_refused")
    assert {one.subject for one in entries} == {"unknown account", f"user:{ada.pk}"}
    assert secret not in str(list(entries.values()))
    assert {one.actor_name for one in entries} == {"visitor"}


def test_a_session_that_somebody_prepared_is_not_signed_in(ada: User, client: Client) -> None:
    """Session fixation: the key is another one after signing in, and the old one is gone."""
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = True
    session.save()
    prepared = session.session_key
    client.cookies[site.SESSION_COOKIE_NAME] = prepared
    enter(client, ada)
    assert client.session.session_key != prepared
    attacker = Client()
    attacker.cookies[site.SESSION_COOKIE_NAME] = prepared
    assert not signed_in(attacker)


def test_sign_in_wants_its_own_form(ada: User) -> None:
    """CSRF: no other site signs anybody in, or types their code."""
    client = Client(enforce_csrf_checks=True)
    assert enter(client, ada).status_code == 403
    assert client.post(CODE, {"code": "1"}).status_code == 403


def test_signed_out_everywhere_else(ada: User) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        enter(client, ada)
    assert here.get("/me/account").content.decode().count("<td") == 6
    here.post("/me/account/sign-out")
    assert signed_in(here)
    assert not signed_in(there)


def test_a_new_password_ends_every_other_session(ada: User) -> None:
    """And has to be a good one, from whoever knows the old one."""
    here, there = Client(), Client()
    for client in (here, there):
        enter(client, ada)
    key = here.session.session_key
    given = {"current": PASSWORD, "password": OTHER, "again": OTHER}
    for wrong in ({"current": "x"}, {"again": "x"}, {"password": "short", "again": "short"}):
        assert here.post("/me/account/password", given | wrong).status_code == 422
    assert here.post("/me/account/password", given).status_code == 302
    assert signed_in(here)
    assert here.session.session_key != key
    assert not signed_in(there)
    assert UserSession.objects.filter(session_key=here.session.session_key).exists()


def test_other_roles_go_on_under_another_key(ada: User, client: Client) -> None:
    """Given or taken, by whomever: the session goes on, and the key of before is good for nothing."""
    enter(client, ada)
    for change in (
        lambda: Grant.objects.create(user=ada, role=Role.ADMIN),
        lambda: ada.grants.filter(role=Role.ADMIN).delete(),
    ):
        assert signed_in(client)
        key = client.session.session_key
        assert signed_in(client)
        assert client.session.session_key == key
        change()
        assert signed_in(client)
        assert client.session.session_key != key
        assert UserSession.objects.get(user=ada).session_key == client.session.session_key
        stolen = Client()
        stolen.cookies[site.SESSION_COOKIE_NAME] = key
        assert not signed_in(stolen)


def test_codes_are_turned_off_by_the_password(ada: User, cast: Cast, client: Client) -> None:
    _, recovery = with_codes(ada, cast.now)
    client.force_login(ada)
    assert client.post("/me/account/codes/off", {"current": "guess"}).status_code == 422
    fresh = client.post("/me/account/recovery-codes", {"current": PASSWORD}).content.decode()
    assert recovery[0] not in fresh
    assert client.post("/me/account/codes/off", {"current": PASSWORD}).status_code == 302
    assert not Authenticator.objects.exists()
    assert client.post("/me/account/recovery-codes", {"current": PASSWORD}).status_code == 422


def test_whoever_is_switched_off_is_out_at_once(ada: User, cast: Cast, client: Client) -> None:
    """Their sessions and the tokens of their programs with them."""
    enter(client, ada)
    ApiToken.objects.create(
        user=ada, name="x", digest="d", hint="h", created_at=cast.now, expires_at=cast.now + timedelta(days=1)
    )
    sign_in.end_access(viewer=OPERATOR, user=ada, now=cast.now)
    assert not signed_in(client)
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert "do not belong together" in enter(client, ada).content.decode()


@pytest.mark.parametrize("seen", ["coachloop_began", "coachloop_seen"])
def test_a_session_ends_after_its_time(ada: User, client: Client, seen: str) -> None:
    """Counted from signing in, and from the last click."""
    enter(client, ada)
    assert signed_in(client)
    session = client.session
    session[seen] -= 12.1 * 3600
    session.save()
    assert client.get("/week").headers["Location"] == "/sign-in?next=/week"
    assert "time was up" in client.get(SIGN_IN).content.decode()
    assert not Kept.objects.filter(session_key=session.session_key).exists()


@pytest.mark.parametrize(("demand", "must"), [("required", True), ("team_leader,admin", True), ("admin", False)])
def test_where_codes_are_demanded_nothing_opens_before(
    ada: User, client: Client, configure: Callable[..., None], *, demand: str, must: bool
) -> None:
    """For whoever signed in by a password; setting them up is the way on."""
    configure(mfa=demand)
    enter(client, ada)
    assert signed_in(client) is not must
    if must:
        assert client.get("/week").headers["Location"] == "/me/account/codes"
        assert "asks for a code" in client.get("/me/account/codes").content.decode()
        secret = client.session["coachloop_codes_secret"]
        client.post("/me/account/codes", {"code": app_code(secret)})
    assert signed_in(client)


def test_a_link_sets_a_password_once(ada: User, cast: Cast, client: Client) -> None:
    """Within a day, and is mailed as well; the secret of the link leaves the address."""
    link = sign_in.password_link(viewer=OPERATOR, email=ada.email, site="http://testserver", now=cast.now)
    assert link in Message.objects.get(kind="password").text
    path = client.get(link.removeprefix("http://testserver")).headers["Location"]
    assert path.endswith("/set-password")
    assert f"For {ada.email}, which you sign in by" in client.get(path).content.decode()
    assert client.post(path, {"password": "short", "again": "short"}).status_code == 200
    assert client.post(path, {"password": OTHER, "again": OTHER}).headers["Location"] == SIGN_IN
    assert "link is over" in Client().get(link.removeprefix("http://testserver")).content.decode()
    enter(client, ada, OTHER)
    assert signed_in(client)


def test_a_link_is_over_after_a_day(ada: User, client: Client, settings: Any) -> None:
    link = sign_in.password_link(viewer=OPERATOR, email=ada.email, site="", now=timezone.now())
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "link is over" in client.get(link).content.decode()


def test_an_admin_helps_by_the_page(ada: User, cast: Cast, client: Client) -> None:
    """A link, a lost phone, a pause, sessions; each is noted."""
    with_codes(ada, cast.now)
    for _ in range(5):
        enter(Client(), ada, "wrong")
    client.force_login(cast.admin)
    assert ada.email in client.get("/accounts").content.decode()
    given = {"email": ada.email}
    assert "/set-password/" in client.post("/accounts/password-link", given).content.decode()
    for what in ("unlock", "codes-off", "sign-out"):
        assert client.post(f"/accounts/{what}", given, follow=True).status_code == 200
        assert client.post(f"/accounts/{what}", {"email": "not an address"}).status_code == 422
    assert client.post("/accounts/codes-off", {"email": "nobody@example.org"}).status_code == 422
    assert enter(Client(), ada).headers["Location"] == "/"
    wanted = {"person.password_link", "person.unlock", "person.codes_off", "person.sign_out_everywhere"}
    assert wanted <= set(AuditEntry.objects.filter(actor=cast.admin).values_list("action", flat=True))


def test_an_admin_of_one_programme_reaches_nobody_else(ada: User, cast: Cast) -> None:
    """Or they would sign in as somebody who sees more than they."""
    one, two = (Programme.objects.create(key=key, name=key, created_at=cast.now) for key in ("one", "two"))
    admin = User.objects.create(email="local@example.org", name="Local")
    Grant.objects.create(user=admin, role=Role.ADMIN, programme=one)
    Grant.objects.filter(user=ada).update(programme=two)
    local = viewer(admin)
    for what in (
        lambda: sign_in.password_link(viewer=local, email=ada.email, site="", now=cast.now),
        lambda: sign_in.turn_off_codes(viewer=local, email=ada.email, now=cast.now),
        lambda: sign_in.unlock(viewer=local, account=ada.email, now=cast.now),
        lambda: sign_in.sign_somebody_out(viewer=local, email=cast.admin.email, now=cast.now),
    ):
        with pytest.raises(UnknownNameError):
            what()
    Grant.objects.filter(user=ada).update(programme=one)
    assert sign_in.password_link(viewer=local, email=ada.email, site="", now=cast.now)
