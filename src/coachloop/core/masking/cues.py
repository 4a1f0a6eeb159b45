"""What a number is, by the words before it or by what was asked."""

import re
from typing import NamedTuple

from coachloop.core.masking.kinds import Kind
from coachloop.core.masking.plain import words

_CUES = {
    Kind.CARD: r"(?:(?:credit|debit|bank|gift) )?card(?:'s)?(?: (?:number|no|details|is|reads)\b| ?:)|visa|mastercard|amex"
    r"|american express|long number",
    Kind.ACCOUNT: r"account (?:number|no|is|details)|account ?[:#]|bank account|acct|routing(?: number)?|sort code|iban|bic|swift code",
    Kind.PHONE: r"(?:tele|mobile |cell ?)?phone|mobile|cell|telephone|call (?:me|you|us|him|her|them)(?: back)? (?:at|on)"
    r"|reach (?:me|you|us|him|her|them) (?:at|on)|text (?:me|you|him|her)|ring (?:me|you|him|her)"
    r"|(?:best|contact|callback|call ?back|daytime|home|work|fax|whatsapp) number|whatsapp|fax",
    Kind.SECRET: r"pins?|p\.? ?i\.? ?n\.?(?= (?:is|number|code))|pass ?code|pass ?word|pass ?phrase|cvv2?|cvc2?|security (?:code|number)"
    r"|(?:digits|number|code) on the back|otp|secret (?:code|number)|one[- ]time (?:code|pass\w*|pin)|(?:access|clearance"
    r"|verification|confirm(?:ation)? text|entry|door|authori[sz]ation|login|log[- ]in|unlock|text(?:ed)?|sms) code"
    r"|(?:the|that|your|my|this|a) code",
    Kind.BIRTH_DATE: r"date of birth|birth ?date|dob|d\.o\.b|born|(?:my|your|his|her|their|whose) birth ?day",
    Kind.NUMBER: r"(?:(?:customer|client|order|reference|booking|reservation|confirmation|policy|member|membership|case|ticket|claim"
    r"|invoice|passport|licen[cs]e|id|i\.d|identification|insurance|contract|serial|patient|employee|student|loyalty|tax|vat|nhs"
    r"|registration|meter|application|tracking|file|agreement|plan|social security|national insurance|social)"
    r" (?:number|no|id|code|is|#))|social security|national insurance|ssn|reference|ref|(?:my|your|the|which|what|that) (?:number|id)"
    r"|id number|customer id",
}
_CUE = re.compile(
    r"(?<![a-z0-9])(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _CUES.items()) + r")(?![a-z])"
)
_FIRST = frozenset(
    [
        "card",
        "visa",
        "mastercard",
        "amex",
        "american",
        "account",
        "acct",
        "routing",
        "sort",
        "iban",
        "bic",
        "swift",
        "phone",
        "telephone",
        "mobile",
        "cell",
        "call",
        "reach",
        "text",
        "ring",
        "number",
        "fax",
        "whatsapp",
        "pin",
        "pins",
        "passcode",
        "pass",
        "password",
        "passphrase",
        "cvv",
        "cvv2",
        "cvc",
        "cvc2",
        "security",
        "digits",
        "code",
        "otp",
        "secret",
        "p",
        "birth",
        "birthdate",
        "dob",
        "born",
        "birthday",
        "d",
        "number",
        "reference",
        "ref",
        "social",
        "national",
        "ssn",
        "id",
        "customer",
        "cards",
        "cellphone",
    ]
)
_ASKS = re.compile(r"\b(?:date|birth|dob|when|year)\b")
_THREE = re.compile(r"cv|back|security")
_SHORT = {Kind.SECRET: 4, Kind.ACCOUNT: 5, Kind.PHONE: 6, Kind.CARD: 8, Kind.NUMBER: 6, Kind.BIRTH_DATE: 6}
_LONG = {Kind.SECRET: 8, Kind.ACCOUNT: 18, Kind.PHONE: 15, Kind.CARD: 24, Kind.NUMBER: 24, Kind.BIRTH_DATE: 8}


class Cue(NamedTuple):
    """Words that say what a number near them is, and how many digits that has."""

    start: int
    end: int
    kind: Kind
    least: int
    most: int

    def fits(self, size: int) -> bool:
        """Whether something of this kind can have so many digits."""
        return self.least <= size <= self.most


def cues(text: str) -> tuple[Cue, ...]:
    """The cues in a plain text, in order."""
    if _FIRST.isdisjoint(words(text)):
        return ()
    return tuple(map(_cue, _CUE.finditer(text)))


def _cue(match: re.Match[str]) -> Cue:
    kind = Kind(str(match.lastgroup))
    least = 3 if kind is Kind.SECRET and _THREE.search(match.group()) else _SHORT[kind]
    return Cue(*match.span(), kind, least, _LONG[kind])


def asks_for_birth(text: str) -> bool:
    """Whether a plain text that holds words about birth asks when somebody was born."""
    return _ASKS.search(text) is not None
