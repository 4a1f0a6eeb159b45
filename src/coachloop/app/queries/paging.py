"""A long list, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

SIZE = 25


@dataclass(frozen=True, slots=True)
class Slice[T]:
    """One page of a longer list; `number` counts from 1 and is always a page that exists."""

    rows: Sequence[T]
    number: int
    pages: int
    total: int

    @property
    def previous(self) -> int | None:
        """The page before, where there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def following(self) -> int | None:
        """The page after, where there is one."""
        return self.number + 1 if self.number < self.pages else None


def cut_list[T](rows: Sequence[T], page: int, *, size: int = SIZE) -> Slice[T]:
    """The page with this number of what is read already, or the nearest that exists."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(1, page), pages)
    return Slice(rows[(number - 1) * size : number * size], number, pages, len(rows))


def cut[T](
    queryset: QuerySet[Any, Any], page: int, read: Callable[[list[Any]], Sequence[T]], *, size: int = SIZE
) -> Slice[T]:
    """The page with this number, or the nearest that exists; `read` turns its rows into what is shown."""
    total = queryset.count()
    pages = max(1, -(-total // size))
    number = min(max(1, page), pages)
    return Slice(read(list(queryset[(number - 1) * size : number * size])), number, pages, total)
