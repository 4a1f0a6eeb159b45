"""Conversations out again, with all that was found in them: for retention, and for whoever is erased.

What they added to the counts of an agent-day stays, as numbers; so figures stay what they were.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from coachloop.app.models import Audio, Clip, Conversation, Evaluation, LearnedModel, TrainingCase, Upload
from coachloop.app.queries import audio
from coachloop.app.services.rollups import keep_counts
from coachloop.core.model.media import CLIPS, PEAKS, Name

AT_ONCE = 100
"""Conversations of one transaction."""


@dataclass(slots=True)
class Gone:
    """What a deletion took, by table, and the files that are to go once it is stored; `clips` are numbers of clips."""

    rows: Counter[str] = field(default_factory=Counter)
    files: list[Name] = field(default_factory=list)
    clips: list[int] = field(default_factory=list)

    def add(self, label: str, count: int) -> None:
        """Count rows of a table."""
        if count:
            self.rows[label] += count


def forget(conversations: Sequence[int]) -> Gone:
    """Delete conversations, inside the caller's transaction; `remove_files` takes the files, once that is stored.

    Evaluations let go of their attempts first, which they protect.
    """
    gone = Gone()
    locked = list(
        Conversation.objects.select_for_update().filter(pk__in=list(conversations)).values_list("pk", flat=True)
    )
    gone.add("PastCount", keep_counts(locked))
    gone.files = sorted(set(_files(Audio.objects.filter(conversation__in=locked))))
    gone.clips = list(Clip.objects.filter(conversation__in=locked).values_list("pk", flat=True))
    Evaluation.objects.filter(conversation__in=locked).update(attempt=None, state=Evaluation.State.PENDING)
    _delete(gone, Upload.objects.filter(conversation__in=locked).delete())
    _delete(gone, Conversation.objects.filter(pk__in=locked).delete())
    return gone


def forget_recordings(rows: Sequence[int]) -> Gone:
    """Delete recordings with what is made of them, clips' sounds too; the words stay. Inside the caller's transaction."""
    gone = Gone()
    found = Audio.objects.filter(pk__in=list(rows))
    gone.files = sorted(set(_files(found)))
    gone.clips = list(Clip.objects.filter(conversation__audio__in=found).values_list("pk", flat=True))
    _delete(gone, found.delete())
    return gone


def remove_files(files: Iterable[Name], clips: Iterable[int]) -> int:
    """Delete files by their names, and what was cut of clips; again is harmless. Returns how many names that were."""
    media, numbers = audio.media(), {str(number) for number in clips}
    names = list(files)
    if numbers:
        names += [one.name for one in media.lying(CLIPS) if one.name.name.partition("-")[0] in numbers]
    media.remove(*names)
    return len(names)


def remove_once_stored(gone: Gone) -> None:
    """The same, as soon as the transaction has ended well."""
    transaction.on_commit(lambda: remove_files(gone.files, gone.clips))


def taught(conversations: Sequence[int]) -> list[int]:
    """Learned models that have a case of these."""
    return list(
        TrainingCase.objects.filter(conversation__in=list(conversations)).values_list("model", flat=True).distinct()
    )


def retire(models: Iterable[int], gone: Gone) -> list[str]:
    """Delete learned models, which hold what they learned from: hashes of words, and vectors. Returns the templates to train anew."""
    rows = LearnedModel.objects.filter(pk__in=list(models))
    templates = list(rows.values_list("behaviour__template__key", flat=True).distinct())
    _delete(gone, rows.delete())
    return sorted(set(templates))


def _files(rows: Iterable[Audio]) -> Iterable[Name]:
    """What lies of recordings, unless another conversation has the same."""
    going = list(rows)
    for row in going:
        others = Audio.objects.filter(~Q(pk__in=[one.pk for one in going]))
        if not others.filter(sha256=row.sha256).exists():
            yield audio.name_of(row)
        if row.copied and not others.filter(copied=row.copied).exists():
            yield audio.copy_of(row)
            yield audio.copy_of(row).with_suffix(PEAKS)


def _delete(gone: Gone, found: tuple[int, dict[str, int]]) -> None:
    for label, count in found[1].items():
        gone.add(label.rpartition(".")[2], count)
