"""Effects and money as people read them."""

from typing import Any

from django import template

from coachloop.core.stats.worth import Range

register = template.Library()
MINUS = "\u2212"
SAYS = {
    "worked": "It worked",
    "no evidence yet": "No evidence yet",
    "did not work": "It did not work",
}


@register.filter
def points(value: float | None) -> str:
    """A difference of rates: `+15 points`."""
    return "not known" if value is None else f"{_signed(value)} points"


@register.filter
def ends(one: Any) -> str:
    """The two ends of an effect's interval: `+9 and +21`."""
    return f"{_signed(one.low)} and {_signed(one.high)}"


@register.filter
def likely_points(one: Any) -> str:
    """An effect with its interval: `+15 points, likely between +9 and +21`."""
    if one is None or one.effect is None:
        return "not known yet"
    return f"{points(one.effect)}, likely between {ends(one)}"


@register.filter
def range_points(one: Range) -> str:
    """A range of rates: `+15 points, likely between +9 and +21`."""
    return f"{points(one.mean)}, likely between {ends(one)}"


@register.filter
def effect_word(verdict: str) -> str:
    """A verdict as a short sentence."""
    return SAYS[verdict]


@register.filter
def money(one: Range) -> str:
    """An amount with its interval, never without."""
    return f"{_round(one.mean)}, likely between {_round(one.low)} and {_round(one.high)}"


@register.filter
def amount(value: float) -> str:
    """A number to three figures or so."""
    return _round(value)


def _round(value: float) -> str:
    digits = 0 if abs(value) >= 20 or value == round(value) else 1
    return f"{value:,.{digits}f}".replace("-", MINUS)


def _signed(value: float) -> str:
    """Points with their sign; nothing has none."""
    whole = round(100 * value)
    return f"{whole:+d}".replace("-", MINUS) if whole else "0"
