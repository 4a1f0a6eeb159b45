"""Who does the work on a node: loads once what scores or listens, and stores each block by the services that a worker uses too."""

import os
from collections.abc import Sequence
from typing import Any

from coachloop.app.errors import RefusedError


def _awake(mark: str) -> None:
    """Set Django up in this process, and refuse to work for another site."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coachloop.project.settings")
    import django  # noqa: PLC0415 -- an actor begins in a fresh process

    django.setup()
    from coachloop.cluster.crew import site_mark  # noqa: PLC0415 -- after the settings

    if site_mark() != mark:
        raise RefusedError(
            "a node has another configuration: start Ray there with the same DATABASE_URL, COACHLOOP_SECRET_KEY and COACHLOOP_MEDIA"
        )
    from coachloop.app.queries import encryption  # noqa: PLC0415 -- as above

    if problem := encryption.wrong():
        raise RefusedError(f"a node can't work here: {problem}")


class Scores:
    """Scores evaluations of the site, from one id to another."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._is_awake = False

    def score(self, template: str, first: int, last: int) -> Any:
        """A block of what waits; what was scored meanwhile is left alone, so that it may be done twice.

        Returns:
            A `Tally` of the scoring service.
        """
        if not self._is_awake:
            _awake(self._mark)
            self._is_awake = True
        from itertools import batched  # noqa: PLC0415 -- as above

        from django.utils import timezone  # noqa: PLC0415 -- as above

        from coachloop.app.services import scoring  # noqa: PLC0415 -- as above
        from coachloop.wiring import scorers  # noqa: PLC0415 -- as above

        tally = scoring.Tally()
        for engine in scoring.engines(scorers(), template=template):
            waiting = scoring.pending(engine).filter(id__range=(first, last)).order_by("id")
            for ids in batched(waiting.values_list("id", flat=True), engine.block):
                tally.add(scoring.score_block(engine, ids, now=timezone.now()))
        return tally


class Listens:
    """Makes words of the site's recordings."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._is_awake = False

    def transcribe(self, ids: Sequence[int]) -> Any:
        """These recordings, those alone that still wait.

        Returns:
            A `Tally` of the transcribing service.
        """
        if not self._is_awake:
            _awake(self._mark)
            self._is_awake = True
        from coachloop.app.queries.viewing import OPERATOR  # noqa: PLC0415 -- after the settings
        from coachloop.app.services.transcribing import transcribe_waiting  # noqa: PLC0415 -- as above
        from coachloop.wiring import hearing  # noqa: PLC0415 -- as above

        return transcribe_waiting(hearing(), viewer=OPERATOR, only=ids)


class Reads:
    """Scores files of an archive; asks no database."""

    def __init__(self, ruler: Any, source: Any, target: Any) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coachloop.project.settings")
        import django  # noqa: PLC0415 -- as above

        django.setup()
        from coachloop.cluster.archive import Archive  # noqa: PLC0415 -- as above

        self._archive = Archive(ruler, source, target)

    def file(self, file: Any) -> Any:
        """One file of it; what came of it."""
        return self._archive.score(file)
