"""A behaviour's trend as a picture: weekly rates with their intervals, and the target."""

import json
from functools import lru_cache
from typing import Any

import vl_convert

from coachloop.app.queries.agent_page import Trend

FACE = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
THEMES = {
    "light": {"ground": "#ffffff", "ink": "#1b2429", "soft": "#55626b", "line": "#e3e6e4", "likely": "#abcff0", "point": "#1d5b9c"},
    "dark": {"ground": "#182023", "ink": "#e9edeb", "soft": "#a3afb1", "line": "#2b3438", "likely": "#2a578a", "point": "#8fc1f2"},
}  # fmt: skip


def trend_svg(trend: Trend, theme: str) -> str:
    """The trend as SVG in one of THEMES; drawn once for the same numbers."""
    return _draw(json.dumps(_spec(trend, THEMES[theme]), sort_keys=True))


@lru_cache(maxsize=512)
def _draw(spec: str) -> str:
    return str(vl_convert.vegalite_to_svg(spec))


def _spec(trend: Trend, colour: dict[str, str]) -> dict[str, Any]:
    seen = [point for point in trend.points if point.rate is not None]
    rows = [{"week": p.week.isoformat(), "rate": p.rate, "low": p.low, "high": p.high, "n": f"n = {p.n}"} for p in seen]
    weeks = [point.week.isoformat() for point in trend.points]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 680,
        "height": 230,
        "padding": {"left": 4, "right": 12, "top": 10, "bottom": 4},
        "background": colour["ground"],
        "data": {"values": rows},
        "encoding": {"x": _weeks(weeks, colour)},
        "layer": [*_target(trend, colour), *_points(colour)],
        "config": {"view": {"stroke": None}, "font": FACE, "axis": {"labelFont": FACE, "titleFont": FACE}},
    }


def _weeks(weeks: list[str], colour: dict[str, str]) -> dict[str, Any]:
    return {
        "field": "week",
        "type": "ordinal",
        "scale": {"domain": weeks},
        "axis": {
            "title": None,
            "labelExpr": "timeFormat(toDate(datum.value), '%-d %b')",
            "labelAngle": 0,
            "labelOverlap": True,
            "labelColor": colour["soft"],
            "labelFontSize": 12,
            "labelPadding": 8,
            "ticks": False,
            "domainColor": colour["line"],
        },
    }


def _share(field: str, colour: dict[str, str]) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {
            "title": None,
            "values": [0, 0.25, 0.5, 0.75, 1],
            "format": ".0%",
            "labelColor": colour["soft"],
            "labelFontSize": 12,
            "gridColor": colour["line"],
            "domain": False,
            "ticks": False,
            "labelPadding": 8,
        },
    }


def _points(colour: dict[str, str]) -> list[dict[str, Any]]:
    y = _share("rate", colour)
    return [
        {
            "mark": {
                "type": "rule",
                "strokeWidth": 9,
                "strokeCap": "round",
                "color": colour["likely"],
                "opacity": 0.75,
            },
            "encoding": {"y": _share("low", colour), "y2": {"field": "high"}},
        },
        {"mark": {"type": "line", "strokeWidth": 2, "color": colour["point"]}, "encoding": {"y": y}},
        {"mark": {"type": "circle", "size": 70, "opacity": 1, "color": colour["point"]}, "encoding": {"y": y}},
        {
            "mark": {"type": "text", "fontSize": 11, "color": colour["soft"], "baseline": "bottom"},
            "encoding": {"y": {"value": 226}, "text": {"field": "n"}},
        },
    ]


def _target(trend: Trend, colour: dict[str, str]) -> list[dict[str, Any]]:
    if trend.target is None:
        return []
    where = {"y": {"datum": trend.target}}
    words = {"type": "text", "align": "right", "baseline": "bottom", "dy": -5, "fontSize": 12, "color": colour["soft"]}
    return [
        {"mark": {"type": "rule", "strokeDash": [4, 4], "color": colour["soft"]}, "encoding": {"x": {}, **where}},
        {
            "mark": {**words, "text": f"target {trend.target:.0%}", "x": 680},
            "encoding": {"x": {"value": 680}, **where},
        },
    ]
