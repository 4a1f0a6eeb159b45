"""Protected time on pages: times of a week, and need beside capacity as a small picture."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

from coachloop.app.queries.planning import Capacity
from coachloop.app.queries.slots import NAMES
from coachloop.core.coaching.protected import WeeklyTime

register = template.Library()

STEP, MOST = 14, 40


@register.filter
def weekly_time(value: WeeklyTime) -> str:
    """`Monday 10:30`."""
    return f"{NAMES[value.weekday - 1]} {value.starts:%H:%M}"


@register.filter
def at_site(value: datetime, zone: str) -> str:
    """`10:30` on a site's clock."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


@register.inclusion_tag("coachloop/parts/pips.html")
def pips(capacity: Capacity) -> dict[str, object]:
    """Two rows of little boxes: sessions without a time, and slots for them, with those that are missing dashed."""
    need, free = min(capacity.to_hold, MOST), min(capacity.free, MOST)
    boxes = max(need, free)
    words = f"{capacity.to_hold} to hold, {capacity.free} free, {capacity.short} missing"
    return {
        "need": [1 + STEP * n for n in range(need)],
        "slots": [(1 + STEP * n, n >= free) for n in range(boxes if capacity.short else free)],
        "width": max(STEP * boxes, STEP * 12),
        "label": words,
        "short": capacity.short,
    }
