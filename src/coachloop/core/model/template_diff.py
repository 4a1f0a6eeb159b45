"""What changed between two versions of a template, behaviour by behaviour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from coachloop.core.model.template import AppliesWhen, Behaviour, Member, Span, Template, Window


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One thing that a template says, before and now; None where it does not say it. `name` is the language's own key."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class BehaviourChange:
    """What changed in one behaviour."""

    key: str
    title: str
    fields: tuple[FieldChange, ...]

    @property
    def changes_verdicts(self) -> bool:
        """Whether the same call may get another verdict; a new title, target or reason does not do that."""
        return any(change.name in _DECIDES for change in self.fields)


@dataclass(frozen=True, slots=True)
class TemplateDiff:
    """What changed: the template itself, and its behaviours by key."""

    template: tuple[FieldChange, ...]
    added: tuple[Behaviour, ...]
    removed: tuple[Behaviour, ...]
    changed: tuple[BehaviourChange, ...]
    moved: bool

    @property
    def empty(self) -> bool:
        """Whether both say the same, though their text may differ."""
        return not (self.template or self.added or self.removed or self.changed or self.moved)


_DECIDES = frozenset(
    {"question", "window", "applies_when", "require", "examples.met", "examples.not_met", "score_with"}
)
_NAMES = {"met_examples": "examples.met", "not_met_examples": "examples.not_met"}


def compare(old: Template, new: Template) -> TemplateDiff:
    """The difference between two versions; a behaviour is the same one if its key is."""
    before, after = ({behaviour.key: behaviour for behaviour in one.behaviours} for one in (old, new))
    both = [key for key in after if key in before]
    changes = [(after[key], tuple(_fields(before[key], after[key]))) for key in both]
    return TemplateDiff(
        template=tuple(_template_fields(old, new)),
        added=tuple(b for b in new.behaviours if b.key not in before),
        removed=tuple(b for b in old.behaviours if b.key not in after),
        changed=tuple(BehaviourChange(b.key, b.title, found) for b, found in changes if found),
        moved=both != [key for key in before if key in after],
    )


def _template_fields(old: Template, new: Template) -> Iterator[FieldChange]:
    if old.title != new.title:
        yield FieldChange("title", old.title, new.title)
    if dict(old.applies_to) != dict(new.applies_to):
        yield FieldChange("applies_to", _plain(old.applies_to), _plain(new.applies_to))


def _fields(old: Behaviour, new: Behaviour) -> Iterator[FieldChange]:
    """A cascade's change is named member by member, so that one new phrase is not lost in a long list."""
    for field in fields(Behaviour):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before != after and field.name != "key":
            yield FieldChange(_NAMES.get(field.name, field.name), _plain(before), _plain(after))


def _plain(value: Any) -> Any:
    """A value as the template language writes it; None where it would say nothing."""
    if isinstance(value, Window):
        return _window(value)
    if isinstance(value, AppliesWhen):
        return {"customer_says": list(value.customer_says)} if value.customer_says else {"question": value.question}
    if isinstance(value, Member):
        return {value.scorer: _plain(value.options)}
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value] or None
    return (str(value) or None) if isinstance(value, str) else value


def _window(window: Window) -> dict[str, Any] | str:
    size = int(window.size) if window.size == int(window.size) else window.size
    if window.span is Span.AFTER:
        return {"after": "applies_when", "within_turns": size}
    return "anywhere" if window.span is Span.ANYWHERE else {str(window.span): size}
