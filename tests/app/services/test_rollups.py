from datetime import timedelta

import numpy as np
import pytest

from builders import MANNERS, NOW, call, calls, label, publish, score, scores, take
from coachloop.app.models import AgentDay, Behaviour, Conversation, DirtyDay, Review
from coachloop.app.services import rollups as service
from coachloop.app.services.rollups import rebuild_rollups, refresh_rollups

pytestmark = pytest.mark.usefixtures("site")

FIELDS = (
    "agent__key", "behaviour__template__key", "behaviour__key", "day", "team__key", "queue", "direction",
    "version__number", "met", "not_met", "not_applicable", "unscored",
)  # fmt: skip


def cells():
    return sorted(AgentDay.objects.values_list(*FIELDS), key=str)


def cell(behaviour="greets"):
    row = AgentDay.objects.get(behaviour__key=behaviour)
    return row.met, row.not_met, row.not_applicable, row.unscored


def test_a_day_of_one_agent_is_counted():
    """Met, not met, without an opportunity and unscored, each by itself."""
    publish()
    take(
        *(
            call(f"c-{n}", greets=n < 3, price=(None, True, False)[n % 3], at=NOW - timedelta(minutes=n))
            for n in range(6)
        )
    )
    score()
    assert cell() == (3, 3, 0, 0)
    assert cell("value_first") == (2, 2, 2, 0)
    assert cell("warmth") == (0, 0, 0, 6)


def test_a_mix_is_counted_apart():
    """By queue, direction, team and version; calls without an agent or a day not at all."""
    publish()
    take(
        call("c-1", queue="a"), call("c-2", queue="b"), call("c-3", direction="inbound"), call("c-4", team="south"),
        call("c-5", agent=None), call("c-6", at=None),
    )  # fmt: skip
    score()
    assert AgentDay.objects.filter(behaviour__key="greets").count() == 4


def test_the_human_answer_counts_and_taking_it_twice_counts_once():
    publish()
    take(call("c-1"), call("c-2"))
    score()
    label({"conversation_id": "c-1", "behaviour": "greets", "verdict": "met"})
    assert cell() == (1, 1, 0, 0)
    label({"conversation_id": "c-1", "behaviour": "greets", "verdict": "met"})
    assert cell() == (1, 1, 0, 0)
    label({"conversation_id": "c-1", "behaviour": "greets", "verdict": "not_applicable", "reviewed_at": "2030-01-01"})
    assert cell() == (0, 1, 1, 0)


def test_a_day_that_empties_has_no_counts_left():
    publish()
    take(call("c-1"))
    score()
    take(call("c-1", at=NOW - timedelta(9)), replace=True)
    score()
    assert {row.day for row in AgentDay.objects.all()} == {(NOW - timedelta(9)).date()}


def test_refreshing_says_how_much_it_did_and_twice_is_once(monkeypatch):
    monkeypatch.setattr(service, "CHUNK", 2)
    publish()
    take(*(call(f"c-{n}", agent=f"a-{n}") for n in range(5)))
    score()
    assert not DirtyDay.objects.exists()
    before = cells()
    assert refresh_rollups() == 0
    rebuild_rollups()
    assert not AgentDay.objects.exists()
    assert refresh_rollups() == 5
    assert cells() == before


def test_a_day_marked_many_times_is_counted_once():
    publish()
    take(call("c-1"))
    score()
    row = Conversation.objects.get()
    DirtyDay.objects.bulk_create(DirtyDay(agent_id=row.agent_id, day=row.day) for _ in range(7))
    assert refresh_rollups() == 1


def test_many_days_at_once_are_told_to_the_planner(monkeypatch):
    """Harmless to the counts, on every database."""
    monkeypatch.setattr(service, "MANY", 1)
    publish()
    take(*calls("lea", 1, 3), *calls("tom", 1, 3))
    score()
    assert AgentDay.objects.filter(behaviour__key="greets").count() == 2


class Chance:
    """Random steps of everything that changes what is counted."""

    KEYS = tuple(f"c-{n}" for n in range(12))

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.steps = [
            self.one,
            self.two,
            self.label,
            self.decide,
            self.bring,
            self.version,
            score,
            score,
            refresh_rollups,
        ]

    def pick(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def seldom(self, value):
        """The value, or nothing in one of ten."""
        return value if self.rng.random() < 0.9 else None

    def call(self):
        return call(
            self.pick(*self.KEYS), agent=self.seldom(self.pick("lea", "tom")), team=self.seldom(self.pick("north", "south")),
            at=self.seldom(NOW - timedelta(days=self.pick(0, 1, 2))), greets=self.pick(True, False),
            price=self.pick(None, True, False), queue=self.pick("a", "b"), channel=self.seldom("voice"),
        )  # fmt: skip

    def one(self):
        take(self.call(), replace=True)

    def two(self):
        take(self.call(), self.call(), replace=True)

    def label(self):
        about = {
            "conversation_id": self.pick(*self.KEYS),
            "behaviour": self.pick("greets", "warmth"),
            "template": "manners",
        }
        label(
            {
                **about,
                "verdict": self.pick("met", "not_met", "not_applicable"),
                "reviewer": self.pick("Eve", "Ola", "Kim"),
            }
        )

    def decide(self):
        """A dispute's decision, as the trust issue will write it."""
        for row in Conversation.objects.filter(key=self.pick(*self.KEYS)):
            Review.objects.create(
                conversation=row, behaviour=Behaviour.objects.get(key="greets"), kind="dispute", rank=0, outcome="met",
                reviewed_at=NOW, fingerprint=str(self.rng.random()),
            )  # fmt: skip
            DirtyDay.objects.bulk_create(DirtyDay(agent=row.agent, day=row.day) for _ in "1" if row.agent and row.day)

    def bring(self):
        row = {"call_id": self.pick(*self.KEYS, "x-1", "x-2"), "behaviour": "closes", "agent_id": "lea"}
        scores({**row, "verdict": self.pick("met", "na"), "started_at": "2026-05-10T10:00:00"})

    def version(self):
        publish(f"# {self.rng.random()}\n{MANNERS}")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_counts_are_those_of_a_full_rebuild(seed):
    """Forty random steps (calls in and replaced, labels, decisions, imports, versions, scoring): always the same."""
    publish()
    chance = Chance(seed)
    for _ in range(40):
        chance.pick(*chance.steps)()
    refresh_rollups()
    incremental = cells()
    rebuild_rollups()
    refresh_rollups()
    assert cells() == incremental
    assert incremental
