"""A crew of actors that works through blocks. Whoever is lost is replaced, and what they were at is given to somebody else."""

import hashlib
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings

from coachloop.app.errors import RefusedError

TRIES = 5
"""How often a block is begun before its error ends the command: nodes come and go, and so do connections."""

LOOKS = 5.0
"""Seconds between two looks at whether there is room for one more."""


@dataclass(frozen=True, slots=True)
class Job:
    """A block: which of an actor's methods does it, and with what."""

    method: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """What one actor takes of a machine, and how many there may be; 0 is as many as there is room for."""

    cpus: float = 1.0
    gpus: float = 0.0
    most: int = 0


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Be connected to the cluster at this address (`auto` for the one that this machine is in), or to one of this machine alone."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise RefusedError("Ray is not installed: install the extra, coachloop[cluster]") from error
    alone: dict[str, Any] = {} if address else {"include_dashboard": False}
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **alone)
    except ConnectionError as error:
        raise RefusedError(f"there is no cluster at {address}: start its head with `ray start --head`") from error
    try:
        yield
    finally:
        ray.shutdown()


def site_mark() -> str:
    """By which an actor knows whether its node belongs to the same site; says nothing of the key that it is made of."""
    return hashlib.sha256(f"cluster {settings.SECRET_KEY}".encode()).hexdigest()[:16]


class Crew:
    """Actors of one kind, as many as there is room for now."""

    def __init__(self, kind: type, needs: Needs, *arguments: Any) -> None:
        self._ray: Any = import_module("ray")
        remote = self._ray.remote(num_cpus=needs.cpus, num_gpus=needs.gpus, max_restarts=0)(kind)
        self._hire: Callable[[], Any] = lambda: remote.remote(*arguments)
        self._needs = needs
        self._idle: list[Any] = []
        self._busy: dict[Any, tuple[Any, Job]] = {}
        self._tries: dict[Job, int] = {}
        self._looked = float("-inf")

    def through(self, jobs: Iterable[Job]) -> Iterator[Any]:
        """What comes of each block, as it comes; a block that nobody can do raises its error in the end."""
        waiting, again = iter(jobs), deque[Job]()
        while True:
            self._fill()
            while self._idle and (job := again.popleft() if again else next(waiting, None)) is not None:
                actor = self._idle.pop()
                self._busy[getattr(actor, job.method).remote(*job.arguments)] = actor, job
            if not self._busy and self._idle:
                return
            if not self._busy:
                time.sleep(0.2)  # no node has room for anybody
                continue
            for reference in self._ray.wait(list(self._busy), timeout=1.0)[0]:
                yield from self._ended(reference, again)

    def _ended(self, reference: Any, again: deque[Job]) -> Iterator[Any]:
        actor, job = self._busy.pop(reference)
        try:
            result = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            self._idle.append(actor)
            self._once_more(job, again, error.cause if isinstance(error.cause, Exception) else error)
        except self._ray.exceptions.RayError as error:  # the actor is gone, mostly with its node
            self._ray.kill(actor)
            self._once_more(job, again, error)
        else:
            self._idle.append(actor)
            yield result

    def _once_more(self, job: Job, again: deque[Job], error: Exception) -> None:
        if isinstance(error, RefusedError) or self._tries.get(job, 0) >= TRIES:
            raise error
        self._tries[job] = self._tries.get(job, 0) + 1
        again.append(job)

    def _fill(self) -> None:
        """Hire for as much room as the nodes that are there have."""
        if time.monotonic() - self._looked < LOOKS:
            return
        self._looked = time.monotonic()
        there = self._ray.cluster_resources()
        room = there.get("CPU", 0) / self._needs.cpus
        if self._needs.gpus:
            room = min(room, there.get("GPU", 0) / self._needs.gpus)
        wanted = min(int(room), self._needs.most or int(room)) - len(self._idle) - len(self._busy)
        self._idle += [self._hire() for _ in range(wanted)]
