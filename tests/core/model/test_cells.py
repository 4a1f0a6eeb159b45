from coachloop.core.model.cells import FORMULA, harmless, unquoted


def test_a_formula_is_quoted():
    for sign in FORMULA:
        assert harmless(f"{sign}1") == f"'{sign}1"


def test_other_text_stays():
    assert harmless("session:12") == "session:12"
    assert not harmless("")


def test_a_table_that_comes_back_says_what_it_said():
    for text in (*(f"{sign}1" for sign in FORMULA), "plain", "'quoted' by hand", "'", ""):
        assert unquoted(harmless(text)) == text
