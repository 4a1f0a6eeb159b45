import pytest

from coachloop.core.model.letter import MAIL, NotCarriedError, Ways


@pytest.mark.parametrize("again", [True, False])
def test_a_letter_that_did_not_go_out_says_whether_to_try_again(again):
    error = NotCarriedError("the server is full", again=again)
    assert (str(error), error.again) == ("the server is full", again)


def test_mail_may_always_be_wished_for():
    assert Ways().personal == (MAIL,)
    assert not Ways().mail
