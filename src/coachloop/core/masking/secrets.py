"""What is given after its name: passwords, security answers, codes of letters and digits, bank accounts by their check digits."""

import re
from collections.abc import Iterator

from coachloop.core.masking.cues import Cue
from coachloop.core.masking.kinds import Found, Kind

MOST_WORDS = 4

_SECRET = re.compile(
    r"\b(?:pass ?word|pass ?phrase|pass ?code|pin|secret word|security (?:word|answer)|maiden name)(?: number)?"
    r"(?: (?:is|was|would be|should be|will be)|'s| ?[:=])(?: (?:now|called|set to|probably|maybe|actually))? ?"
)
_WORD = re.compile(r"[^\s,;]+")
_NOT_ONE = frozenset(
    [
        "not",
        "wrong",
        "incorrect",
        "expired",
        "locked",
        "reset",
        "required",
        "case",
        "too",
        "the",
        "a",
        "an",
        "working",
        "being",
        "still",
        "very",
        "always",
        "been",
        "invalid",
        "blocked",
        "weak",
        "strong",
        "sent",
        "changed",
        "different",
        "what",
        "that",
        "there",
        "needed",
        "necessary",
        "important",
        "in",
        "on",
        "my",
        "your",
        "no",
        "only",
        "just",
        "never",
        "now",
        "so",
        "being",
        "set",
        "this",
        "going",
        "supposed",
        "to",
        "it's",
        "long",
        "short",
        "correct",
        "right",
        "fine",
        "okay",
        "ok",
        "good",
        "safe",
        "secure",
        "secured",
        "the",
        "same",
        "missing",
        "unknown",
        "something",
        "somewhere",
        "about",
        "asking",
        "asked",
        "but",
        "and",
        "or",
        "if",
        "because",
        "it",
        "as",
        "confidential",
        "forgotten",
        "lost",
        "saved",
        "stored",
        "used",
        "updated",
        "at",
        "least",
        "we",
        "he",
        "she",
        "they",
        "i",
        "you",
        "please",
        "when",
        "how",
        "where",
        "why",
        "accepted",
        "rejected",
        "protected",
        "private",
        "full",
        "temporary",
    ]
)
_ENDS = frozenset(
    ["and", "but", "so", "or", "because", "can", "could", "is", "please", "that", "which", "i", "i'd", "i'm", "then"]
)
_CODE = re.compile(r"(?<![a-z0-9])(?=[a-z\-]*\d)(?=[\d\-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*(?![a-z0-9])")
_QUANTITY = re.compile(r"\d+(?:st|nd|rd|th|am|pm|k|m|km|kg|gb|mb|x|s|h|min|ft|sq)$")
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?![a-z0-9])")
_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34


def secrets(text: str) -> Iterator[Found]:
    """Passwords and answers to security questions in a plain text, as far as they are said beside their name."""
    for match in _SECRET.finditer(text):
        found = _value(text, match.end())
        if found is not None:
            yield found


def _value(text: str, start: int) -> Found | None:
    end, number = start, 0
    for number, match in enumerate(_WORD.finditer(text, start)):
        said = match.group()
        word = said.rstrip(".\"')?:" if any(map(str.isdigit, said)) and any(map(str.isalpha, said)) else ".\"')?:!")
        gap = text[end : match.start()].strip()
        if gap or number == MOST_WORDS or (word in _NOT_ONE if number == 0 else word in _ENDS):
            break
        end = match.start() + len(word)
        if len(word) < len(said) or word.isdigit():
            break
    return Found(start, end, Kind.SECRET) if end > start else None


def codes(text: str, cues: tuple[Cue, ...]) -> Iterator[Found]:
    """Letters and digits in one piece, right behind what says that they are a number of somebody's: `order number AB12345`."""
    for cue in cues:
        match = _CODE.search(text, cue.end, cue.end + 40)
        if match and len(match.group()) >= 5 and not _QUANTITY.match(match.group()) and cue.kind is not Kind.BIRTH_DATE:
            yield Found(match.start(), match.end(), cue.kind)


def ibans(text: str) -> Iterator[Found]:
    """International bank account numbers (ISO 13616), by their check digits; words right behind one are no part of it."""
    for match in _IBAN.finditer(text):
        end = match.end()
        while end > match.start():
            value = text[match.start() : end].replace(" ", "")
            if not _SHORTEST_IBAN <= len(value) <= _LONGEST_IBAN:
                break
            if int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1:
                yield Found(match.start(), end, Kind.ACCOUNT)
                break
            end = text.rfind(" ", match.start(), end)
