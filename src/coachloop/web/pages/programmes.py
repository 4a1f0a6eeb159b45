"""Which programme somebody looks at, where they work for several."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from coachloop.app.queries import programmes
from coachloop.app.queries.viewing import Viewer
from coachloop.web.access import PROGRAMME, page


@require_POST
@page()
def choose(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Look at another programme of theirs, from its first page on."""
    theirs = {str(one.id): one for one in programmes.choices(viewer)}
    chosen = theirs.get(request.POST.get("programme", ""))
    if chosen is None:
        raise Http404
    request.session[PROGRAMME] = chosen.id
    messages.success(request, f"You look at {chosen.name} now.")
    return redirect("home")
