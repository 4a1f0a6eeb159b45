"""The template studio: a text and its mistakes, a template's versions, and what publishing would change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coachloop.app.models import Conversation, Template, TemplateVersion
from coachloop.app.queries.learned import candidates
from coachloop.app.queries.templates import of_kind, parsed
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.model import template as core
from coachloop.core.model.people import Role
from coachloop.core.model.template_diff import TemplateDiff, compare
from coachloop.core.model.template_yaml import TemplateError, TemplateErrors, parse_template
from coachloop.core.model.yaml_tree import read_tree


@dataclass(frozen=True, slots=True)
class Version:
    """One version: a draft until it is published; `current` scores now."""

    number: int
    added_at: datetime
    published_at: datetime | None
    current: bool
    sha256: str
    text: str
    template: core.Template


@dataclass(frozen=True, slots=True)
class Studio:
    """A template at the bench. `versions` are newest first; the first one's text is what is worked on."""

    key: str
    title: str
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        """The draft, else the version published last."""
        return self.versions[0]

    @property
    def draft(self) -> Version | None:
        """What waits to be published."""
        return self.newest if self.newest.published_at is None else None

    @property
    def current(self) -> Version | None:
        """What scores now."""
        return next((version for version in self.versions if version.current), None)

    def version(self, number: int) -> Version | None:
        """The version with this number."""
        return next((version for version in self.versions if version.number == number), None)


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Why a text is no template yet; each mistake with its place."""

    errors: tuple[TemplateError, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """From one version to the next: what changed. `before` is None for the first."""

    version: Version
    before: Version | None
    diff: TemplateDiff | None


@dataclass(frozen=True, slots=True)
class Playbook:
    """A starter template; `here` says that the site has a template of this key already."""

    key: str
    title: str
    behaviours: tuple[str, ...]
    text: str
    here: bool


def studio(viewer: Viewer, key: str) -> Studio | None:
    """A template with all its versions; None where there is none of this key, or they may not write templates."""
    return _bench(viewer, key) if viewer.has(Role.QA_LEAD) else None


def history(viewer: Viewer, key: str) -> tuple[Studio, tuple[Step, ...]] | None:
    """Every version with what it changed, newest first; drafts are seen only by those who write them."""
    bench = _bench(viewer, key)
    if bench is None:
        return None
    shown = [version for version in bench.versions if version.published_at or viewer.has(Role.QA_LEAD)]
    befores = [*shown[1:], None]
    steps = (
        Step(version, before, compare(before.template, version.template) if before else None)
        for version, before in zip(shown, befores, strict=True)
    )
    return (bench, tuple(steps)) if shown else None


def _bench(viewer: Viewer, key: str) -> Studio | None:
    row = within(viewer, Template.objects.filter(key=key)).first()
    versions = [_version(row, version) for version in row.versions.order_by("-number") if version.text] if row else []
    return Studio(row.key, row.title, tuple(versions)) if row and versions else None


def _version(template: Template, row: TemplateVersion) -> Version:
    return Version(
        number=row.number,
        added_at=row.added_at,
        published_at=row.published_at,
        current=row.pk == template.current_id,
        sha256=row.sha256,
        text=row.text,
        template=parsed(row.text),
    )


def read(text: str, *, key: str = "") -> core.Template | Mistakes:
    """The template that a text says, or what is wrong with it; with `key`, it has to be of that one."""
    try:
        template = parse_template(text)
    except TemplateErrors as mistakes:
        return Mistakes(mistakes.errors)
    if key and template.key != key:
        place = read_tree(text).place(("key",))
        said = f"this is the studio of {key!r}, whose key stays; begin {template.key!r} as a template of its own"
        return Mistakes((TemplateError(*place, "key", said),))
    return template


def waiting_models(viewer: Viewer, key: str) -> tuple[str, ...]:
    """Titles of the behaviours whose re-trained model waits to be published."""
    ours = within(viewer, candidates(), "behaviour__template__programme")
    rows = ours.filter(behaviour__template__key=key).order_by("behaviour__position")
    return tuple(rows.values_list("behaviour__title", flat=True))


def rescored(viewer: Viewer, template: core.Template) -> int:
    """How many stored conversations would be scored with this version once it is published."""
    return within(viewer, Conversation.objects.filter(of_kind(template), turn_count__gt=0)).count()


def playbooks(viewer: Viewer, texts: Iterable[str]) -> tuple[Playbook, ...]:
    """The starter templates to begin from, by title."""
    taken = set(within(viewer, Template.objects.all()).values_list("key", flat=True))
    read_in = ((text, parsed(text)) for text in texts)
    every = (
        Playbook(found.key, found.title, tuple(b.title for b in found.behaviours), text, here=found.key in taken)
        for text, found in read_in
    )
    return tuple(sorted(every, key=lambda one: one.title))
