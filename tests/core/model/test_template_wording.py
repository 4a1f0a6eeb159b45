from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.model.template_wording import worded
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.model.yaml_tree import read_tree

PLAYBOOKS = sorted((Path(__file__).parents[3] / "playbooks").glob("*.yaml"))
TEXT = """\
# What we look for: agreed in March.
key: manners
title: Manners
behaviours:
  - key: greets       # the very first thing
    title: Grüßt freundlich
    question: Did the agent greet?   # ask Quinn
    good: "Good morning."
    score_with: [{human: {}}]

  # asked since April
  - key: folded
    title: Folded
    question: >
      Did the agent
      say it?
    score_with:
      - human: {}
  - {key: flow, title: Flow, question: Was it?, score_with: [{human: {}}]}
  - title: Last
    key: last
    score_with: [{human: {}}]
    question: Was it the last?"""


def behaviour(text, key):
    return next(one for one in parse_template(text).behaviours if one.key == key)


@pytest.mark.parametrize("end", ["", "\n", "\n# the end\n"])
@pytest.mark.parametrize("key", ["greets", "folded", "flow", "last"])
@pytest.mark.parametrize("part", ["question", "good"])
@pytest.mark.parametrize(
    "words", ["Said simply", "Did they: say “yes” # or no?", 'He said "no"\n  and left', "null", "- a"]
)
def test_new_words_stand_where_the_old_ones_stood(*, key, part, words, end):
    """Whatever way the text is written, and comments stay."""
    text = TEXT + end
    found = worded(text, key, part=part, words=words)
    assert getattr(behaviour(found, key), part) == " ".join(words.split())
    for comment in ("# What we look for: agreed in March.", "# the very first thing", "# asked since April"):
        assert comment in found
    assert worded(found, key, part=part, words=words) == found


def test_one_line_changes():
    found = worded(TEXT, "greets", part="question", words="Did the agent greet the customer?")
    assert found == TEXT.replace("greet?", "greet the customer?")
    added = worded(TEXT, "folded", part="good", words="Here it is.").splitlines()
    added.remove("    good: Here it is.")
    assert added == TEXT.splitlines()


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("part", ["question", "good"])
def test_our_own_playbooks_can_be_worded(path, part):
    """In the last behaviour: one line or two are other ones."""
    text = path.read_text(encoding="utf-8")
    key = read_tree(text).data["behaviours"][-1]["key"]
    lines = set(worded(text, key, part=part, words="It's this: “now”").splitlines())
    assert 0 < sum(line not in lines for line in text.splitlines()) <= 3


@settings(max_examples=60)
@given(st.sampled_from(["greets", "folded", "flow"]), st.sampled_from(["question", "good"]), st.text())
def test_nothing_but_the_words_changes(key, part, words):
    """Whatever is typed."""
    found = worded(TEXT, key, part=part, words=words)
    before, after = read_tree(TEXT).data, read_tree(found).data
    (changed,) = (new for new in after["behaviours"] if new["key"] == key)
    (was,) = (old for old in before["behaviours"] if old["key"] == key)
    assert "\n" not in changed[part]
    changed[part] = was[part] = ""
    assert after == before
    lines = set(found.splitlines())
    assert sum(line not in lines for line in TEXT.splitlines()) <= 4


def test_what_is_no_longer_there_is_said():
    with pytest.raises(ValueError, match="no behaviour 'gone' any more"):
        worded(TEXT, "gone", part="good", words="words")
    for text in ("- a", "behaviours: 1", "behaviours: [1]", ""):
        with pytest.raises(ValueError, match="no behaviour"):
            worded(text, "greets", part="good", words="words")


@pytest.mark.parametrize("key", ["greets", "folded"])
def test_what_a_machine_would_break_is_left_to_people(key):
    """A text with an anchor is no template, and is not made into one."""
    text = TEXT.replace("title: Last", "title: &a Last")
    with pytest.raises(ValueError, match="change them in the studio"):
        worded(text, key, part="good", words="words")
