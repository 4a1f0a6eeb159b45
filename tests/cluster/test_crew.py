"""A crew without Ray: who is lost is replaced, and what they were at is done by somebody else. With Ray: `make test-cluster`."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from coachloop.app.errors import RefusedError
from coachloop.cluster import crew
from coachloop.cluster.crew import Crew, Job, Needs, cluster


class LostError(Exception):
    """The actor is gone."""


class TaskError(Exception):
    """What Ray wraps an actor's error in."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Actor:
    """Does as its script says: a result, or an error that is raised."""

    def __init__(self, kind: Any, hired: list["Actor"]) -> None:
        self.kind, self.is_killed = kind(), False
        hired.append(self)

    def __getattr__(self, name: str) -> Any:
        return SimpleNamespace(remote=lambda *arguments: (self, name, arguments))


class FakeRay:
    """As much of Ray as a crew uses, at once and in this process."""

    exceptions = SimpleNamespace(RayTaskError=TaskError, RayError=(LostError, TaskError))

    def __init__(self, room: int) -> None:
        self.hired: list[Actor] = []
        self.room = room

    def remote(self, **_: Any) -> Any:
        return lambda kind: SimpleNamespace(remote=lambda: Actor(kind, self.hired))

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": self.room}

    def wait(self, references: list[Any], timeout: float) -> tuple[list[Any], list[Any]]:  # noqa: ARG002 -- as Ray has it
        return references[:1], references[1:]

    def get(self, reference: Any) -> Any:
        actor, name, arguments = reference
        try:
            return getattr(actor.kind, name)(*arguments)
        except LostError:
            raise
        except Exception as error:
            raise TaskError(error) from error

    def kill(self, actor: Actor) -> None:
        actor.is_killed = True


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    found = FakeRay(2)
    monkeypatch.setitem(sys.modules, "ray", found)
    monkeypatch.setattr(crew, "LOOKS", 0.0)
    return found


def scripted(*fails: Exception) -> type:
    """A kind of actors that fail so, one after the other, and work from then on."""
    left = list(fails)

    class Kind:
        def double(self, number: int) -> int:
            if left:
                raise left.pop(0)
            return 2 * number

    return Kind


JOBS = [Job("double", (n,)) for n in range(5)]


def test_all_blocks_are_done(ray: FakeRay) -> None:
    assert sorted(Crew(scripted(), Needs()).through(JOBS)) == [0, 2, 4, 6, 8]
    assert len(ray.hired) == 2


def test_what_a_lost_one_was_at_is_done_by_another(ray: FakeRay) -> None:
    assert sorted(Crew(scripted(LostError()), Needs()).through(JOBS)) == [0, 2, 4, 6, 8]
    assert sorted(one.is_killed for one in ray.hired) == [False, False, True]


def test_what_fails_is_tried_again_and_not_for_ever(ray: FakeRay) -> None:
    assert sorted(Crew(scripted(OSError("away")), Needs(most=1)).through(JOBS)) == [0, 2, 4, 6, 8]
    assert len(ray.hired) == 1
    with pytest.raises(OSError, match="away"):
        list(Crew(scripted(*[OSError("away")] * 99), Needs(most=1)).through(JOBS[:1]))


def test_a_refusal_is_no_accident(ray: FakeRay) -> None:  # noqa: ARG001 -- stands in for Ray
    with pytest.raises(RefusedError, match="another site"):
        list(Crew(scripted(RefusedError("another site")), Needs()).through(JOBS))


def test_nothing_to_do_ends_at_once(ray: FakeRay) -> None:  # noqa: ARG001 -- as above
    assert list(Crew(scripted(), Needs()).through([])) == []


def test_without_ray_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    with pytest.raises(RefusedError, match=r"coachloop\[cluster\]"), cluster(None):
        pass
