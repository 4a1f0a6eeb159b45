"""Where a request comes from."""

from django.conf import settings
from django.core.validators import validate_ipv46_address
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 -- no address to listen on: where a request says none


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. Only as many entries of X-Forwarded-For are believed as there are proxies in front."""
    there: str = request.META.get("REMOTE_ADDR") or UNKNOWN
    if count := settings.CONFIG.proxies:
        passed = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
        there = passed[-count] if len(passed) >= count else there
    try:
        validate_ipv46_address(there)
    except ValueError:
        return UNKNOWN
    return there
