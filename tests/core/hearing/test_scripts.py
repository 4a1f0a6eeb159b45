import pytest

from coachloop.core.hearing.scripts import may_part, run_together


@pytest.mark.parametrize(
    ("before", "after"), [("你", "好"), ("你好。", "我"), ("こん", "にちは"), ("สวัส", "ดี"), ("ok你", "\uff0c")]
)
def test_words_of_some_scripts_stand_together(before, after):
    assert run_together(before, after)
    assert may_part(before, after)


@pytest.mark.parametrize(
    ("before", "after"), [("a", "b"), ("用", "iPhone"), ("iPhone", "吗"), ("안녕", "하세요"), ("да", "нет")]
)
def test_words_of_others_do_not(before, after):
    assert not run_together(before, after)


def test_a_word_may_end_without_a_space_beside_such_a_script_alone():
    assert may_part("用", "iPhone")
    assert may_part("iPhone", "吗")
    assert not may_part("e", "-mail")
