"""Forms about worth. The services check everything again."""

from typing import Any

from django import forms

CONTROL, SELECT = {"class": "form-control"}, {"class": "form-select"}
MOST_AGENTS = 10_000


def _number(label: str, help_text: str) -> forms.FloatField:
    widget = forms.NumberInput(attrs={**CONTROL, "step": "any", "inputmode": "decimal"})
    return forms.FloatField(label=label, help_text=help_text, min_value=0, widget=widget)


class ValueForm(forms.Form):
    """What an outcome is worth and an hour costs."""

    value = _number("One more is worth", "In your own money.")
    hour = _number("An hour of anybody's time costs", "Agents and leaders alike, with everything that comes on top.")


class WhatIfForm(forms.Form):
    """How many would be coached on what."""

    behaviour = forms.ChoiceField(label="On which behaviour?", widget=forms.Select(attrs=SELECT))
    agents = forms.IntegerField(
        label="How many agents?",
        min_value=1,
        max_value=MOST_AGENTS,
        initial=20,
        widget=forms.NumberInput(attrs=CONTROL),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["behaviour"].choices = choices  # type: ignore[attr-defined]
