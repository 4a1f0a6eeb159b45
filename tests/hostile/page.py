"""A page as a browser's parser sees it: which elements, attributes and addresses it has, and what can be read on it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "data", "hx-get", "hx-post", "xlink:href", "srcset", "poster"}
)


@dataclass(slots=True)
class Page:
    """What was found. `faults` are closing tags without their beginning, comments and other odd things."""

    elements: set[str] = field(default_factory=set)
    attributes: set[tuple[str, str]] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    text: str = ""


def read(source: str) -> Page:
    """Parse a page."""
    parser = _Parser()
    parser.feed(source)
    parser.close()
    parser.page.faults += [f"<{tag}> is not closed" for tag in parser.open]
    parser.page.text = "".join(parser.said)
    return parser.page


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.add(tag)
        self.page.attributes |= {(tag, name) for name, _ in attrs}
        self.page.addresses |= {value or "" for name, value in attrs if name in _ADDRESSES}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.page.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_comment(self, data: str) -> None:
        self.page.faults.append(f"comment {data[:40]!r}")

    def unknown_decl(self, data: str) -> None:
        self.page.faults.append(f"declaration {data[:40]!r}")

    def handle_pi(self, data: str) -> None:
        self.page.faults.append(f"instruction {data[:40]!r}")


def grown(page: Page, plain: Page) -> list[str]:
    """What a page has that the same page with plain words has not, and addresses that leave the site."""
    new = [f"<{tag}>" for tag in page.elements - plain.elements]
    new += [
        f"<{tag} {name}>" for tag, name in page.attributes - plain.attributes if (tag, name) not in plain.attributes
    ]
    new += [f"address {value!r}" for value in page.addresses - plain.addresses if not value.startswith(("/", "#", "?"))]
    new += [f"address {value!r}" for value in page.addresses if value.startswith(("//", "/\\"))]
    return page.faults + new
