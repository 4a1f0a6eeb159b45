"""A form that is sent: what is refused of it stands at the form, what is done is said on the next page."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from coachloop.app.errors import RefusedError
from coachloop.web.access import in_words


@contextmanager
def refusals(form: forms.Form, field: str | None) -> Iterator[None]:
    """Within it, a refusal stops what is done: why stands at the field then, without one at the form."""
    try:
        yield
    except RefusedError as refusal:
        form.add_error(field, in_words(refusal))


def done(request: HttpRequest, said: str, to: str, *which: int) -> HttpResponse:
    """On to a page, which says so."""
    messages.success(request, said)
    return redirect(to, *which)
