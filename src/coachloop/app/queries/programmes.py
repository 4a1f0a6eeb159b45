"""Which programmes there are, and which of them somebody looks at."""

from dataclasses import dataclass, replace

from django.db.models import Count

from coachloop.app.errors import RefusedError
from coachloop.app.models import Programme
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import OPERATOR, Viewer


@dataclass(frozen=True, slots=True)
class Choice:
    """A programme that somebody may look at; `chosen` is the one that they look at now."""

    id: int
    key: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A programme as `programme list` shows it."""

    key: str
    name: str
    teams: int
    agents: int
    templates: int


def is_divided() -> bool:
    """Whether the site has programmes that are kept apart."""
    return Programme.objects.exists()


def choices(viewer: Viewer) -> tuple[Choice, ...]:
    """The programmes that a signed-in person may look at, by name."""
    rows = viewing.programmes(viewer.user) if viewer.user else Programme.objects.none()
    return tuple(Choice(row.pk, row.key, row.name, row.pk == viewer.programme_id) for row in rows)


def listed() -> list[Listed]:
    """Every programme, by key, with what it holds."""
    rows = Programme.objects.order_by("key").annotate(
        of_teams=Count("teams", distinct=True),
        of_agents=Count("agents", distinct=True),
        of_templates=Count("templates", distinct=True),
    )
    return [Listed(row.key, row.name, row.of_teams, row.of_agents, row.of_templates) for row in rows]


def operator(key: str | None = None) -> Viewer:
    """The command line, at one programme where the site is divided.

    Raises:
        RefusedError: there is no such programme, none is named where there are some, or one is where there is none.
    """
    known = dict(Programme.objects.order_by("key").values_list("key", "pk"))
    if key in known:
        return replace(OPERATOR, programme_id=known[key])
    if known:
        names = ", ".join(known)
        wrong = f"there is no programme {key!r}" if key else "this site has programmes that are kept apart"
        raise RefusedError(f"{wrong}; name one of them with --programme: {names}")
    if key:
        raise RefusedError(
            f"this site has no programmes, so leave out --programme {key}; `coachloop programme add` makes one"
        )
    return OPERATOR


def operators() -> list[Viewer]:
    """The command line at each programme, for what is worked out by itself; at the whole site where it is not divided."""
    found = Programme.objects.order_by("key").values_list("pk", flat=True)
    return [replace(OPERATOR, programme_id=pk) for pk in found] or [OPERATOR]


def of(viewer: Viewer) -> int | None:
    """The programme that what somebody makes belongs to; none where the site is not divided.

    Raises:
        RefusedError: the site is divided, and they look at none.
    """
    if viewer.programme_id:
        return viewer.programme_id
    if is_divided():
        return operator().programme_id
    return None
