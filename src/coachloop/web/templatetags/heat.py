"""The cells of the heatmap: a page of a large centre has a thousand, so they are put together here and not by a template."""

from typing import cast
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from coachloop.app.queries.heatmap import Cell, Heatmap, Row
from coachloop.web.templatetags.parts import RateLike, likely, percent

register = template.Library()

NOTHING = SafeString('<td><span class="cell cell-open"><small>no opportunity</small></span></td>')
SAID = {"gap": "below · ", "good": "reached · "}


@register.simple_tag
def heat_cells(shown: Heatmap, row: Row, days: int) -> SafeString:
    """A row's cells, each with the way to the calls behind it where the viewer may see them."""
    about = f"{reverse('conversations')}?agent={quote(row.key, safe='')}&behaviour="
    about += quote(shown.template.key, safe="") if shown.template else ""
    cells = (
        _cell(cell, f"{about}/{quote(cell.behaviour, safe='')}&days={days}") if cell else NOTHING for cell in row.cells
    )
    return mark_safe("".join(cells))  # noqa: S308 -- each is escaped by format_html


def _cell(cell: Cell, calls: str) -> SafeString:
    look = f"cell cell-{cell.side}-{cell.level}" if cell.level else f"cell cell-{cell.side}"
    if cell.link:
        return format_html(
            '<td><a class="bare {}" href="{}" title="{}">{}</a></td>',
            look,
            calls,
            likely(cast(RateLike, cell)),
            _said(cell),
        )
    return format_html(
        '<td><span class="{}" title="{}">{}</span></td>', look, likely(cast(RateLike, cell)), _said(cell)
    )


def _said(cell: Cell) -> SafeString:
    if cell.side == "hatch" and not cell.n:
        return format_html(
            "<b>not scored</b><small>{} call{}</small>", cell.unscored, "" if cell.unscored == 1 else "s"
        )
    n = f"{SAID.get(cell.side, '')}n {cell.n}" + (f", {cell.unscored} open" if cell.side == "hatch" else "")
    between = f"{percent(cell.low)} to {percent(cell.high)}"
    return format_html('<b>{}</b><small>{}</small><small class="d-block">{}</small>', percent(cell.rate), n, between)
