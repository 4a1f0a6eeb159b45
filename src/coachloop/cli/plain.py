"""What was said elsewhere, made fit for a terminal: it may colour nothing, move nothing and turn no line round."""

import re
from typing import Any

from rich.console import Console

_RULES_A_TERMINAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]")
_BREAKS_JSON_LINES = re.compile("[\x7f-\x9f\u2028\u2029]")


def plain(text: str) -> str:
    """The text with every character that steers instead of being seen replaced; new lines and tabs stay."""
    return _RULES_A_TERMINAL.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(document: str) -> str:
    """JSON text with the control characters that JSON itself lets through written as escapes: the same document."""
    return _BREAKS_JSON_LINES.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


class Terminal(Console):
    """A console whose strings steer no terminal; what rich draws itself still does."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, as rich does."""
        super().print(*(plain(one) if isinstance(one, str) else one for one in objects), **options)
