"""Switching something on team by team in random order: the teams that wait are what the others are compared with."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np


class Step(NamedTuple):
    """A team, its place in the order, and the day from which it is on."""

    team: str
    position: int
    starts_on: date


class Order(NamedTuple):
    """The order that was drawn, and the seed that anybody can draw it from again."""

    seed: int
    steps: tuple[Step, ...]


def draw(what: str, teams: Iterable[str], *, first_day: date, weeks: int) -> Order:
    """The random order in which something is switched on.

    The seed comes from what it is and which teams take part: drawing again gives the same order, so nobody can choose one.

    Args:
        what: the key of what is switched on.
        teams: the keys of the teams.
        first_day: when the first team starts.
        weeks: how many weeks lie between two teams.

    Raises:
        ValueError: fewer than two teams, or `weeks` is below 1.
    """
    keys: Sequence[str] = sorted(set(teams))
    if len(keys) < 2:
        raise ValueError(f"an order needs two teams at least, got {len(keys)}")
    if weeks < 1:
        raise ValueError(f"weeks must be 1 or more, got {weeks}")
    digest = hashlib.sha256("\n".join([what, *keys]).encode()).digest()
    seed = int.from_bytes(digest[:6], "big")
    order = np.random.default_rng(seed).permutation(len(keys))
    steps = (Step(keys[place], at, first_day + timedelta(weeks=weeks * at)) for at, place in enumerate(order))
    return Order(seed, tuple(steps))
