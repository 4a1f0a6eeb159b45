"""YAML with places: what a file says, and the line and column where it says it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

TEXT_LIMIT = 1_000_000
"""Characters of the longest text that is read."""

DEPTH_LIMIT = 20
"""Levels of nesting that are read; a template has seven."""

NODE_LIMIT = 50_000
"""Keys and values that are read."""

_KINDS = ("null", "bool", "int", "float", "str", "timestamp", "map", "seq", "merge", "value")
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in _KINDS)

Path = tuple[str | int, ...]
"""The way to a value from the top: keys of mappings and indices of lists."""


class Place(NamedTuple):
    """Where something stands in the text; both count from 1."""

    line: int
    column: int


class Complaint(NamedTuple):
    """Something wrong with the text itself, before it means anything."""

    place: Place
    path: Path
    message: str


@dataclass(slots=True)
class Tree:
    """A text's content and places.

    `data` is made of dicts, lists, strings and None: what a plain word such as `yes` or `0.9` means is up to its reader.
    `keys` has the place of every mapping's key, `values` that of every value and `ends` where it is over; `holes` are values already
    complained about.
    """

    data: object = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    ends: dict[Path, Place] = field(default_factory=dict)
    holes: set[Path] = field(default_factory=set)
    complaints: list[Complaint] = field(default_factory=list)

    def in_hole(self, path: Path) -> bool:
        """Whether something at or above this path is already complained about."""
        return any(path[:length] in self.holes for length in range(len(path) + 1))

    def place(self, path: Path) -> Place:
        """Where the value stands, or the nearest thing around it that does."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))


def read_tree(text: str) -> Tree:
    """Read one YAML document; never raises, whatever the text: what is wrong is among the complaints."""
    tree = Tree()
    if len(text) > TEXT_LIMIT:
        tree.complaints.append(_at_top(f"a template has at most {TEXT_LIMIT:,} characters, got {len(text):,}"))
        return tree
    if odd := yaml.reader.Reader.NON_PRINTABLE.search(text):
        before = text[: odd.start()]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        tree.complaints.append(
            Complaint(place, (), f"holds the character U+{ord(odd[0]):04X}, which YAML does not allow")
        )
        return tree
    loader = _Loader(text, tree)
    node = _compose(loader)
    if node is None and not tree.complaints:
        tree.complaints.append(_at_top("is empty; a template begins with `key: some-name`"))
    if node is not None:
        tree.data = _plant(node, (), loader)
    return tree


def _at_top(message: str) -> Complaint:
    return Complaint(Place(1, 1), (), message)


class _Loader(yaml.composer.Composer, CParser, yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """Composes nodes; refuses what could make a small text large, and nesting that no template has.

    The events come from libyaml, because PyYAML's own scanner takes no `?` inside a flow mapping's words.
    """

    def __init__(self, text: str, tree: Tree) -> None:
        CParser.__init__(self, text)
        yaml.composer.Composer.__init__(self)
        yaml.constructor.SafeConstructor.__init__(self)
        yaml.resolver.Resolver.__init__(self)
        self.text = text
        self.tree = tree
        self.depth = self.nodes = 0
        self.refused: dict[int, str] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """One node, or an empty stand-in for one that is refused."""
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            self.get_event()
            marks = (event.start_mark, event.end_mark)
            stand_in = yaml.ScalarNode("tag:yaml.org,2002:null", "", *marks)  # type: ignore[arg-type]
            self.refused[id(stand_in)] = f"aliases are not read; write out what *{event.anchor} stands for"
            return stand_in
        self.depth += 1
        self.nodes += 1
        if self.depth > DEPTH_LIMIT or self.nodes > NODE_LIMIT:
            message = f"more than {DEPTH_LIMIT} levels deep or {NODE_LIMIT:,} keys and values long"
            raise yaml.composer.ComposerError(None, None, message, event.start_mark)
        anchor, event.anchor = event.anchor, None
        node = super().compose_node(parent, index)
        self.depth -= 1
        if anchor is not None and node is not None:
            self.refused[id(node)] = f"anchors are not read; take away &{anchor}"
        return node


def _compose(loader: _Loader) -> yaml.Node | None:
    try:
        return loader.get_single_node()
    except yaml.YAMLError as error:
        said = (getattr(error, "context", None), getattr(error, "problem", None))
        problem = " ".join(part for part in said if part) or str(error)
        loader.tree.complaints.append(Complaint(_where(error, loader.text), (), f"not YAML: {problem}"))
    return None


def _where(error: yaml.YAMLError, text: str) -> Place:
    """Where YAML stops making sense: at the latest at the end of the text, whose mark may be a line further down."""
    mark = getattr(error, "problem_mark", None)
    lines = text.split("\n")
    if mark is None or mark.line >= len(lines):
        return Place(len(lines), len(lines[-1]) + 1)
    return _place(mark)


def _place(mark: yaml.Mark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _plant(node: yaml.Node, path: Path, loader: _Loader) -> object:
    """The node's content, its places noted on the way."""
    tree = loader.tree
    place = tree.values[path] = _place(node.start_mark)
    tree.ends[path] = _place(node.end_mark)
    refusal = loader.refused.get(id(node))
    if refusal is None and node.tag not in _TAGS:
        refusal = f"tags are not read; take away {node.tag}"
    if refusal is not None:
        tree.holes.add(path)
        tree.complaints.append(Complaint(place, path, refusal))
        return None
    if isinstance(node, yaml.MappingNode):
        return _plant_mapping(node, path, loader)
    if isinstance(node, yaml.SequenceNode):
        return [_plant(item, (*path, index), loader) for index, item in enumerate(node.value)]
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _plant_mapping(node: yaml.MappingNode, path: Path, loader: _Loader) -> dict[str, object]:
    tree, content = loader.tree, dict[str, object]()
    for key_node, value_node in node.value:
        place = _place(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            tree.complaints.append(
                Complaint(place, path, "a key is a word, got a list or mapping; quote what holds [ or {")
            )
        elif key_node.value in content:
            first = tree.keys[*path, key_node.value]
            message = f"`{key_node.value}` is already given on line {first.line}; keep one of them"
            tree.complaints.append(Complaint(place, (*path, key_node.value), message))
        else:
            tree.keys[*path, key_node.value] = place
            content[key_node.value] = _plant(value_node, (*path, key_node.value), loader)
    return content
