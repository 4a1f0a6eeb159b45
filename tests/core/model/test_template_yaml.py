import hashlib
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coachloop.core.model.template import AppliesWhen, Member, Require, Span, Window
from coachloop.core.model.template_yaml import (
    KNOWN_SCORERS,
    TemplateError,
    TemplateErrors,
    content_hash,
    parse_template,
    template_schema,
)

CONTRACT = """
key: first-30-seconds
title: First 30 Seconds Audit
applies_to: {channel: [voice], queue: [seller-leads]}      # optional
behaviours:
  - key: states_purpose
    title: States the purpose
    question: Did the agent state the purpose of the call?
    good: "I'm calling because you asked what your home is worth."
    why: People stay on the line when they know what it is about.
    target: 0.9
    weight: 1
    critical: false
    window: {first_seconds: 30}
    examples: {met: ["I'm calling because ..."], not_met: ["How are you?"]}
    score_with:
      - phrases: {any: ["calling because", "reason for my call"], none: ["calling to see if"]}
      - learned: {}
      - judge: {}
  - key: pricing_pivot
    title: Pricing Pivot
    question: After a price objection, did the agent lead with value before the number?
    applies_when: {customer_says: ["too expensive", "how much", "price"]}
    window: {after: applies_when, within_turns: 3}
    score_with: [{learned: {}}, {judge: {}}]
"""


def mistakes(text: str, plugins: tuple[str, ...] = ()) -> tuple[TemplateError, ...]:
    with pytest.raises(TemplateErrors) as caught:
        parse_template(text, plugins)
    return caught.value.errors


def behaviour(lines: str) -> str:
    """A template with one behaviour that says this beyond what each has to; its first line is line 7."""
    needed = "key: t\ntitle: T\nbehaviours:\n  - key: b\n    title: B\n    question: Q?\n"
    return needed + "".join(f"    {line}\n" for line in lines.splitlines())


def only_mistake(lines: str, plugins: tuple[str, ...] = ()) -> TemplateError:
    [error] = mistakes(behaviour(lines), plugins)
    return error


def test_the_template_of_the_contract():
    template = parse_template(CONTRACT)
    purpose, pivot = template.behaviours
    assert (template.key, template.title) == ("first-30-seconds", "First 30 Seconds Audit")
    assert template.applies_to == {"channel": ("voice",), "queue": ("seller-leads",)}
    assert purpose.good.startswith("I'm calling")
    assert purpose.why.startswith("People stay")
    assert (purpose.target, purpose.weight, purpose.critical) == (0.9, 1, False)
    assert purpose.window == Window(Span.FIRST_SECONDS, 30)
    assert purpose.met_examples == ("I'm calling because ...",)
    assert purpose.not_met_examples == ("How are you?",)
    assert purpose.score_with[0] == Member(
        "phrases", {"any": ["calling because", "reason for my call"], "none": ["calling to see if"]}
    )
    assert pivot.applies_when == AppliesWhen(("too expensive", "how much", "price"))
    assert pivot.window == Window(Span.AFTER, 3)
    assert pivot.score_with == (Member("learned"), Member("judge"))


def test_what_is_left_out_has_its_default():
    [bare] = parse_template(behaviour("")).behaviours
    assert (bare.good, bare.why, bare.target, bare.weight, bare.critical) == ("", "", None, 1, False)
    assert (bare.window, bare.applies_when, bare.require) == (Window(), None, Require.ANY)
    assert (bare.met_examples, bare.not_met_examples, bare.score_with) == ((), (), ())


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("window: anywhere", Window()),
        ("window: {anywhere: true}", Window()),
        ("window:", Window()),
        ("window: {last_seconds: 12.5}", Window(Span.LAST_SECONDS, 12.5)),
        ("window: {first_turns: 4}", Window(Span.FIRST_TURNS, 4)),
        ("window: {last_turns: 6}", Window(Span.LAST_TURNS, 6)),
    ],
)
def test_windows(written, window):
    assert parse_template(behaviour(written)).behaviours[0].window == window


def test_options_of_each_scorer():
    text = behaviour(
        "require: all\n"
        "critical: yes\n"
        "weight: 2.5\n"
        "applies_when: {question: Did they wait?}\n"
        "score_with:\n"
        "  - phrases: {all: [a, /b+/], miss: not_met, gap: 2}\n"
        "  - timing: {talk_share: {min: 0.4, max: .6}, first_response: {max: 20}}\n"
        "  - learned: {abstain: false}\n"
        "  - judge:\n"
        "  - human: {}\n"
        "  - imported: {}\n"
        "  - ours: {words: [yes, 'no', 3, 0.5, true, ~], deep: {er: 1e3}}\n"
        "  - other:\n"
    )
    [parsed] = parse_template(text, ("ours", "other")).behaviours
    assert (parsed.require, parsed.critical, parsed.weight) == (Require.ALL, True, 2.5)
    assert parsed.applies_when == AppliesWhen(question="Did they wait?")
    assert [(member.scorer, member.options) for member in parsed.score_with] == [
        ("phrases", {"all": ["a", "/b+/"], "miss": "not_met", "gap": 2}),
        ("timing", {"talk_share": {"min": 0.4, "max": 0.6}, "first_response": {"max": 20}}),
        ("learned", {"abstain": False}),
        ("judge", {}),
        ("human", {}),
        ("imported", {}),
        ("ours", {"words": ["yes", "no", 3, 0.5, True, None], "deep": {"er": 1000.0}}),
        ("other", {}),
    ]


def test_words_that_yaml_takes_for_something_else_stay_words():
    """Who writes `any: [yes, 10, 9:30]` means these words."""
    [member] = (
        parse_template(behaviour("score_with: [{phrases: {any: [yes, 10, 9:30, 2026-05-04]}}]"))
        .behaviours[0]
        .score_with
    )
    assert member.options["any"] == ["yes", "10", "9:30", "2026-05-04"]


def test_ten_mistakes_are_ten_errors_on_their_lines():
    text = """key: First Thirty
title: T
applies_too: {channel: [voice]}
behaviours:
  - key: a
    title: A
    question: Q?
    target: 90
    window: {first_second: 30}
    score_with:
      - phrase: {any: [x]}
      - phrases: {any: ["/(x/"]}
  - key: a
    titel: A
    question: Q?
    window: {after: applies_when, within_turns: 2}
    require: some
"""
    errors = mistakes(text)
    assert [error.line for error in errors] == [1, 3, 8, 9, 11, 12, 13, 14, 16, 17]
    found = {error.line: str(error) for error in errors}
    assert "such as 'first_thirty'" in found[1]
    assert "did you mean `applies_to`?" in found[3]
    assert "less than or equal to 1, got '90'" in found[8]
    assert "did you mean `first_seconds`?" in found[9]
    assert "unknown scorer `phrase`; did you mean `phrases`?" in found[11]
    assert "missing ): (x" in found[12]
    assert "already the key of behaviour 1" in found[13]
    assert "did you mean `title`?" in found[14]
    assert "needs an `applies_when` beside the window" in found[16]
    assert "expected 'any', 'all' or 'first', got 'some'" in found[17]


@pytest.mark.parametrize(
    ("lines", "place", "path", "message"),
    [
        ("title: C", (7, 5), "title", "`title` is already given on line 5"),
        ("target: 0", (7, 13), "target", "greater than 0, got '0'"),
        ("target: much", (7, 13), "target", "expected a number, got 'much'"),
        ("target: .nan", (7, 13), "target", "expected a number, got '.nan'"),
        ("target: nan", (7, 13), "target", "should be a finite number"),
        ("weight: [1]", (7, 13), "weight", "expected a number, got a list"),
        ("good: {a: b}", (7, 11), "good", "expected text, got a mapping"),
        ("critical: maybe", (7, 15), "critical", "expected true or false, got 'maybe'"),
        ("examples: {met: hello}", (7, 21), "examples.met", "expected a list, such as [a, b], got 'hello'"),
        ("examples: {met: ['']}", (7, 22), "examples.met[0]", "expected text, got ''"),
        ("window: 30", (7, 13), "window", "expected a mapping, such as {name: value}, got '30'"),
        ("window: {}", (7, 13), "window", "a window needs a key"),
        ("window: {first_turns: 2.5}", (7, 27), "window.first_turns", "expected a whole number, got '2.5'"),
        (
            "window: {first_turns: 2, last_turns: 2}",
            (7, 30),
            "window.last_turns",
            "one key, got `first_turns` and `last_turns`",
        ),
        ("window: {within_turns: 2}", (7, 14), "window.within_turns", "goes with `after: applies_when`"),
        ("window: {anywhere: false}", (7, 24), "window.anywhere", "expected"),
        ("applies_when: {customer_says: [a], question: b}", (7, 40), "applies_when.question", "not both"),
        ("applies_when: {}", (7, 19), "applies_when", "give `customer_says` (phrases) or `question`"),
        ("applies_when: {customer_says: []}", (7, 35), "applies_when.customer_says", "at least one, got an empty list"),
        ("score_with: {phrases: {any: [a]}}", (7, 17), "score_with", "expected a list"),
        ("score_with: [phrases]", (7, 18), "score_with[0]", "expected a mapping"),
        ("score_with: [{}]", (7, 18), "score_with[0]", "got none"),
        ("score_with: [{learned: {}, judge: {}}]", (7, 18), "score_with[0]", "got `learned` and `judge`"),
        ("score_with: [{judge: {}}, {judge: {}}]", (7, 32), "score_with[1].judge", "already in this cascade"),
        ("score_with: [{judge: {model: x}}]", (7, 27), "score_with[0].judge.model", "known are `votes`, `examples`"),
        ("score_with: [{judge: {votes: 10}}]", (7, 34), "score_with[0].judge.votes", "1 (as without it) to 9"),
        ("score_with: [{learned: {error: 0.5}}]", (7, 36), "score_with[0].learned.error", "below 0.5"),
        ("score_with: [{imported: {model: x}}]", (7, 30), "score_with[0].imported.model", "nothing may stand here"),
        ("score_with: [{ours: {}}]", (7, 19), "score_with[0].ours", "known are `phrases`, `timing`"),
        ("score_with: [{learned: {abstain: 2}}]", (7, 38), "score_with[0].learned.abstain", "expected true or false"),
        ("score_with: [{phrases: }]", (7, 19), "score_with[0].phrases", "needs a list of phrases"),
        ("score_with: [{phrases: [a]}]", (7, 28), "score_with[0].phrases", "expected a mapping"),
        ("score_with: [{phrases: {any: []}}]", (7, 34), "score_with[0].phrases.any", "expected at least one"),
        (
            "score_with: [{phrases: {any: ['?']}}]",
            (7, 35),
            "score_with[0].phrases.any[0]",
            "at least one word, got '?'",
        ),
        ("score_with: [{phrases: {any: [a ...]}}]", (7, 35), "score_with[0].phrases.any[0]", "words on both sides"),
        ("score_with: [{phrases: {any: [/a*/]}}]", (7, 35), "score_with[0].phrases.any[0]", "finds the empty text"),
        (
            "score_with: [{phrases: {any: ['/{agent_name}/']}}]",
            (7, 35),
            "score_with[0].phrases.any[0]",
            "write that phrase",
        ),
        (
            "score_with: [{phrases: {any: ['{agent_nam} a']}}]",
            (7, 35),
            "score_with[0].phrases.any[0]",
            "mean {agent_name}",
        ),
        (
            "score_with: [{phrases: {any: ['{x}']}}]",
            (7, 35),
            "score_with[0].phrases.any[0]",
            "known are {customer_name} and",
        ),
        (
            "score_with: [{phrases: {any: [a, b], none: [c, B]}}]",
            (7, 52),
            "score_with[0].phrases.none[1]",
            "'B' is also among",
        ),
        (
            "score_with: [{phrases: {none: [c], miss: not_met}}]",
            (7, 46),
            "score_with[0].phrases.miss",
            "needs `any` or `all`",
        ),
        (
            "score_with: [{phrases: {any: [c], miss: no}}]",
            (7, 45),
            "score_with[0].phrases.miss",
            "expected 'pass' or 'not_met'",
        ),
        (
            "score_with: [{phrases: {any: [c], gap: x}}]",
            (7, 44),
            "score_with[0].phrases.gap",
            "expected a whole number",
        ),
        (
            "score_with: [{phrases: {any: [c], gap: 51}}]",
            (7, 44),
            "score_with[0].phrases.gap",
            "less than or equal to 50",
        ),
        ("score_with: [{timing: {}}]", (7, 19), "score_with[0].timing", "needs something to time"),
        (
            "score_with: [{timing: {talk_share: {}}}]",
            (7, 40),
            "score_with[0].timing.talk_share",
            "give `min`, `max` or both",
        ),
        ("score_with: [{timing: {talk_share: 3}}]", (7, 40), "score_with[0].timing.talk_share", "expected a mapping"),
        (
            "score_with: [{timing: {talk_shar: {max: 3}}}]",
            (7, 28),
            "score_with[0].timing.talk_shar",
            "mean `talk_share`?",
        ),
        (
            "score_with: [{timing: {talk_share: {min: 2, max: 1}}}]",
            (7, 46),
            "score_with[0].timing.talk_share.min",
            "`min` 2 is above `max` 1",
        ),
        (
            "score_with: [{timing: {talk_share: {min: x}}}]",
            (7, 46),
            "score_with[0].timing.talk_share.min",
            "expected a number, got 'x'",
        ),
        (
            "score_with: [{timing: {talk_share: {mx: 1}}}]",
            (7, 41),
            "score_with[0].timing.talk_share.mx",
            "did you mean `max`?",
        ),
        ("good: &a hello", (7, 11), "good", "anchors are not read; take away &a"),
        ("good: *a", (7, 11), "good", "aliases are not read; write out what *a stands for"),
        ("good: !!python/object:os.system x", (7, 11), "good", "tags are not read"),
        ("good: !x [y]", (7, 11), "good", "tags are not read; take away !x"),
    ],
)
def test_one_mistake_is_one_error_that_says_what_would_be_right(lines, place, path, message):  # noqa: PLR0917
    error = only_mistake(lines)
    assert ((error.line, error.column), error.path) == (place, f"behaviours[0].{path}")
    assert message in error.message


def test_a_misspelt_key_is_one_mistake_and_a_missing_one_another():
    text = "key: t\nname: T\nbehaviours:\n  - kye: b\n    title: B\n"
    assert [(error.line, error.path) for error in mistakes(text)] == [
        (1, "title"),
        (2, "name"),
        (4, "behaviours[0].kye"),
        (4, "behaviours[0].question"),
    ]


def test_a_window_after_nothing_says_all_that_is_missing():
    errors = mistakes(behaviour("window: {after: applies_when}"))
    assert [error.column for error in errors] == [14, 14]
    assert {error.message.split(" ")[0] for error in errors} == {"`after:", "`within_turns`"}


def test_options_of_plugins_are_mappings():
    assert "the options of `ours` are a mapping" in only_mistake("score_with: [{ours: [a]}]", ("ours",)).message


def test_too_many_phrases_for_one_pattern():
    """Each is fine alone; together they are more than RE2 takes."""
    phrases = ", ".join(f"'{' ... '.join(f'a{number}b{word}' for word in range(40))}'" for number in range(400))
    error = only_mistake(f"score_with: [{{phrases: {{gap: 50, any: [{phrases}]}}}}]")
    assert error.path == "behaviours[0].score_with[0].phrases.any"
    assert "too many or too long" in error.message


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "is empty; a template begins with"),
        ("# nothing", 1, 1, "is empty; a template begins with"),
        ("- a", 1, 1, "expected a mapping, such as {name: value}, got a list"),
        ("hello", 1, 1, "expected a mapping, such as {name: value}, got 'hello'"),
        ("key: [", 1, 7, "not YAML: while parsing a flow node did not find"),
        ("key: ]", 1, 6, "not YAML: while parsing a block node"),
        ("key: a\nkey2: 'b", 2, 9, "not YAML: while scanning a quoted scalar"),
        ("a: b\n---\nc: d", 2, 1, "expected a single document"),
        ("a\nb\x00c", 2, 2, "holds the character U+0000"),
        ('a: "\\UFFFFFFFF"', 1, 7, "not YAML: "),
        ("[" * 1000, 1, 21, "more than 20 levels deep"),
        ("x" * 1_000_001, 1, 1, "at most 1,000,000 characters, got 1,000,001"),
    ],
)
def test_text_that_is_no_template_at_all(text, line, column, message):  # noqa: PLR0917
    [error] = mistakes(text)
    assert (error.line, error.column, error.path) == (line, column, "")
    assert message in error.message


def test_long_lists_are_refused_before_they_take_long():
    [error] = mistakes("- x\n" * 60_000)
    assert "50,000 keys and values" in error.message


def test_a_key_that_is_no_word():
    errors = mistakes(CONTRACT + "? [a]\n: b\n")
    assert [error.message[:18] for error in errors] == ["a key is a word, g"]


def test_text_that_no_encoding_takes():
    [error] = mistakes(behaviour('good: "\\ud800"'))
    assert error.line == 7


def test_ill_shaped_parts_do_not_hide_the_others():
    text = "key: t\ntitle: T\nbehaviours: [1, {key: [x], title: T, question: Q, score_with: 1}]\n"
    assert [(error.column, error.path) for error in mistakes(text)] == [
        (14, "behaviours[0]"),
        (23, "behaviours[1].key"),
        (63, "behaviours[1].score_with"),
    ]


def test_errors_read_as_sentences():
    error = TemplateErrors((TemplateError(1, 2, "a", "wrong"), TemplateError(3, 4, "", "empty")))
    assert str(error) == "line 1, column 2: a: wrong\nline 3, column 4: empty"


def test_the_content_hash_is_that_of_the_text():
    assert content_hash("ä") == hashlib.sha256("ä".encode()).hexdigest()
    assert len(content_hash("\ud800")) == 64


def test_the_schema_describes_every_option():
    schema = template_schema(("ours",))
    definitions = schema["$defs"]
    member = definitions["MemberShape"]
    assert set(member["properties"]) == {*KNOWN_SCORERS, "ours"}
    assert member["additionalProperties"] is False
    assert set(definitions["PhrasesShape"]["properties"]) == {"any", "all", "none", "miss", "gap"}
    assert len(definitions["TimingShape"]["properties"]) == 5
    described = [
        part
        for name in ("PhrasesShape", "TimingShape", "WindowShape")
        for part in definitions[name]["properties"].values()
    ]
    assert all(part.get("description") for part in described)
    assert json.loads(json.dumps(schema)) == schema
    assert "ours" not in template_schema()["$defs"]["MemberShape"]["properties"]


@given(st.text())
@settings(max_examples=120, deadline=None)
def test_any_text_is_a_template_or_a_list_of_mistakes(text):
    """Whatever somebody pastes, nothing but TemplateErrors comes back."""
    assert mistakes(text)


YAML_BITS = st.sampled_from(
    [
        *(
            "key",
            "title",
            "behaviours",
            ": ",
            "- ",
            "\n",
            "  ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a ",
            "*a",
            "!!",
            "|",
            ">",
            "'",
            '"',
            "%",
            "?",
        ),
        *(
            "#",
            "window",
            "after",
            "phrases",
            "any",
            "\\",
            "\t",
            "\ud800",
            "0",
            "~",
            "<<",
            "---\n",
            "...",
            "@",
            "score_with",
            "\x85",
        ),
    ]
)


@given(st.lists(YAML_BITS, max_size=40).map("".join))
@settings(max_examples=200, deadline=None)
def test_any_heap_of_yaml_is_a_list_of_mistakes(text):
    assert mistakes(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["a", "price", "/x/", "applies_when"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["any", "none", "min", "after", "phrases", "timing", "customer_says", "talk_share", "key", "judge"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
FIELDS = ["window", "applies_when", "score_with", "examples", "target", "require", "key", "good"]


@example({"question": None})
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
@settings(max_examples=120, deadline=None)
def test_any_options_are_read_or_refused(fields):
    """Ill-shaped parts of a template never raise anything else."""
    document = {"key": "t", "title": "T", "behaviours": [{"key": "b", "title": "B", "question": "Q", **fields}]}
    try:
        errors = ()
        parse_template(json.dumps(document))
    except TemplateErrors as error:
        errors = error.errors
    assert all(one.line == 1 and one.column >= 1 for one in errors)


def test_the_playbooks_are_valid_yaml_for_others_too():
    """Nothing in them needs our reader: an editor's YAML mode sees the same keys."""
    for path in (Path(__file__).parents[3] / "playbooks").glob("*.yaml"):
        text = path.read_text("utf-8")
        assert yaml.load(text, Loader=yaml.CSafeLoader)["key"] == parse_template(text).key
