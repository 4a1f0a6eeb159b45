"""Human labels, scores of other tools, coaching history, absences."""

import typer
from django.utils import timezone

from coachloop.adapters.readers.ahead import read_scores
from coachloop.adapters.readers.lines import records
from coachloop.app.queries.programmes import operator
from coachloop.app.queries.sites import zone
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import absences, imports
from coachloop.app.services.labels import add_labels
from coachloop.app.services.people_files import Kind, take
from coachloop.app.services.rollups import refresh_rollups
from coachloop.cli.output import AsJson, File, InProgramme, need_site, progress, show_receipt


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    labels = typer.Typer(help="Human answers.", no_args_is_help=True)
    labels.callback()(lambda: None)
    labels.command("add")(labels_add)
    app.add_typer(labels, name="labels")
    imported = typer.Typer(help="What other systems know: scores, earlier coaching, absences.", no_args_is_help=True)
    imported.command("scores")(import_scores)
    imported.command("coaching")(import_coaching)
    imported.command("absences")(import_absences)
    imported.command("closures")(import_closures)
    imported.command("teams")(import_teams)
    imported.command("sites")(import_sites)
    app.add_typer(imported, name="import")


def labels_add(file: File, *, programme: InProgramme = None, as_json: AsJson = False) -> None:
    """Add human labels (JSON Lines or CSV); they count before the machine's verdicts."""
    need_site()
    receipt = add_labels(records(file), viewer=operator(programme), now=timezone.now())
    refresh_rollups()
    show_receipt(receipt, as_json=as_json, what="labels")


def import_scores(file: File, *, programme: InProgramme = None, as_json: AsJson = False) -> None:
    """Import verdicts of another QA tool (CSV): the loop works on these alone."""
    need_site()
    viewer = operator(programme)
    with progress("Reading scores") as show:
        receipt = imports.import_scores(read_scores(file, zone()), viewer=viewer, now=timezone.now(), progress=show)
    refresh_rollups()
    show_receipt(receipt, as_json=as_json, what="scores")


def import_coaching(file: File, *, programme: InProgramme = None, as_json: AsJson = False) -> None:
    """Import coaching that happened before (CSV), so that its effect can be measured."""
    need_site()
    receipt = imports.import_coaching(records(file), viewer=operator(programme), now=timezone.now())
    show_receipt(receipt, as_json=as_json, what="sessions")


def import_absences(file: File, *, programme: InProgramme = None, as_json: AsJson = False) -> None:
    """Import days on which agents are away (CSV): the five-day clock waits for them."""
    need_site()
    receipt = absences.import_absences(records(file), viewer=operator(programme), now=timezone.now())
    show_receipt(receipt, as_json=as_json, what="absences")


def import_closures(file: File, *, as_json: AsJson = False) -> None:
    """Import days on which the site is closed beside its public holidays (CSV): they do not count on any clock."""
    need_site()
    receipt = absences.import_closures(records(file), viewer=OPERATOR, now=timezone.now())
    show_receipt(receipt, as_json=as_json, what="closures")


def import_teams(file: File, *, as_json: AsJson = False) -> None:
    """Import teams (CSV): what they are called, where they sit, who leads them."""
    need_site()
    receipt = take(Kind.TEAMS, records(file), viewer=OPERATOR, now=timezone.now())
    show_receipt(receipt, as_json=as_json, what="teams")


def import_sites(file: File, *, as_json: AsJson = False) -> None:
    """Import sites (CSV): their zone, and the country and region whose public holidays they keep."""
    need_site()
    receipt = take(Kind.SITES, records(file), viewer=OPERATOR, now=timezone.now())
    show_receipt(receipt, as_json=as_json, what="sites")
