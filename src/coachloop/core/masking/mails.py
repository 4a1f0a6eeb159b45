"""E-mail addresses as they are written and as they are said: `jane dot doe at example dot com`."""

import re
from collections.abc import Iterator

from coachloop.core.masking.kinds import Found, Kind

LONGEST = 64
"""Characters that are looked back over for what stands before the `at`."""

_WRITTEN = re.compile(r"[a-z0-9][a-z0-9._%+\-']{0,63}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){0,6}")
_PROVIDER = r"(?:g ?mail|hot ?mail|yahoo|outlook|icloud|i cloud|aol|proton ?mail|live|gmx|me|msn|comcast)"
_ENDING = r"(?:com|org|net|edu|gov|co|uk|de|fr|it|es|eu|io|us|ca|au|info|biz|me|tv|ac|ie|nz|in)"
_AT = re.compile(
    rf"\bat (?:the )?(?:{_PROVIDER}(?:(?: ?dot ?|\.){_ENDING}\b)*|[a-z0-9\-]+(?: [a-z0-9\-]+){{0,2}}?(?:(?: ?dot |\.){_ENDING}\b)+)"
)
_PROVIDED = re.compile(rf"at (?:the )?{_PROVIDER}\b")
_ADDRESS = re.compile(r"\b(?:e-?mails?|e mail)\b")
_WORD = re.compile(r"[a-z0-9][a-z0-9._\-']*")
_JOINS = frozenset({"dot", "underscore", "dash", "hyphen", "plus", "period", "point"})
_NOT_OF_IT = frozenset(
    [
        "is",
        "it's",
        "its",
        "my",
        "your",
        "our",
        "the",
        "a",
        "an",
        "at",
        "to",
        "on",
        "in",
        "of",
        "for",
        "and",
        "or",
        "address",
        "email",
        "e-mail",
        "mail",
        "emails",
        "me",
        "you",
        "us",
        "that's",
        "that",
        "this",
        "it",
        "be",
        "was",
        "would",
        "looking",
        "look",
        "buy",
        "bought",
        "shop",
        "order",
        "see",
        "find",
        "check",
        "online",
        "website",
        "site",
        "web",
        "page",
        "available",
        "here",
        "there",
        "with",
        "from",
        "so",
        "um",
        "uh",
        "yeah",
        "yes",
        "ok",
        "okay",
        "sure",
        "repeat",
        "again",
        "spell",
        "say",
        "confirm",
        "note",
        "read",
        "please",
        "send",
        "sent",
        "write",
        "i'm",
        "am",
        "work",
        "works",
        "working",
        "go",
        "visit",
        "reach",
        "contact",
        "register",
        "log",
        "login",
        "sign",
        "up",
        "stay",
        "have",
        "got",
        "use",
        "uses",
        "using",
        "his",
        "her",
        "their",
        "under",
        "by",
        "can",
        "could",
        "just",
        "not",
        "no",
        "but",
        "then",
        "as",
    ]
)


def mails(text: str, *, asked: bool) -> Iterator[Found]:
    """The addresses in a plain text; `asked` where one was asked for just before."""
    for match in _WRITTEN.finditer(text):
        yield Found(match.start(), match.end(), Kind.EMAIL)
    about = asked or is_about_mail(text)
    for match in _AT.finditer(text):
        start = _begin(text, match.start(), about=about or _PROVIDED.match(match.group()) is not None)
        if start < match.start():
            yield Found(start, match.end(), Kind.EMAIL)


def is_about_mail(text: str) -> bool:
    """Whether an address is spoken of."""
    return _ADDRESS.search(text) is not None


def _begin(text: str, at: int, *, about: bool) -> int:
    """Where an address begins whose `at` stands there: the words before it as far as they can belong to it."""
    first = max(0, at - LONGEST)
    start, joined = at, False
    for match in reversed(list(_WORD.finditer(text, first, at))):
        word = match.group().strip(".,")
        if text[match.end() : start].strip() or (word in _NOT_OF_IT and not joined):
            break
        if not (about or joined or word in _JOINS or _spells(text, match.start(), first)):
            break
        start, joined = match.start(), word in _JOINS
    return start


def _spells(text: str, start: int, first: int) -> bool:
    """Whether what stands before this word joins it to another."""
    before = text[first:start].split()
    return bool(before) and before[-1] in _JOINS
