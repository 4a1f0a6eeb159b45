"""Forms about protected time and absences. The services check everything again."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from coachloop.app.services.absences import Days
from coachloop.app.services.slots import Replacement
from coachloop.core.coaching.protected import WeeklyTime

CONTROL, SELECT = {"class": "form-control"}, {"class": "form-select"}


def _time(label: str, *, required: bool = True) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time", **CONTROL}, format="%H:%M")
    missing = {"required": "Choose a time.", "invalid": "Choose a time such as 10:30."}
    return forms.TimeField(label=label, required=required, widget=widget, error_messages=missing)


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", **CONTROL}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages={"required": "Choose a day."})


def _reason(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Why?",
        help_text=help_text,
        max_length=500,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": "Say why: protected time is never taken away without a reason."},
    )


class SlotForm(forms.Form):
    """A weekly slot: day, time, minutes."""

    weekday = forms.TypedChoiceField(label="Day", coerce=int, widget=forms.Select(attrs=SELECT))
    starts = _time("Time")
    minutes = forms.IntegerField(
        label="Minutes", min_value=5, max_value=120, widget=forms.NumberInput(attrs={"class": "form-control"})
    )

    def __init__(self, *args: Any, weekdays: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekday"].choices = list(weekdays)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a slot that runs into the next day."""
        given = super().clean() or {}
        if {"weekday", "starts", "minutes"} <= given.keys():
            try:
                given["wanted"] = WeeklyTime(given["weekday"], given["starts"], given["minutes"])
            except ValueError as error:
                self.add_error("starts", f"{str(error).capitalize()}.")
        return given


class MoveForm(forms.Form):
    """Another day and time of the same week, and why."""

    day = _day("To which day?")
    starts = _time("At what time?")
    reason = _reason("Operations see the reason beside the slot that moved, never who it was for.")

    @property
    def replacement(self) -> Replacement:
        """What was chosen."""
        given = self.cleaned_data
        return Replacement(given["day"], given["starts"], given["reason"])


class EndForm(forms.Form):
    """The weekly time that comes instead, and why."""

    weekday = forms.TypedChoiceField(
        label="Which day instead?", coerce=int, empty_value=None, required=False, widget=forms.Select(attrs=SELECT)
    )
    starts = _time("At what time?", required=False)
    reason = _reason("Operations see the reason.")

    def __init__(self, *args: Any, weekdays: Iterable[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekday"].choices = [("", "None: the team has a slot for everybody without it"), *weekdays]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A day needs its time."""
        given = super().clean() or {}
        if given.get("weekday") and not given.get("starts") and "starts" not in self.errors:
            self.add_error("starts", "Choose a time for the slot that comes instead.")
        return given

    def instead(self, minutes: int) -> WeeklyTime | None:
        """The replacement, if one was chosen."""
        given = self.cleaned_data
        return WeeklyTime(given["weekday"], given["starts"], minutes) if given.get("weekday") else None


class AbsenceForm(forms.Form):
    """Somebody, a first and a last day."""

    who = forms.ChoiceField(label="Who?", widget=forms.Select(attrs=SELECT))
    first = _day("First day")
    last = _day("Last day")

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = list(people)  # type: ignore[attr-defined]

    @property
    def days(self) -> Days:
        """The days."""
        return Days(self.cleaned_data["first"], self.cleaned_data["last"])

    def clean(self) -> dict[str, Any]:
        """Put days that are out of order at their field."""
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("last", "Choose a day that is not before the first one.")
        return given


class LeaderAbsenceForm(AbsenceForm):
    """A leader who is away, and who stands in."""

    stand_in = forms.ChoiceField(
        label="Who stands in?",
        help_text="They see and coach the team on exactly these days. The five working days do not wait.",
        required=False,
        widget=forms.Select(attrs=SELECT),
    )
    field_order = ("who", "first", "last", "stand_in")

    def __init__(self, *args: Any, candidates: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].choices = [("", "Nobody yet"), *candidates]  # type: ignore[attr-defined]

    @property
    def stand_in_id(self) -> int | None:
        """Who was chosen."""
        chosen = self.cleaned_data["stand_in"]
        return int(chosen) if chosen else None


class BusyForm(forms.Form):
    """Where busy times come from."""

    address = forms.CharField(
        label="Address of your calendar",
        help_text="The private iCalendar (ICS) address that your calendar program gives you. It begins with https:// or webcal://. "
        "Only the times are kept, no titles.",
        required=False,
        max_length=500,
        widget=forms.URLInput(attrs={**CONTROL, "autocomplete": "off"}),
    )
