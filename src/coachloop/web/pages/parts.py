"""Every part of the visual language on one page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from coachloop.app.queries.answers import Agreed
from coachloop.app.queries.examples import Example
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.verdict import Outcome
from coachloop.web.access import page


@dataclass(frozen=True, slots=True)
class Shown:
    """A rate to show."""

    met: int
    n: int
    rate: float | None
    low: float
    high: float


class SampleForm(forms.Form):
    """A field of each kind."""

    action = forms.CharField(
        label="One action",
        help_text="Small enough to do on the next call.",
        widget=forms.TextInput({"class": "form-control"}),
    )
    by_when = forms.DateField(
        label="By when?",
        widget=forms.DateInput({"type": "date", "class": "form-control"}),
        error_messages={"required": "Choose a day."},
    )
    answer = forms.ChoiceField(
        label="Did it happen?", choices=[("yes", "Yes"), ("partly", "Partly"), ("no", "No")], widget=forms.RadioSelect
    )


COLOURS = (
    ("ink", "text"),
    ("ink-soft", "second text"),
    ("accent", "actions, and where you are"),
    ("good", "blue: at or above the target"),
    ("gap", "orange: below the target"),
    ("line", "quiet lines"),
)
RATE = Shown(31, 52, 31 / 52, 0.46, 0.72)
AGREEMENTS = (
    Agreed(34, 34, 0.62, 0.41, 0.78, differ=6, agents=11),
    Agreed(12, 12, 1, 1, 1, differ=0, agents=5),
    Agreed(0, 0, None, None, None),
)
EXAMPLE = Example(
    verdict_id=0,
    conversation_key="c-1",
    started_at=datetime(2026, 5, 4, 9, 23, tzinfo=UTC),
    at=73.0,
    trigger_turn=4,
    trigger_text="We tried another agency before. It took eight months and nothing happened.",
    said_turn=5,
    said_text="Okay. And how many rooms does the house have?",
    better="Eight months of waiting, and still no buyer: that sounds exhausting. What would have to be different this time?",
    because="people tell you more once they hear that you understood what hurts.",
    landed_at=None,
)


@page()
def parts(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What are pages made of?"""
    del viewer
    shown = {
        "colours": COLOURS,
        "rate": RATE,
        "before": Shown(14, 41, 14 / 41, 0.22, 0.49),
        "nothing": Shown(0, 0, None, 0, 1),
        "agreements": AGREEMENTS,
        "example": EXAMPLE,
        "outcomes": [outcome.value for outcome in Outcome],
        "form": SampleForm({"action": "Repeat the pain in one sentence before the next question", "answer": "partly"}),
        "clocks": (5, 3, 1, 0, -2),
    }
    return render(request, "coachloop/parts.html", shown)
