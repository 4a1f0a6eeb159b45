"""One click says who is the agent, where that was guessed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import speakers as services
from coachloop.core.model.people import Role
from coachloop.web.access import in_words, page
from coachloop.web.asked import posted_number


@require_POST
@page(Role.TEAM_LEADER, Role.QA_LEAD)
def confirm(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """It is as it stands, or the other way round."""
    swapped = request.POST.get("swapped") == "yes"
    try:
        services.confirm(
            viewer=viewer, key=key, swapped=swapped, revision=posted_number(request, "revision", 0), now=timezone.now()
        )
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        done = "Swapped" if swapped else "Confirmed"
        messages.success(request, f"{done}. The call is scored anew, which takes a minute.")
    return redirect("conversation", key)
