import pytest

from coachloop.core.hearing.scripts import run_together


@pytest.mark.parametrize(
    ("before", "after"), [("你", "好"), ("你好。", "我"), ("こん", "にちは"), ("สวัส", "ดี"), ("ok你", "\uff0c")]
)
def test_words_of_some_scripts_stand_together(before, after):
    assert run_together(before, after)


@pytest.mark.parametrize(
    ("before", "after"), [("a", "b"), ("用", "iPhone"), ("iPhone", "吗"), ("안녕", "하세요"), ("да", "нет")]
)
def test_words_of_others_do_not(before, after):
    assert not run_together(before, after)
