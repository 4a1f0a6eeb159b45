"""Who was erased, as far as anybody may know it afterwards: by a keyed digest, and what went."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from coachloop.app.models import Agent, AgentAlias, Conversation, Erasure, LearnedModel
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.model.people import Role

CUSTOMER, AGENT = "customer", "agent"
WHOM = (CUSTOMER, AGENT)


@dataclass(frozen=True, slots=True)
class Found:
    """What is here of somebody before they are erased."""

    kind: str
    key: str
    name: str
    conversations: int
    recordings: int
    models: int
    templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One erasure: what went, when, by whom, and what is kept; `programme` is empty where they went everywhere."""

    id: int
    kind: str
    digest: str
    asked_at: datetime
    done_at: datetime | None
    data: dict[str, Any]
    programme: str = ""

    @property
    def erased(self) -> list[tuple[str, int]]:
        """What went, with its count."""
        return [(what, count) for what, count in self.data.get("erased", {}).items()]

    def as_json(self) -> dict[str, Any]:
        """The whole of it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "digest": self.digest,
            "programme": self.programme,
            "asked_at": self.asked_at.isoformat(),
            "done_at": self.done_at.isoformat() if self.done_at else None,
            **self.data,
        }


def digest(kind: str, key: str) -> str:
    """Who it was, for whoever has the site's key and asks of somebody by name: the same key gives the same digest."""
    return salted_hmac("coachloop.erasure", f"{kind}:{key}", algorithm="sha256").hexdigest()


def certificates(viewer: Viewer) -> list[Certificate]:
    """All of them, newest first; for admins alone."""
    if not viewer.has(Role.ADMIN):
        return []
    rows = Erasure.objects.select_related("programme")
    if viewer.programme_id is not None:
        mine = Q(programme=viewer.programme_id)
        rows = rows.filter(mine | Q(programme=None) if viewer.keeps_all else mine)
    return [_read(row) for row in rows.order_by("-id")]


def certificate(viewer: Viewer, erasure_id: int) -> Certificate | None:
    """One; None where the viewer keeps it not."""
    return next((one for one in certificates(viewer) if one.id == erasure_id), None)


def was_erased(viewer: Viewer, kind: str, key: str) -> list[Certificate]:
    """The certificates of somebody who is named."""
    wanted = digest(kind, key.strip())
    return [one for one in certificates(viewer) if one.digest == wanted]


def conversations_of(kind: str, key: str, programme: int | None) -> QuerySet[Conversation]:
    """Every conversation that goes with somebody: a customer's calls; an agent's, and what was handed in of their coaching."""
    if kind == CUSTOMER:
        rows = Conversation.objects.filter(customer_key=key)
    else:
        theirs = Q(agent__key=key) | Q(recording__session__agent__key=key)
        rows = Conversation.objects.filter(pk__in=Conversation.objects.filter(theirs).values("pk"))
    return rows.filter(programme=programme) if programme is not None else rows


def agent_of(key: str, programme: int | None) -> Agent | None:
    """The agent whom exports know by this key."""
    rows = Agent.objects.filter(Q(key=key) | Q(pk__in=AgentAlias.objects.filter(key=key).values("agent")))
    return (rows.filter(programme=programme) if programme is not None else rows).first()


def found(viewer: Viewer, kind: str, key: str) -> Found | None:
    """What is here of somebody; None where there is nothing, or the viewer does not keep it."""
    if not viewer.has(Role.ADMIN) or not key.strip():
        return None
    programme = viewer.programme_id
    agent = agent_of(key.strip(), programme) if kind == AGENT else None
    named = agent.key if agent else key.strip()
    rows = within(viewer, conversations_of(kind, named, programme))
    if not rows.exists() and agent is None:
        return None
    models = LearnedModel.objects.filter(cases__conversation__in=rows).distinct()
    return Found(
        kind=kind,
        key=named,
        name=agent.name if agent else "",
        conversations=rows.count(),
        recordings=rows.filter(audio__isnull=False).count(),
        models=models.count(),
        templates=tuple(sorted(set(models.values_list("behaviour__template__key", flat=True)))),
    )


def known_again(erased: Mapping[tuple[str, str], Collection[str]]) -> Iterator[tuple[str, str, int | None]]:
    """Who of those that are here now was erased: for a database that came back from a backup.

    Args:
        erased: by kind and digest the programmes that they were erased from; an empty one is everywhere.

    Yields:
        Their kind, their key, and the programme that they are to go from.
    """
    customers = Conversation.objects.exclude(customer_key="").order_by().distinct()
    for kind, rows in (
        (CUSTOMER, customers.values_list("customer_key", "programme", "programme__key")),
        (AGENT, Agent.objects.values_list("key", "programme", "programme__key")),
    ):
        for key, programme, called in rows.iterator(2000):
            where = erased.get((kind, digest(kind, key)), ())
            if where and (called is None or "" in where or called in where):  # an older database may not be divided yet
                yield kind, key, programme


def _read(row: Erasure) -> Certificate:
    programme = row.programme.key if row.programme else ""
    return Certificate(row.pk, row.kind, row.digest, row.asked_at, row.done_at, dict(row.certificate), programme)
