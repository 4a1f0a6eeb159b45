"""What the template studio writes: drafts, answers about a call, and what goes live."""

from datetime import datetime

from django.db import transaction

from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Template, TemplateVersion
from coachloop.app.queries.templates import find_template
from coachloop.app.queries.viewing import Viewer, within
from coachloop.app.services.templates import Added, add_template, check_template, publish_template
from coachloop.core.model.people import Role


@transaction.atomic
def begin_template(*, viewer: Viewer, text: str, now: datetime) -> Added:
    """Keep the text as the first draft of a new template.

    Raises:
        NotYoursError: only a QA lead writes templates.
        TemplateRefusedError: the text is not a template.
        WrongStateError: there is a template of this key.
    """
    _needs_qa_lead(viewer)
    key = check_template(text).key
    if within(viewer, Template.objects.filter(key=key)).exists():
        raise WrongStateError(f"there is a template {key!r} already; choose another key, or open that one")
    return add_template(viewer=viewer, text=text, now=now)


def save_draft(*, viewer: Viewer, text: str, now: datetime) -> Added:
    """Keep the text as the draft of the next version.

    Raises:
        NotYoursError: only a QA lead writes templates.
        TemplateRefusedError: the text is not a template.
    """
    _needs_qa_lead(viewer)
    return add_template(viewer=viewer, text=text, now=now)


@transaction.atomic
def publish_draft(*, viewer: Viewer, key: str, sha256: str, now: datetime) -> TemplateVersion:
    """Publish the draft that was looked at, with the models that were re-trained.

    Args:
        viewer: who publishes.
        key: the template.
        sha256: of the draft's text as the viewer saw it; empty where there was none, and only models wait.
        now: when.

    Raises:
        NotYoursError: only a QA lead publishes.
        UnknownNameError: no such template.
        WrongStateError: nothing waits, or the draft has changed since.
    """
    _needs_qa_lead(viewer)
    draft = find_template(viewer, key).versions.select_for_update().filter(published_at__isnull=True).first()
    if (draft.sha256 if draft else "") != sha256:
        raise WrongStateError("the draft has changed since you looked; look at what changed, then publish")
    return publish_template(viewer=viewer, key=key, now=now)


def _needs_qa_lead(viewer: Viewer) -> None:
    if not viewer.has(Role.QA_LEAD):
        raise NotYoursError("only a QA lead writes templates")
