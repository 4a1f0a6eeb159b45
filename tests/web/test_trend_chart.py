"""The picture of a trend: its band, and what happened when."""

from datetime import date, timedelta

from coachloop.app.queries.agent_page import Mark, Point, Trend
from coachloop.web.charts.trend import SIZES, trend_svg

MONDAY = date(2026, 3, 2)


def trend(*marks: Mark) -> Trend:
    """Twelve weeks, the tenth of them without a call; what happened was in the eleventh."""
    weeks = [MONDAY + timedelta(weeks=week) for week in range(12)]
    points = [Point(week, 6, 10, 0.6, 0.31, 0.83) for week in weeks]
    points[9] = Point(weeks[9], 0, 0, None, 0.0, 1.0)
    points[10] = Point(weeks[10], 6, 10, 0.6, 0.31, 0.83, marks)
    return Trend("discovery", "open_questions", "Open questions", 0.8, tuple(points))


def test_the_picture_says_what_happened_in_a_week() -> None:
    day = MONDAY + timedelta(weeks=10)
    told = trend(Mark(day, "session"), Mark(day, "session"), Mark(day, "slipped"))
    for size in SIZES:
        picture = trend_svg(told, "light", size)
        assert picture.count(">session<") == 1
        assert ">slipped<" in picture


def test_without_anything_there_is_the_band_alone() -> None:
    picture = trend_svg(trend(), "dark", "wide")
    assert "session" not in picture
    assert "mark-area" in picture
