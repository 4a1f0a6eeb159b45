"""What is found, and what is left alone: on labelled turns, on made-up numbers, and on anything at all."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.masking.labelled import talks

from coachloop.core.masking.find import find, find_each, find_in
from coachloop.core.masking.kinds import Found, Kind
from coachloop.core.masking.numbers import luhn
from coachloop.core.masking.plain import plain

CUES = (
    "my card number is",
    "born on",
    "pin is",
    "at gmail dot com",
    "account",
    "?",
    ",",
    "-",
    "+",
    "(",
    ")",
    "the code",
    "Mark",
)
SAID = st.lists(
    st.sampled_from(
        [
            "four",
            "double",
            "oh",
            "twenty",
            "five",
            "uh",
            "and",
            "one",
            "4111",
            "12",
            "3",
            "dollars",
            "jane",
            "dot",
            "@",
            "May",
            "1985",
        ]
    )
    | st.sampled_from(CUES)
    | st.text(max_size=6),
    max_size=25,
).map(" ".join)


def masked(text, **how):
    """The text with what is found in brackets."""
    for one in reversed(find(text, **how)):
        text = f"{text[: one.start]}<{one.kind}>{text[one.end :]}"
    return text


def test_labelled_turns():
    """At least 60 spans in at least 120 turns: 95 % are found, and 95 % of what is found is labelled."""
    turns = spans = hit = right = false = 0
    for talk in talks():
        found = find_in(talk.turns, names=talk.names)
        for turn, labels in enumerate(talk.labels):
            got = found.get(turn, ())
            covered = [
                next((one for one in got if one.start <= label.start and label.end <= one.end), None)
                for label in labels
            ]
            turns, spans = turns + 1, spans + len(labels)
            hit += sum(one is not None for one in covered)
            right += sum(one is not None and one.kind is label.kind for one, label in zip(covered, labels, strict=True))
            false += sum(all(one.end <= label.start or label.end <= one.start for label in labels) for one in got)
    assert turns >= 120
    assert spans >= 60
    assert hit / spans >= 0.95
    assert hit / (hit + false) >= 0.95
    assert right / hit >= 0.9


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it's \uff14\uff11\uff11\uff11 1111 1111 1111", "it's <CARD>"),
        ("4111\u200b1111\u00a01111\u20131111", "<CARD>"),
        ("378282246310005 is my amex", "<CARD> is my amex"),
        ("3782 822463 10005", "<CARD>"),
        ("call +44 20 7946 0958", "call <PHONE>"),
        ("415.555.2671 after six", "<PHONE> after six"),
        ("call 867-5309", "call <PHONE>"),
        ("555 867 5309", "<PHONE>"),
        ("it is 84318931431", "it is <NUMBER>"),
        ("9, 0, 0, 4, 1, 7", "<NUMBER>"),
        ("triple four, nine oh two", "<NUMBER>"),
        ("nine four twenty three one one oh", "<PHONE>"),
        ("oh seven seven double oh, nine hundred, four six one", "<PHONE>"),
        ("one eight hundred five five five oh one nine nine", "<PHONE>"),
        ("two, three hundred pounds", "two, three hundred pounds"),
        ("twenty, 3 hundred five", "twenty, 3 hundred five"),
        ("4539 as my pin", "<SECRET> as my pin"),
        ("my pin was changed in 2019", "my pin was changed in 2019"),
        ("03/04/1971 is my date of birth", "<BIRTH_DATE> is my date of birth"),
        ("born in '71", "born in <BIRTH_DATE>"),
        ("DE89370400440532013001", "DE89370400440532013001"),
        ("de12 3456 789", "de12 3456 789"),
        ("write to a@b.org.", "write to <EMAIL>."),
        ("email r underscore b at x dot io", "email <EMAIL>"),
        ("flights at zoo dot com", "flights at zoo dot com"),
        ("for jane dot doe at zoo dot io", "for <EMAIL>"),
        ("DE88 3704 0044 0532 0130 00 x", "DE88 3704 0044 0532 0130 00 x"),
        ("double people, four one one", "double people, four one one"),
        ("born here, and then we all lived there until 2019", "born here, and then we all lived there until 2019"),
        ("look at zoo.com", "look at zoo.com"),
        ("password: hunter2, thanks", "password: <SECRET>, thanks"),
        ("the password is blue horse seven up and more", "the password is <SECRET> and more"),
        ("the password is, well, gone", "the password is, well, gone"),
        ("order number 12KM3X", "order number <NUMBER>"),
        ("order number 1200km", "order number 1200km"),
        ("serial number 10.4.2", "serial number 10.4.2"),
        ("GT500x and 1234567x", "GT500x and 1234567x"),
        ("1234 5678 9012", "<NUMBER>"),
        ("1234 5678 9000", "1234 5678 9000"),
        ("12 34 56 78 90", "<NUMBER>"),
        ("o one two", "o one two"),
        ("oh five five one two three oh", "<PHONE>"),
        ("nil nil", "nil nil"),
        ("twenty three twenty four", "twenty three twenty four"),
        ("one two three four five six", "one two three four five six"),
        ("1, 2, 3, 4, 5, 6", "1, 2, 3, 4, 5, 6"),
        ("300, 400, 5000", "300, 400, 5000"),
        ("500-1000 was asked", "500-1000 was asked"),
        ("2019 2020 2021 2022", "2019 2020 2021 2022"),
        ("", ""),
    ],
)
def test_by_itself(text, shown):
    """Numbers that are given out, and numbers that say how much, when or how many."""
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("what is your pin|eight oh four one", "SECRET"),
        ("what's the account number?|which one?|the savings one|85731890", "ACCOUNT"),
        ("my account number is|", ""),
        ("which card is it, the long number please|one two three four five six seven eight", "CARD"),
        ("your date of birth|the eleventh of june", "BIRTH_DATE"),
        ("your phone number is?|five five five two", ""),
        ("your phone number please|no|what do you need? What is the reason for it|2000000", ""),
        ("what is the pin?|which one?|the new one|3100", "SECRET"),
        ("the pin is 4411|3100", ""),
        ("the account number|12345678 it is|no wait I meant something else, the balance|what? is it 54321", ""),
    ],
)
def test_answers_are_known_by_their_questions(said, found):
    """The speakers take turns; what is found stands in the last turn, or nowhere."""
    turns = [("agent" if n % 2 == 0 else "customer", text) for n, text in enumerate(said.split("|"))]
    last = find_in(turns).get(len(turns) - 1, ())
    assert [one.kind for one in last] == ([found] if found else [])


def test_an_announced_number_follows_in_the_next_turn():
    """Whoever says what comes next may take a breath before it."""
    assert find_in([("c", "my account number is"), ("c", "54321")]) == {1: (Found(0, 5, Kind.ACCOUNT),)}
    assert find_in([("c", "here it comes, my account number"), ("a", "yes"), ("c", "54321")]) == {}


def test_what_is_said_between_ends_a_number_or_does_not():
    """An echo or a nod between the groups does not; a sentence, or a question for something else, does."""
    groups = ["nine one four", "seven seven two", "five five"]
    nods = ["mhm", "nine one four seven seven two", "okay"]
    told = [pair for group, nod in zip(groups, nods, strict=True) for pair in (("c", group), ("a", nod))]
    assert find_in(told).keys() == {0, 2, 3, 4}
    talk = [("c", "nine one four"), ("a", "I will have a look at the file that you sent"), ("c", "seven seven two")]
    assert find_in(talk) == {}
    mine = [("c", "nine one four"), ("c", "let me think about it"), ("c", "seven seven two")]
    assert find_in(mine) == {}
    assert find_in([("c", "nine one four"), ("a", ""), ("a", "what is the reference"), ("c", "seven two")]) == {}


def test_a_number_said_again_is_masked_again():
    """The agent repeats what nothing but the question told to be an account."""
    talk = [("a", "account number?"), ("c", "54321"), ("a", "great, so 54321 it is, that is 20 years old")]
    assert find_in(talk) == {1: (Found(0, 5, Kind.ACCOUNT),), 2: (Found(10, 15, Kind.ACCOUNT),)}


def test_names():
    """Any part of it, with its 's; an everyday word needs a capital, a title, or the rest of the name beside it."""
    assert masked("Ms Berg's file, Anna", names=["Ms Anna Berg"]) == "Ms <CUSTOMER_NAME> file, <CUSTOMER_NAME>"
    assert masked("mark it, mister mark", names=["Mark"]) == "mark it, mister <CUSTOMER_NAME>"
    assert masked("Mark it, mark brown", names=["Mark Brown"]) == "<CUSTOMER_NAME> it, <CUSTOMER_NAME>"
    assert masked("o'brien, O\u2019Brien\u2019s and obrien", names=["O'Brien"]).count("<") == 3
    assert masked("the customer is unknown", names=["Unknown customer"]) == "the customer is unknown"
    assert masked("bergs and icebergs", names=["Berg"]) == "bergs and icebergs"


def test_each_text_by_itself():
    """Texts that have nothing to do with each other: no question is answered by another."""
    assert find_each(["account number?", "54321", "pin is 4711", "Lea"], names=["Lea"]).keys() == {2, 3}
    assert find_each([]) == {}


@given(st.lists(st.tuples(st.sampled_from("ac"), SAID), max_size=8))
def test_places_are_in_order_and_apart(turns):
    """Whatever is said, every place is in its turn, none overlap, and plain texts are as long as they were."""
    for turn, found in find_in(turns, names=["Mark Jane"]).items():
        edges = [edge for one in found for edge in (one.start, one.end)]
        assert edges == sorted(edges)
        assert all(one.start < one.end for one in found)
        assert edges[-1] <= len(turns[turn][1])
    assert all(len(plain(text)) == len(text) for _, text in turns)


@given(st.text())
def test_plain_keeps_every_place(text):
    """Character for character, whatever the script."""
    assert len(plain(text)) == len(text)


@given(st.integers(10**11, 10**17))
def test_every_card_is_found(number):
    """A number with its check digit, in groups of four."""
    value = f"4{number}"[:15]
    value += next(digit for digit in "0123456789" if luhn(value + digit))
    text = " ".join(value[at : at + 4] for at in range(0, len(value), 4))
    assert masked(f"yes, {text} it is") == "yes, <CARD> it is"


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "one ",
        "oh ",
        "dot ",
        "at a dot ",
        "pin is ",
        "4111 ",
        "a1",
        "de12 abcd ",
        "born may ",
        "twenty ",
        "a@",
        "x at y.",
        "card number ",
    ],
)
def test_long_turns_take_their_length(piece):
    """Four times the text takes about four times as long, in one turn as in many."""
    seconds = []
    for size in (2_000, 8_000):
        begun = time.process_time()
        find(piece * (size // len(piece)))
        find_in([("c", piece)] * (size // len(piece)))
        seconds.append(time.process_time() - begun)
    assert seconds[1] < 10 * seconds[0] + 0.25


def test_hundreds_behind_figures_are_a_quantity():
    """Not a number's two zeros, as behind spoken digits."""
    assert not find("07 12 hundred 4")
