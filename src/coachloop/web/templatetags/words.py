"""A template's definitions in plain words."""

from collections.abc import Mapping

from django import template

from coachloop.core.coaching.agreement import DidWork, NextStep
from coachloop.core.coaching.follow_up import Average
from coachloop.core.model.people import Role
from coachloop.core.model.template import Behaviour, Require, Span, Window
from coachloop.core.model.template_diff import FieldChange
from coachloop.web.context import TITLES

register = template.Library()

SCORERS: Mapping[str, str] = {
    "phrases": "words",
    "timing": "timing",
    "learned": "a model trained on this centre's own labels",
    "judge": "a language-model judge",
    "human": "a person",
    "imported": "another QA tool",
}
FOLDS = {
    Require.ANY: "one of several moments is enough",
    Require.ALL: "every moment counts",
    Require.FIRST: "the first moment counts",
}

ANSWERS = {
    DidWork.TOO_EARLY: "Too early to say",
    NextStep.CLOSE: "Done: the focus is closed",
    NextStep.CONTINUE: "Keep going with one more session",
    NextStep.CHANGE_APPROACH: "Try it another way in one more session",
    NextStep.NEXT_BEHAVIOUR: "Done: on to the next behaviour",
}

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "a Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
"""Marks in what a browser calls itself, the telling ones first: most call themselves by the names of others too."""


@register.filter
def answer_word(answer: str) -> str:
    """An answer of a follow-up as people say it."""
    return next((words for key, words in ANSWERS.items() if key == answer), answer.capitalize())


@register.filter
def role_word(role: str) -> str:
    """A role as people say it."""
    said = TITLES[Role(role)]
    return f"{said[:1].upper()}{said[1:]}"


@register.filter
def browser_word(said: str) -> str:
    """What somebody signed in with, from what it calls itself: `Firefox on Windows`. Its own words where they are not known."""
    browser = next((name for mark, name in BROWSERS.items() if mark in said), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in said), "")
    return f"{browser} on {system}" if browser and system else browser or said[:120] or "not said"


@register.simple_tag
def average(found: Average | None) -> str:
    """An outcome's mean with its n: `12 of 40 calls`, or `4.2 on average in 40 calls`."""
    if found is None:
        return "not known"
    calls = f"{found.n} call{'' if found.n == 1 else 's'}"
    return f"{found.mean * found.n:.0f} of {calls}" if found.share else f"{found.mean:,.1f} on average in {calls}"


@register.filter
def window_words(window: Window) -> str:
    """Where a behaviour has to happen."""
    size = f"{window.size:g}"
    match window.span:
        case Span.ANYWHERE:
            return "anywhere in the conversation"
        case Span.FIRST_SECONDS:
            return f"the first {size} seconds"
        case Span.LAST_SECONDS:
            return f"the last {size} seconds"
        case Span.FIRST_TURNS:
            return f"the first {size} turns"
        case Span.LAST_TURNS:
            return f"the last {size} turns"
        case Span.AFTER:
            return "the agent's next turn" if window.size == 1 else f"the agent's next {size} turns"


@register.filter
def applies_words(behaviour: Behaviour) -> str:
    """What makes a moment."""
    when = behaviour.applies_when
    if when is None:
        return "in every conversation"
    if when.customer_says:
        said = ", ".join(f"“{phrase}”" for phrase in when.customer_says[:8])
        more = " and the like" if len(when.customer_says) > 8 else ""
        return f"when the customer says {said}{more}; {FOLDS[behaviour.require]}"
    return f"when the answer is yes: {when.question}"


@register.filter
def scorer_word(name: str) -> str:
    """Who decided."""
    return SCORERS.get(name, name)


@register.filter
def answer_keys(behaviour: Behaviour) -> tuple[tuple[str, str, str], ...]:
    """What a person can answer, in words, with its key."""
    del behaviour
    return (("met", "Met", "m"), ("not_met", "Not met", "n"), ("not_applicable", "Not applicable", "a"))


@register.filter
def change_words(change: FieldChange) -> tuple[tuple[str, str], ...]:
    """What a field said and says; of two lists or mappings only what came and went."""
    if (isinstance(change.old, list) and isinstance(change.new, list)) or change.name == "applies_to":
        came, went = dict.fromkeys(_leaves(change.new)), dict.fromkeys(_leaves(change.old))
        gone, fresh = [one for one in went if one not in came], [one for one in came if one not in went]
        return (*(("before", one) for one in gone), *(("now", one) for one in fresh)) or (("now", "another order"),)
    return (("before", _as_said(change.old)), ("now", _as_said(change.new)))


def _leaves(value: object, path: str = "") -> list[str]:
    """Every single thing that a nested value says, each with the names that lead to it."""
    if isinstance(value, Mapping):
        named = ((f"{path} {name}".strip(), item) for name, item in value.items())
        return [leaf for name, item in named for leaf in _leaves(item, name)] or [path]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item, path)]
    return [f"{path}: {_as_said(value)}" if path else _as_said(value)]


def _as_said(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(_leaves(value)) if isinstance(value, Mapping | list) else str(value)


@register.filter
def cascade_words(behaviour: Behaviour) -> str:
    """Who decides, in order."""
    named = [SCORERS.get(member.scorer, member.scorer) for member in behaviour.score_with]
    return ", then ".join(named) or "nobody yet"
