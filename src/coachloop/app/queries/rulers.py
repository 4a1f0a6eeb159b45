"""How versions of a template measure the same behaviour, from conversations that were scored under two of them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

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
    versions = int(daily.version.max(initial=0)) + 1
    kinds = np.flatnonzero(np.bincount(daily.behaviour * versions + daily.version)).tolist()
    numbers = dict(
        TemplateVersion.objects.filter(id__in={kind % versions for kind in kinds}).values_list("id", "number")
    )
    several: dict[int, list[int]] = {}
    for kind in kinds:
        several.setdefault(kind // versions, []).append(kind % versions)
    return {one: sorted(those, key=numbers.__getitem__) for one, those in several.items() if len(those) > 1}


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
