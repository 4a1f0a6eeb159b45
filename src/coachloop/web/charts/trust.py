"""What the machine says beside what is likely true, behaviour by behaviour: two points with their intervals a row."""

from collections.abc import Iterator, Sequence
from typing import Any

from coachloop.app.queries.trust import TrustRow
from coachloop.web.charts.trend import FACE, SIZES, THEMES
from coachloop.web.charts.vega import svg

ROW = 22
LONGEST = {"wide": 34, "narrow": 16}
SAID, TRUE = "the machine says", "corrected by audits"


def trust_svg(rows: Sequence[TrustRow], theme: str, size: str) -> str:
    """The picture in one of THEMES and SIZES; drawn once for the same numbers."""
    found = [one for row in rows for one in _ends(row, LONGEST[size])]
    return svg(_spec(found, THEMES[theme], SIZES[size][0]))


def _ends(row: TrustRow, longest: int) -> Iterator[dict[str, Any]]:
    name = row.title if len(row.title) <= longest else row.title[: longest - 1].rstrip() + "…"
    if row.rate is not None and row.rate.rate is not None:
        yield {"name": name, "kind": SAID, "rate": row.rate.rate, "low": row.rate.low, "high": row.rate.high}
    fixed = row.corrected
    if fixed.rate is not None:
        yield {"name": name, "kind": TRUE, "rate": fixed.rate, "low": fixed.low, "high": fixed.high}


def _spec(rows: Sequence[dict[str, Any]], colour: dict[str, str], width: int) -> dict[str, Any]:
    names = list(dict.fromkeys(row["name"] for row in rows))
    plain = {"title": None, "labelColor": colour["soft"], "domain": False, "ticks": False, "labelPadding": 8}
    y = {"field": "name", "type": "ordinal", "scale": {"domain": names}, "axis": {**plain, "labelFontSize": 13}}
    beside = {"field": "kind", "type": "nominal", "scale": {"domain": [SAID, TRUE]}}
    shade = {"domain": [SAID, TRUE], "range": [colour["soft"], colour["point"]]}
    legend = {"title": None, "orient": "top", "labelColor": colour["ink"], "labelFontSize": 12, "symbolType": "circle"}
    both = {"y": y, "yOffset": beside, "color": {"field": "kind", "type": "nominal", "scale": shade, "legend": legend}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width - 190 if width > 400 else width - 110,
        "height": {"step": ROW, "for": "offset"},
        "padding": {"left": 4, "right": 12, "top": 10, "bottom": 4},
        "background": colour["ground"],
        "data": {"values": list(rows)},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 7, "strokeCap": "round", "opacity": 0.35},
                "encoding": both | {"x": _share("low", plain, colour), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "circle", "size": 70, "opacity": 1},
                "encoding": both | {"x": _share("rate", plain, colour)},
            },
        ],
        "config": {"view": {"stroke": None}, "font": FACE, "axis": {"labelFont": FACE, "titleFont": FACE}},
    }


def _share(field: str, plain: dict[str, Any], colour: dict[str, str]) -> dict[str, Any]:
    axis = {**plain, "format": "%", "gridColor": colour["line"], "labelFontSize": 12, "tickCount": 5}
    return {"field": field, "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
