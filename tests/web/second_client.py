"""A second client of the same outsourcer: all that the first one has, copied, with SENTINEL in every word of it.

Every table is copied, so one that is new is tried too; numbers are the first one's plus FAR, keys begin with the sentinel.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml
from django.apps import apps
from django.db import models

from coachloop.app.models import Assignment as Asked
from coachloop.app.models import Grant, Programme, Site, Team, TemplateVersion

FAR = 1_000_000
SENTINEL = "quokka"

OF_ALL = {
    "Programme", "Site", "SiteClosure", "DriftBudget", "Figures", "PackedDay", "MatrixDay", "DirtyDay", "AuditSeal",
    "ImpactRun", "ImpactEstimate", "Allowance", "Answered", "Retention",
}  # fmt: skip
"""Tables that are the site's, or are worked out anew."""

CODES = {
    "channel", "direction", "language", "timezone", "state", "outcome", "decided_by", "kind", "status", "role", "way",
    "sha256", "codec", "suffix", "copied", "password", "resolution", "encoder", "how", "decision", "did_happen",
    "did_work", "next_step", "verdict", "why_code", "chosen", "source", "action", "url", "transcriber",
}  # fmt: skip
"""Columns whose texts are no words of anybody."""

SAID = {"quote", "better", "text", "note", "customer_name", "agent_name", "to"}
"""What is said in JSON, by its key."""


def theirs(value: Any) -> Any:
    """The second client's of what is the first one's: an id or a key."""
    return value + FAR if isinstance(value, int) else f"{SENTINEL}-{value}"


def second_client(programme: Programme, *, words: str = SENTINEL) -> None:
    """Copy everything there is into this programme, which is empty, with `words` in whatever somebody wrote, said or is called."""
    every = [model for model in apps.get_app_config("coachloop").get_models() if model.__name__ not in OF_ALL]
    copied = frozenset(every)
    for model in every:
        rows = [_copy(row, copied, programme, words=words) for row in model._default_manager.all()]
        model._default_manager.bulk_create(rows, batch_size=500)
    Grant.objects.filter(pk__gt=FAR).update(programme=programme)
    place = Site.objects.create(name=f"{SENTINEL} site")
    Team.objects.filter(pk__gt=FAR).update(site=place)


def _copy(row: models.Model, copied: Iterable[Any], programme: Programme, *, words: str) -> models.Model:
    made = type(row)()
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        setattr(made, field.attname, _value(row, field, value, copied=copied, words=words))
        if field.name == "programme":
            made.programme_id = programme.pk  # type: ignore[attr-defined]
    return made


def _value(row: models.Model, field: Any, value: Any, *, copied: Iterable[Any], words: str) -> Any:
    if value in (None, ""):
        return value
    if field.is_relation:
        return value + FAR if field.related_model in copied else value
    if isinstance(field, models.JSONField):
        return _ids(value, words) if isinstance(row, Asked) else _said(value, words)
    if isinstance(value, str):
        return value if field.choices or field.name in CODES else _text(row, field.name, value, words=words)
    return value + FAR if field.unique and isinstance(value, int) else value


def _text(row: models.Model, name: str, value: str, *, words: str) -> str:
    if isinstance(row, TemplateVersion):
        changed = re.sub(r"^key: ", f"key: {SENTINEL}-", value, count=1, flags=re.MULTILINE)
        return changed if words == SENTINEL else _worded(changed, words)
    if name == "document":
        return json.dumps(_said(json.loads(value), words))
    return f"{SENTINEL if name == 'key' else words}-{value}"


def _worded(template: str, words: str) -> str:
    """A template whose titles and questions say so too."""
    found = yaml.safe_load(template)
    for one in (found, *found["behaviours"]):
        one.update({name: f"{words} {one[name]}" for name in ("title", "question", "good", "why") if one.get(name)})
    return yaml.safe_dump(found, sort_keys=False)


def _said(value: Any, words: str, *, here: bool = False) -> Any:
    """The same with every word changed; names of outcomes too."""
    if isinstance(value, dict):
        return {key: _said(one, words, here=key in SAID) for key, one in value.items()}
    if isinstance(value, list):
        return [_said(one, words, here=here) for one in value]
    return f"{words} {value}" if here and isinstance(value, str) else value


def _ids(value: Any, words: str) -> Any:
    """Behaviours by their numbers."""
    if isinstance(value, dict):
        return {str(int(key) + FAR): _said(one, words) for key, one in value.items()}
    return [one + FAR for one in value]
