"""Words from elsewhere on a terminal, in JSON and in a spreadsheet."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.cli.output import print_json, show_rows, stop, write_rows
from coachloop.cli.plain import Terminal, escaped, plain
from coachloop.core.model.cells import FORMULA

EVIL = "\x1b[2J\x1b]0;x\x07\x9b31m\u202eneddih\u2066 [red]not red[/red] [/] [link=file:///x]y[/link]"


@given(st.text())
def test_nothing_that_steers_is_left_and_nothing_else_is_lost(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert not any(
        (ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 or char in "\u202e\u2066\u2028"
        for char in shown
    )
    assert all(now in (before, "\ufffd") for before, now in zip(text, shown, strict=True))


@given(
    st.recursive(st.text() | st.integers(), lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=6)
)
def test_json_says_the_same_on_one_line_that_steers_nothing(data: Any) -> None:
    written = escaped(json.dumps(data, ensure_ascii=False))
    assert json.loads(written) == data
    assert len(written.splitlines()) <= 1
    assert not any(127 <= ord(char) < 160 or ord(char) < 32 for char in written)


def test_a_table_shows_words_and_obeys_none(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{"title": EVIL, "rate": 0.5, "none": None, "list": [EVIL]}], as_json=False)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[red]not red[/red]" in out
    assert "\u202e" not in out


def test_a_refusal_shows_words_and_obeys_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BaseException, match="2"):
        stop(f"no conversation {EVIL}")
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "[red]not red[/red]" in err


def test_what_is_drawn_by_us_still_has_its_colours() -> None:
    drawn = io.StringIO()
    Terminal(file=drawn, force_terminal=True, color_system="standard", no_color=False).print(
        "x\x1b[0m", style="red", highlight=False
    )
    assert drawn.getvalue() == "\x1b[31mx\ufffd[0m\x1b[0m\n"


def test_json_on_standard_output_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": EVIL})
    out = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\x07"} & set(out)
    assert json.loads(out) == {"title": EVIL}


@pytest.mark.parametrize("first", FORMULA)
def test_no_cell_begins_as_a_formula(first: str, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(iter([{f"{first}name": f"{first}1+1"}]), None, "csv")
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out.replace("\r\n", "\n"), newline="")))
    assert all(cell.startswith("'") for row in rows for cell in row)
