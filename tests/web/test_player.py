"""The player of a page: its picture, the times of words, and what it says where there is nothing to hear."""

import re
from typing import Any

import numpy as np
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.model.conversation import Speaker, Turn, Word
from coachloop.web import transcript
from coachloop.web.waveform import COLUMNS, HEIGHT, waveform
from web.cast import Cast, call, take_in
from web.heard import SPOKEN, heard, spoken_call, word_second
from web.signed_in import seen


def heights(outline: str) -> list[int]:
    """How far each column reaches from the middle."""
    return [abs(int(one) - HEIGHT) for one in re.findall(r"V(\d+)h1", outline)]


@given(st.integers(1, 2000), st.integers(0, 127), st.integers(0, 1))
def test_the_agent_is_above_whichever_channel_is_theirs(count: int, loud: int, agent: int) -> None:
    """As many columns as a page shows apart at most, none higher than its half."""
    peaks = np.zeros((2, count, 2), np.int8)
    peaks[agent, :, 1] = loud
    drawn = waveform(peaks, seconds=count / 20, turns=(), agent=agent)
    assert drawn.width == min(count, COLUMNS)
    assert len(heights(drawn.above)) == drawn.width
    assert set(heights(drawn.below)) == {0}
    assert max(heights(drawn.above)) == (HEIGHT if loud > 12 else round(loud / 12.7 * HEIGHT))


def test_one_channel_is_drawn_on_the_side_of_whoever_speaks() -> None:
    """And on both where nobody is known to."""
    peaks = np.full((1, 40, 2), 100, np.int8)
    turns = [Turn(Speaker.AGENT, "a", 0.0, 0.45), Turn(Speaker.CUSTOMER, "b", 1.0, 1.45)]
    drawn = waveform(peaks, seconds=2, turns=turns, agent=None)
    above, below = (np.array(heights(each)) > 0 for each in (drawn.above, drawn.below))
    assert above[:10].all()
    assert not below[:10].any()
    assert (above[10:20] & below[10:20]).all()
    assert below[20:30].all()
    assert not above[20:30].any()


def test_two_channels_of_which_nobody_said_whose_they_are() -> None:
    """As recordings have them that brought their words: each side is drawn from the channel in which it is heard."""
    peaks = np.zeros((2, 40, 2), np.int8)
    peaks[0, :10], peaks[1, 20:30] = 100, 100
    turns = [Turn(Speaker.AGENT, "a", 0.0, 0.45), Turn(Speaker.CUSTOMER, "b", 1.0, 1.45)]
    drawn = waveform(peaks, seconds=2, turns=turns, agent=None)
    assert heights(drawn.above) == [HEIGHT] * 10 + [0] * 30
    assert heights(drawn.below) == [0] * 20 + [HEIGHT] * 10 + [0] * 10


def test_times_count_characters_as_browsers_do() -> None:
    """Letters outside of the basic plane are two there."""
    turn = Turn(Speaker.AGENT, "😀 hm 😀 yes", 1.0, 2.0, (Word(2, 4, 1.25), Word(5, 6, 1.5), Word(7, 10, 1.75)))
    assert transcript.times(turn) == "3:1.25 6:1.50 9:1.75"
    assert [transcript.second(turn, place) for place in (0, 2, 6, 9)] == [1.0, 1.25, 1.5, 1.75]
    assert transcript.times(Turn(Speaker.AGENT, "no times")) == ""
    assert transcript.second(Turn(Speaker.AGENT, "no times"), 3) is None


@pytest.mark.django_db
class TestOnAPage:
    """Of Lea's calls."""

    def test_evidence_stands_on_the_waveform(self, cast: Cast, leader: Client) -> None:  # noqa: ARG002 -- signs in
        """And every word has its time."""
        spoken_call(cast)
        page = seen(cast.leader, f"/conversations/{SPOKEN}?at=38.5")
        assert page.count("wave-mark") == 5
        assert f":{word_second(8, 7):.2f}" in page
        assert "#t=38.50" in page

    @pytest.mark.parametrize("at", ["nonsense", "-1", "1e9", "nan", "inf"])
    def test_a_second_that_is_none_is_ignored(self, cast: Cast, at: str) -> None:
        heard("lea-1")
        assert "#t=" not in seen(cast.leader, f"/conversations/lea-1?at={at}")

    @pytest.mark.parametrize(
        ("state", "says"),
        [
            ({"ready": False}, "sound of this call is being made ready"),
            ({"ready": False, "state": "failed", "reason": "it is silent"}, "turned into words:</b> it is silent."),
            ({"notes": ["channel 2 is silent"]}, "About the recording: channel 2 is silent."),
        ],
    )
    def test_what_there_is_to_say_of_it(self, cast: Cast, state: dict[str, Any], says: str) -> None:
        heard("lea-1", **state)
        page = seen(cast.leader, "/conversations/lea-1")
        assert says in page
        assert ("<audio" in page) == state.get("ready", True)

    def test_a_recording_in_which_nobody_speaks(self, cast: Cast) -> None:
        """It says so, and does not ask who of the two is the agent."""
        silent = call("lea", "Lea Rossi", "north", number=1, did=[False] * 5, now=cast.now)
        silent["id"], silent["turns"] = "silent", []
        silent["speakers"] = {"from": "separated", "confidence": 0.5, "confirmed": False}
        take_in([silent], cast.now)
        heard("silent")
        page = seen(cast.qa_lead, "/conversations/silent")
        assert "Nobody is heard to speak in this recording." in page
        assert "Who is the agent?" not in page

    def test_without_a_recording_there_is_no_player(self, cast: Cast) -> None:
        assert "The recording" not in seen(cast.leader, "/conversations/lea-2")
