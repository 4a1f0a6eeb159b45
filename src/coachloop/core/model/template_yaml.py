"""The template language: YAML in, a template out, or every mistake at once with its place and what would be right."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from coachloop.core.model import template_shape as shape
from coachloop.core.model.template import AppliesWhen, Behaviour, Member, Require, Span, Template, Window
from coachloop.core.model.template_checks import Fault, closest, faults, suggest
from coachloop.core.model.template_shape import KNOWN_SCORERS, template_schema
from coachloop.core.model.yaml_tree import Path, Place, Tree, read_tree

__all__ = ["KNOWN_SCORERS", "TemplateError", "TemplateErrors", "content_hash", "parse_template", "template_schema"]


@dataclass(frozen=True, slots=True, order=True)
class TemplateError:
    """One mistake in a template's text: where (both count from 1), in which part, and what would be right."""

    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class TemplateErrors(ValueError):  # noqa: N818 - it is several, each of them an error
    """Everything that is wrong with a template's text, in the order of the text."""

    def __init__(self, errors: tuple[TemplateError, ...]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


def content_hash(text: str) -> str:
    """SHA-256 of a template's text: what a published version is known by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parse_template(text: str, plugins: tuple[str, ...] = ()) -> Template:
    """Read a template.

    Args:
        text: YAML in the template language.
        plugins: names of scorers beyond the built-in ones; their options are passed on as they are.

    Returns:
        The template; what the text leaves out has its default.

    Raises:
        TemplateErrors: all its mistakes.
    """
    tree = read_tree(text)
    errors = {TemplateError(*place, _dotted(path), message) for place, path, message in tree.complaints}
    parsed = None
    if tree.values:
        parsed, shape_faults = _shaped(tree.data)
        every = (*shape_faults, *faults(tree.data, plugins))
        errors |= {_error(fault, tree) for fault in every if not tree.in_hole(fault.path)}
    if errors or parsed is None:
        raise TemplateErrors(tuple(sorted(errors)))
    return _template(parsed)


def _dotted(path: Path) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.removeprefix(".")


def _error(fault: Fault, tree: Tree) -> TemplateError:
    place: Place | None = tree.keys.get(fault.path) if fault.at_key else None
    return TemplateError(*(place or tree.place(fault.path)), _dotted(fault.path), fault.message)


def _shaped(data: object) -> tuple[shape.TemplateShape | None, list[Fault]]:
    try:
        return shape.TemplateShape.model_validate(data), []
    except ValidationError as error:
        items = error.errors(include_url=False)
    misspelt = {(*_inside(item), _meant(item)) for item in items if item["type"] == "extra_forbidden"}
    return None, [_fault(item) for item in items if item["type"] != "missing" or item["loc"] not in misspelt]


def _inside(error: Mapping[str, Any]) -> Path:
    return tuple(error["loc"][:-1])


def _meant(error: Mapping[str, Any]) -> str | None:
    """The key that an unknown one was meant to be; that one is not missing then, only misspelt."""
    return closest(str(error["loc"][-1]), shape.shape_at(_inside(error)).model_fields)


def _fault(error: Mapping[str, Any]) -> Fault:
    """One of pydantic's errors in our words."""
    path: Path = tuple(error["loc"])
    name = path[-1] if path else ""
    kind, got = error["type"], error["input"]
    known = shape.shape_at(path[:-1]).model_fields
    if kind == "extra_forbidden":
        return Fault(path, f"unknown key `{name}`; {suggest(str(name), known)}", at_key=True)
    hint = known[name].description if isinstance(name, str) and name in known else ""
    if kind == "missing":
        return Fault(path, f"`{name}` is missing: {hint}")
    if kind == "value_error":
        return Fault(path, str(error["ctx"]["error"]))
    return Fault(path, f"{_wanted(error)}, got {_shown(got)}{f' ({hint})' if hint else ''}")


def _wanted(error: Mapping[str, Any]) -> str:
    kind: str = error["type"]
    if kind in _WANTED:
        return _WANTED[kind]
    if kind == "string_pattern_mismatch":
        slug = re.sub(r"[^a-z0-9_-]+", "_", error["input"].casefold()).lstrip("_-0123456789").rstrip("_")
        return f"a key is lower-case letters, digits, - and _, such as {slug or 'states_purpose'!r}"
    if kind == "literal_error":
        return f"expected {error['ctx']['expected']}"
    message: str = error["msg"]
    return message.replace("Input should be", "should be").replace("String should", "should")


_WANTED = {
    "string_type": "expected text",
    "list_type": "expected a list, such as [a, b]",
    "model_type": "expected a mapping, such as {name: value}",
    "float_parsing": "expected a number",
    "float_type": "expected a number",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "string_too_short": "expected text",
    "too_short": "expected at least one",
}


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return f"{value!r:.80}"


def _template(parsed: shape.TemplateShape) -> Template:
    applies_to = parsed.applies_to.model_dump(exclude_none=True) if parsed.applies_to else {}
    return Template(
        key=parsed.key,
        title=parsed.title,
        behaviours=tuple(_behaviour(behaviour) for behaviour in parsed.behaviours),
        applies_to={name: tuple(values) for name, values in applies_to.items()},
    )


def _behaviour(parsed: shape.BehaviourShape) -> Behaviour:
    examples = parsed.examples or shape.ExamplesShape()
    condition = parsed.applies_when
    return Behaviour(
        key=parsed.key,
        title=parsed.title,
        question=parsed.question,
        good=parsed.good or "",
        why=parsed.why or "",
        target=parsed.target,
        weight=1 if parsed.weight is None else parsed.weight,
        critical=parsed.critical or False,
        window=_window(parsed.window),
        applies_when=AppliesWhen(tuple(condition.customer_says or ()), condition.question or "") if condition else None,
        require=Require(parsed.require or "any"),
        met_examples=tuple(examples.met or ()),
        not_met_examples=tuple(examples.not_met or ()),
        score_with=tuple(_members(parsed.score_with or [])),
    )


def _window(parsed: shape.WindowShape | None) -> Window:
    given = parsed.model_dump(exclude_none=True) if parsed else {}
    if "after" in given:
        return Window(Span.AFTER, given["within_turns"])
    for span in (Span.FIRST_SECONDS, Span.LAST_SECONDS, Span.FIRST_TURNS, Span.LAST_TURNS):
        if span in given:
            return Window(span, given[span])
    return Window()


def _members(parsed: list[shape.MemberShape]) -> Iterator[Member]:
    for member in parsed:
        for name in member.model_fields_set:
            options = getattr(member, name)
            if name in KNOWN_SCORERS:
                yield Member(name, options.model_dump(exclude_none=True) if options else {})
            else:
                yield Member(name, _plain(options or {}))


def _plain(value: Any) -> Any:
    """What a plug-in's options mean: numbers, true and false where they read as such."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    try:
        return json.loads(value) if value is not None else None
    except ValueError:
        return value
