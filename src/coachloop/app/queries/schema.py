"""Whether the tables are as this version has them."""

from collections.abc import Iterable
from functools import lru_cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def not_applied() -> list[str]:
    """Migrations of this version that the database does not have yet, by name."""
    return sorted(_names(_of_the_code() - _applied()))


def not_known() -> list[str]:
    """Migrations that the database has and this version does not know: a newer version made them."""
    return sorted(_names({one for one in _applied() - _of_the_code() if one[0] == "coachloop"}))


def applied() -> list[str]:
    """Everything that the database has, by name."""
    return sorted(_names(_applied()))


def unknown_among(names: Iterable[str]) -> list[str]:
    """Those of ours that this version does not know."""
    return sorted(name for name in set(names) - set(_names(_of_the_code())) if name.startswith("coachloop."))


def in_words() -> str:
    """Why this version can't work with this database, with the way out; empty where it can."""
    if newer := not_known():
        return (
            f"the database is newer than this version of coachloop: it has {', '.join(newer)}; start the version that "
            "made them, or restore the backup from before the upgrade"
        )
    if missing := not_applied():
        return f"the database is older than this version of coachloop: {len(missing)} migrations are missing; run `coachloop init`"
    return ""


def _names(found: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{app}.{name}" for app, name in found]


def _applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


@lru_cache(maxsize=1)
def _of_the_code() -> frozenset[tuple[str, str]]:
    """Read once: it changes with the version alone."""
    return frozenset(MigrationLoader(None).disk_migrations or ())
