from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from coachloop.core.model.template import AppliesWhen, Behaviour, Member, Require, Span, Window
from coachloop.core.model.verdict import Outcome
from coachloop.web.templatetags import parts, words


@dataclass(frozen=True)
class Rate:
    """Some rate."""

    met: int
    n: int
    rate: float | None
    low: float
    high: float


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (Rate(31, 52, 0.6, 0.46, 0.72), "31 of 52, likely between 46 and 72 %"),
        (Rate(0, 0, None, 0, 1), "no calls yet"),
        (Rate(2000, 2000, 1.0, 0.998, 1), "2000 of 2000, likely about 100 %"),
    ],
)
def test_a_rate_is_said_with_its_n_and_interval(rate: Rate, said: str) -> None:
    assert parts.likely(rate).replace(parts.SPACE, " ") == said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (5, "5 of 5 working days left"),
        (1, "1 of 5 working days left"),
        (0, "due today"),
        (-1, "1 working day late"),
        (-3, "3 working days late"),
    ],
)
def test_the_clock_in_words(left: int, said: str) -> None:
    assert parts.days_left(left) == said


@pytest.mark.parametrize(("left", "on"), [(5, 5), (2, 2), (0, 0), (-1, 5), (None, 0), (9, 5)])
def test_the_clock_in_steps(left: int | None, on: int) -> None:
    steps = parts.clock(left)["steps"]
    assert sum(lit for _, lit in steps) == on


def test_times_are_in_the_sites_zone() -> None:
    with timezone.override("Europe/Berlin"):
        assert parts.moment(datetime(2026, 5, 4, 9, 23, tzinfo=UTC)) == "Mon 4 May, 11:23"
        assert parts.day(datetime(2026, 5, 4, 23, 30, tzinfo=UTC)) == "Tue 5 May"
    assert parts.day(date(2026, 5, 4)) == "Mon 4 May"
    assert parts.moment(None) == parts.day(None) == ""


def test_seconds_are_a_place_in_the_call() -> None:
    assert (parts.clock_time(67.9), parts.clock_time(None)) == ("1:07", "")


def test_every_outcome_has_its_word() -> None:
    assert {parts.outcome_word(outcome) for outcome in Outcome} == {"Met", "Not met", "Not applicable", "Not scored"}


@pytest.mark.parametrize("span", Span)
def test_every_window_has_its_words(span: Span) -> None:
    assert words.window_words(Window(span, 3))


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (Behaviour("b", "B", "?"), "in every conversation"),
        (
            Behaviour("b", "B", "?", applies_when=AppliesWhen(("price",)), require=Require.ALL),
            "when the customer says “price”; every moment counts",
        ),
        (
            Behaviour("b", "B", "?", applies_when=AppliesWhen(question="Was it sold?")),
            "when the answer is yes: Was it sold?",
        ),
        (
            Behaviour("b", "B", "?", applies_when=AppliesWhen(tuple("abcdefghij"))),
            "when the customer says “a”, “b”, “c”, “d”, “e”, “f”, “g”, “h” and the like; one of several moments is enough",
        ),
    ],
)
def test_when_it_applies_in_words(behaviour: Behaviour, said: str) -> None:
    assert words.applies_words(behaviour) == said


def test_who_decides_in_words() -> None:
    cascade = (Member("phrases"), Member("judge"), Member("their-own"))
    assert (
        words.cascade_words(Behaviour("b", "B", "?", score_with=cascade))
        == "words, then a language-model judge, then their-own"
    )
    assert words.cascade_words(Behaviour("b", "B", "?")) == "nobody yet"


@pytest.mark.parametrize(
    ("calls_itself", "said"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "not said"),
    ],
)
def test_a_browser_is_named_as_people_know_it(calls_itself: str, said: str) -> None:
    assert words.browser_word(calls_itself) == said
