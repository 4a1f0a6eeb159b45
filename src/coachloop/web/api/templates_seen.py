"""What is listened for: templates, their versions, and what lies on the bench."""

from dataclasses import dataclass
from datetime import datetime

from coachloop.app.queries import studio, template_page
from coachloop.app.queries.bridge import Compared, Way, compare_ways
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.paging import USUAL, Cursor, Limit, Page, paged
from coachloop.web.api.shapes import Id, Key
from coachloop.web.trials import without_judge
from coachloop.wiring import bridge_scorers


@endpoint("GET /templates", *Role, scope="templates:read")
def list_templates(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[template_page.TemplateLine]:
    """What is scored."""
    return paged(template_page.templates(asked.viewer), lambda row: (row.key,), cursor=cursor, limit=limit)


@endpoint("GET /templates/{path:key}", *Role, scope="templates:read")
def read_template(asked: Asked, key: Key) -> template_page.TemplateView:
    """How a template is scored: its behaviours as they score now."""
    return found(template_page.template(asked.viewer, key))


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version: a draft until it is published; `current` scores now."""

    number: int
    added_at: datetime
    published_at: datetime | None
    current: bool
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class Versions:
    """A template's versions, newest first; drafts are seen by those who write them."""

    key: str
    title: str
    versions: tuple[VersionLine, ...]


@endpoint("GET /templates/{path:key}/history", *Role, scope="templates:read")
def read_template_history(asked: Asked, key: Key) -> Versions:
    """What changed, and when."""
    bench, steps = found(studio.history(asked.viewer, key))
    return Versions(bench.key, bench.title, tuple(_version(step.version) for step in steps))


def _version(one: studio.Version) -> VersionLine:
    return VersionLine(one.number, one.added_at, one.published_at, one.current, one.sha256, one.text)


@dataclass(frozen=True, slots=True)
class Bench:
    """What is worked on: the newest text, the draft's number where it is one, and models that wait to be published."""

    key: str
    title: str
    text: str
    sha256: str
    draft: int | None
    current: int | None
    models: tuple[str, ...]


@endpoint("GET /templates/{path:key}/studio", Role.QA_LEAD, scope="templates:read")
def read_studio(asked: Asked, key: Key) -> Bench:
    """A template at the bench."""
    view = found(studio.studio(asked.viewer, key))
    return Bench(
        key=view.key,
        title=view.title,
        text=view.newest.text,
        sha256=view.newest.sha256,
        draft=view.draft.number if view.draft else None,
        current=view.current.number if view.current else None,
        models=studio.waiting_models(asked.viewer, key),
    )


@endpoint("GET /templates/{path:key}/bridge", Role.QA_LEAD, scope="templates:read")
def read_template_bridge(asked: Asked, key: Key, old: Id, new: Id) -> Compared:
    """Is it another ruler, or other people? Two versions on the same calls, without a judge."""
    bench = found(studio.studio(asked.viewer, key))
    before, after = found(bench.version(old)), found(bench.version(new))
    now, _ = (without_judge(some) for some in bridge_scorers())
    compared = compare_ways(asked.viewer, Way(before.template, now), Way(after.template, now))
    looked = [change.conversation_id for one in compared.bridges for change in one.changes]
    audit.look(asked.viewer, *dict.fromkeys(looked), now=asked.now)
    return compared
