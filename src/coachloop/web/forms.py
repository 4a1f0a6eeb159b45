"""What people write down: forms that say at the field what is missing. The services check everything again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms

from coachloop.app.queries.goals import GoalView
from coachloop.core.coaching.agreement import Agreement, Answers, DidHappen, DidWork, NextStep, SessionKind
from coachloop.core.model.template_skeleton import skeleton


def _text(label: str, help_text: str = "", *, required: bool = True, long: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": 3}) if long else forms.TextInput()
    widget.attrs["class"] = "form-control"
    missing = {"required": "Write this down before the session counts as held."}
    return forms.CharField(label=label, help_text=help_text, required=required, widget=widget, error_messages=missing)


def _day(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    missing = {"required": "Choose a day."}
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget, error_messages=missing)


class PlanForm(forms.Form):
    """When to sit down."""

    planned_for = forms.DateTimeField(
        label="When do you sit down?",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"required": "Choose a day and a time.", "invalid": "Choose a day and a time."},
    )


class HeldForm(forms.Form):
    """What a held session leaves behind, whatever its kind."""

    own_words = _text(
        "In their own words", "What does the agent see in this call, and what do they want to try? Write what they say."
    )
    action = _text("One action", "One thing, small enough to do on the next call.", long=False)
    review_on = _day("When do you look back together?")
    held_on = _day("Held on")
    shared_notes = _text("Notes for you both", required=False)
    private_notes = _text("Notes for yourself", "Nobody else reads these.", required=False)

    @property
    def agreement(self) -> Agreement:
        """The agreement as it was written down."""
        given = self.cleaned_data
        return Agreement(
            own_words=given["own_words"],
            action=given["action"],
            review_on=given["review_on"],
            by_when=given.get("by_when"),
            how_reviewed=given.get("how_reviewed", ""),
            goal=given.get("goal", ""),
        )

    def clean(self) -> dict[str, Any]:
        """Put dates that are out of order at their field."""
        given = super().clean() or {}
        held, review = given.get("held_on"), given.get("review_on")
        if held and review and review <= held:
            self.add_error("review_on", "Look back on a day after the session.")
        return given


class PerformanceForm(HeldForm):
    """A performance session: by when, and how it will be reviewed."""

    account = _text(
        "What was said, in your words",
        "No transcript shows this call. Write down what the customer said and what the agent said next.",
    )
    by_when = _day("By when?")
    how_reviewed = _text(
        "How will you both see it?", "For example: three calls of next week, listened to together.", long=False
    )
    field_order = ("account", "own_words", "action", "by_when", "how_reviewed", "review_on", "held_on")

    def __init__(self, *args: Any, needs_account: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_account:
            del self.fields["account"]

    def clean(self) -> dict[str, Any]:
        """Put dates that are out of order at their field."""
        given = super().clean()
        held, by_when, review = (given.get(name) for name in ("held_on", "by_when", "review_on"))
        if held and by_when and by_when < held:
            self.add_error("by_when", "Choose a day that is not before the session.")
        if by_when and review and review < by_when:
            self.add_error("review_on", "Look back when the time to try it is over, not before.")
        return given


class DevelopmentalForm(HeldForm):
    """A developmental session: the agent's goal, one they have already or a new one."""

    aim = forms.ChoiceField(label="Which goal is it about?", required=False, widget=forms.RadioSelect)
    goal = _text("Where do they want to get to?", "The goal is the agent's, not yours.", long=False)
    field_order = ("aim", "goal", "own_words", "action", "review_on", "held_on")

    def __init__(self, *args: Any, goals: tuple[GoalView, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["own_words"].label = "What do they want to work on?"
        self.fields["own_words"].help_text = "In their own words. Write what they say."
        self.fields["action"].label = "The next step"
        self.fields["action"].help_text = "One step towards it; it joins the steps of the goal."
        self.fields["shared_notes"].label = "How you help"
        self.fields["shared_notes"].help_text = "What you said you would do, and anything else for you both."
        self._words = {str(goal.id): goal.words for goal in goals}
        if goals:
            self.fields["goal"].label = "A new goal, in their words"
            self.fields["goal"].required = False
            self.fields["aim"].choices = [*self._words.items(), ("", "A new one")]  # type: ignore[attr-defined]
            self.fields["aim"].initial = str(goals[0].id)
        else:
            del self.fields["aim"]

    def clean(self) -> dict[str, Any]:
        """Ask for a new goal in words where none of those there are is chosen."""
        given = super().clean()
        chosen = self._words.get(given.get("aim", ""))
        if chosen:
            given["goal"] = chosen
        elif self._words and not given.get("goal"):
            self.add_error("goal", "Write the new goal down, or choose one above.")
        return given


@dataclass(frozen=True, slots=True)
class Start:
    """What a form for a session begins with: what was written so far, and the goals that it may be about."""

    held_on: date | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    needs_account: bool = False
    goals: tuple[GoalView, ...] = ()


def held_form(kind: SessionKind, start: Start, *, data: Any = None) -> HeldForm:
    """The form for a session of this kind."""
    initial = {"held_on": start.held_on, **start.written}
    if kind is SessionKind.PERFORMANCE:
        return PerformanceForm(data, initial=initial, needs_account=start.needs_account)
    return DevelopmentalForm(data, initial=initial, goals=start.goals)


class ContestForm(forms.Form):
    """What was agreed otherwise, in the agent's own words."""

    words = _text("What is different?", "Your team leader reads this, nobody else.")


class AskForm(forms.Form):
    """An agent asks for coaching."""

    words = forms.CharField(
        label="What would you like to talk about?",
        help_text="Your team leader reads this on their week, nobody else.",
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": "A few words are enough."},
    )


class ChooseForm(forms.Form):
    """Which call shows it, and why it is worth coaching."""

    example = forms.ChoiceField(label="Which call shows it?", error_messages={"required": "Choose a call."})
    why = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": "A sentence is enough."},
    )

    def __init__(self, *args: Any, examples: Sequence[int], label: str, help_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["example"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [(str(each), str(each)) for each in examples]
        self.fields["why"].label, self.fields["why"].help_text = label, help_text


class GoalForm(forms.Form):
    """Where an agent wants to be."""

    words = forms.CharField(
        label="Where do you want to be?",
        max_length=1000,
        widget=forms.TextInput({"class": "form-control"}),
        error_messages={"required": "Write it down in a few words."},
    )
    target_day = _day("By about when?", required=False)


class StepForm(forms.Form):
    """A step towards a goal."""

    words = forms.CharField(max_length=1000, required=False)
    by_when = forms.DateField(required=False)


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    missing = {"required": "A follow-up closes with all three answers."}
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=missing)


class FollowUpForm(forms.Form):
    """Did it happen, did it work, what next."""

    did_happen = _choice("Did it happen?", [(DidHappen.YES, "Yes"), (DidHappen.PARTLY, "Partly"), (DidHappen.NO, "No")])
    did_work = _choice(
        "Did it work?", [(DidWork.YES, "Yes"), (DidWork.TOO_EARLY, "Too early to say"), (DidWork.NO, "No")]
    )
    next_step = _choice(
        "What next?",
        [
            (NextStep.CLOSE, "Done: close this focus"),
            (NextStep.CONTINUE, "Keep going: one more session"),
            (NextStep.CHANGE_APPROACH, "Try it another way: one more session"),
            (NextStep.NEXT_BEHAVIOUR, "Done: on to the next behaviour"),
        ],
    )
    note = _text("A note on it", "The agent can read this.", required=False)

    @property
    def answers(self) -> Answers:
        """The three answers and the note."""
        given = self.cleaned_data
        return Answers(
            DidHappen(given["did_happen"]), DidWork(given["did_work"]), NextStep(given["next_step"]), given["note"]
        )


class NewTemplateForm(forms.Form):
    """A template from nothing: its name, and the first thing to look for."""

    title = forms.CharField(
        label="What is the template called?",
        help_text="For example: First 30 seconds.",
        max_length=200,
        widget=forms.TextInput({"class": "form-control"}),
        error_messages={"required": "Give it a name."},
    )
    behaviour = forms.CharField(
        label="What is the first thing to look for?",
        help_text="One observable thing an agent does or does not do, such as: States the purpose.",
        max_length=200,
        widget=forms.TextInput({"class": "form-control"}),
        error_messages={"required": "Name one thing; you can change it and add more in the studio."},
    )

    @property
    def text(self) -> str:
        """The template that these say, ready to be worked on."""
        given = self.cleaned_data
        return skeleton(title=given["title"], behaviour=given["behaviour"])
