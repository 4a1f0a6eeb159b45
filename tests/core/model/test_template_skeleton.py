from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.model.template_skeleton import skeleton
from coachloop.core.model.template_yaml import parse_template

LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=60)


def test_a_skeleton_is_a_template_that_says_what_to_put_where():
    found = parse_template(skeleton(title="First  30 seconds", behaviour="States the purpose"))
    assert (found.key, found.title, found.behaviours[0].key) == (
        "first-30-seconds",
        "First 30 seconds",
        "states_the_purpose",
    )
    assert found.behaviours[0].question == "Did the agent do this: States the purpose?"


def test_titles_without_letters_have_a_key_as_well():
    found = parse_template(skeleton(title="30", behaviour="谢谢"))
    assert (found.key, found.title, found.behaviours[0].key) == ("my-template", "30", "my_behaviour")


@given(LINE.filter(str.strip), LINE.filter(str.strip))
def test_whatever_it_is_called_it_is_taken_as_it_stands(title, behaviour):
    found = parse_template(skeleton(title=title, behaviour=behaviour))
    assert (found.title, found.behaviours[0].title) == (" ".join(title.split()), " ".join(behaviour.split()))
