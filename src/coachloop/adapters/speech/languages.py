"""Languages as transcribers name them, and their codes (ISO 639-1)."""

_NAMES = """
    af afrikaans, ar arabic, az azerbaijani, be belarusian, bg bulgarian, bn bengali, bs bosnian, ca catalan, cs czech, cy welsh,
    da danish, de german, el greek, en english, es spanish, et estonian, fa persian, fi finnish, fr french, gl galician, gu gujarati,
    he hebrew, hi hindi, hr croatian, hu hungarian, hy armenian, id indonesian, is icelandic, it italian, ja japanese, kk kazakh,
    km khmer, kn kannada, ko korean, lo lao, lt lithuanian, lv latvian, mi maori, mk macedonian, ml malayalam, mr marathi, ms malay,
    my myanmar, ne nepali, nl dutch, no norwegian, pa punjabi, pl polish, pt portuguese, ro romanian, ru russian, sk slovak,
    sl slovenian, sq albanian, sr serbian, sv swedish, sw swahili, ta tamil, te telugu, th thai, tl tagalog, tr turkish, uk ukrainian,
    ur urdu, vi vietnamese, yue cantonese, zh chinese
"""
_CODES = {name: code for code, name in (pair.split() for pair in _NAMES.split(","))}


def code(language: str) -> str:
    """A language's code without the country, as "en-GB" has: transcribers know one English. Empty stays empty."""
    return language.replace("_", "-").partition("-")[0].strip().lower()


def code_of(answered: str) -> str:
    """The code of a language that a server names in either way; empty where it is not known here."""
    short = code(answered)
    return short if 2 <= len(short) <= 3 else _CODES.get(answered.strip().lower(), "")
