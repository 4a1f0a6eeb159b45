"""Two clients of an outsourcer in one installation: nothing of the one is on any page of the other, and nothing there changes its figures."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse

from coachloop.app.models import Audio, AuditEntry, Grant, Programme, User
from coachloop.app.queries import audio, clips
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import drift, effects, impact, programmes, rollups, suggested, trust
from coachloop.core.model.people import Role
from coachloop.web.links import clip_link, link
from house import Clock, Houses, living_at
from web.api.client import ApiClient, secret_of
from web.api.test_permissions import RULES as OF_PROGRAMS
from web.api.test_permissions import ask
from web.cast import Cast
from web.second_client import FAR, SENTINEL, second_client, theirs
from web.settled import LATER, SETTLED, settled_house
from web.test_permissions import QUERY, RULES

pytestmark = pytest.mark.django_db

ALIKE = 6
READERS = ("qa_lead", "operations", "leader", "agent", "evaluator", "admin")
CHANGING = re.compile(
    rb'csrfmiddlewaretoken" value="[^"]*"'
    rb"|/(media|clips/sound)/[\w:.-]+"  # signed for two hours
    rb'|data-now="[^"]*"|run=\d+|<option value="\d+"( selected)?>appointment'  # the time; the number of what is found anew
    rb'|<form class="others programmes".*?</form>|\s*<button[^>]*popovertarget="programmes".*?</button>',  # an admin's
    re.DOTALL,
)
TELLS_OF_READING = {"audit-log", "export-audit-log", "clips", "clip", "set-up-codes"}
"""Who looked, and how often; and a code by chance."""


type Pages = dict[tuple[str, str], list[tuple[int, bytes]]]


@dataclass(frozen=True)
class World:
    """One house with two clients: ids of the first one's things, and what everybody's pages said before and after the second moved in."""

    cast: Cast
    ids: dict[str, Any]
    second: Programme
    pages: Pages = field(default_factory=dict)

    def read(self) -> None:
        """Read every page once more, as each role that may."""
        clients = {who: client_of(self.cast.who(who)) for who in READERS}
        for name, who in PAGES:
            response = clients[who].get(address(name, self.ids) + QUERY.get(name, ""))
            body = b"".join(response.streaming_content) if response.streaming else response.content
            self.pages.setdefault((name, who), []).append((response.status_code, CHANGING.sub(b"", body)))


PAGES = [
    (name, who)
    for name, rule in RULES.items()
    if not rule.post and "visitor" not in rule.ok and name not in ("parts", "metrics")
    for who in [one for one in READERS if one in rule.ok][: 1 if len(rule.ok) > ALIKE else 2]
]
"""Each page, as two of the roles that may, those who see the most of it; as one of them where it is the same for everybody."""


@pytest.fixture(scope="module")
def world(houses: Houses) -> Iterator[World]:
    """Harbour Homes, and then a second client beside it."""
    with settled_house(houses) as settled:
        pass
    with (
        houses.living_in("web, two clients", lambda: two_clients(*settled), after=SETTLED) as found,
        transaction.atomic(),
        living_at(Clock(LATER + timedelta(minutes=1))),
    ):
        yield World(*found)
        transaction.set_rollback(True)


def two_clients(cast: Cast, ids: dict[str, Any]) -> tuple[Cast, dict[str, Any], Programme, Pages]:
    """Read every page, let the second one move in, and read every page once more."""
    with transaction.atomic(), living_at(Clock(LATER)):  # what is copied leads to what is copied after it
        first, _ = programmes.add_programme(viewer=OPERATOR, key="harbour", name="Harbour Homes", now=cast.now)
        Grant.objects.filter(user=cast.admin).update(programme=first)  # as others, an admin of this client alone
        worked_out(cast)
        second = Programme(key=SENTINEL, name=f"The {SENTINEL} company", created_at=cast.now)
        found = World(cast, ids, second)
        found.read()
        second, _ = programmes.add_programme(viewer=OPERATOR, key=second.key, name=second.name, now=cast.now)
        second_client(second)
        worked_out(cast)
        found.read()
        return cast, ids, second, found.pages


def worked_out(cast: Cast) -> None:
    """Whatever is worked out in the background."""
    rollups.refresh_rollups()
    rollups.pack_counts()
    effects.measure(now=cast.now)
    impact.refresh_impact(now=cast.now)
    trust.refresh_trust(now=cast.now)
    suggested.note_once_a_day(now=cast.now)
    drift.watch_once_a_day(now=cast.now)


def client_of(user: User | None) -> Client:
    """Somebody's browser."""
    client = Client()
    if user:
        client.force_login(user)
    return client


def address(name: str, ids: dict[str, Any]) -> str:
    """Of a page, with what it needs."""
    return reverse(name, kwargs={key: ids.get(value, value) for key, value in RULES[name].args.items()})


def copy_of(user: User) -> User:
    """Who is the same at the second client."""
    return User.objects.get(pk=theirs(user.pk))


@pytest.mark.parametrize("who", READERS)
def test_a_second_client_shows_on_no_page_and_changes_none(world: World, who: str) -> None:
    """Every page says what it said before, and no word of the other's."""
    read = {name: said for (name, reader), said in world.pages.items() if reader == who}
    leaks = [name for name, (_, (_, body)) in read.items() if SENTINEL.encode() in body.lower()]
    changed = [name for name, (before, after) in read.items() if before != after and name not in TELLS_OF_READING]
    assert leaks == []
    assert changed == []


def test_the_second_client_has_everything_of_its_own(world: World) -> None:
    """What nobody else sees is there, and says so in its own words."""
    for who, names in (("leader", ("week", "clips")), ("qa_lead", ("conversations", "heatmap"))):
        client = client_of(copy_of(world.cast.who(who)))
        for name in names:
            assert SENTINEL in client.get(reverse(name)).content.decode().lower(), (who, name)


def other_ids(world: World) -> dict[str, Any]:
    """The second client's of everything that a route is asked for."""
    found = {name: theirs(value) for name, value in world.ids.items()} | {"slot_day": world.ids["slot_day"]}
    for key in ("lea", "jon", "lea-1", "discovery"):
        found[key] = theirs(key)
    boss = viewer(copy_of(world.cast.leader))
    row = Audio.objects.get(conversation__key=theirs("lea-1"))
    clip = clips.clip(boss, theirs(world.ids["clip_shared"]))
    assert clip is not None
    heard, seen = link(boss, audio.listenable(row)), clip_link(boss, clip)
    return found | {"heard": heard.rsplit("/", 1)[1], "clip_heard": seen.rsplit("/", 1)[1]}


FREE = {"1", "MQ", "guessed", "admin", "plan", "csv", "jsonl"}
"""Arguments that name nothing of a client's."""


def named(name: str) -> bool:
    """Whether a route names something that is one client's."""
    return in_path(RULES[name].args)


def test_nobody_reaches_what_is_another_clients_by_its_id_or_key(world: World) -> None:
    """Reading and writing answer that there is no such thing, and nothing there changes."""
    ids, before, wrong = other_ids(world), fingerprint(), []
    clients = {who: client_of(world.cast.who(who)) for who in READERS}
    for name, rule in RULES.items():
        for who in [one for one in READERS if one in rule.ok and named(name)][:1]:
            url, query = address(name, ids), QUERY.get(name, "").replace("=discovery", f"={SENTINEL}-discovery")
            got = {clients[who].post(url, ANYTHING).status_code}
            got |= set() if rule.post else {clients[who].get(url + query).status_code}
            if not got <= {403, 404, 405}:
                wrong.append((name, who, got))
    assert wrong == []
    assert fingerprint() == before


def test_no_program_reaches_what_is_another_clients(world: World) -> None:
    """The API answers the same, whoever's token it is: nothing is read, done or changed there."""
    ids, before, wrong = other_ids(world), fingerprint(), []
    keys = {
        one for rule in OF_PROGRAMS.values() for one in rule.args.values() if isinstance(one, str) and one not in FREE
    }
    ids = {key: theirs(key) for key in keys} | ids
    for name, rule in OF_PROGRAMS.items():
        for who in [one for one in READERS if one in rule.ok and in_path(rule.args)][:1]:
            answer = ask(ApiClient(secret_of(world.cast, who)), name, ids)
            if answer.status_code not in {403, 404, 409, 422} or SENTINEL in answer.content.decode().lower():
                wrong.append((name, who, answer.status_code, answer.content[:200]))
    assert wrong == []
    assert fingerprint() == before


def in_path(args: dict[str, Any]) -> bool:
    """Whether an operation's address names something that is one client's."""
    return any(value not in FREE and not str(value)[:4].isdigit() for value in args.values())


ANYTHING = {"reason": "Because.", "words": "Because.", "outcome": "met", "title": "A title", "text": "key: x"}


def fingerprint() -> str:
    """Of everything that is the second client's."""
    found = hashlib.sha256()
    for model in apps.get_app_config("coachloop").get_models():
        rows = model._default_manager.filter(pk__gt=FAR) if model is not AuditEntry else ()
        for row in rows.order_by("pk").values_list() if rows != () else ():
            found.update(repr(row).encode())
    return found.hexdigest()


def header(client: Client) -> str:
    """What stands above every page."""
    return str(client.get(reverse("report-choices")).content.decode().split("<main")[0])


def test_who_works_for_one_client_sees_which_and_no_switch(world: World) -> None:
    """The name says whose figures these are."""
    shown = header(client_of(world.cast.leader))
    assert "Harbour Homes" in shown
    assert 'popovertarget="programmes"' not in shown


def test_who_works_for_two_looks_at_one_at_a_time(world: World) -> None:
    """The choice is kept in the session, opens the other's pages with the roles held there, and is open to nobody else."""
    second = Programme.objects.get(key=SENTINEL)
    Grant.objects.create(user=world.cast.leader, role=Role.QA_LEAD, programme=second)
    client, choose = client_of(world.cast.leader), reverse("choose-programme")
    assert 'popovertarget="programmes"' in header(client)
    assert SENTINEL not in client.get("/week").content.decode().split("<main")[1]
    chosen = client.post(choose, {"programme": second.pk}, follow=True)
    assert f"You look at {second.name} now." in chosen.content.decode()
    week = client.get("/conversations").content.decode()
    assert SENTINEL in week.split("<main")[1]
    assert f"/conversations/{SENTINEL}-" in week
    assert 'href="/conversations/lea-' not in week
    assert client.get("/conversations/lea-1").status_code == 404
    assert client.get("/slots").status_code == 403, "no leader there"
    assert client_of(world.cast.qa_lead).post(choose, {"programme": second.pk}).status_code == 404
    assert client.post(choose, {"programme": "99"}).status_code == 404
    assert client.post(choose, {"programme": "x"}).status_code == 404
