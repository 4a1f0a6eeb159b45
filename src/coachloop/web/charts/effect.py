"""What coaching moved, behaviour by behaviour, as a picture: points with their intervals about the line of nothing."""

from collections.abc import Sequence
from typing import Any

from coachloop.app.queries.programme import Programme
from coachloop.web.charts.trend import FACE, SIZES, THEMES
from coachloop.web.charts.vega import svg

ROW = 34
LONGEST = {"wide": 34, "narrow": 16}
TOGETHER = "All together"


def effect_svg(programme: Programme, theme: str, size: str) -> str:
    """The picture in one of THEMES and SIZES; drawn once for the same numbers."""
    known = [(one.title, one.overall) for one in programme.behaviours] + [(TOGETHER, programme.overall)]
    rows = [
        {"name": _short(name, LONGEST[size]), "effect": one.effect, "low": one.low, "high": one.high}
        for name, one in known
        if one.effect is not None
    ]
    return svg(_spec(rows, THEMES[theme], SIZES[size][0]))


def _short(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def _spec(rows: Sequence[dict[str, Any]], colour: dict[str, str], width: int) -> dict[str, Any]:
    names = [row["name"] for row in rows]
    y = {"field": "name", "type": "ordinal", "scale": {"domain": names}, "axis": _axis(colour, labelFontSize=13)}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width - 190 if width > 400 else width - 110,
        "height": {"step": ROW},
        "padding": {"left": 4, "right": 12, "top": 10, "bottom": 4},
        "background": colour["ground"],
        "data": {"values": list(rows)},
        "layer": [
            {
                "data": {"values": [{"nothing": 0}]},
                "mark": {"type": "rule", "strokeDash": [4, 4], "color": colour["soft"]},
                "encoding": {"x": {"field": "nothing", "type": "quantitative"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 9, "strokeCap": "round", "color": colour["likely"]},
                "encoding": {"y": y, "x": _points("low", colour), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "circle", "size": 80, "opacity": 1, "color": colour["point"]},
                "encoding": {"y": y, "x": _points("effect", colour)},
            },
        ],
        "config": {"view": {"stroke": None}, "font": FACE, "axis": {"labelFont": FACE, "titleFont": FACE}},
    }


def _axis(colour: dict[str, str], **more: Any) -> dict[str, Any]:
    plain = {"title": None, "labelColor": colour["soft"], "domain": False, "ticks": False, "labelPadding": 8}
    return plain | more


def _points(field: str, colour: dict[str, str]) -> dict[str, Any]:
    words = "(datum.value > 0 ? '+' : '') + round(datum.value * 100)"
    axis = _axis(colour, labelExpr=words, gridColor=colour["line"], labelFontSize=12, tickCount=5)
    return {"field": field, "type": "quantitative", "axis": axis}
