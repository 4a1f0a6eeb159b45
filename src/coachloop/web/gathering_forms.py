"""Forms about huddles and workshops. The services check everything again."""

from datetime import date
from typing import Any

from django import forms

from coachloop.app.queries.gatherings import Attendee, Choices
from coachloop.app.services.gatherings import Held, Wanted
from coachloop.core.coaching.gathering import LONGEST, SHORTEST, GatheringKind

CONTROL, SELECT = {"class": "form-control"}, {"class": "form-select"}


def _minutes(help_text: str, *, required: bool) -> forms.IntegerField:
    return forms.IntegerField(
        label="Minutes",
        help_text=help_text,
        min_value=SHORTEST,
        max_value=LONGEST,
        required=required,
        widget=forms.NumberInput(attrs=CONTROL),
    )


def _note(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="A note for yourself",
        help_text=help_text,
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2}),
    )


class GatheringForm(forms.Form):
    """A new one: which kind, on what, for whom, and when."""

    kind = forms.ChoiceField(
        label="What is it?",
        widget=forms.RadioSelect,
        choices=[
            (GatheringKind.HUDDLE, "A huddle: five minutes on what just slipped"),
            (GatheringKind.WORKSHOP, "A workshop: one behaviour, several agents"),
        ],
        error_messages={"required": "Choose one of the two."},
    )
    behaviour = forms.ChoiceField(
        label="On which behaviour?",
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "Choose one behaviour: one at a time here too."},
    )
    agents = forms.MultipleChoiceField(
        label="Who is it for?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose who is to come."},
    )
    planned_for = forms.DateTimeField(
        label="When?",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", **CONTROL}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"invalid": "Choose a day and a time, or leave it empty for now."},
    )
    minutes = _minutes("Left empty: 5 for a huddle, 45 for a workshop.", required=False)
    note = _note("What you want to show. Nobody else reads it.")

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["behaviour"].choices = [("", "Choose one"), *choices.behaviours]  # type: ignore[attr-defined]
        self.fields["agents"].choices = choices.agents  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Wanted:
        """What was chosen."""
        given = self.cleaned_data
        template, _, behaviour = given["behaviour"].partition("/")
        return Wanted(
            kind=GatheringKind(given["kind"]),
            template=template,
            behaviour=behaviour,
            agents=tuple(given["agents"]),
            minutes=given["minutes"],
            planned_for=given["planned_for"],
            note=given["note"],
        )


class HeldGatheringForm(forms.Form):
    """How it went."""

    came = forms.MultipleChoiceField(
        label="Who was there?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick who was there; call it off if nobody came."},
    )
    held_on = forms.DateField(
        label="Held on",
        widget=forms.DateInput(attrs={"type": "date", **CONTROL}, format="%Y-%m-%d"),
        error_messages={"required": "Choose a day."},
    )
    minutes = _minutes("", required=True)
    note = _note("Nobody else reads it.")

    def __init__(self, *args: Any, people: tuple[Attendee, ...], mine: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not mine:
            del self.fields["note"]
        self.fields["came"].choices = [(one.key, one.name) for one in people]  # type: ignore[attr-defined]

    @property
    def held(self) -> Held:
        """What was written down."""
        given = self.cleaned_data
        held_on: date = given["held_on"]
        return Held(held_on=held_on, came=tuple(given["came"]), minutes=given["minutes"], note=given.get("note", ""))
