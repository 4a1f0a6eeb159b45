"""The audit log: read, filtered and taken along."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from coachloop.app.queries import audit_chain
from coachloop.app.queries import audit_log as queries
from coachloop.app.queries.audit_log import Filters
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.model.cells import harmless
from coachloop.core.model.people import Role
from coachloop.web.access import page
from coachloop.web.asked import day, number, query_without

KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
LONGEST = 260


@page(Role.ADMIN)
def audit_log(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who did what, and when?"""
    filters = _filters(request)
    shown = {
        "page": queries.entries(viewer, filters, page=number(request, "page", 1)),
        "filters": filters,
        "query": query_without(request, "page"),
        "head": audit_chain.head(),
    }
    return render(request, "coachloop/audit_log.html", shown)


@page(Role.ADMIN)
def export(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponseBase:
    """The same to take along; that somebody did is an entry."""
    if kind not in KINDS:
        raise Http404
    filters = _filters(request)
    audit.record(viewer, "audit.export", "audit", now=timezone.now(), detail={"as": kind, **filters.given})
    lines = _LINES[kind](queries.exported(viewer, filters))
    response = StreamingHttpResponse(lines, content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="audit-log.{kind}"'
    return response


def _filters(request: HttpRequest) -> Filters:
    given = {name: request.GET.get(name, "").strip()[:LONGEST] for name in ("who", "action", "subject")}
    return Filters(since=day(request.GET.get("since", "")), until=day(request.GET.get("until", "")), **given)


def _as_json(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _as_csv(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    held = io.StringIO()
    writer = csv.writer(held)
    header: list[str] = []
    for row in rows:
        if not header:
            header = list(row)
            writer.writerow(header)
        writer.writerow([_cell(value) for value in row.values()])
        yield held.getvalue()
        held.seek(0)
        held.truncate()


def _cell(value: object) -> object:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
    return harmless(text) if isinstance(text, str) else text


_LINES = {"csv": _as_csv, "jsonl": _as_json}
