from coachloop.core.model.cells import FORMULA, harmless


def test_a_formula_is_quoted():
    for sign in FORMULA:
        assert harmless(f"{sign}1") == f"'{sign}1"


def test_other_text_stays():
    assert harmless("session:12") == "session:12"
    assert not harmless("")
