"""Agreement and its figures as people read them."""

from django import template

from coachloop.app.queries.fairness import FairRow
from coachloop.app.queries.trust import Figure, VersionRow
from coachloop.web.templatetags.effects import points
from coachloop.web.templatetags.parts import SPACE
from coachloop.web.templatetags.words import SCORERS

register = template.Library()

MEASURES = {
    "agreement": "says what people say",
    "sensitivity": "finds it where it was done",
    "specificity": "sees it where it was missed",
    "abstention": "can't tell",
}


@register.filter
def kappa_words(figure: Figure) -> str:
    """`0.72, likely between 0.61 and 0.83`."""
    if figure.value is None:
        return "not known yet"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    if figure.low == figure.high:
        return f"{figure.value:.2f}, but the answers are too much alike to tell"
    return f"{figure.value:.2f}, likely between {figure.low:.2f} and {figure.high:.2f}"


@register.inclusion_tag("coachloop/parts/kappa.html")
def trust_line(figure: Figure) -> dict[str, object]:
    """Agreement as a point with its interval on a line from 0 to 1; what is below 0 is no better than chance, and drawn at 0."""
    ends = (figure.value if end is None else end for end in (figure.low, figure.value, figure.high))
    low, kappa, high = (max(0.0, end or 0.0) * 100 for end in ends)
    shown = {"low": f"{low:.1f}", "width": f"{max(high - low, 1):.1f}", "at": f"{kappa:.1f}"}
    return {"agreement": {"kappa": figure.value}, **shown}


@register.filter
def share_words(figure: Figure) -> str:
    """`92 %, likely between 85 and 96 %`."""
    if figure.value is None or figure.low is None or figure.high is None:
        return "not known yet"
    low, high = f"{figure.low * 100:.0f}", f"{figure.high * 100:.0f}"
    return f"{figure.value * 100:.0f}{SPACE}%, likely between {low} and {high}{SPACE}%"


@register.filter
def version_words(row: VersionRow) -> str:
    """A cascade as people say it: `version 3: words, then a language-model judge`."""
    members = [member.partition("@") for member in row.scorer.split(">") if member]
    named = [_member(name, number) for name, _, number in members if name != "none"]
    return f"Version {row.number}: {', then '.join(named) or 'nobody could decide'}"


def _member(name: str, number: str) -> str:
    said = SCORERS.get(name, name)
    return f"{said} (training {number})" if name == "learned" else said


@register.filter
def measure_words(measure: str) -> str:
    """What a measure of fairness is about."""
    return MEASURES[measure]


@register.filter
def difference_words(row: FairRow) -> str:
    """`8 points less, likely between 3 and 13`."""
    if row.difference is None or row.difference_low is None or row.difference_high is None:
        return ""
    ends = sorted(abs(round(100 * end)) for end in (row.difference_low, row.difference_high))
    way = "more" if row.difference > 0 else "less"
    return f"{abs(100 * row.difference):.0f} points {way} often, likely between {ends[0]} and {ends[1]}"


@register.filter
def chance_words(row: FairRow) -> str:
    """`+1 points, likely between \N{MINUS SIGN}2 and +3: may be chance`."""
    low, high = (points(end).removesuffix(" points") for end in (row.difference_low, row.difference_high))
    return f"{points(row.difference)}, likely between {low} and {high}: may be chance"
