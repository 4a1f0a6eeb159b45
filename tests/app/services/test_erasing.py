"""Somebody is erased: afterwards what named them is nowhere, in no table, no page of the database, no file and no cache."""

import json
from datetime import timedelta

import numpy as np
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.backends.utils import CursorWrapper

from builders import NOW, call, calls, person, publish, score, take
from coachloop.adapters.embeddings import CachedEncoder, forget_vectors
from coachloop.app.data_map import MAP
from coachloop.app.errors import NotYoursError, UnknownNameError, WrongStateError
from coachloop.app.models import (
    Agent,
    AgentDay,
    Answered,
    Audio,
    AuditEntry,
    Behaviour,
    Clip,
    Conversation,
    Erasure,
    Event,
    Focus,
    JudgeReply,
    LearnedModel,
    Message,
    Original,
    Revision,
    Session,
    SessionDraft,
    TrainingCase,
    Upload,
    User,
    Verdict,
)
from coachloop.app.queries import erasures, people
from coachloop.app.queries.audit_chain import verify
from coachloop.app.queries.programmes import operator
from coachloop.app.services import answered, audit, erasing, forgetting, rollups, sealing
from coachloop.app.services.answered import Answer
from coachloop.app.services.erasing import Hands
from coachloop.app.services.programmes import add_programme
from coachloop.app.services.scrubbing import Scrubbed, scrub
from coachloop.core.model.people import Role

SECRET = "Zyxquist"  # noqa: S105 -- a name
"""Stands wherever somebody may stand."""


class Encoder:
    """Two numbers a text."""

    name, dimensions = "two", 2

    def encode(self, texts):
        return np.array([[1.0, 0.0] for _ in texts], np.float32)


@pytest.fixture
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def there(cast, home):
    """Two calls of a customer and one of somebody else, with everything that may be made of a call."""
    publish()
    said = [
        {"speaker": "agent", "start": 0.0, "end": 1.0, "text": f"Good morning, {SECRET}speaking!"},
        {"speaker": "customer", "start": 1.0, "end": 2.0, "text": f"I am {SECRET}customer."},
    ]
    of_them = {"customer_id": f"K-{SECRET}", "customer_name": f"{SECRET} Smith", "turns": said}
    take(*[call(f"c-{n}", greets=True, **of_them) for n in range(2)], call("other", customer_id="K-2"))
    score()
    row = Conversation.objects.get(key="c-0")
    Original.objects.create(revision=row.revisions.get(), document=json.dumps(of_them))
    sha = "ab" * 32
    for key in ("c-0", "c-1"):
        Audio.objects.create(
            conversation=Conversation.objects.get(key=key), sha256=sha, suffix=".wav", name=f"{SECRET}.wav", codec="pcm", seconds=9,
            channels=1, sample_rate=8000, size=5, state="done", copied=f"{sha}-1.m4a",
        )  # fmt: skip
    greets = Behaviour.objects.get(key="greets")
    clip = Clip.objects.create(
        conversation=row, revision=1, behaviour=greets, first_turn=0, last_turn=1, proof_turn=0, title=f"As {SECRET} hears it",
        why_good="x", made_at=NOW,
    )  # fmt: skip
    for name in (
        f"audio/ab/{sha}.wav",
        f"browser/ab/{sha}-1.m4a",
        f"browser/ab/{sha}-1.peaks",
        f"clips/{clip.pk}-1.m4a",
    ):
        path = home / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    asked = {"model": "m", "tokens_in": 1, "tokens_out": 1, "cost": 0, "asked_at": NOW}
    JudgeReply.objects.create(digest="1", conversation=row, body=SECRET, **asked)
    Upload.objects.create(key="u", user=cast.ada.user, name=f"{SECRET}.wav", size=1, begun_at=NOW, conversation=row)
    Event.objects.create(at=NOW, kind="verdicts.landed", subject="conversation:c-0", data={"customer": SECRET})
    Answered.objects.create(user=cast.ada.user, key="k", request="r", status=200, body=SECRET, asked_at=NOW)
    audit.look(cast.ada, "c-0", now=NOW)
    sealing.seal_waiting()
    return cast


def learned(*keys):
    model = LearnedModel.objects.create(
        behaviour=Behaviour.objects.get(key="warmth"), number=1, trained_at=NOW, published_at=NOW, labels=1, threshold=0.5,
        data=SECRET.encode(), digest="d",
    )  # fmt: skip
    for key in keys:
        TrainingCase.objects.create(model=model, conversation=Conversation.objects.get(key=key), human="met")
    return model


def nowhere(home, *words):
    """Asserts it of every page of the database, free ones too, and of every file."""
    if connection.vendor == "sqlite":
        image = connection.connection.serialize()
        for word in words:
            place = image.lower().find(word.lower().encode())
            assert place < 0, image[max(0, place - 200) : place + 200]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            for found in cursor.fetchall():
                assert not any(word.lower() in str(found).lower() for word in words), (table, found)
    for path in home.rglob("*"):
        if path.is_file():
            assert not any(word.lower().encode() in path.read_bytes().lower() for word in words), path


def erase(cast, kind, key, **more):
    erasure = erasing.ask(viewer=cast.operator, kind=kind, key=key, now=NOW, **more)
    assert erasing.carry_out(now=lambda: NOW) == [erasure]
    return erasures.certificate(cast.operator, erasure)


@pytest.mark.django_db(transaction=True)
def test_a_customer_is_nowhere_afterwards_and_figures_stay(there, home):
    learned("c-0")
    before = list(AgentDay.objects.order_by("pk").values_list("behaviour", "met", "not_met"))
    one = erase(there, "customer", f"K-{SECRET}", basis="Art. 17(3)(b): nothing")
    assert one.data["erased"]["conversations"] == 2
    assert (one.data["erased"]["learned models"], one.data["models_trained_anew"]) == (1, ["manners"])
    assert one.data["files"] == 3
    on_sqlite = connection.vendor == "sqlite"
    assert one.data["overwritten"] is on_sqlite
    assert ("coachloop_message" in one.data["vacuumed"]) is not on_sqlite
    nowhere(home, SECRET)
    assert answered.begin(there.ada.user, "k", "r", now=NOW) == Answer(200, "")
    assert list(Conversation.objects.values_list("key", flat=True)) == ["other"]
    rollups.rebuild_rollups()
    rollups.refresh_rollups()
    assert list(AgentDay.objects.order_by("behaviour").values_list("behaviour", "met", "not_met")) == sorted(before)
    assert verify().holds
    assert erasures.was_erased(there.operator, "customer", f"K-{SECRET}")[0].id == one.id
    assert erasures.was_erased(there.operator, "customer", "K-2") == []
    assert erasing.train_anew(now=lambda: NOW, hands=Hands()) == ["manners"]
    assert Erasure.objects.get().left == {}


def test_ended_on_the_way_it_goes_on(there, home, monkeypatch):
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    erasure = erasing.ask(viewer=there.operator, kind="customer", key=f"K-{SECRET}", now=NOW)
    assert erasing.ask(viewer=there.operator, kind="customer", key=f"K-{SECRET}", now=NOW) == erasure

    def ends(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "remove_files", ends)
        with pytest.raises(KeyboardInterrupt):
            erasing.carry_out(now=lambda: NOW)
    assert (
        0 < Conversation.objects.filter(customer_key=f"K-{SECRET}").count() < 2
        or Erasure.objects.get().left["files"] == []
    )
    assert erasing.carry_out(now=lambda: NOW) == [erasure]
    assert erasures.certificate(there.operator, erasure).data["erased"]["conversations"] == 2
    assert not list((home / "media" / "audio").glob("*/*"))
    assert erasing.carry_out(now=lambda: NOW) == []


def test_a_model_that_only_may_have_heard_them_is_retired_too(there):
    model = learned("other")
    Conversation.objects.filter(key="other").update(landed_at=NOW)
    erase(there, "customer", f"K-{SECRET}")
    assert not LearnedModel.objects.filter(pk=model.pk).exists()


def test_embeddings_of_their_words_go(there, home):
    cache = CachedEncoder(Encoder(), home / "cache" / "embeddings")
    cache.encode([f"I am {SECRET}customer."])
    assert (home / "cache" / "embeddings").is_dir()
    erasing.ask(viewer=there.operator, kind="customer", key=f"K-{SECRET}", now=NOW)
    erasing.carry_out(now=lambda: NOW, hands=Hands(forget_vectors=lambda: forget_vectors(home)))
    assert not (home / "cache" / "embeddings").is_dir()


@pytest.mark.django_db(transaction=True)
def test_an_agent_is_nowhere_afterwards_and_the_centre_still_counts_them(cast, home):
    publish()
    user = person(f"{SECRET} Jones", Role.AGENT)
    User.objects.filter(pk=user.pk).update(email=f"{SECRET}@example.org", external_id=SECRET)
    user.refresh_from_db()
    team = Agent.objects.get(key="lea").team
    agent = Agent.objects.create(key=f"a-{SECRET}", name=f"{SECRET} Jones", team=team, user=user)
    agent.aliases.create(key=f"x-{SECRET}")
    take(*calls(f"a-{SECRET}", 3, 4))
    score()
    met = sum(AgentDay.objects.filter(agent=agent).values_list("met", flat=True))
    verdict = Verdict.objects.filter(attempt__evaluation__conversation__agent=agent).first()
    focus = Focus.objects.create(
        agent=agent, behaviour=verdict.behaviour, reason=SECRET, example=verdict, opened_at=NOW
    )
    held = Session.objects.create(
        agent=agent, focus=focus, behaviour=verdict.behaviour, kind="performance", status="held", created_at=NOW, own_words=SECRET,
        action=SECRET, how_reviewed=SECRET, held_on=NOW.date(), by_when=NOW.date() + timedelta(1), review_on=NOW.date() + timedelta(2),
        private_notes=SECRET, shared_notes=SECRET, leader=cast.ada.user, leader_name="Ada",
    )  # fmt: skip
    SessionDraft.objects.create(session=held, fields={"goal": SECRET}, saved_at=NOW)
    agent.goals.create(words=SECRET, opened_on=NOW.date()).steps.create(words=SECRET)
    agent.requests.create(words=SECRET, asked_at=NOW)
    told = {"way": "mail", "created_at": NOW, "kind": "daily"}
    Message.objects.create(user=user, about="a", subject="s", text="Hello", **told)
    Message.objects.create(user=cast.ada.user, about="b", subject=f"{SECRET} Jones", text=f"… {SECRET} Jones …", **told)
    Event.objects.create(at=NOW, kind="alert.raised", subject="drift:1", data={"agent": f"a-{SECRET}"})
    audit.record(cast.ada, "focus.accept", f"agent:a-{SECRET}", now=NOW, detail={})
    audit.record(cast.ada, "clip.share", "clip:1", now=NOW, detail={"with": f"agent:a-{SECRET}"})
    AuditEntry.objects.create(
        at=NOW, actor=user, actor_name=f"{SECRET} Jones", action="session.confirm", subject="session:1"
    )
    cookie = SessionStore()
    cookie["_auth_user_id"] = str(user.pk)
    cookie.create()
    one = erase(cast, "agent", f"x-{SECRET}")
    nowhere(home, SECRET)
    assert one.data["erased"]["conversations"] == 4
    agent.refresh_from_db()
    assert (agent.key, agent.name, agent.user) == (f"erased-{agent.pk}", "Erased agent", None)
    assert agent.key not in {row.get("agent_id") for row in people.rows(cast.operator)}, "in the file of people"
    rollups.rebuild_rollups()
    rollups.refresh_rollups()
    assert sum(AgentDay.objects.filter(agent=agent).values_list("met", flat=True)) == met > 0
    held.refresh_from_db()
    assert (held.status, held.action, held.leader_name) == ("held", "[erased]", "Ada")
    assert not User.objects.get(pk=user.pk).is_active
    assert not SessionStore(cookie.session_key).exists(cookie.session_key)
    sealing.seal_waiting()
    found = verify()
    assert (found.holds, found.let_go) == (True, 2)


def test_who_came_back_with_an_old_backup_is_erased_again(there):
    line = {"customer_id": f"K-{SECRET}"}
    erase(there, "customer", f"K-{SECRET}")
    take(call("again", **line))
    lines = erasing.list_file().read_text().splitlines()
    assert SECRET not in "".join(lines)
    Erasure.objects.all().delete()
    (one,) = erasing.replay(viewer=there.operator, lines=lines, now=NOW)
    assert one.done_at is None
    erasing.carry_out(now=lambda: NOW)
    assert not Conversation.objects.filter(customer_key=f"K-{SECRET}").exists()
    assert erasing.replay(viewer=there.operator, lines=lines, now=NOW) == []
    with pytest.raises(NotYoursError):
        erasing.replay(viewer=there.admin, lines=lines, now=NOW)


def test_who_was_erased_from_one_programme_stays_in_the_others(there):
    """Two clients may call two customers by the same number."""
    first, second = (add_programme(viewer=there.operator, key=key, name=key, now=NOW)[0] for key in ("one", "two"))
    for programme in (first, second):
        Conversation.objects.create(key=f"of-{programme.key}", customer_key="17", programme=programme, landed_at=NOW)
    asked = erasing.ask(viewer=operator("one"), kind="customer", key="17", now=NOW)
    erasing.carry_out(now=lambda: NOW)
    assert erasures.certificate(there.operator, asked).as_json()["programme"] == "one"
    lines = erasing.list_file().read_text().splitlines()
    assert erasing.replay(viewer=there.operator, lines=lines, now=NOW) == []
    Conversation.objects.create(key="came-back", customer_key="17", programme=first, landed_at=NOW)
    (again,) = erasing.replay(viewer=there.operator, lines=lines, now=NOW)
    assert again.programme == "one"
    erasing.carry_out(now=lambda: NOW)
    assert list(Conversation.objects.filter(customer_key="17").values_list("key", flat=True)) == ["of-two"]


def test_admins_ask_and_only_for_somebody_who_is_here(there):
    for who in (there.ada, there.qa_lead, there.operations, there.nobody):
        with pytest.raises(NotYoursError):
            erasing.ask(viewer=who, kind="customer", key=f"K-{SECRET}", now=NOW)
        assert erasures.found(who, "customer", f"K-{SECRET}") is None
    for kind, key in (("customer", "K-9"), ("agent", "nobody"), ("planet", "lea")):
        with pytest.raises(UnknownNameError):
            erasing.ask(viewer=there.admin, kind=kind, key=key, now=NOW)
    assert erasures.found(there.admin, "customer", f"K-{SECRET}").conversations == 2
    assert Revision.objects.count() == 3


def test_two_workers_at_once_do_it_once(there):
    """The second finds it done."""
    erasure = erasing.ask(viewer=there.operator, kind="agent", key="lea", now=NOW)
    assert erasing.carry_out(now=lambda: NOW) == [erasure]
    before = Erasure.objects.get().certificate
    assert not erasing._calls(erasure)
    erasing._person(erasure, NOW)
    erasing._finish(erasure, scrubbed=Scrubbed(), now=NOW)
    assert Erasure.objects.get().certificate == before


def test_the_last_admin_is_not_erased(cast):
    """It is refused when it is asked for, before anything is gone."""
    publish()
    agent, admin = Agent.objects.get(key="lea"), cast.admin.user
    agent.user = admin
    agent.save(update_fields=["user"])
    User.objects.filter(grants__role=Role.ADMIN).exclude(pk=admin.pk).update(is_active=False)
    with pytest.raises(WrongStateError, match="last admin"):
        erasing.ask(viewer=cast.operator, kind="agent", key="lea", now=NOW)
    assert not Erasure.objects.exists()
    person("Second Admin", Role.ADMIN)
    erase(cast, "agent", "lea")
    assert not User.objects.get(pk=admin.pk).is_active


@pytest.mark.parametrize(
    ("who", "left"),
    [
        (("7", "Jo Ann"), ["7 calls of 27", "joanna and Jo Anna", "Look at 4711."]),
        (("4711", "4711"), ["7 calls of 27", "joanna and Jo Anna", "Jo Ann: 7 calls"]),
    ],
)
def test_no_message_goes_that_only_holds_the_same_letters(cast, who, left):
    """What waits for others is still sent."""
    Agent.objects.create(key=who[0], name=who[1], team=Agent.objects.get(key="lea").team)
    told = {"user": cast.ada.user, "way": "mail", "created_at": NOW, "kind": "daily", "try_after": NOW}
    for number, text in enumerate(("7 calls of 27", "joanna and Jo Anna", "Jo Ann: 7 calls", "Look at 4711.")):
        Message.objects.create(about=f"session:7:{number}", text=text, **told)
    erase(cast, "agent", who[0])
    waiting = Message.objects.filter(try_after__isnull=False).order_by("pk")
    assert [row.text for row in waiting] == left
    assert Message.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_postgres_vacuums_every_table_and_claims_no_more(monkeypatch):
    """It frees the room and overwrites nothing; the certificate says so."""
    told = []
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr(CursorWrapper, "execute", lambda _, said, *args: told.append((said, *args)))
    monkeypatch.setattr(
        connection.introspection, "table_names", lambda *_, **__: ["coachloop_message", "django_session"]
    )
    assert scrub() == Scrubbed(vacuumed=("coachloop_message", "django_session"))
    assert told == [('VACUUM "coachloop_message", "django_session"',)]


def test_a_certificate_has_words_for_each_table_that_goes():
    going = {name for name, held in MAP.items() if "deleted" in held.customer + held.agent or "replaced" in held.agent}
    assert going <= erasing._WORDS.keys()
