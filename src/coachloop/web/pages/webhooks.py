"""Addresses that are told of what happens here: which, how they do, and what was given up."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import webhooks as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import telling
from coachloop.app.services import webhooks as service
from coachloop.core.model.event import EventKind
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.submitting import done, refusals
from coachloop.wiring import letterbox, webhook_sender

FEW = 25


class WebhookForm(forms.Form):
    """An address, and what it is told of."""

    address = forms.CharField(
        label="Address",
        help_text="Where your other system listens. It begins with https://.",
        max_length=1000,
        widget=forms.URLInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    kinds = forms.MultipleChoiceField(
        label="Tell it when",
        help_text="Tick nothing, and it is told of everything.",
        required=False,
        choices=[(str(kind), kind.words) for kind in EventKind],
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def wanted(self) -> list[EventKind]:
        """The kinds that are ticked."""
        return [EventKind(kind) for kind in self.cleaned_data["kinds"]]


@page(Role.ADMIN)
def webhooks(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which other systems are told of what happens here?"""
    return _all(request, viewer)


@require_POST
@page(Role.ADMIN)
def add(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Tell another one from now on; its secret is shown this once."""
    form = WebhookForm(request.POST)

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "address"):
            row, secret = service.add_webhook(
                viewer=viewer,
                address=given["address"],
                kinds=form.wanted,
                check=webhook_sender().check,
                now=timezone.now(),
            )
            return _one(request, viewer, row.pk, secret=secret)
    return _all(request, viewer, form=form, status=422)


@page(Role.ADMIN)
def webhook(request: HttpRequest, viewer: Viewer, webhook_id: int) -> HttpResponse:
    """How does this address do?"""
    return _one(request, viewer, webhook_id)


@require_POST
@page(Role.ADMIN)
def change(request: HttpRequest, viewer: Viewer, webhook_id: int) -> HttpResponse:
    """Another address, or other kinds."""
    found(queries.webhook(viewer, webhook_id))
    form = WebhookForm(request.POST)

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "address"):
            service.change_webhook(
                viewer=viewer,
                webhook_id=webhook_id,
                address=given["address"],
                kinds=form.wanted,
                check=webhook_sender().check,
                now=timezone.now(),
            )
            return done(request, "Changed.", "webhook", webhook_id)
    return _one(request, viewer, webhook_id, form=form, status=422)


@require_POST
@page(Role.ADMIN)
def rotate(request: HttpRequest, viewer: Viewer, webhook_id: int) -> HttpResponse:
    """A new secret, shown this once."""
    secret = service.rotate_secret(viewer=viewer, webhook_id=webhook_id, now=timezone.now())
    return _one(request, viewer, webhook_id, secret=secret)


@require_POST
@page(Role.ADMIN)
def switch(request: HttpRequest, viewer: Viewer, webhook_id: int) -> HttpResponse:
    """Tell it no more, or again."""
    on = request.POST.get("on") == "yes"
    service.switch_webhook(viewer=viewer, webhook_id=webhook_id, on=on, now=timezone.now())
    return done(request, "It is told again." if on else "It is told no more.", "webhook", webhook_id)


@require_POST
@page(Role.ADMIN)
def ping(request: HttpRequest, viewer: Viewer, webhook_id: int) -> HttpResponse:
    """Send it a test."""
    said = telling.ping(viewer=viewer, webhook_id=webhook_id, box=letterbox())
    if not said.problem:
        return done(request, f"It took the test, and answered {said.status}.", "webhook", webhook_id)
    messages.error(request, f"It did not take the test: {said.problem}")
    return redirect("webhook", webhook_id)


@require_POST
@page(Role.ADMIN)
def replay(request: HttpRequest, viewer: Viewer, webhook_id: int) -> HttpResponse:
    """Tell again: one event, what was given up, or all from a number on."""
    given = {name: request.POST.get(name, "") for name in ("delivery_id", "since")}
    chosen = {name: int(value) for name, value in given.items() if value.isdecimal() and len(value) < 18}
    try:
        count = service.replay(viewer=viewer, webhook_id=webhook_id, now=timezone.now(), **chosen)
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("webhook", webhook_id)
    return done(request, f"{count} events go again." if count != 1 else "It goes again.", "webhook", webhook_id)


def _all(request: HttpRequest, viewer: Viewer, *, form: WebhookForm | None = None, status: int = 200) -> HttpResponse:
    shown = {"webhooks": queries.webhooks(viewer), "form": form or WebhookForm(), "kinds": _words()}
    return render(request, "coachloop/webhooks.html", shown, status=status)


def _one(
    request: HttpRequest,
    viewer: Viewer,
    webhook_id: int,
    *,
    secret: str = "",
    form: WebhookForm | None = None,
    status: int = 200,
) -> HttpResponse:
    one = found(queries.webhook(viewer, webhook_id))
    shown = {
        "one": one,
        "secret": secret,
        "form": form or WebhookForm(initial={"address": one.url, "kinds": list(one.kinds)}),
        "sent": queries.deliveries(viewer, webhook_id, limit=FEW),
        "given_up": queries.deliveries(viewer, webhook_id, state="given_up", limit=FEW),
        "now": timezone.now(),
        "kinds": _words(),
    }
    return render(request, "coachloop/webhook.html", shown, status=status)


def _words() -> dict[str, str]:
    return {str(kind): kind.words for kind in EventKind}
