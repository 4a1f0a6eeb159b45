"""A form that is sent: what comes of it, or the form again with what is wrong."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from coachloop.app.errors import RefusedError
from coachloop.web.access import in_words

type Given = Mapping[str, Any]
"""The values of a form."""


def submitted(form: forms.Form, act: Callable[[Given], HttpResponse], *, refused_at: str | None) -> HttpResponse | None:
    """What `act` makes of the form's values; None where they are not whole or are refused: why then stands at the field `refused_at`, without one at the form."""
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except RefusedError as refusal:
        form.add_error(refused_at, in_words(refusal))
        return None


def done(request: HttpRequest, said: str, to: str, *which: int) -> HttpResponse:
    """On to a page, which says so."""
    messages.success(request, said)
    return redirect(to, *which)
