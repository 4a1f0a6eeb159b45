"""What may stand in a cell of a CSV file that somebody opens in a spreadsheet."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that a spreadsheet may run; some fold the wide forms first."""


def harmless(text: str) -> str:
    """The text, quoted where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def unquoted(text: str) -> str:
    """The text as it was before it was made harmless, of a table that comes back."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
