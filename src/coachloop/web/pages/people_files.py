"""People, teams and sites from a file, and back into one."""

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from coachloop.adapters.readers.lines import records
from coachloop.app.queries import people as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services.people_files import Kind, take
from coachloop.core.model.cells import harmless
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Receipt
from coachloop.web.access import page
from coachloop.web.people_forms import ImportForm

LISTED = 200
"""Refused rows that the page names."""


@page(Role.ADMIN)
def import_people(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What became of this file?"""
    if request.method != "POST":
        return _show(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    return _show(request, ImportForm(), receipt=_take(form.cleaned_data, viewer))


def _take(given: dict[str, Any], viewer: Viewer) -> Receipt:
    """Its name is shown, never used: where it lies is ours to say."""
    name = str(given["file"].name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{'.csv' if name.lower().endswith('.csv') else '.jsonl'}"
        with path.open("wb") as target:
            target.writelines(given["file"].chunks())
        return take(Kind(given["kind"]), records(path), viewer=viewer, now=timezone.now())


def _show(request: HttpRequest, form: ImportForm, *, receipt: Receipt | None = None, status: int = 200) -> HttpResponse:
    shown = {
        "form": form,
        "receipt": receipt,
        "refused": receipt.refused[:LISTED] if receipt else (),
        "more": max(0, len(receipt.refused) - LISTED) if receipt else 0,
        "here": "import",
    }
    return render(request, "coachloop/people_import.html", shown, status=status)


@page(Role.ADMIN)
def export_people(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:  # noqa: ARG001 -- a page gets its request
    """Everybody, as the file that comes in again; that somebody took it is an entry of the audit log."""
    audit.record(viewer, "people.export", "people", now=timezone.now())
    response = StreamingHttpResponse(_lines(queries.rows(viewer)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    return response


def _lines(rows: Iterator[dict[str, str]]) -> Iterator[str]:
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(queries.COLUMNS)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row.values()])
        yield held.getvalue()
        held.seek(0)
        held.truncate()
    yield held.getvalue()
