"""Which scripts are written without spaces between words."""

_WITHOUT_SPACES = (
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u1000", "\u109f"),  # Burmese
    ("\u1780", "\u17ff"),  # Khmer
    ("\u3000", "\u30ff"),  # kana, and the punctuation of Chinese and Japanese
    ("\u3400", "\u9fff"),  # Chinese characters
    ("\uff00", "\uff65"),  # their wide punctuation
)


def run_together(before: str, after: str) -> bool:
    """Whether two words stand beside each other without a space, by the last letter of the one and the first of the other."""
    return _is_spaceless(before[-1]) and _is_spaceless(after[0])


def may_part(before: str, after: str) -> bool:
    """Whether a word may end between two letters without a space: where one of them is of such a script."""
    return _is_spaceless(before[-1]) or _is_spaceless(after[0])


def _is_spaceless(letter: str) -> bool:
    return any(first <= letter <= last for first, last in _WITHOUT_SPACES)
