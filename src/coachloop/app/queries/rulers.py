"""How versions of a template measure the same behaviour, from conversations that were scored under two of them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from coachloop.app.models import Evaluation, TemplateVersion, Verdict
from coachloop.app.queries.verdicts import EVALUATED
from coachloop.core.insight.bridge import CODES, WITHIN
from coachloop.core.insight.daily import Daily
from coachloop.core.insight.drift import Ruler
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.bridge import Shift, shift

SAMPLE = 2000
"""The most conversations that two versions are compared on, the newest that both have scored."""


def rulers(daily: Daily) -> Mapping[tuple[int, int], Ruler]:
    """By (behaviour, version) what carries over to the next version, of behaviours whose counts hold more than one.

    Publishing scores everything anew, so that is so while a new version works through the archive, and where older calls can't be
    scored any more. A shift whose interval lies within three points carries the baseline over; any other restarts it.
    """
    found: dict[tuple[int, int], Ruler] = {}
    for behaviour, versions in _mixed(daily).items():
        epoch, moved = 0, 0.0
        found[behaviour, versions[0]] = Ruler(epoch)
        for old, new in pairwise(versions):
            bridge = _bridge(behaviour, old, new)
            carries = bridge.low >= -WITHIN and bridge.high <= WITHIN
            epoch, moved = (epoch, moved + bridge.difference) if carries else (epoch + 1, 0.0)
            found[behaviour, new] = Ruler(epoch, moved)
    return found


def _mixed(daily: Daily) -> Mapping[int, Sequence[int]]:
    """Versions in the order of their numbers, by behaviour, where there are several."""
    behaviours, of_behaviour = _counted_through(daily.behaviour)
    versions, of_version = _counted_through(daily.version)
    kinds = np.flatnonzero(np.bincount(of_behaviour * len(versions) + of_version))
    numbers = dict(TemplateVersion.objects.filter(id__in=versions.tolist()).values_list("id", "number"))
    several: dict[int, list[int]] = {}
    for behaviour, version in zip(*np.divmod(kinds, max(len(versions), 1)), strict=True):
        several.setdefault(int(behaviours[behaviour]), []).append(int(versions[version]))
    return {one: sorted(those, key=numbers.__getitem__) for one, those in several.items() if len(those) > 1}


def _counted_through(ids: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The ids that occur, in order, and the place of each among them: what is counted by places is as small as they are few."""
    known = np.flatnonzero(np.bincount(ids))
    places = np.zeros(int(ids.max(initial=-1)) + 1, dtype=np.intp)
    places[known] = np.arange(len(known))
    return known, places[ids]


def _bridge(behaviour: int, old: int, new: int) -> Shift:
    under_both = Evaluation.objects.filter(attempts__scoring__version=old).filter(attempts__scoring__version=new)
    newest = under_both.order_by("-id").values_list("id", flat=True).distinct()[:SAMPLE]
    before, after = (_said(behaviour, version, list(newest)) for version in (old, new))
    both = sorted(before.keys() & after.keys())
    was, is_ = ([CODES[Outcome(side[one][0])] for one in both] for side in (before, after))
    return shift(was, is_, [before[one][1] or 0 for one in both])


def _said(behaviour: int, version: int, evaluations: Sequence[int]) -> dict[int, tuple[str, int | None]]:
    """What a version said last of each evaluation, and whose call it is about."""
    verdicts = Verdict.objects.filter(behaviour=behaviour, attempt__scoring__version=version)
    rows = verdicts.filter(attempt__evaluation__in=evaluations).order_by("id")
    found = rows.values_list("attempt__evaluation", "outcome", f"{EVALUATED}__agent")
    return {evaluation: (outcome, agent) for evaluation, outcome, agent in found}
