"""The tokens by which programs act as somebody."""

from dataclasses import dataclass
from datetime import datetime

from coachloop.app.models import ApiToken
from coachloop.app.queries.viewing import Viewer


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token, without its secret; `hint` is how that begins, `state` alive, ended or revoked."""

    id: int
    name: str
    hint: str
    email: str
    programme: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    state: str


def tokens(viewer: Viewer, *, now: datetime) -> tuple[TokenView, ...]:
    """Their own, the newest first; the operator sees everybody's."""
    rows = ApiToken.objects.all() if viewer.everything else ApiToken.objects.filter(user=viewer.user)
    return tuple(_view(row, now) for row in rows.select_related("user", "programme").order_by("-id"))


def _view(row: ApiToken, now: datetime) -> TokenView:
    ended = "ended" if row.expires_at <= now else "alive"
    return TokenView(
        id=row.pk,
        name=row.name,
        hint=row.hint,
        email=row.user.email,
        programme=row.programme.key if row.programme else "",
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        state="revoked" if row.revoked_at else ended,
    )
