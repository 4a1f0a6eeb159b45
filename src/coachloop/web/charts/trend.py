"""A behaviour's trend as a picture: weekly rates with the band they likely lie in, the target, and what happened when."""

from dataclasses import replace
from typing import Any

from coachloop.app.queries.agent_page import Point, Trend
from coachloop.web.charts.vega import svg

FACE = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
THEMES = {
    "light": {"ground": "#ffffff", "ink": "#1b2429", "soft": "#55626b", "line": "#e3e6e4", "likely": "#abcff0", "point": "#1d5b9c"},
    "dark": {"ground": "#182023", "ink": "#e9edeb", "soft": "#a3afb1", "line": "#2b3438", "likely": "#2a578a", "point": "#8fc1f2"},
}  # fmt: skip


SIZES = {"wide": (680, 230), "narrow": (290, 200)}
WEEKS_SHOWN = {"wide": 12, "narrow": 6}


def trend_svg(trend: Trend, theme: str, size: str) -> str:
    """The trend as SVG in one of THEMES and SIZES; drawn once for the same numbers."""
    shown = replace(trend, points=trend.points[-WEEKS_SHOWN[size] :])
    return svg(_spec(shown, THEMES[theme], SIZES[size]))


def _spec(trend: Trend, colour: dict[str, str], size: tuple[int, int]) -> dict[str, Any]:
    labels = [_label(point) for point in trend.points]
    rows = [
        {"week": label, "rate": p.rate, "low": p.low, "high": p.high}
        for label, p in zip(labels, trend.points, strict=True)
        if p.rate is not None
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size[0],
        "height": size[1],
        "padding": {"left": 4, "right": 12, "top": 10, "bottom": 4},
        "background": colour["ground"],
        "data": {"values": rows},
        "layer": [*_target(trend, colour), *_points(labels, colour), *_marks(labels, trend, colour)],
        "config": {"view": {"stroke": None}, "font": FACE, "axis": {"labelFont": FACE, "titleFont": FACE}},
    }


def _label(point: Point) -> str:
    """The week's Monday, and below it the n of the week."""
    return f"{point.week.day} {point.week:%b}|{f'n {point.n}' if point.n else ''}"


def _weeks(labels: list[str], colour: dict[str, str]) -> dict[str, Any]:
    return {
        "field": "week",
        "type": "ordinal",
        "scale": {"domain": labels},
        "axis": {
            "title": None,
            "labelExpr": "split(datum.label, '|')",
            "labelAngle": 0,
            "labelOverlap": False,
            "labelColor": colour["soft"],
            "labelFontSize": 12,
            "labelLineHeight": 16,
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
            "labelExpr": "datum.value * 100 + ' %'",
            "labelColor": colour["soft"],
            "labelFontSize": 12,
            "gridColor": colour["line"],
            "domain": False,
            "ticks": False,
            "labelPadding": 8,
        },
    }


def _points(labels: list[str], colour: dict[str, str]) -> list[dict[str, Any]]:
    x, y = _weeks(labels, colour), _share("rate", colour)
    band = {"type": "area", "color": colour["likely"], "opacity": 0.4}
    likely = {"type": "rule", "strokeWidth": 9, "strokeCap": "round", "color": colour["likely"]}
    return [
        {"mark": band, "encoding": {"x": x, "y": _share("low", colour), "y2": {"field": "high"}}},
        {"mark": likely, "encoding": {"x": x, "y": _share("low", colour), "y2": {"field": "high"}}},
        {"mark": {"type": "line", "strokeWidth": 2, "color": colour["point"]}, "encoding": {"x": x, "y": y}},
        {"mark": {"type": "circle", "size": 70, "opacity": 1, "color": colour["point"]}, "encoding": {"x": x, "y": y}},
    ]


def _marks(labels: list[str], trend: Trend, colour: dict[str, str]) -> list[dict[str, Any]]:
    """A line through each week in which something happened, with its words above."""
    words = [
        {"week": label, "what": "\n".join(dict.fromkeys(mark.what for mark in point.marks))}
        for label, point in zip(labels, trend.points, strict=True)
        if point.marks
    ]
    if not words:
        return []
    data, x = {"data": {"values": words}}, {"x": _weeks(labels, colour)}
    text = {
        "type": "text",
        "align": "center",
        "baseline": "bottom",
        "lineBreak": "\n",
        "fontSize": 12,
        "lineHeight": 14,
    }
    above = {"expr": "-14 * (length(split(datum.what, '\\n')) - 1)"}
    return [
        {**data, "mark": {"type": "rule", "strokeDash": [2, 3], "color": colour["ink"]}, "encoding": x},
        {
            **data,
            "mark": {**text, "dy": above, "color": colour["ink"]},
            "encoding": {**x, "y": {"value": -4}, "text": {"field": "what"}},
        },
    ]


def _target(trend: Trend, colour: dict[str, str]) -> list[dict[str, Any]]:
    if trend.target is None:
        return []
    once = {"data": {"values": [{"target": trend.target}]}}
    where = {"y": {"field": "target", "type": "quantitative", "scale": {"domain": [0, 1]}}}
    words = {
        "type": "text",
        "align": "left",
        "baseline": "bottom",
        "dx": 4,
        "dy": -5,
        "fontSize": 12,
        "color": colour["soft"],
    }
    return [
        {**once, "mark": {"type": "rule", "strokeDash": [4, 4], "color": colour["soft"]}, "encoding": where},
        {
            **once,
            "mark": {**words, "text": f"target {trend.target * 100:.0f} %"},
            "encoding": {"x": {"value": 0}, **where},
        },
    ]
