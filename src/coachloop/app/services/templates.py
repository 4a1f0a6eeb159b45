"""Templates: drafts, publishing them and their re-trained models, and what publishing puts down to be scored."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from coachloop.app.errors import TakenError, TemplateRefusedError, WrongStateError
from coachloop.app.models import Behaviour, Conversation, Evaluation, LearnedModel, Template, TemplateVersion
from coachloop.app.queries import programmes
from coachloop.app.queries.learned import candidates
from coachloop.app.queries.templates import Published, find_template, parsed
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.model import template as core
from coachloop.core.model.template_yaml import TemplateErrors, content_hash, parse_template

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a text: its version, and whether that is a new one."""

    version: TemplateVersion
    new: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing let score: the version, whether it was a draft before, and the behaviours that got a re-trained model."""

    version: TemplateVersion
    draft: bool
    models: tuple[str, ...]


@transaction.atomic
def add_template(*, viewer: Viewer, text: str, now: datetime) -> Added:
    """Keep a template's text as the draft of its next version; the text of the newest version again changes nothing.

    Raises:
        TemplateRefusedError: the text is not a template; every mistake with its line.
        TakenError: another programme has a template of this key.
    """
    checked, programme = check_template(text), programmes.of(viewer)
    made = {"title": checked.title, "programme_id": programme}
    template, _ = Template.objects.get_or_create(key=checked.key, defaults=made)
    if template.programme_id != programme:
        raise TakenError("template", checked.key)
    newest = template.versions.order_by("-number").first()
    sha = content_hash(text)
    if newest and newest.sha256 == sha:
        return Added(newest, new=False)
    if newest and newest.published_at is None:
        newest.text, newest.sha256, newest.added_at = text, sha, now
        newest.save()
        version = newest
    else:
        number = newest.number + 1 if newest else 1
        version = TemplateVersion.objects.create(template=template, number=number, text=text, sha256=sha, added_at=now)
    audit.record(viewer, "template.add", f"template:{template.key}@{version.number}", now=now, detail={"sha256": sha})
    return Added(version, new=True)


def check_template(text: str) -> core.Template:
    """The template that a text says.

    Raises:
        TemplateRefusedError: every mistake with its line and column.
    """
    try:
        return parse_template(text)
    except TemplateErrors as error:
        raise TemplateRefusedError(str(error)) from error


def publish_template(*, viewer: Viewer, key: str, now: datetime) -> TemplateVersion:
    """Publish what waits; the version that scores now. See `publish`."""
    return publish(viewer=viewer, key=key, now=now).version


@transaction.atomic
def publish(*, viewer: Viewer, key: str, now: datetime) -> Publication:
    """Freeze the draft and let it score, with the models that were re-trained; every conversation it fits is put down again.

    Raises:
        UnknownNameError: no such template.
        WrongStateError: there is neither a draft nor a re-trained model.
    """
    template = find_template(viewer, key)
    draft = template.versions.filter(published_at__isnull=True).first()
    version = _freeze(template, draft, now) if draft else template.current
    models = _publish_candidates(template, now)
    if version is None or not (draft or models):
        raise WrongStateError(
            f"template {key!r} has no draft and no re-trained model that waits; add a changed text with "
            f"`coachloop template add FILE`, or label more calls and run `coachloop train {key}`"
        )
    published = Published(template.pk, version.pk, version.number, parsed(version.text), template.programme_id)
    if published.reads_transcripts:
        put_down(published)
    detail = {"sha256": version.sha256, "models": models}
    audit.record(viewer, "template.publish", f"template:{key}@{version.number}", now=now, detail=detail)
    return Publication(version, draft is not None, tuple(models))


def _freeze(template: Template, draft: TemplateVersion, now: datetime) -> TemplateVersion:
    draft.published_at = now
    draft.save(update_fields=["published_at"])
    template.current, template.title = draft, parsed(draft.text).title
    template.save(update_fields=["current", "title"])
    _keep_behaviours(template, parsed(draft.text))
    return draft


def _publish_candidates(template: Template, now: datetime) -> list[str]:
    """Let the re-trained models score; the keys of their behaviours."""
    waiting = candidates().filter(behaviour__template=template).order_by("behaviour__position")
    found = dict(waiting.values_list("id", "behaviour__key"))
    LearnedModel.objects.filter(id__in=found).update(published_at=now)
    return list(found.values())


def put_down(template: Published) -> None:
    """One pending evaluation for each conversation that the template fits; what is scored already becomes pending again."""
    fitting = Conversation.objects.filter(template.fitting(), turn_count__gt=0)
    template_id = template.template_id
    Evaluation.objects.filter(template_id=template_id, conversation__in=fitting).update(
        state=Evaluation.State.PENDING, queued_at=None
    )
    missing = fitting.exclude(evaluations__template_id=template_id).values_list("id", flat=True)
    Evaluation.objects.bulk_create(
        (Evaluation(conversation_id=pk, template_id=template_id) for pk in missing.iterator(CHUNK)), batch_size=CHUNK
    )


def _keep_behaviours(template: Template, text: core.Template) -> None:
    """Identity rows follow the published text; a behaviour that is gone is retired, its verdicts stay."""
    Behaviour.objects.bulk_create(
        [
            Behaviour(
                template=template,
                key=b.key,
                title=b.title,
                position=position,
                target=b.target,
                weight=b.weight,
                critical=b.critical,
                good=b.good,
                why=b.why,
                retired=False,
            )
            for position, b in enumerate(text.behaviours)
        ],
        update_conflicts=True,
        unique_fields=["template", "key"],
        update_fields=["title", "position", "target", "weight", "critical", "good", "why", "retired"],
    )
    template.behaviours.exclude(key__in=[b.key for b in text.behaviours]).update(retired=True)
