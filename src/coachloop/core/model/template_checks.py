"""What a template's parts have to do with each other: the checks that no single value can fail alone."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from coachloop.core.model.phrase import DEFAULT_GAP, fold, phrase_set
from coachloop.core.model.template_shape import KNOWN_SCORERS, TimingShape
from coachloop.core.model.yaml_tree import Path


class Fault(NamedTuple):
    """A mistake at a path; `at_key` says that the key is what is wrong, not its value."""

    path: Path
    message: str
    at_key: bool = False


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one was probably meant to be."""
    return next(iter(get_close_matches(word, list(known), 1, 0.6)), None)


def suggest(word: str, known: Iterable[str]) -> str:
    """How to go on: the closest of the known words, or all of them."""
    known = list(known)
    if close := closest(word, known):
        return f"did you mean `{close}`?"
    return f"known are {', '.join(f'`{name}`' for name in known)}" if known else "nothing may stand here"


def faults(data: object, plugins: tuple[str, ...]) -> Iterator[Fault]:
    """Everything that is wrong between the parts; ill-shaped parts are left to others."""
    behaviours = _list(_dict(data).get("behaviours"))
    yield from _same_keys(behaviours)
    for index, behaviour in enumerate(behaviours):
        if isinstance(behaviour, dict):
            path: Path = ("behaviours", index)
            yield from _window(behaviour, path)
            yield from _applies_when(behaviour, path)
            yield from _cascade(behaviour, path, plugins)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _given(mapping: dict[str, Any], names: Iterable[str]) -> list[str]:
    return [name for name in names if mapping.get(name) is not None]


def _same_keys(behaviours: list[Any]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, behaviour in enumerate(behaviours):
        key = _dict(behaviour).get("key")
        if isinstance(key, str):
            if key in seen:
                message = f"`{key}` is already the key of behaviour {seen[key] + 1}; each needs its own"
                yield Fault(("behaviours", index, "key"), message)
            seen.setdefault(key, index)


_WINDOWS = ("anywhere", "first_seconds", "last_seconds", "first_turns", "last_turns", "after")


def _window(behaviour: dict[str, Any], path: Path) -> Iterator[Fault]:
    window, path = behaviour.get("window"), (*path, "window")
    if not isinstance(window, dict):
        return
    named = [name for name in _WINDOWS if name in window]
    if len(named) > 1:
        yield Fault((*path, named[1]), f"a window has one key, got {_named(named)}", at_key=True)
    elif named == ["after"]:
        yield from _after(behaviour, window, (*path, "after"))
    elif "within_turns" in window:
        yield Fault((*path, "within_turns"), "`within_turns` goes with `after: applies_when`", at_key=True)
    elif not window:
        yield Fault(path, f"a window needs a key; known are {', '.join(f'`{name}`' for name in _WINDOWS)}")


def _after(behaviour: dict[str, Any], window: dict[str, Any], path: Path) -> Iterator[Fault]:
    if window.get("within_turns") is None:
        yield Fault(path, "`within_turns` is missing: how many of the agent's turns count, such as 3", at_key=True)
    if behaviour.get("applies_when") is None:
        message = "`after: applies_when` needs an `applies_when` beside the window, such as {customer_says: [price]}"
        yield Fault(path, message, at_key=True)


def _applies_when(behaviour: dict[str, Any], path: Path) -> Iterator[Fault]:
    condition, path = behaviour.get("applies_when"), (*path, "applies_when")
    if not isinstance(condition, dict):
        return
    given = _given(condition, ("customer_says", "question"))
    if len(given) == 2:
        yield Fault((*path, "question"), "give `customer_says` or `question`, not both", at_key=True)
    elif not given and not set(condition) - {"customer_says", "question"}:
        yield Fault(path, "give `customer_says` (phrases) or `question`")
    yield from _compiles(condition, ["customer_says"], path, gap=DEFAULT_GAP)


def _cascade(behaviour: dict[str, Any], path: Path, plugins: tuple[str, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, member in enumerate(_list(behaviour.get("score_with"))):
        here: Path = (*path, "score_with", index)
        if not isinstance(member, dict):
            continue
        if len(member) != 1:
            yield Fault(here, f"each scorer is a list item of its own with one name, got {_named(member)}")
        for name, options in member.items():
            yield from _member(name, options, (*here, name), plugins=plugins)
            if name in seen:
                yield Fault(
                    (*here, name), f"`{name}` is already in this cascade; each scorer is asked once", at_key=True
                )
            seen.add(name)


def _named(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names) or "none"


def _member(name: str, options: object, path: Path, *, plugins: tuple[str, ...]) -> Iterator[Fault]:
    if name in _OPTION_CHECKS:
        if options is None or isinstance(options, dict):
            yield from _OPTION_CHECKS[name](_dict(options), path)
    elif name in plugins:
        if options is not None and not isinstance(options, dict):
            yield Fault(path, f"the options of `{name}` are a mapping, such as {{}}")
    elif name not in KNOWN_SCORERS:
        yield Fault(path, f"unknown scorer `{name}`; {suggest(name, (*KNOWN_SCORERS, *plugins))}", at_key=True)


_PHRASE_LISTS = ("any", "all", "none")


def _phrases(options: dict[str, Any], path: Path) -> Iterator[Fault]:
    given = _given(options, _PHRASE_LISTS)
    if not given:
        yield Fault(path, "`phrases` needs a list of phrases: `any`, `all` or `none`", at_key=True)
    if given == ["none"] and options.get("miss") == "not_met":
        message = "`miss: not_met` needs `any` or `all`: with `none` alone every conversation would be not_met"
        yield Fault((*path, "miss"), message)
    yield from _contradictions(options, path)
    gap = options.get("gap")
    yield from _compiles(
        options, given, path, gap=int(gap) if isinstance(gap, str) and gap.isdecimal() else DEFAULT_GAP
    )


def _contradictions(options: dict[str, Any], path: Path) -> Iterator[Fault]:
    wanted = {_same(text) for name in ("any", "all") for text in _list(options.get(name))}
    for index, text in enumerate(_list(options.get("none"))):
        if isinstance(text, str) and _same(text) in wanted:
            yield Fault(
                (*path, "none", index), f"{text!r} is also among the phrases that show it; `none` would always win"
            )


def _same(text: object) -> str:
    """What two spellings of one phrase have in common."""
    said = str(text).strip()
    return said if said.startswith("/") or "{" in said or "..." in said else fold(said)


def _compiles(options: dict[str, Any], names: Iterable[str], path: Path, *, gap: int) -> Iterator[Fault]:
    """Whether each list fits one pattern; a list with a bad phrase has its own error already."""
    for name in names:
        texts = _list(options.get(name))
        try:
            for text in texts:
                phrase_set((str(text),), 0)
        except ValueError:
            continue
        try:
            phrase_set(tuple(map(str, texts)), min(gap, 50))
        except ValueError:
            yield Fault(
                (*path, name), "these phrases are too many or too long for one pattern; use fewer or a smaller gap"
            )


def _timing(options: dict[str, Any], path: Path) -> Iterator[Fault]:
    named = _given(options, options)
    if not named:
        message = f"`timing` needs something to time: {', '.join(f'`{name}`' for name in TimingShape.model_fields)}"
        yield Fault(path, message, at_key=True)
    for name in named:
        limits = options[name]
        if isinstance(limits, dict):
            yield from _range(limits, (*path, name))


def _range(limits: dict[str, Any], path: Path) -> Iterator[Fault]:
    given = _given(limits, ("min", "max"))
    if not given and not set(limits) - {"min", "max"}:
        yield Fault(path, "give `min`, `max` or both")
    try:
        low, high = (float(limits[name]) for name in given)
    except (ValueError, TypeError):
        return
    if low > high:
        yield Fault((*path, "min"), f"`min` {low:g} is above `max` {high:g}, so nothing would ever be met")


_OPTION_CHECKS: dict[str, Callable[[dict[str, Any], Path], Iterator[Fault]]] = {"phrases": _phrases, "timing": _timing}
