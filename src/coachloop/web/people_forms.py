"""Forms about people, teams and sites. The services check everything again."""

from collections.abc import Iterable
from typing import Any

from django import forms

from coachloop.app.queries.people import Named
from coachloop.app.services.people_files import Kind
from coachloop.core.model.people import Role
from coachloop.web.context import TITLES

CONTROL, SELECT = {"class": "form-control"}, {"class": "form-select"}
ROLES = [(role.value, f"{TITLES[role][:1].upper()}{TITLES[role][1:]}") for role in Role]
KINDS = [
    (Kind.PEOPLE.value, "People and agents"),
    (Kind.TEAMS.value, "Teams"),
    (Kind.SITES.value, "Sites"),
    (Kind.ABSENCES.value, "Absences of agents"),
    (Kind.CLOSURES.value, "Days on which sites are closed"),
]
LARGEST = 5 * 1024 * 1024
"""Bytes of a file that comes in by the page; larger ones by the command line."""


def _text(label: str, help_text: str = "", *, required: bool = True, most: int = 200) -> forms.CharField:
    missing = {"required": f"{label}?"}
    widget = forms.TextInput(attrs=CONTROL)
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=most, widget=widget, error_messages=missing
    )


def _day(label: str, help_text: str = "", *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", **CONTROL}, format="%Y-%m-%d")
    missing = {"required": "Choose a day."}
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget, error_messages=missing)


def _choice(label: str, help_text: str = "", *, required: bool = True) -> Any:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        required=required,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": f"{label}?"},
    )


def _choices(rows: Iterable[Named], nobody: str = "") -> list[tuple[str, str]]:
    return [("", nobody or "Choose"), *((str(row.id), row.name) for row in rows)]


class PersonForm(forms.Form):
    """Who somebody is."""

    name = _text("Name")
    email = _text("Address", "They sign in by it.", most=254)


class AddPersonForm(PersonForm):
    """Somebody new, with their first role."""

    role = forms.ChoiceField(label="Role", choices=ROLES, widget=forms.Select(attrs=SELECT))


class RoleForm(forms.Form):
    """A role to give or to take; `everywhere` in all programmes."""

    role = forms.ChoiceField(label="Role", choices=ROLES, widget=forms.Select(attrs=SELECT))
    everywhere = forms.BooleanField(label="In all programmes", required=False)


class AddAgentForm(forms.Form):
    """An agent before their first call."""

    key = _text("Id", "As your exports name them; it stays.")
    name = _text("Name")
    team = _choice("Team", required=False)

    def __init__(self, *args: Any, teams: Iterable[Named], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = _choices(teams, "None yet")  # type: ignore[attr-defined]


class AgentForm(forms.Form):
    """Who an agent is."""

    name = _text("Name")
    joined_on = _day("First day at the centre")
    email = _text("Signs in as", "The address of somebody who signs in; empty for nobody.", required=False, most=254)


class JoinForm(forms.Form):
    """A team from a day on."""

    team = _choice("Team")
    first = _day("First day", "Empty: always.")
    last = _day("Last day", "Empty: until they move on.")

    def __init__(self, *args: Any, teams: Iterable[Named], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = _choices(teams)  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    """The last day of somebody who leaves."""

    last_day = _day("Last day", required=True)


class BackForm(forms.Form):
    """Where somebody who comes back goes to."""

    team = _choice("Team", required=False)
    first = _day("First day")

    def __init__(self, *args: Any, teams: Iterable[Named], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = _choices(teams, "None yet")  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """Who somebody is that was met in calls."""

    into = _text("Is", "Their id, or choose from the list.")


class TeamForm(forms.Form):
    """What a team is called, where it sits, who leads it."""

    name = _text("Name")
    site = _choice("Site")
    leader = _choice("Leader", "Somebody with the role of team leader.", required=False)

    def __init__(self, *args: Any, sites: Iterable[Named], leaders: Iterable[Named], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = _choices(sites)  # type: ignore[attr-defined]
        self.fields["leader"].choices = _choices(leaders, "Nobody yet")  # type: ignore[attr-defined]


class AddTeamForm(TeamForm):
    """A new team."""

    key = _text("Id", "As your exports name it; it stays.")
    field_order = ("key", "name", "site", "leader")


class SiteForm(forms.Form):
    """A site and its place."""

    name = _text("Name")
    timezone = _text("Zone", "As IANA has it: Europe/Berlin.", most=64)
    country = _text("Country", "Two letters, for its public holidays; empty for none.", required=False, most=2)
    region = _text("Region", "For holidays of its own: BY.", required=False, most=10)


class ClosureForm(forms.Form):
    """A day on which a site is closed."""

    day = _day("Day", required=True)
    name = _text("What for?", required=False)


class ImportForm(forms.Form):
    """A file, and what it holds."""

    kind = forms.ChoiceField(label="What does it hold?", choices=KINDS, widget=forms.Select(attrs=SELECT))
    file = forms.FileField(
        label="File",
        help_text="CSV with a header, or JSON Lines; UTF-8, up to 5 MB.",
        widget=forms.FileInput(attrs={**CONTROL, "accept": ".csv,.jsonl"}),
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
    )

    def clean_file(self) -> Any:
        """A file of a kind that is read, and not too large."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            size = f"{file.size / 1024 / 1024:.0f} MB"
            raise forms.ValidationError(
                f"This file has {size}, and 5 are read here; larger ones go in by the command line."
            )
        if not file.name.lower().endswith((".csv", ".jsonl")):
            raise forms.ValidationError("Its name has to end in .csv or .jsonl.")
        return file
