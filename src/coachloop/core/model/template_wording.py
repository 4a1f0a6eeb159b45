"""New words for one behaviour in a template's text, put where the old ones stand, so that comments and order stay."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Literal

import yaml

from coachloop.core.model.yaml_tree import Path, Place, Tree, read_tree

type Part = Literal["question", "good"]
"""What of a behaviour can be worded anew."""

_ODD = re.compile(yaml.reader.Reader.NON_PRINTABLE)


def worded(text: str, behaviour: str, *, part: Part, words: str) -> str:
    """The text with these words in place of the behaviour's; line breaks in them become spaces.

    What is changed is tried: the result says the same as before but for these words, or nothing is changed at all.

    Args:
        text: a template in the template language.
        behaviour: key of one of its behaviours.
        part: which of its words.
        words: the new ones.

    Raises:
        ValueError: the text has no such behaviour, or holds it in a way that is not changed by machine.
    """
    tree, new = read_tree(text), " ".join(_ODD.sub(" ", words).split())
    path = _path(tree, behaviour)
    if path is None:
        raise ValueError(f"the template's text has no behaviour {behaviour!r} any more")
    aim = _aim(tree.data, (*path, part), new)
    if not tree.complaints and tree.data == aim:
        return text
    for candidate in _candidates(text, tree, (*path, part), words=new):
        found = read_tree(candidate)
        if not found.complaints and found.data == aim:
            return candidate
    raise ValueError(f"the words of {behaviour!r} can't be changed by themselves here; change them in the studio")


def _path(tree: Tree, behaviour: str) -> Path | None:
    data: Any = tree.data
    behaviours = data.get("behaviours") if isinstance(data, dict) else None
    for index, one in enumerate(behaviours if isinstance(behaviours, list) else ()):
        if isinstance(one, dict) and one.get("key") == behaviour:
            return ("behaviours", index)
    return None


def _aim(data: object, path: Path, words: str) -> object:
    aim: Any = deepcopy(data)
    behaviours, index, part = path
    aim[behaviours][index][part] = words
    return aim


def _candidates(text: str, tree: Tree, path: Path, *, words: str) -> Iterator[str]:
    """The changed text in several ways, the plainest first: words as they are, in quotes, in the style of a line or of a list."""
    if path in tree.values:
        start, end = _index(text, tree.values[path]), _index(text, tree.ends[path])
        tail = "\n" if text[start:end].endswith("\n") else ""
        for scalar in _scalars(words):
            yield text[:start] + scalar + tail + text[end:]
        return
    beside = (*path[:-1], "question" if (*path[:-1], "question") in tree.ends else "key")
    column, end = tree.keys[beside].column, _index(text, tree.ends[beside])
    ended = text[:end].endswith("\n")
    line_end = end if ended else text.find("\n", end) + 1 or len(text)
    for scalar in _scalars(words):
        said = f"{path[-1]}: {scalar}"
        yield f"{text[:end]}, {said}{text[end:]}"
        yield f"{text[:line_end]}{' ' * (column - 1)}{said}\n{text[line_end:]}"
        yield f"{text}\n{' ' * (column - 1)}{said}\n"


def _scalars(words: str) -> tuple[str, str]:
    return words, json.dumps(words, ensure_ascii=False)


def _index(text: str, place: Place) -> int:
    """Where a place is, counted in characters from the beginning."""
    start = 0
    for _ in range(place.line - 1):
        start = text.find("\n", start) + 1
    return start + place.column - 1
