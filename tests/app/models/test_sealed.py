"""Columns of words: with a key nobody reads them in the database, without one they are as any other."""

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, JSONField, TextField
from django.db.models.functions import Coalesce

from builders import NOW, call, publish, score, take
from coachloop.app.models import Conversation, DataKey, JudgeReply, Message, Revision, User, Verdict
from coachloop.app.models.sealed import SealedJson, SealedText, keyring
from coachloop.app.queries import encryption
from coachloop.app.services import data_keys
from coachloop.core.model.cipher import UnreadableError
from keys import KEY, OTHER, use

pytestmark = pytest.mark.django_db
WORDS = "The Smiths' budget is 480."


@pytest.fixture
def keyed(settings):
    use(settings, KEY)
    data_keys.make_due(now=NOW)


def raw(row, column):
    with connection.cursor() as cursor:
        table = row._meta.db_table
        cursor.execute(f"SELECT CAST({column} AS text) FROM {table} WHERE id = %s", [row.pk])  # noqa: S608 -- ours
        return cursor.fetchone()[0]


def reply(body=WORDS, **more):
    return JudgeReply.objects.create(
        digest="d", model="m", body=body, tokens_in=1, tokens_out=1, cost=0.0, asked_at=NOW, **more
    )


@pytest.mark.usefixtures("keyed")
def test_words_are_sealed_on_their_way_in_and_opened_on_their_way_out():
    row = reply()
    assert raw(row, "body").startswith(f"sealed:{keyring().newest('words').name}:")
    assert JudgeReply.objects.get().body == WORDS
    JudgeReply.objects.update(body="Other words.")
    assert list(JudgeReply.objects.values_list("body", flat=True)) == ["Other words."]
    row.body = "Once more."
    JudgeReply.objects.bulk_update([row], ["body"])
    assert JudgeReply.objects.annotate(same=F("body")).get().same == "Once more."
    assert "more" not in raw(row, "body")


@pytest.mark.usefixtures("keyed")
def test_what_is_empty_stays_so():
    row = reply(body="")
    assert raw(row, "body") == ""
    assert JudgeReply.objects.filter(body="").exists()
    assert not JudgeReply.objects.exclude(body="").exists()


def test_without_a_key_words_stand_as_they_are_however_they_look():
    row = reply()
    assert raw(row, "body") == WORDS
    row.body = "sealed:00000000:these words look so"
    row.save()
    assert JudgeReply.objects.get().body == row.body


@pytest.mark.parametrize("asked", [{"body": WORDS}, {"body__contains": "a"}, {"body__gt": "a"}, {"body__in": ["a"]}])
def test_the_database_is_asked_for_no_words(asked):
    """With a key it would find nothing, and nobody would notice."""
    with pytest.raises(FieldError, match=r"coachloop_judgereply\.body may be encrypted"):
        JudgeReply.objects.filter(**asked).exists()


def test_nor_for_what_is_in_a_structure():
    with pytest.raises(FieldError, match="may be encrypted"):
        Verdict.objects.filter(evidence__0__turn=1).exists()
    assert not Verdict.objects.filter(evidence=[]).exists()


@pytest.mark.usefixtures("keyed", "site")
def test_the_masked_words_and_the_others_may_be_read_as_one_column():
    take(call("c-1", price=True))
    row = Revision.objects.annotate(text=Coalesce("original__document", "document")).get()
    assert "How much is it?" in row.text
    assert "How much" not in raw(row, "document")


@pytest.mark.usefixtures("keyed")
def test_words_that_were_changed_or_moved_are_refused_by_name():
    row, user = reply(), User.objects.create(email="ada@example.org", name="Ada")
    Message.objects.create(user=user, kind="k", about="a", way="mail", subject="s", text="Other words", created_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE coachloop_message SET text = %s", [raw(row, "body")])
        cursor.execute("UPDATE coachloop_judgereply SET body = substr(body, 1, 20) || 'A' || substr(body, 22)")
    with pytest.raises(UnreadableError, match=r"words of coachloop_judgereply\.body are not as they were stored"):
        JudgeReply.objects.get()
    with pytest.raises(UnreadableError, match=r"coachloop_message\.text .* moved"):
        Message.objects.get()


def test_no_process_makes_up_a_key_that_is_not_stored(settings):
    use(settings, KEY)
    with pytest.raises(UnreadableError, match="run `coachloop init`"):
        reply()


@pytest.mark.usefixtures("keyed")
def test_another_key_or_none_is_refused_by_its_mark(settings):
    reply()
    [mark] = encryption.wrapped_by()
    for given, has in (("", "is not set"), (OTHER, "holds .* alone")):
        use(settings, given)
        with pytest.raises(
            UnreadableError, match=rf"the site's key {mark}, and COACHLOOP_ENCRYPTION_KEY {has}: set it"
        ):
            JudgeReply.objects.get()
        assert mark in encryption.wrong()
        assert not encryption.finding(NOW).ok
    DataKey.objects.all().delete()
    use(settings, OTHER)
    with pytest.raises(UnreadableError, match="which is not here"):
        JudgeReply.objects.get()


def test_a_sealed_column_is_a_plain_one_to_migrations():
    for model, name, plain in ((Verdict, "reason", TextField), (Verdict, "evidence", JSONField)):
        field = model._meta.get_field(name)
        assert field.deconstruct()[1] == f"django.db.models.{plain.__name__}"
        assert (type(field.clone()), field.clone().repeats) == (type(field), field.repeats)
    assert {SealedText, SealedJson} == {type(Verdict._meta.get_field(name)) for name in ("reason", "missed")}


@pytest.mark.usefixtures("keyed", "site")
def test_a_fact_may_be_sealed_and_opened_and_not_changed():
    """What the trigger lets through: see also test_constraints."""
    publish()
    take(call("c-1"))
    score()
    assert Verdict.objects.filter(missed__isnull=True).exists()
    with connection.cursor() as cursor:
        cursor.execute('UPDATE coachloop_revision SET document = \'{"id": "c-1"}\'')
    assert Revision.objects.get().document == '{"id": "c-1"}'
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Verdict.objects.filter(missed__isnull=True).update(missed={"turn": 1})
    assert Conversation.objects.get().turn_count == 4
