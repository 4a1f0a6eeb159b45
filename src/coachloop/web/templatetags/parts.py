"""The parts of the visual language that are more than a class: rates, clocks, verdict words, dates, form fields."""

from datetime import date, datetime
from typing import Protocol

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.formats import date_format

from coachloop.app.queries.answers import Agreed
from coachloop.core.coaching.workdays import DAYS_TO_HOLD
from coachloop.core.model.verdict import Outcome

register = template.Library()

SPACE = "\N{NO-BREAK SPACE}"
"""Between a number and its per cent sign."""

FEW_ANSWERS = 10

WORDS = {
    Outcome.MET: "Met",
    Outcome.NOT_MET: "Not met",
    Outcome.NOT_APPLICABLE: "Not applicable",
    Outcome.UNSCORED: "Not scored",
}


class RateLike(Protocol):
    """Anything that has a rate with its n and interval."""

    met: int
    n: int
    rate: float | None
    low: float
    high: float


@register.filter
def day(value: date | datetime | None) -> str:
    """`Tue 4 May`."""
    return "" if value is None else date_format(_local(value), "D j M")


@register.filter
def moment(value: datetime | None) -> str:
    """`Tue 4 May, 11:23`."""
    return "" if value is None else date_format(_local(value), "D j M, H:i")


@register.filter
def time_of_day(value: datetime | None) -> str:
    """`11:23`."""
    return "" if value is None else date_format(_local(value), "H:i")


@register.filter
def clock_time(seconds: float | None) -> str:
    """`1:07`, from the start of the recording."""
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@register.filter
def percent(share: float | None) -> str:
    """`62 %`; nothing where there is no rate."""
    return "" if share is None else f"{share * 100:.0f}{SPACE}%"


@register.filter
def points(share: float | None) -> str:
    """A difference of two rates: `+3.2 points`."""
    if share is None:
        return ""
    shown = f"{share * 100:+.1f}".replace("-", "\N{MINUS SIGN}")
    return f"{shown if shown[1:] != '0.0' else '0.0'}{SPACE}points"


@register.filter
def none_of(n: int) -> float:
    """The share that may be there though none of n had it: the upper end of Wilson's interval."""
    return 1.96**2 / (n + 1.96**2)


@register.simple_tag
def few_answers() -> int:
    """Answers below which kappa's interval says more than it knows."""
    return FEW_ANSWERS


@register.filter
def less(number: int, other: int) -> int:
    """What is left when the other is taken away."""
    return number - other


@register.inclusion_tag("coachloop/parts/kappa.html")
def kappa_line(agreement: Agreed) -> dict[str, object]:
    """Kappa as a point with its interval on a line from 0 to 1; what is below 0 is no better than chance, and drawn at 0."""
    ends = (agreement.kappa if end is None else end for end in (agreement.low, agreement.kappa, agreement.high))
    low, kappa, high = (max(0.0, end or 0) * 100 for end in ends)
    return {"agreement": agreement, "low": f"{low:.1f}", "width": f"{max(high - low, 1):.1f}", "at": f"{kappa:.1f}"}


@register.filter
def outcome_word(outcome: str) -> str:
    """A verdict as people say it."""
    return WORDS[Outcome(outcome)]


@register.filter
def likely(rate: RateLike) -> str:
    """`31 of 52, likely between 46 and 72 %`: the only way a rate is written out."""
    if not rate.n:
        return "no calls yet"
    low, high = f"{rate.low * 100:.0f}", f"{rate.high * 100:.0f}"
    between = f"about {low}{SPACE}%" if low == high else f"between {low} and {high}{SPACE}%"
    return f"{rate.met} of {rate.n}, likely {between}"


@register.filter
def days_left(left: int) -> str:
    """Working days left of five, in words."""
    if left < 0:
        return f"{-left} working {_days(-left)} late"
    return "due today" if left == 0 else f"{left} of {DAYS_TO_HOLD} working days left"


@register.inclusion_tag("coachloop/parts/clock.html")
def clock(left: int | None) -> dict[str, object]:
    """The five-day clock: five segments and the words; nothing where no clock runs."""
    urgency = "" if left is None or left > 1 else "clock-soon" if left >= 0 else "clock-late"
    on = 0 if left is None else DAYS_TO_HOLD if left < 0 else left
    steps = [(step * 12, step < on) for step in range(DAYS_TO_HOLD)]
    return {"left": left, "steps": steps, "urgency": urgency}


@register.inclusion_tag("coachloop/parts/span.html")
def span(rate: RateLike, *, target: float | None = None, look: str = "now") -> dict[str, object]:
    """A rate as a point with the interval around it on a line from 0 to 100 %."""
    low, high = rate.low * 100, rate.high * 100
    return {
        "rate": rate,
        "low": f"{low:.1f}",
        "width": f"{max(high - low, 1):.1f}",
        "at": None if rate.rate is None else f"{rate.rate * 100:.1f}",
        "target": None if target is None else f"{target * 100:.1f}",
        "look": look,
    }


@register.inclusion_tag("coachloop/parts/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """A form field with its label, help and errors at the field."""
    return {"field": bound, "choices": bound.field.widget.__class__.__name__ == "RadioSelect"}


@register.simple_tag
def page_query(current: str, page: int) -> str:
    """The address of another page of the same list."""
    return f"?{current}&page={page}" if current else f"?page={page}"


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _days(count: int) -> str:
    return "day" if count == 1 else "days"
