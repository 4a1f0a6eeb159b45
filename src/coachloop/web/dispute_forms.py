"""Forms about disputes. The services check everything again."""

from typing import Any

from django import forms

from coachloop.app.services.disputes import LONGEST
from coachloop.core.model.verdict import Outcome

IS = {Outcome.MET: "It was met", Outcome.NOT_MET: "It was not met", Outcome.NOT_APPLICABLE: "It did not apply"}


def _words(label: str, help_text: str, *, missing: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        error_messages={"required": missing},
    )


class ChallengeForm(forms.Form):
    """What an agent sees otherwise."""

    words = _words(
        "What do you see otherwise?",
        "In your own words. Whoever decides reads it, and so do the QA lead and your team leader.",
        missing="A sentence or two are enough.",
    )


class DecideForm(forms.Form):
    """What stands from now on, and why."""

    stands = forms.ChoiceField(
        label="What is right?", widget=forms.RadioSelect, error_messages={"required": "Choose what is right."}
    )
    reason = _words(
        "Why?",
        "The agent reads it, and so does their team leader. Say what in the call shows it.",
        missing="Say why: the agent reads it.",
    )

    def __init__(self, *args: Any, challenged: Outcome, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(key.value, f"{words}: it stands" if key is challenged else words) for key, words in IS.items()]
        chosen = self.fields["stands"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = sorted(named, key=lambda one: one[0] != challenged)
