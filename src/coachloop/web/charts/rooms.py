"""How far people agreed from room to room, as a picture: alpha with its interval, chance at 0 and the same always at 1."""

from typing import Any

from django.template.defaultfilters import date as date_format

from coachloop.app.queries.rooms import Trend
from coachloop.web.charts.trend import FACE, SIZES, THEMES
from coachloop.web.charts.vega import svg

SHOWN = {"wide": 12, "narrow": 5}


def rooms_svg(trend: Trend, theme: str, size: str) -> str:
    """The picture in one of THEMES and SIZES; drawn once for the same numbers."""
    rows = [
        {
            "room": f"{number}|{date_format(point.opened_at, 'j M')}|{point.calls} calls",
            "alpha": point.people.value,
            "low": max(point.people.low if point.people.low is not None else point.people.value, -1),
            "high": point.people.high if point.people.high is not None else point.people.value,
        }
        for number, point in enumerate(trend.points)
        if point.people.value is not None
    ]
    return svg(_spec(rows[-SHOWN[size] :], THEMES[theme], SIZES[size]))


def _spec(rows: list[dict[str, Any]], colour: dict[str, str], size: tuple[int, int]) -> dict[str, Any]:
    axis = {"title": None, "labelColor": colour["soft"], "labelFontSize": 12, "ticks": False, "labelPadding": 8}
    words = {"labelExpr": "slice(split(datum.label, '|'), 1)", "labelAngle": 0, "labelLineHeight": 16}
    x = {
        "field": "room",
        "type": "ordinal",
        "scale": {"domain": [row["room"] for row in rows]},
        "axis": {**axis, **words, "domainColor": colour["line"]},
    }
    least = min([0.0, *(row["low"] for row in rows)])
    y = {"type": "quantitative", "scale": {"domain": [least, 1]}}
    shown = {**axis, "gridColor": colour["line"], "domain": False, "tickCount": 5}
    chance = {"type": "rule", "strokeDash": [4, 4], "color": colour["soft"]}
    likely = {"type": "rule", "strokeWidth": 9, "strokeCap": "round", "color": colour["likely"]}
    at = {"x": x, "y": {**y, "field": "alpha", "axis": shown}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size[0],
        "height": size[1],
        "padding": {"left": 4, "right": 12, "top": 10, "bottom": 4},
        "background": colour["ground"],
        "data": {"values": rows},
        "layer": [
            {"data": {"values": [{"chance": 0}]}, "mark": chance, "encoding": {"y": {**y, "field": "chance"}}},
            {"mark": likely, "encoding": {"x": x, "y": {**y, "field": "low", "axis": shown}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "strokeWidth": 2, "color": colour["point"]}, "encoding": at},
            {"mark": {"type": "circle", "size": 70, "opacity": 1, "color": colour["point"]}, "encoding": at},
        ],
        "config": {"view": {"stroke": None}, "font": FACE, "axis": {"labelFont": FACE, "titleFont": FACE}},
    }
