import importlib

import pytest
from django.apps import apps

from builders import NOW, call, take
from coachloop.app.models import Conversation, Spoken
from coachloop.app.queries.search import passages, says

pytestmark = pytest.mark.usefixtures("site")


def found(query):
    return sorted(Conversation.objects.filter(says(query)).values_list("key", flat=True))


def said(key, *texts, **more):
    return call(key, turns=[{"speaker": "agent", "text": text} for text in texts], **more)


def test_words_are_found_from_the_moment_a_call_comes_in():
    """All of them, whatever their case and place; in quotes only side by side."""
    take(
        said("c-1", "How did you arrive at that budget?", "Fine."), said("c-2", "Did you arrive?", "What budget, how?")
    )
    assert found("BUDGET how") == ["c-1", "c-2"]
    assert found('"how did you"') == ["c-1"]
    assert found("budget price") == []
    assert found("") == ["c-1", "c-2"]
    assert found("?!") == []


@pytest.mark.parametrize(
    "query", ['"', "' OR 1=1 --", "a AND", "NEAR(a b)", "words:budget", "*", "^a", "\x00", "%s", "{a b}"]
)
def test_signs_are_no_commands(query):
    take(said("c-1", "Nothing of that."))
    assert found(query) == []


def test_a_replaced_call_says_what_it_says_now():
    take(said("c-1", "Yellow."))
    take(said("c-1", "Purple."), replace=True)
    assert (found("yellow"), found("purple")) == ([], ["c-1"])


def test_a_call_that_is_gone_is_not_found():
    """And another one that gets its place is not found by its words."""
    take(said("c-1", "Yellow."))
    gone = Conversation.objects.get()
    number = gone.pk
    gone.revisions.all().delete()
    gone.evaluations.all().delete()
    gone.delete()
    assert not Spoken.objects.exists()
    Conversation.objects.create(pk=number, key="c-2", landed_at=NOW)
    assert found("yellow") == []


@pytest.mark.parametrize("word", ["café", "straße", "Ελλάδα", "привет", "480", "שלום"])
def test_words_of_other_languages(word):
    take(said("c-1", f"Well, {word.upper()}."), said("c-2", "cafe"))
    assert found(word) == ["c-1"]


def test_very_long_talk_is_taken_in():
    take(said("c-1", " ".join(f"w{n}" for n in range(60_000))))
    assert found("w17") == ["c-1"]


def test_passages_are_verbatim_with_their_marks():
    long = "Well, " * 40 + "the BUDGET is tight" + ", really" * 40
    take(said("c-1", "Nothing.", long, "A budget?"))
    [shown] = passages(Conversation.objects.all(), "budget").values()
    assert [one.turn for one in shown] == [1, 2]
    assert shown[0].text in long
    assert [shown[0].text[a:b] for a, b in shown[0].marks] == ["BUDGET"]
    assert (shown[0].begins, shown[0].ends, shown[1].begins, shown[1].ends) == (False, False, True, True)
    assert passages(Conversation.objects.all(), "") == {}


def test_a_phrase_over_two_turns_is_shown_by_its_words():
    take(said("c-1", "Good", "morning"))
    [shown] = passages(Conversation.objects.all(), '"good morning"').values()
    assert [one.text for one in shown] == ["Good", "morning"]


def test_what_was_stored_before_is_made_searchable():
    """The migration reads the newest words of each call."""
    take(said("c-1", "Yellow."), {"id": "c-2", "audio": "a.wav"})
    take(said("c-1", "Purple."), replace=True)
    Spoken.objects.all().delete()
    migration = importlib.import_module("coachloop.app.migrations.0005_spoken")
    migration.fill(apps, None)
    assert (found("yellow"), found("purple")) == ([], ["c-1"])
