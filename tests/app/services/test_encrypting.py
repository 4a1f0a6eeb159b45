"""Words at rest: nothing of them is in the database's files, what is there already follows, and keys change."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from builders import NOW, call, label, publish, score, scores, take
from coachloop.app.errors import RefusedError
from coachloop.app.models import (
    AuditEntry,
    Conversation,
    DataKey,
    JudgeReply,
    Original,
    Review,
    Revision,
    Spoken,
    Verdict,
)
from coachloop.app.queries import encryption
from coachloop.app.queries.search import passages, says
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import bulk, data_keys, encrypting, people
from house import START, Houses
from keys import KEY, OTHER, use

SAID = ("Good morning, the crocodiles are worth it.", "My card is 4111 1111 1111 1111, from Timbuktu.")
WORDS = ("crocodile", "Timbuktu", "4111 1111", "How much", "Good morning", "flamingo", "woodpecker", "Porcupine")
"""What stands in calls, quotes, notes and scores; too long for a key or a hash to spell it by chance."""

COMMITTED = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
"""So that another process sees it."""

TEMPLATE = """\
key: manners
title: Manners
applies_to: {channel: [voice]}
behaviours:
  - key: greets
    title: Greets
    question: Did the agent greet the customer?
    score_with: [{phrases: {any: [worth it]}}]
"""


def lead() -> None:
    """The loop, as far as words go through it."""
    turns = [{"speaker": who, "start": 2.0 * n, "end": 2.0 * n + 1, "text": text} for n, (who, text) in
             enumerate(zip(("agent", "customer"), SAID, strict=True))]  # fmt: skip
    take(*(call(f"c-{n}", turns=turns) for n in range(7)), call("c-7", price=True))
    score()
    label({"conversation_id": "c-1", "template": "manners", "behaviour": "greets", "verdict": "met", "reviewer": "Eve"})
    Review.objects.create(
        conversation=Conversation.objects.get(key="c-2"), behaviour=Verdict.objects.all()[0].behaviour, kind="label", rank=3,
        outcome="met", reviewed_at=NOW, fingerprint="f", note="A flamingo.", quotes=[{"turn": 0, "quote": "flamingo"}],
    )  # fmt: skip
    row = {"call_id": "c-9", "behaviour": "empathy", "verdict": "met", "agent_id": "lea"}
    assert not scores({**row, "evidence_text": "The woodpecker was named."}).refused
    JudgeReply.objects.create(
        digest="d", model="m", body="Porcupinees.", tokens_in=1, tokens_out=1, cost=0.0, asked_at=NOW
    )


def furnish() -> None:
    people.set_up_site(viewer=OPERATOR, name="North", place=people.Place("Europe/Berlin", "DE"), now=START)
    publish(TEMPLATE)


if connection.vendor == "postgresql":

    @pytest.fixture
    def lived() -> None:
        """A site with its template on a server."""
        furnish()
else:

    @pytest.fixture
    def lived(houses: Houses) -> Iterator[None]:
        """A site with its template in files of its own."""
        with houses.living_in("encrypting", furnish):
            yield


def on_disk() -> bytes:
    """All that stands in the database's files; on a server all that stands in its tables."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            return "".join(map(repr, _all_of(cursor))).encode()
    path = Path(connection.settings_dict["NAME"])
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


def _all_of(cursor: Any) -> Iterator[Any]:
    for name in connection.introspection.table_names(cursor):
        cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608 -- a name of the database's
        yield from cursor.fetchall()


def told() -> list[str]:
    found = on_disk().lower()
    return [word for word in WORDS if word.lower().encode() in found]


def what_is_read() -> Any:
    return (
        list(Revision.objects.order_by("id").values_list("document", flat=True)),
        list(Original.objects.order_by("pk").values_list("document", flat=True)),
        list(Verdict.objects.order_by("id").values_list("reason", "evidence", "missed")),
        list(Review.objects.order_by("id").values_list("note", "quotes")),
        list(JudgeReply.objects.values_list("body", flat=True)),
        found("crocodiles are"), found('"good morning the crocodiles"'), found("crocodile"),
    )  # fmt: skip


def found(query: str) -> list[str]:
    rows = Conversation.objects.filter(says(query))
    assert not rows or passages(rows, query)
    return sorted(rows.values_list("key", flat=True))


def encrypt() -> encrypting.Turned:
    return encrypting.encrypt(viewer=OPERATOR, now=lambda: NOW)


@COMMITTED
@pytest.mark.usefixtures("lived")
def test_with_a_key_nothing_that_was_said_is_in_the_files_of_the_database(settings: Any) -> None:
    """All of the loop reads and finds what it would; whole words and phrases are found, beginnings of words are not."""
    use(settings, KEY)
    data_keys.make_due(now=NOW)
    lead()
    assert told() == []
    documents, originals, verdicts, *_ = what_is_read()
    assert "crocodiles" in documents[0]
    assert "4111 1111" in originals[0]
    assert any("crocodiles" in str(evidence) for _, evidence, _ in verdicts)
    assert found('"the crocodiles"') == [f"c-{n}" for n in range(7)]
    assert (found('"crocodiles the"'), found("crocodile"), found("how much")) == ([], [], ["c-7"])


@COMMITTED
@pytest.mark.usefixtures("lived")
def test_what_came_in_before_is_encrypted_and_opened_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where somebody works meanwhile: half encrypted, everything reads and is found as ever; and nothing is left in the file."""
    monkeypatch.setattr(encrypting, "AT_ONCE", 3)
    lead()
    whole = what_is_read()
    assert set(told()) == set(WORDS)
    use(settings, KEY)
    seen = []

    def look(rows: int) -> None:
        seen.append(rows)
        assert what_is_read() == whole

    done = encrypting.encrypt(viewer=OPERATOR, now=lambda: NOW, progress=look)
    assert sum(seen) == done.count == 8 + 7 + len(whole[2]) + 1 + 1 + 8
    assert (told(), what_is_read(), encryption.finding(NOW).ok) == ([], whole, True)
    assert done.scrubbed.done
    assert encrypt().count == 0

    with pytest.raises(RefusedError, match="write `off` before the key"):
        encrypting.decrypt(viewer=OPERATOR, now=lambda: NOW)
    use(settings, f"off {KEY}")
    with pytest.raises(RefusedError, match="rows are still encrypted"):
        encrypting.forget_keys(viewer=OPERATOR, now=NOW)
    assert encrypting.decrypt(viewer=OPERATOR, now=lambda: NOW).count == done.count
    assert encrypting.forget_keys(viewer=OPERATOR, now=NOW) == 2
    use(settings, "")
    assert (set(told()), what_is_read(), encryption.wrong()) == (set(WORDS), whole, "")
    actions = AuditEntry.objects.filter(action__startswith="encryption").order_by("id").values_list("action", flat=True)
    assert [one.removeprefix("encryption.") for one in actions][:3] == ["data-key", "begin", "encrypt"]


@COMMITTED
@pytest.mark.usefixtures("lived")
def test_killed_half_way_it_goes_on_where_it_was(settings: Any, tmp_path: Path) -> None:
    lead()
    whole = what_is_read()
    use(settings, KEY)
    data_keys.make_due(now=NOW)
    before = encrypting.left(sealing=True)
    assert _killed_after(4, tmp_path) == -signal.SIGKILL
    left = encrypting.left(sealing=True)
    assert 0 < left < before
    assert what_is_read() == whole
    assert "coachloop privacy encrypt" in encryption.finding(NOW).way_out
    assert encrypt().count == left
    assert (told(), what_is_read(), encryption.finding(NOW).ok) == ([], whole, True)


KILLED = """\
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import encrypting
encrypting.AT_ONCE, blocks = 2, iter(range(int(sys.argv[1])))
kill = lambda _: os.kill(os.getpid(), signal.SIGKILL) if next(blocks, None) is None else None
encrypting.encrypt(viewer=OPERATOR, now=timezone.now, progress=kill)
"""


def _killed_after(blocks: int, home: Path) -> int:
    """Another process, that is killed so many blocks after it began; how it ended."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ.get("DATABASE_URL", ""))._replace(path=f"/{name}").geturl()
    told = {"COACHLOOP_HOME": str(home), "COACHLOOP_ENCRYPTION_KEY": KEY, "DJANGO_SETTINGS_MODULE": "coachloop.project.settings"}  # fmt: skip
    told |= {"DATABASE_URL": url if connection.vendor == "postgresql" else f"sqlite:///{name}"}
    command = [sys.executable, "-c", KILLED, str(blocks)]
    return subprocess.run(command, env=os.environ | told, check=False).returncode  # noqa: S603 -- of our own


@pytest.mark.usefixtures("site")
def test_a_new_key_of_the_site_wraps_the_data_keys_anew_and_the_old_one_may_go(settings: Any) -> None:
    publish(TEMPLATE)
    use(settings, KEY)
    data_keys.make_due(now=NOW)
    lead()
    whole, rows = what_is_read(), list(DataKey.objects.values_list("name", flat=True))
    use(settings, f"{OTHER} {KEY}")
    assert "rotate-key" in encryption.finding(NOW).way_out
    assert data_keys.make_due(now=NOW + timedelta(days=31)) != []
    assert len(encryption.wrapped_by()) == 1, "as long as no machine was told to use the new key, none does"
    assert data_keys.rotate(viewer=OPERATOR, now=NOW) == 3
    use(settings, OTHER)
    assert (encryption.wrong(), what_is_read()) == ("", whole)
    assert set(rows) < set(DataKey.objects.values_list("name", flat=True))
    use(settings, KEY)
    assert "set it, or COACHLOOP_ENCRYPTION_KEY_FILE" in encryption.wrong()
    with pytest.raises(RefusedError, match=r"holds .* alone"):
        data_keys.rotate(viewer=OPERATOR, now=NOW)


@pytest.mark.usefixtures("site")
def test_each_month_has_its_data_key_and_the_search_has_one(settings: Any) -> None:
    use(settings, KEY)
    assert len(data_keys.make_due(now=NOW)) == 2
    take(call("c-1", greets=True))
    assert data_keys.make_due(now=NOW + timedelta(days=29)) == []
    [name] = data_keys.make_due(now=NOW + timedelta(days=31))
    take(call("c-2", greets=True))
    heads = [row.split(":")[1] for row in raw_documents()]
    assert heads[1] == name != heads[0]
    assert found("good morning") == ["c-1", "c-2"]
    assert [row.purpose for row in DataKey.objects.order_by("id")] == ["words", "search", "words"]


@pytest.mark.usefixtures("site")
def test_without_a_key_nothing_is_made_and_nothing_can_be_encrypted() -> None:
    take(call("c-1"))
    assert data_keys.make_due(now=NOW) == []
    assert "Hello." in raw_documents()[0]
    assert Spoken.objects.get().words.startswith("yes hello")
    assert (encryption.finding(NOW).ok, encryption.finding(NOW).seen[:3]) == (True, "off")
    with pytest.raises(RefusedError, match="set COACHLOOP_ENCRYPTION_KEY"):
        encrypt()
    with pytest.raises(RefusedError, match="there is no key"):
        data_keys.rotate(viewer=OPERATOR, now=NOW)


@pytest.mark.usefixtures("site")
def test_reasons_that_come_again_can_be_counted_by_the_database(settings: Any) -> None:
    use(settings, KEY)
    data_keys.make_due(now=NOW)
    attempt, behaviours = _an_attempt()
    rows = [(attempt, one, "unscored", None, "", "Nobody was sure.", [], None, 0) for one in behaviours]
    bulk.insert(Verdict, bulk.VERDICT, rows)
    assert (
        Verdict.objects.filter(attempt=attempt).values_list("reason", flat=True).distinct().get() == "Nobody was sure."
    )


def _an_attempt() -> tuple[int, list[int]]:
    publish()
    take(call("c-1"))
    score()
    attempt = Verdict.objects.all()[0].attempt_id
    behaviours = list(Verdict.objects.filter(attempt=attempt).values_list("behaviour", flat=True))
    Verdict.objects.all().delete()
    return attempt, behaviours


def raw_documents() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT document FROM coachloop_revision ORDER BY id")
        return [row[0] for row in cursor.fetchall()]
