import json

import pytest

from builders import MANNERS
from coachloop.core.model.template_diff import FieldChange, compare
from coachloop.core.model.template_yaml import parse_template


def diff(old, new, text=MANNERS):
    """Of the text as it is, and with one place changed."""
    assert old in text
    return compare(parse_template(text), parse_template(text.replace(old, new)))


def test_the_same_template_has_no_difference_whatever_its_spelling():
    found = compare(parse_template(MANNERS), parse_template(f"# a comment\n{MANNERS}"))
    assert found.empty


@pytest.mark.parametrize(
    ("old", "new", "change", "decides"),
    [
        ("target: 0.8", "target: 0.9", FieldChange("target", 0.8, 0.9), False),
        ("    target: 0.8\n", "", FieldChange("target", 0.8, None), False),
        ("title: Greets", "title: Greets warmly", FieldChange("title", "Greets", "Greets warmly"), False),
        ("{first_turns: 2}", "anywhere", FieldChange("window", {"first_turns": 2}, "anywhere"), True),
        ("{first_turns: 2}", "{first_seconds: 2.5}", FieldChange("window", {"first_turns": 2}, {"first_seconds": 2.5}), True),
        (
            "any: [good morning]",
            "any: [good morning, hello]",
            FieldChange(
                "score_with",
                [{"phrases": {"any": ["good morning"]}}],
                [{"phrases": {"any": ["good morning", "hello"]}}],
            ),
            True,
        ),
    ],
)  # fmt: skip
def test_a_changed_field_is_named_as_the_language_does(old, new, change, decides):  # noqa: PLR0917 -- a table of cases
    [found] = diff(old, new).changed
    assert (found.key, found.fields, found.changes_verdicts) == ("greets", (change,), decides)
    json.dumps([change.old, change.new])


def test_moments_and_examples():
    says = diff("{customer_says: [how much]}", "{question: Was the price named?}").changed[0].fields
    assert says == (FieldChange("applies_when", {"customer_says": ["how much"]}, {"question": "Was the price named?"}),)
    [after] = diff("within_turns: 1", "within_turns: 2").changed[0].fields
    assert after.new == {"after": "applies_when", "within_turns": 2}
    assert (
        diff(
            "    window: {first_turns: 2}\n",
            "    window: {first_turns: 2}\n    examples: {met: [hi], not_met: [yes]}\n",
        )
        .changed[0]
        .fields
    ) == (FieldChange("examples.met", None, ["hi"]), FieldChange("examples.not_met", None, ["yes"]))


def test_what_is_left_empty_says_nothing():
    [change] = diff("    why: People answer in the tone they are met with.\n", "").changed[0].fields
    assert change.new is None


def test_behaviours_come_and_go_and_move():
    cut = MANNERS.index("  - key: warmth")
    shorter = parse_template(MANNERS[:cut])
    whole = parse_template(MANNERS)
    assert [b.key for b in compare(whole, shorter).removed] == ["warmth"]
    assert [b.key for b in compare(shorter, whole).added] == ["warmth"]
    first = MANNERS.index("  - key: greets")
    turned = parse_template(MANNERS[:first] + MANNERS[cut:] + MANNERS[first:cut])
    found = compare(whole, turned)
    assert (found.moved, found.empty, found.changed) == (True, False, ())


def test_the_template_itself():
    found = diff("{channel: [voice]}", "{channel: [voice, chat]}").template
    assert found == (FieldChange("applies_to", {"channel": ["voice"]}, {"channel": ["voice", "chat"]}),)
    assert diff("title: Manners", "title: Good manners").template == (FieldChange("title", "Manners", "Good manners"),)
