"""A person's own calendar: their private feed, and where their busy times come from."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from coachloop.adapters import calendars
from coachloop.app.queries import appointments as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import calendar_links
from coachloop.web.access import found, page
from coachloop.web.slot_forms import BusyForm
from coachloop.web.submitting import refusals
from coachloop.wiring import calendar_reader


@page()
def mine(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How do sessions get into my calendar?"""
    return _show(request, viewer)


@require_POST
@page()
def open_feed(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A new private address; it is shown this once."""
    token = calendar_links.open_feed(viewer=viewer, now=timezone.now())
    return _show(request, viewer, address=f"{settings.ADDRESS}{reverse('calendar-feed', args=[token])}")


@require_POST
@page()
def close_feed(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Close the private address."""
    calendar_links.close_feed(viewer=viewer, now=timezone.now())
    messages.success(request, "The address shows nothing any more.")
    return redirect("my-calendar")


@require_POST
@page()
def busy(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Say where busy times come from."""
    form = BusyForm(request.POST)
    if form.is_valid():
        with refusals(form, "address"):
            address, check = form.cleaned_data["address"], calendar_reader().check
            calendar_links.set_busy_address(viewer=viewer, address=address, check=check, now=timezone.now())
            messages.success(
                request, "It is read within five minutes." if address else "Your busy times are forgotten."
            )
            return redirect("my-calendar")
    return _show(request, viewer, form=form, status=422)


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
def feed(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- Django hands it over
    """A person's calendar, to whoever has its address; what is nobody's is not there."""
    entries = found(queries.feed(token, address=settings.ADDRESS, now=timezone.now()))
    answer = HttpResponse(calendars.feed(entries, name="coachloop"), content_type="text/calendar; charset=utf-8")
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _show(
    request: HttpRequest, viewer: Viewer, *, address: str = "", form: BusyForm | None = None, status: int = 200
) -> HttpResponse:
    seen = queries.calendar_page(viewer)
    shown = {"seen": seen, "address": address, "form": form or BusyForm(initial={"address": seen.busy_address})}
    return render(request, "coachloop/my_calendar.html", shown, status=status)
