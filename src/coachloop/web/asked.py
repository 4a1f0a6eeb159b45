"""What a page's address asks for, read forgivingly: nonsense falls back to the default."""

from django.http import HttpRequest


def number(request: HttpRequest, name: str, default: int, *, most: int = 1_000_000) -> int:
    """A whole number from 0 to `most` in the address."""
    text = request.GET.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 10 else default


def query_without(request: HttpRequest, name: str) -> str:
    """The address's query without one of its names."""
    query = request.GET.copy()
    query.pop(name, None)
    return query.urlencode()
