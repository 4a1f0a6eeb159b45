"""What is masked is nowhere but in the table of originals; what comes of it is scored as it was said."""

import json

import pytest
from django.apps import apps
from django.db import models

from builders import NOW, call, person, publish, reasons, score, scores, take
from coachloop.app.errors import UnknownNameError
from coachloop.app.models import AuditEntry, Conversation, Original, Revision, Spoken, User, Verdict
from coachloop.app.queries import conversation as queries
from coachloop.app.queries import export, rescoring
from coachloop.app.queries.proof import quotes_finding
from coachloop.app.queries.search import says
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.queries.viewing import viewer as viewer_of
from coachloop.app.services import ingest, people
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def with_names(settings):
    """Here the customer's name is masked too."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking_names": True})


TALKS = """\
key: talks
title: Talks
behaviours:
  - key: by_name
    title: By name
    question: Did the agent use the customer's name?
    good: "Thank you, Ms Berg, I have 4111 1111 1111 1111."
    score_with: [{phrases: {any: ["thank you ms {customer_name} ... 4111"]}}]
  - key: repeats
    title: Repeats
    question: Did the agent ask again?
    good: "Was that 4111 1111 1111 1111?"
    score_with: [{phrases: {any: ["say again"]}}]
"""
SECRETS = ("4111", "berg", "jane.doe", "jane dot doe", "171 234", "sunshine", "four seven one one")


def secret_call(key="c-1", **more):
    """A call in which everything is said that nobody else has to know."""
    said = [
        ("customer", "My card is 4111 1111 1111 1111, my mail is jane dot doe at example dot com."),
        ("agent", "Thank you Ms Berg, so 4111 1111 1111 1111. And the PIN?"),
        ("customer", "Four seven one one. My password is Sunshine42."),
    ]
    turns = [{"speaker": who, "start": 5.0 * n, "end": 5.0 * n + 4, "text": text} for n, (who, text) in enumerate(said)]
    told = {
        "summary": "Ms Berg, 0171 234 5678",
        "crm": {"email": "jane.doe@example.com"},
        "outcome": {"note": "Berg pays"},
    }
    return call(key) | {"customer_name": "Ms Berg", "turns": turns} | told | more


def texts_of_every_table(*, but=()):
    """Everything that is written anywhere in the database, by table."""
    for table in apps.get_models():
        if table not in but:
            columns = [
                field.attname
                for field in table._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField | models.JSONField | models.BinaryField)
            ]
            for row in table.objects.values_list(*columns) if columns else ():
                yield (
                    table.__name__,
                    " ".join(
                        bytes(cell).decode("latin-1")
                        if isinstance(cell, bytes | memoryview)
                        else json.dumps(cell, default=str)
                        for cell in row
                    ).lower(),
                )


def told(*, but=()):
    """Which secrets stand in which table."""
    return {(table, word) for table, text in texts_of_every_table(but=but) for word in SECRETS if word in text}


def test_nothing_unmasked_is_in_any_table_but_one():
    """Ingested, scored with a phrase that needs the name, searched, and looked at by the check of quotes."""
    without = (
        TALKS.replace("Ms Berg", "Ms X")
        .replace("have 4111 1111 1111 1111", "have it")
        .replace("that 4111 1111 1111 1111", "that it")
    )
    publish(without.replace(" ... 4111", " ... so"))
    take(secret_call())
    score()
    assert told(but=(Original,)) == set()
    assert {word for _, word in told()} == {
        "4111",
        "berg",
        "jane.doe",
        "jane dot doe",
        "171 234",
        "sunshine",
        "four seven one one",
    }
    by_name = Verdict.objects.get(behaviour__key="by_name")
    assert by_name.outcome == Outcome.MET
    [quote] = by_name.evidence
    assert quote["quote"].startswith("Thank you Ms \u00b7\u00b7\u00b7\u00b7, so [CARD]")
    assert quotes_finding().ok
    assert not Conversation.objects.filter(says("4111")).exists()
    assert Conversation.objects.filter(says("card")).exists()
    assert Spoken.objects.get().words.startswith("my card is card my mail is email")


def test_what_a_template_would_have_repeated_is_masked_too():
    """A reason, and the better words of a template that quotes a call."""
    publish(TALKS)
    take(secret_call())
    score()
    assert {table for table, _ in told(but=(Original,))} == {"TemplateVersion", "Behaviour"}
    better = Verdict.objects.get(behaviour__key="repeats").missed["better"]
    assert better == "Was that [CARD]?"


def test_where_nothing_unmasked_is_kept(settings):
    """Only tokens are stored; a phrase with the name is found by them."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking": "always"})
    publish(TALKS.replace(" ... 4111", " ... so"))
    take(secret_call())
    score()
    assert not Original.objects.exists()
    assert {table for table, _ in told()} == {"TemplateVersion", "Behaviour"}
    said = json.loads(Revision.objects.get().document)
    assert said["turns"][1]["text"] == "Thank you Ms [CUSTOMER_NAME], so [CARD]. And the PIN?"
    assert Verdict.objects.get(behaviour__key="by_name").outcome == Outcome.MET
    assert quotes_finding().ok


def test_where_masking_is_off(settings):
    """The document stays as it came in."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking": "off"})
    take(secret_call())
    assert not Original.objects.exists()
    assert json.loads(Revision.objects.get().document) == secret_call()
    scores({"call_id": "i-1", "behaviour": "x", "verdict": "met", "evidence_text": "pin is 4711"})
    assert Verdict.objects.get().evidence[0]["quote"] == "pin is 4711"


def test_the_same_line_again_is_a_duplicate():
    """What counts is what came in; a line without anything to mask is kept to the letter."""
    assert take(secret_call(), call("c-2")).accepted == 2
    assert take(secret_call(), call("c-2")).duplicates == 2
    assert Original.objects.get().revision.conversation.key == "c-1"
    [reason] = reasons(take(secret_call(queue="other")))
    assert "other content" in reason
    take(secret_call(queue="other"), replace=True)
    assert Original.objects.count() == 2


@pytest.mark.parametrize(("way", "kept"), [("display", 2), ("always", 0)])
def test_words_that_come_later(settings, way, kept):
    """Whose name is to be masked is known by the line that came in first; where nothing is kept unmasked, it goes then."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking": way})
    waits = secret_call(audio="x.wav") | {"turns": None}
    take(waits)
    row = Conversation.objects.get()
    assert "Berg" not in Revision.objects.get().document
    ingest.revise(row, json.dumps(secret_call()), now=NOW)
    assert Original.objects.count() == kept
    assert told(but=(Original,)) == set()


def test_other_tools_quotes_are_masked():
    """They have no question before them; what can be told by itself is gone."""
    scores(
        {"call_id": "i-1", "behaviour": "x", "verdict": "met", "evidence_text": "so my pin is 4711, call 0171 234 5678"}
    )
    assert Verdict.objects.get().evidence[0]["quote"] == "so my pin is [SECRET], call [PHONE]"


def test_exports():
    """As everybody reads it; as it came in for the operator alone, where it is kept."""
    take(secret_call(), call("c-2"))
    masked = {row["id"]: row for row in export.conversations(OPERATOR)}
    assert not any(word in json.dumps(masked).lower() for word in SECRETS)
    assert {one["kind"] for one in masked["c-1"]["masked"]} == {"CARD", "EMAIL", "SECRET", "CUSTOMER_NAME"}
    assert {row["id"]: row for row in export.originals(OPERATOR)} == {"c-1": secret_call(), "c-2": call("c-2")}
    with pytest.raises(PermissionError):
        export.originals(viewer_of(person("Quinn", Role.QA_LEAD)))


def test_who_may_read_originals(cast):
    """Nobody, unless the operator lets them; only of calls that they may see, and only where there is one."""
    take(secret_call(), call("c-2"))
    assert queries.original(OPERATOR, "c-1") is None
    assert (queries.original(cast.ada, "c-1"), queries.has_original(cast.ada, "c-1")) == (None, False)
    people.allow_originals(viewer=OPERATOR, email=cast.ada.user.email, allowed=True, now=NOW)
    ada = viewer_of(User.objects.get(pk=cast.ada.user.pk))
    assert queries.original(ada, "c-1").turns[1].text == secret_call()["turns"][1]["text"]
    assert queries.original(ada, "c-1").customer_name == "Ms Berg"
    assert [queries.has_original(ada, key) for key in ("c-1", "c-2", "c-9")] == [True, False, False]
    assert (queries.original(ada, "c-2"), queries.original(ada, "c-9")) == (None, None)
    take(secret_call("c-3", team="south", agent_id="sam"))
    assert (queries.original(ada, "c-3"), queries.has_original(ada, "c-3")) == (None, False)
    people.allow_originals(viewer=OPERATOR, email=cast.ada.user.email, allowed=False, now=NOW)
    assert queries.original(viewer_of(User.objects.get(pk=cast.ada.user.pk)), "c-1") is None
    assert list(AuditEntry.objects.filter(action="person.originals").values_list("detail", flat=True).order_by("id")) == [
        {"allowed": True}, {"allowed": False},
    ]  # fmt: skip
    with pytest.raises(UnknownNameError):
        people.allow_originals(viewer=OPERATOR, email="no@body.example", allowed=True, now=NOW)


def test_what_is_tried_out_is_read_masked():
    """Scored as it was said, shown as it is masked."""
    take(secret_call())
    [[one]] = rescoring.calls(OPERATOR, [Conversation.objects.get().pk])
    assert "4111" in one.said.turns[0].text
    assert "4111" not in one.shown.turns[0].text


def test_the_customers_name_stays_unless_the_site_masks_it(settings):
    settings.CONFIG = settings.CONFIG.model_copy(update={"masking_names": False})
    told = [{"speaker": "agent", "text": "Thank you Ms Berg, so 4111 1111 1111 1111."}]
    take(call("c-1") | {"customer_name": "Ms Berg", "turns": told})
    said = json.loads(Revision.objects.get().document)
    assert (said["customer_name"], said["turns"][0]["text"][:30]) == (
        "Ms Berg",
        "Thank you Ms Berg, so [CARD]\u00b7\u00b7",
    )
