"""`transparency`: how we score, as text to hand on."""

from collections.abc import Iterator
from dataclasses import asdict

import typer
from django.utils import timezone

from coachloop.app.queries.sites import first_local_date
from coachloop.app.queries.transparency import Section, pack
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.trust import refresh_trust
from coachloop.cli.output import AsJson, need_site, out, print_json
from coachloop.wiring import running


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(transparency)


def transparency(*, as_json: AsJson = False) -> None:
    """Print how calls are scored here, with what error, who sees it and how to challenge it, as Markdown."""
    need_site()
    now = timezone.now()
    refresh_trust(now=now)
    sections = pack(OPERATOR, running())
    if as_json:
        print_json([asdict(section) for section in sections])
        return
    lines = (f"# How calls are scored here\n\nAs of {first_local_date(now)}.", *map(_markdown, sections))
    out.print("\n\n".join(lines), markup=False, highlight=False)


def _markdown(section: Section) -> str:
    return "\n\n".join(_parts(section))


def _parts(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    yield from section.sentences
    if section.items:
        yield "\n".join(f"- {item}" for item in section.items)
