"""Forms about calibration rooms. The services check everything again."""

import secrets
from datetime import date
from typing import Any

from django import forms

from coachloop.app.queries.room_page import Choices
from coachloop.app.queries.room_question import QuestionView, Words
from coachloop.app.services.rooms import Agreed, Wanted, Worded
from coachloop.core.insight.rooms import FEWEST_CALLS, MOST_CALLS
from coachloop.core.model.verdict import Outcome

CONTROL, SELECT = {"class": "form-control"}, {"class": "form-select"}
RANDOM, CONTESTED = "random", "contested"


def _words(label: str, help_text: str, *, rows: int = 2) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": rows}),
    )


class RoomForm(forms.Form):
    """A new room: about what, who, which calls, until when."""

    template = forms.ChoiceField(
        label="Which template?",
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "Choose one template."},
    )
    title = forms.CharField(
        label="What is it called?",
        help_text="For example: Calibration in May.",
        max_length=200,
        widget=forms.TextInput(CONTROL),
        error_messages={"required": "Give it a title."},
    )
    people = forms.MultipleChoiceField(
        label="Who answers?",
        help_text="Leaders can't answer about calls of their own team, nor anybody about a call they have opened.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least two people."},
    )
    chosen = forms.ChoiceField(
        label="Which calls?",
        widget=forms.RadioSelect,
        choices=[
            (CONTESTED, "The most contested: disputed, answered differently, or the machine is unsure"),
            (RANDOM, "Any, by chance"),
        ],
        error_messages={"required": "Choose one of the two."},
    )
    size = forms.IntegerField(
        label="How many calls?",
        help_text=f"{FEWEST_CALLS} to {MOST_CALLS}. From six on, a room can say who leans which way.",
        min_value=FEWEST_CALLS,
        max_value=MOST_CALLS,
        widget=forms.NumberInput(attrs=CONTROL),
        error_messages={"required": f"Choose {FEWEST_CALLS} to {MOST_CALLS}."},
    )
    answer_by = forms.DateField(
        label="Answered by when?",
        widget=forms.DateInput(attrs={"type": "date", **CONTROL}, format="%Y-%m-%d"),
        error_messages={"required": "Choose a day."},
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = choices.templates  # type: ignore[attr-defined]
        self.fields["people"].choices = [(str(one.id), one.label) for one in choices.people]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Wanted:
        """The room that was asked for, with a seed of its own."""
        given = self.cleaned_data
        answer_by: date = given["answer_by"]
        return Wanted(
            template=given["template"],
            title=given["title"],
            contested=given["chosen"] == CONTESTED,
            size=given["size"],
            people=[int(one) for one in given["people"]],
            answer_by=answer_by,
            seed=secrets.token_hex(8),
        )


class AgreeForm(forms.Form):
    """What the room agrees on about one question."""

    outcome = forms.ChoiceField(
        label="What do you agree on?",
        widget=forms.RadioSelect,
        choices=[(Outcome.MET, "Met"), (Outcome.NOT_MET, "Not met"), (Outcome.NOT_APPLICABLE, "Not applicable")],
        error_messages={"required": "Choose one of the three."},
    )
    why = _words("Why?", "What decided it, for whoever asks later.")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def agreed(self, view: QuestionView) -> Agreed:
        """What was chosen."""
        given = self.cleaned_data
        return Agreed(view.call, view.behaviour, Outcome(given["outcome"]), given["why"], given["seen"])


class WordForm(forms.Form):
    """How a behaviour is to be worded."""

    question = _words("The question", "Each of you should hear the same thing in it.")
    good = _words("What good sounds like", "One sentence as an agent would say it.")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def worded(self, words: Words) -> Worded:
        """What was written, where it is other than what stands."""
        given = self.cleaned_data
        question, good = given["question"].strip(), given["good"].strip()
        return Worded(
            words.behaviour_id,
            question="" if question == words.question else question,
            good="" if good == words.good else good,
            seen=given["seen"],
        )
