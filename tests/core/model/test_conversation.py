from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.model.conversation import Conversation, Speaker, Turn, moment

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_conversation_opens_with_its_first_word_and_closes_with_its_last():
    """Turns without times are passed over; a turn without an end ends where it starts."""
    said = Conversation(
        "c", (Turn(Speaker.OTHER, "hm"), Turn(Speaker.AGENT, "hi", 4.0, 5.0), Turn(Speaker.AGENT, "x", 2.0))
    )
    assert (said.opened_at, said.closed_at) == (2.0, 5.0)
    late = Conversation("c", (Turn(Speaker.AGENT, "hi", 4.0, 5.0), Turn(Speaker.AGENT, "x", 9.0)))
    assert late.closed_at == 9.0


def test_without_times_nobody_knows():
    said = Conversation("c", (Turn(Speaker.AGENT, "hi"),))
    assert said.opened_at is None
    assert said.closed_at is None


def test_turns_of_one_side_in_order():
    said = Conversation("c", tuple(Turn(who, "") for who in (Speaker.AGENT, Speaker.CUSTOMER, Speaker.AGENT)))
    assert list(said.turns_of(Speaker.AGENT)) == [0, 2]
    assert list(said.turns_of(Speaker.OTHER)) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-05-04T09:38:00+00:00", datetime(2026, 5, 4, 9, 38, tzinfo=UTC)),
        ("2026-05-04T09:38:00Z", datetime(2026, 5, 4, 9, 38, tzinfo=UTC)),
        ("2026-05-04 09:38", datetime(2026, 5, 4, 7, 38, tzinfo=UTC)),
        ("2026-05-04", datetime(2026, 5, 4, 10, 0, tzinfo=UTC)),
        ("20260104", datetime(2026, 1, 4, 11, 0, tzinfo=UTC)),
    ],
)
def test_untidy_dates_are_read_in_the_sites_zone(text, read):
    """Without a zone it is the site's; a bare date is its noon there, in summer and in winter."""
    found = moment(text, BERLIN)
    assert found == read
    assert found.tzinfo is not None


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "04.05.2026", "1899-12-31", "2201-01-01"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"isoformat|month|year must be in"):
        moment(text, BERLIN)


@settings(max_examples=25)
@given(st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 -- the zone is drawn
def test_a_written_moment_is_read_again(when):
    assert moment(when.isoformat(), UTC).utctimetuple() == when.utctimetuple()
