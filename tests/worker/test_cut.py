"""The network between a worker and PostgreSQL is cut while it stores a block, and heals; benchmarks/workers.py does it with whole hosts."""

import threading

import pytest
from django.db import OperationalError, connection, connections

from builders import MANNERS, NOW, call, publish, score, take
from coachloop.app.models import Attempt, Evaluation, Site, Verdict
from coachloop.app.services import scoring
from coachloop.wiring import scorers
from servers.bucket import Wire

pytestmark = pytest.mark.django_db(transaction=True)


class Elsewhere(threading.Thread):
    """A worker whose way to the database is the wire; stops when its block is written and not yet committed."""

    def __init__(self, wire: Wire, ids: list[int]) -> None:
        super().__init__(daemon=True)
        self.written, self.goes_on = threading.Event(), threading.Event()
        self.came_of_it: list[object] = []
        self._wire, self._ids = wire, ids

    def run(self) -> None:
        mine = connections["default"]
        mine.settings_dict = {**mine.settings_dict, "HOST": "127.0.0.1", "PORT": self._wire.port}
        for _ in range(2):
            try:
                [engine] = scoring.engines(scorers())
                self.came_of_it.append(scoring.score_block(engine, self._ids, now=NOW).evaluations)
            except OperationalError:
                self.came_of_it.append("cut off")
                mine.close()
        mine.close()


def test_a_block_that_is_cut_off_is_scored_by_somebody_else_and_once(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no network to cut: run with tests/with_postgres.py")
    told = connection.settings_dict
    wire = Wire((told["HOST"] or "127.0.0.1", int(told["PORT"] or 5432)))
    Site.objects.create(name="Main site")
    publish(MANNERS)
    take(*[call(f"c-{n}") for n in range(20)])
    there = Elsewhere(wire, list(Evaluation.objects.values_list("id", flat=True)))
    stores = scoring._store

    def stored(*arguments: object) -> scoring.Tally:
        tally = stores(*arguments)
        if threading.current_thread() is there and not there.written.is_set():
            there.written.set()
            there.goes_on.wait(20)
        return tally

    monkeypatch.setattr(scoring, "_store", stored)
    there.start()
    assert there.written.wait(20)
    wire.cut()
    assert score().evaluations == 20
    wire.heal()
    there.goes_on.set()
    there.join(30)
    wire.close()
    assert there.came_of_it == ["cut off", 0]
    assert (Attempt.objects.count(), Verdict.objects.count()) == (20, 60)
    assert not Evaluation.objects.exclude(state=Evaluation.State.DONE).exists()
