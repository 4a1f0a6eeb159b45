"""A document as it is stored: turns, words, and whatever else it holds."""

import json

import pytest

from coachloop.core.masking.document import Form, masked
from coachloop.core.model.wire import ConversationLine

SAYS = "it's 4111 1111 1111 1111, ok"


def line(**more):
    return {"id": "c-1", "turns": [{"speaker": "customer", "text": SAYS}]} | more


def stored(data, form=Form.DISPLAY):
    """What is stored of a line; None where it stays as it is."""
    text = masked(json.loads(json.dumps(data)), form)
    return None if text is None else json.loads(text)


def test_nothing_to_mask():
    """The document stays as it came, to the letter."""
    assert (
        stored({"id": "c-1", "turns": [{"speaker": "agent", "text": "that's 12.50 in 2024"}], "n": 4111111111111111})
        is None
    )
    assert stored({"id": "c-1", "turns": None, "audio": "x.wav", "price": "350000", "customer_name": None}) is None


@pytest.mark.parametrize(
    ("form", "text", "end"),
    [
        (
            Form.DISPLAY,
            "it's [CARD]\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7, ok",
            24,
        ),
        (Form.TYPED, "it's [CARD], ok", 11),
    ],
)
def test_turns(form, text, end):
    """It says what is masked where, and once more changes nothing."""
    found = stored(line(), form)
    assert found["turns"][0]["text"] == text
    assert found["masked"] == [{"turn": 0, "start": 5, "end": end, "kind": "CARD"}]
    assert stored(found, form) is None
    again = stored(found | {"customer_name": "Lea"}, form)
    assert (again["turns"], again["masked"]) == (found["turns"], found["masked"])


def test_what_a_document_says_of_itself_holds_only_where_it_is_so():
    """Another tool's field of that name is one of the unknown."""
    data = line(
        masked=[
            {"turn": 0, "start": 0, "end": 4, "kind": "CARD"},
            {"turn": 9},
            {"turn": 0, "start": 0, "end": 4, "kind": "X"},
        ]
    )
    assert stored(data)["masked"] == [{"turn": 0, "start": 5, "end": 24, "kind": "CARD"}]
    assert stored(line(masked=True))["masked"] == [{"turn": 0, "start": 5, "end": 24, "kind": "CARD"}]


@pytest.mark.parametrize("form", Form)
def test_words_keep_their_times(form):
    """Those inside are one, with the first's start and the last's end; one that is not in the text is left out."""
    said = ["it's", "4111", "1111", "nowhere", " ", "1111", "1111,", "ok"]
    words = [{"text": word, "start": number, "end": number + 0.5, "p": 0.9} for number, word in enumerate(said)]
    found = stored({"id": "c-1", "turns": [{"speaker": "customer", "text": SAYS, "words": words}]}, form)["turns"][0]
    token = found["text"][5:].split(",")[0]
    assert [(word["text"], word["start"], word["end"]) for word in found["words"]] == [
        ("it's", 0, 0.5), (token, 1, 6.5), ("ok", 7, 7.5),
    ]  # fmt: skip
    placed = ConversationLine.model_validate({"id": "c-1", "turns": [found]}).conversation().turns[0].words
    assert [word.at for word in placed] == [0, 1, 7]


def test_the_customers_name():
    """In the turns and in its field; in a coaching conversation the field names a colleague, and stays."""
    data = {"id": "c-1", "customer_name": "Ms Berg", "turns": [{"speaker": "agent", "text": "Hello Ms Berg"}]}
    found = stored(data, Form.TYPED)
    assert (found["customer_name"], found["turns"][0]["text"]) == ("[CUSTOMER_NAME]", "Hello Ms [CUSTOMER_NAME]")
    assert stored(found, Form.TYPED) is None
    assert stored(data | {"channel": "Coaching"}) is None


def test_the_rest():
    """Sentences by the rules, single words by what can be nothing else, values by their keys; other people's keys stay."""
    data = line(
        customer_name="Ann Berg",
        outcome={"note": "Ann paid with 4111 1111 1111 1111", "amount": 12.5, "converted": True},
        summary=["call back on 0171 234 5678", "0171234567", "", 4111111111111111],
        reference="20180717-200206-123456789",
        contact={
            "e-mail": "x",
            "Phone Number": 491511234567,
            "pin": None,
            "pins": [1, "2"],
            "DOB": ["1990-01-01", 7],
            "at": "a@b.de",
        },
        card="gold",
        whatsapp="+4915112345678",
    )
    data["turns"][0]["note"] = "says 4111 1111 1111 1111 again"
    found = stored(data)
    assert found["outcome"] == {"note": "[CUSTOMER_NAME] paid with [CARD]", "amount": 12.5, "converted": True}
    assert found["summary"] == ["call back on [PHONE]", "0171234567", "", 4111111111111111]
    assert found["reference"] == "20180717-200206-123456789"
    assert found["contact"] == {
        "e-mail": "[EMAIL]", "Phone Number": "[PHONE]", "pin": None, "pins": [1, "2"], "DOB": ["[BIRTH_DATE]", "[BIRTH_DATE]"],
        "at": "[EMAIL]",
    }  # fmt: skip
    assert (found["card"], found["whatsapp"]) == ("gold", "[PHONE]")
    assert found["turns"][0]["note"] == "says [CARD] again"
    assert stored(found) is None


def test_the_name_may_stay():
    data = {
        "id": "c-1",
        "customer_name": "Ms Berg",
        "turns": [{"speaker": "agent", "text": "Hello Ms Berg, 4111 1111 1111 1111"}],
    }
    found = json.loads(masked(data, Form.DISPLAY, names=False) or "{}")
    assert found["customer_name"] == "Ms Berg"
    assert (
        found["turns"][0]["text"]
        == "Hello Ms Berg, [CARD]\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7"
    )
