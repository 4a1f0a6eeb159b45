"""A text made plain for the rules, character for character: what stands at an offset still stands there."""

import unicodedata
from functools import lru_cache

_SPACED = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})


def plain(text: str) -> str:
    """The text in lower case, on one line, with ASCII digits, spaces, dashes and apostrophes; as long as the text itself."""
    if not text.isascii():
        text = text.translate({ord(char): _plain(char) for char in set(text) if not char.isascii()})
    return text.lower().replace("\n", " ")


def words(text: str) -> list[str]:
    """The words of a plain text, without their marks."""
    return text.translate(_SPACED).split()


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char.isspace() or unicodedata.category(char) in {"Cf", "Cc"}:
        return " "
    if char == "\u2212" or unicodedata.category(char) == "Pd":
        return "-"
    if char in "\u2018\u2019\u02bc\u00b4":
        return "'"
    wide = unicodedata.normalize("NFKC", char)
    lower = (wide if len(wide) == 1 else char).lower()
    return lower if len(lower) == 1 else "?"
