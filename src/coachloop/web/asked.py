"""What a page's address asks for, read forgivingly: nonsense falls back to the default."""

from datetime import date

from django.http import HttpRequest


def number(request: HttpRequest, name: str, default: int, *, most: int = 1_000_000) -> int:
    """A whole number from 0 to `most` in the address."""
    return _whole(request.GET.get(name, ""), default, most=most)


def posted_number(request: HttpRequest, name: str, default: int, *, most: int = 1_000_000) -> int:
    """The same in a form."""
    return _whole(request.POST.get(name, ""), default, most=most)


def day(text: str) -> date | None:
    """A date as a date field sends it, if it is one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _whole(text: str, default: int, *, most: int) -> int:
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 10 else default


def query_without(request: HttpRequest, name: str) -> str:
    """The address's query without one of its names."""
    query = request.GET.copy()
    query.pop(name, None)
    return query.urlencode()
