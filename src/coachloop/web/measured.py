"""Figures for Prometheus: of requests, counted by the processes of this server; and of the site, read from the database."""

import os
from collections.abc import Iterator

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from coachloop.app.queries.operating import Figure, figures

BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_requests = Histogram(
    "coachloop_request_seconds", "Seconds until a request was answered.", ["route", "status"], buckets=BUCKETS
)


def note_request(route: str, status: int, seconds: float) -> None:
    """Count a request by its route's name and the class of its status, such as 2xx."""
    _requests.labels(route, f"{status // 100}xx").observe(seconds)


def exposition() -> bytes:
    """Everything, in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_OfTheSite())
    counted = b"" if os.environ.get("PROMETHEUS_MULTIPROC_DIR") else generate_latest(REGISTRY)
    return counted + generate_latest(registry)


class _OfTheSite(Collector):
    """Read when asked for; where the database can't be asked, only that is said."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = figures(timezone.now())
        except DatabaseError:
            found = []
        up = Figure("coachloop_database_up", "Whether the database answers.", float(bool(found)))
        families: dict[str, GaugeMetricFamily] = {}
        for one in (up, *found):
            family = families.setdefault(
                one.name, GaugeMetricFamily(one.name, one.help, labels=[name for name, _ in one.labels])
            )
            family.add_metric([value for _, value in one.labels], one.value)
        yield from families.values()
