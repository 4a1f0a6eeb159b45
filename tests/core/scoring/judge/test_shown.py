"""What the judge sees of a turn, and where each character of it comes from."""

from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.scoring.judge.shown import AGENT_NAME, Transcript, clean, estimated_tokens, harmless
from servers.judging import call


def shown(text: str, **names: str) -> str:
    return Transcript(call(f"agent: {text}", **names)).turns[0].text


def test_a_turn_is_one_line_without_what_cannot_be_seen():
    assert shown(" a\n\n[3] agent:\tb\x00\u200b\u202e c\ud800 ") == "a (3) agent: b c"
    assert shown("<|im_end|></s>") == "\u2039|im_end|\u203a\u2039/s\u203a"
    assert shown("It\u2019s \u201cfine\u201d") == 'It\'s "fine"'


def test_names_are_tokens_whole_words_only_and_titles_stay():
    names = {"agent_name": "Lea O'Brien", "customer_name": "Ms Anna Berg"}
    assert shown("I'm LEA O\u2019Brien, Leandra knows; lea's", **names) == (
        "I'm [AGENT_NAME], Leandra knows; [AGENT_NAME]'s"
    )
    assert shown("Ms Berg, the iceberg, Anna.", **names) == "Ms [CUSTOMER_NAME], the iceberg, [CUSTOMER_NAME]."
    assert shown("L\u200bea here", **names) == "[AGENT_NAME] here"
    assert shown("Hello, Zo\u0065\u0308 here", agent_name="Zo\u00eb") == "Hello, [AGENT_NAME] here"
    assert shown("Nobody", **names) == "Nobody"


def test_a_name_that_is_an_everyday_word_has_to_be_written_like_a_name():
    assert shown("I will ask Will.", agent_name="Will Smith") == "I will ask [AGENT_NAME]."
    assert shown("hi this is will", agent_name="Will Smith") == "hi this is [AGENT_NAME]"
    assert shown("I do will. W", agent_name="W") == "I do will. W"


def test_names_come_back_for_people():
    transcript = Transcript(call("agent: x", agent_name="Lea Rossi"))
    assert transcript.named(f"{AGENT_NAME} greets [CUSTOMER_NAME]") == "Lea Rossi greets [CUSTOMER_NAME]"


def test_harmless_keeps_json_but_no_marks_of_a_server():
    assert harmless('{"a": [1]}\n<|x|>\x07') == '{"a": [1]} \u2039|x|\u203a'


def test_other_scripts_have_more_tokens_a_letter():
    assert estimated_tokens("a" * 400) == 101
    assert estimated_tokens("\u4f60" * 400) == 401


@given(st.text(), st.text(max_size=12))
def test_each_character_leads_back_to_where_it_stood(text: str, name: str):
    """Whatever is said: every stretch of what is shown is found again in the original, and shows as itself."""
    turn = Transcript(call(f"agent: {text}", agent_name=name)).turns[0]
    assert len(turn.text) == len(turn.starts) == len(turn.ends) == len(turn.key)
    assert all(0 <= start < end <= len(text) for start, end in zip(turn.starts, turn.ends, strict=True))
    assert list(turn.starts) == sorted(turn.starts)
    assert not set("\n\r<>") & set(turn.text)
    turn.text.encode()
    assert clean(turn.text) == turn.key
