"""What behaviours do to an outcome, as a picture: points with their intervals about the line of nothing."""

from typing import Any

from coachloop.app.queries.impact import Found
from coachloop.web.charts.trend import FACE, SIZES, THEMES
from coachloop.web.charts.vega import svg

ROW = 34
NAMES = {"wide": (190, 34), "narrow": (110, 16)}
"""How much room names have, in pixels, and how many letters fit in it."""


def impact_svg(found: Found, theme: str, size: str) -> str:
    """The picture in one of THEMES and SIZES; what does not survive is a ring, in paler ink. Drawn once for the same numbers."""
    room, longest = NAMES[size]
    rows = [
        {
            "name": _short(one.behaviour.title, longest),
            "effect": one.effect,
            "low": one.low,
            "high": one.high,
            "sure": one.survives,
        }
        for one in found.estimated
    ]
    return svg(_spec(rows, THEMES[theme], SIZES[size][0] - room))


def _short(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def _spec(rows: list[dict[str, Any]], colour: dict[str, str], width: int) -> dict[str, Any]:
    y = {
        "field": "name",
        "type": "ordinal",
        "scale": {"domain": [row["name"] for row in rows]},
        "axis": _axis(colour, labelFontSize=13),
    }
    pale = {"condition": {"test": "datum.sure", "value": 1}, "value": 0.45}
    filled = {"condition": {"test": "datum.sure", "value": colour["point"]}, "value": colour["ground"]}
    dot = {"type": "point", "size": 80, "stroke": colour["point"], "strokeWidth": 2, "opacity": 1}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": {"step": ROW},
        "padding": {"left": 4, "right": 12, "top": 10, "bottom": 4},
        "background": colour["ground"],
        "data": {"values": rows},
        "layer": [
            {
                "data": {"values": [{"nothing": 0}]},
                "mark": {"type": "rule", "strokeDash": [4, 4], "color": colour["soft"]},
                "encoding": {"x": {"field": "nothing", "type": "quantitative"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 9, "strokeCap": "round", "color": colour["likely"]},
                "encoding": {"y": y, "x": _x("low", colour), "x2": {"field": "high"}, "opacity": pale},
            },
            {"mark": dot, "encoding": {"y": y, "x": _x("effect", colour), "fill": filled}},
        ],
        "config": {"view": {"stroke": None}, "font": FACE, "axis": {"labelFont": FACE, "titleFont": FACE}},
    }


def _axis(colour: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"title": None, "labelColor": colour["soft"], "domain": False, "ticks": False, "labelPadding": 8} | more


def _x(field: str, colour: dict[str, str]) -> dict[str, Any]:
    words = "(datum.value > 0 ? '+' : '') + round(datum.value * 100)"
    axis = _axis(colour, labelExpr=words, gridColor=colour["line"], labelFontSize=12, tickCount=5)
    return {"field": field, "type": "quantitative", "axis": axis}
