"""Templates and their versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from coachloop.app.errors import UnknownNameError
from coachloop.app.models import Behaviour, Conversation, Template, TemplateVersion
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.model import template as core
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.template_yaml import parse_template


@lru_cache(maxsize=64)
def parsed(text: str) -> core.Template:
    """A version's text, read once: what is published never changes."""
    return parse_template(text)


@dataclass(frozen=True, slots=True)
class Published:
    """A template's published version, read."""

    template_id: int
    version_id: int
    number: int
    core: core.Template
    programme_id: int | None = None

    @property
    def reads_transcripts(self) -> bool:
        """Whether its calls are evaluated here: scores of another tool alone come with calls of their own.

        What only people answer is evaluated as well, to unscored: their answers count where a verdict waits for them.
        """
        asked = [{m.scorer for m in b.score_with} for b in self.core.behaviours]
        return any(names == {"human"} or names - {"human", "imported"} for names in asked)

    def fits(self, row: Conversation) -> bool:
        """Whether the conversation is of the template's kind, and of its programme."""
        ours = row.programme_id == self.programme_id
        return ours and self.core.fits(
            channel=row.channel, queue=row.queue, language=row.language, direction=row.direction
        )

    def fitting(self, prefix: str = "") -> Q:
        """The same as `fits`, for the database; `prefix` leads to the conversation from another table."""
        ours = Q() if self.programme_id is None else Q(**{f"{prefix}programme": self.programme_id})
        return of_kind(self.core, prefix) & ours


def of_kind(template: core.Template, prefix: str = "") -> Q:
    """`Template.fits` for the database; `prefix` leads to the conversation from another table."""
    wanted: Mapping[str, tuple[str, ...]] = template.applies_to
    kind = Q(*(Q(**{f"{prefix}{name}__in": values}) for name, values in wanted.items()))
    return kind if "channel" in wanted else kind & ~Q(**{f"{prefix}channel": COACHING})


def of_coaching() -> list[int]:
    """Ids of the templates for coaching conversations alone: they are about leaders, and no choice on pages about agents."""
    texts = TemplateVersion.objects.filter(id__in=_current_ids()).values_list("template_id", "text")
    return [pk for pk, text in texts if parsed(text).applies_to.get("channel") == (COACHING,)]


def published(viewer: Viewer) -> tuple[Published, ...]:
    """Every template that scores transcripts now in the programme that they look at."""
    rows = TemplateVersion.objects.filter(template__current_id__isnull=False, id__in=_current_ids()).order_by(
        "template__key"
    )
    every = (_published(row) for row in within(viewer, rows, "template__programme").select_related("template"))
    return tuple(template for template in every if template.reads_transcripts)


def _published(row: TemplateVersion) -> Published:
    return Published(row.template_id, row.pk, row.number, parsed(row.text), row.template.programme_id)


def published_as(viewer: Viewer, key: str) -> Published:
    """The published version of one template.

    Raises:
        UnknownNameError: no such template, or nothing of it is published.
    """
    template = find_template(viewer, key)
    if template.current is None:
        raise UnknownNameError(
            f"template {key!r} has no published version; publish it with `coachloop template publish {key}`"
        )
    current = template.current
    return Published(template.pk, current.pk, current.number, parsed(current.text), template.programme_id)


def find_template(viewer: Viewer, key: str) -> Template:
    """The template with this key.

    Raises:
        UnknownNameError: there is none; the message names those there are.
    """
    ours = within(viewer, Template.objects.all())
    template = ours.select_related("current").filter(key=key).first()
    if template is None:
        known = ", ".join(ours.order_by("key").values_list("key", flat=True)) or "none yet"
        raise UnknownNameError(f"no template {key!r}; there are: {known}")
    return template


def find_version(viewer: Viewer, reference: str) -> TemplateVersion:
    """The version that `KEY` (the newest) or `KEY@N` names.

    Raises:
        UnknownNameError: there is none.
    """
    key, _, number = reference.partition("@")
    versions = find_template(viewer, key).versions.order_by("-number")
    if number and not number.isdecimal():
        raise UnknownNameError(f"version must be a whole number, got {number!r}")
    version = (versions.filter(number=int(number)) if number else versions).first()
    if version is None:
        raise UnknownNameError(f"template {key!r} has no version {number}")
    return version


class BehaviourFinder:
    """Behaviours by key, with their template where the key alone is ambiguous; reads the table once."""

    def __init__(self, viewer: Viewer) -> None:
        self._by_key: dict[str, dict[str, Behaviour]] = {}
        rows = within(viewer, Behaviour.objects.all(), "template__programme")
        for row in rows.select_related("template").order_by("template__key"):
            self._by_key.setdefault(row.key, {})[row.template.key] = row
        drafts = within(viewer, TemplateVersion.objects.filter(published_at__isnull=True), "template__programme")
        self._drafts = frozenset(drafts.values_list("template__key", flat=True))

    def find(self, behaviour: str, template: str | None = None) -> Behaviour:
        """The behaviour that a row names.

        Raises:
            UnknownNameError: none, or several without a template to choose by; the message names the candidates.
        """
        candidates = self._by_key.get(behaviour, {})
        if template is not None:
            candidates = {template: candidates[template]} if template in candidates else {}
        if not candidates:
            where = f" in template {template!r}" if template else ""
            raise UnknownNameError(f"no behaviour {behaviour!r}{where}{self._way_out(template)}")
        if len(candidates) > 1:
            raise UnknownNameError(
                f"behaviour {behaviour!r} is in several templates ({', '.join(candidates)}); name one"
            )
        return next(iter(candidates.values()))

    def _way_out(self, template: str | None) -> str:
        if template not in self._drafts:
            return ""
        return f"; what only a draft names is known once it is published: `coachloop template publish {template}`"


def _current_ids() -> list[int]:
    return [pk for pk in Template.objects.values_list("current_id", flat=True) if pk is not None]


@dataclass(frozen=True, slots=True)
class Listed:
    """A template as `template list` shows it; `published` is empty before the first publishing, `draft` without one."""

    key: str
    title: str
    behaviours: int
    published: int | None
    draft: int | None


def listed(viewer: Viewer) -> list[Listed]:
    """Every template of the programme that they look at, by key."""
    rows = (
        within(viewer, Template.objects.all())
        .select_related("current")
        .prefetch_related("versions", "behaviours")
        .order_by("key")
    )
    return [
        Listed(
            row.key,
            row.title,
            sum(not b.retired for b in row.behaviours.all()),
            row.current.number if row.current else None,
            next((v.number for v in row.versions.all() if v.published_at is None), None),
        )
        for row in rows
    ]
