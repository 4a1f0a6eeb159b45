"""What is scored, and how: templates as everybody in the centre may read them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from coachloop.app.models import AgentDay, Scoring, Template
from coachloop.app.queries.disputes import overturned
from coachloop.app.queries.learned import LearnedView, learned_views
from coachloop.app.queries.templates import Published
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.insight.overturned import Challenged
from coachloop.core.model import template as core
from coachloop.core.model.template_yaml import parse_template
from coachloop.core.scoring.runner import NO_SCORERS


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A template in the list. `version` is empty until something is published."""

    key: str
    title: str
    version: int | None
    published_at: datetime | None
    behaviours: int


@dataclass(frozen=True, slots=True)
class BehaviourView:
    """One behaviour as its template defines it, and whether anything scores it now.

    `waits_for` names, in plain words, what has to come before it is scored; empty where it is scored. `learned` is there where
    the template names a learned scorer: how good it is, and the next step. `overturned` is there where what agents challenged often
    did not stand.
    """

    definition: core.Behaviour
    scored: bool
    waits_for: str
    learned: LearnedView | None = None
    overturned: Challenged | None = None


@dataclass(frozen=True, slots=True)
class TemplateView:
    """The published version of a template. Without one, or for imported scores, there is no text to show."""

    key: str
    title: str
    version: int | None
    published_at: datetime | None
    sha256: str
    applies_to: tuple[tuple[str, tuple[str, ...]], ...]
    behaviours: tuple[BehaviourView, ...]
    conversations: int
    draft: bool


def templates(viewer: Viewer) -> tuple[TemplateLine, ...]:
    """Every template of their programme: what is scored is no secret to anybody who signs in."""
    rows = (
        within(viewer, Template.objects.all())
        .select_related("current")
        .prefetch_related("behaviours")
        .order_by("title")
    )
    return tuple(
        TemplateLine(
            row.key,
            row.title,
            row.current.number if row.current else None,
            row.current.published_at if row.current else None,
            sum(not b.retired for b in row.behaviours.all()),
        )
        for row in rows
    )


def template(viewer: Viewer, key: str) -> TemplateView | None:
    """One template's published version, behaviour by behaviour; None where there is none of this key."""
    row = within(viewer, Template.objects.select_related("current")).filter(key=key).first()
    if row is None:
        return None
    current = row.current
    text = current.text.strip() if current else ""
    parsed = parse_template(text) if text else None
    return TemplateView(
        key=row.key,
        title=row.title,
        version=current.number if current else None,
        published_at=current.published_at if current else None,
        sha256=current.sha256 if current else "",
        applies_to=tuple(parsed.applies_to.items()) if parsed else (),
        behaviours=_with_more(viewer, row, parsed) if parsed else (),
        conversations=row.evaluations.filter(attempt__isnull=False).count(),
        draft=row.versions.filter(published_at__isnull=True).exists(),
    )


def waiting(key: str) -> dict[str, str]:
    """What each behaviour that nothing scores yet waits for, in plain words."""
    row = Template.objects.select_related("current").filter(key=key, current__isnull=False).first()
    text = row.current.text.strip() if row and row.current else ""
    views = _behaviours(row, parse_template(text)) if row and text else ()
    return {view.definition.key: view.waits_for for view in views if not view.scored}


def _with_more(viewer: Viewer, row: Template, parsed: core.Template) -> tuple[BehaviourView, ...]:
    learned = learned_views(
        Published(row.pk, row.current_id or 0, row.current.number if row.current else 0, parsed, row.programme_id)
    )
    often = {one.behaviour: one.challenged for one in overturned(viewer, row.key) if one.often}
    return tuple(
        replace(view, learned=learned.get(view.definition.key), overturned=often.get(view.definition.key))
        for view in _behaviours(row, parsed)
    )


def _behaviours(row: Template, parsed: core.Template) -> tuple[BehaviourView, ...]:
    scorings = list(Scoring.objects.filter(version=row.current_id).order_by("-id"))
    own = (scoring for scoring in scorings if set(scoring.scorers.values()) != {"imported"})
    newest = next(own, scorings[0] if scorings else None)
    counts = AgentDay.objects.filter(
        Q(met__gt=0) | Q(not_met__gt=0) | Q(not_applicable__gt=0), behaviour=OuterRef("pk")
    )
    decided = set(row.behaviours.filter(Exists(counts)).values_list("key", flat=True))
    scorers = newest.scorers if newest else None
    return tuple(_view(b, scorers, scored=b.key in decided) for b in parsed.behaviours)


def _view(behaviour: core.Behaviour, scorers: Mapping[str, str] | None, *, scored: bool) -> BehaviourView:
    if scorers is None:
        return BehaviourView(behaviour, scored=False, waits_for="the first conversations")
    if scorers.get(behaviour.key, NO_SCORERS) == NO_SCORERS:
        return BehaviourView(behaviour, scored=False, waits_for=_missing(behaviour))
    return BehaviourView(behaviour, scored=scored, waits_for="" if scored else "a conversation it can decide")


def _missing(behaviour: core.Behaviour) -> str:
    words = {
        "learned": "a learned scorer",
        "judge": "a judge",
        "human": "a person's review",
        "imported": "imported scores",
    }
    named = [words.get(member.scorer, f"the scorer “{member.scorer}”") for member in behaviour.score_with]
    return " or ".join(dict.fromkeys(named)) or "a scorer"
