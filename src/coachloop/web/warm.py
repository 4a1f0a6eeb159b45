"""What a server does before it lets anybody in, so that no visitor waits for it: after a restart the first page is like any other."""

from contextlib import suppress
from datetime import date

from django.db import DatabaseError
from django.urls import get_resolver

from coachloop.app.queries import rates
from coachloop.app.queries.agent_page import Trend
from coachloop.app.queries.viewing import OPERATOR
from coachloop.core.stats.proportions import wilson
from coachloop.web.charts.trend import trend_svg
from coachloop.web.pages.heatmap import PERIODS

NO_TREND = Trend(template="", behaviour="", title="", target=None, points=())


def warm(*, today: date) -> None:
    """Load the pages and what they compute with, draw a first chart, and read the counts that pages begin with.

    A database that cannot be read yet is left to the first page, which says so.
    """
    get_resolver().url_patterns  # noqa: B018 -- looking at them loads every page
    wilson(1, 2)
    trend_svg(NO_TREND, "light", "wide")
    with suppress(DatabaseError):
        for days in PERIODS:
            rates.grid_of(OPERATOR, by="agent", as_of=today, days=days)
            rates.grid_of(OPERATOR, by="team", as_of=today, days=days)
