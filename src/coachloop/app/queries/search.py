"""Which conversations say something: full text, on SQLite by FTS5 and on PostgreSQL by a text search without a dictionary."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from coachloop.app import mapping
from coachloop.app.models import Conversation, Revision
from coachloop.app.models.sealed import keyring
from coachloop.core.model.cipher import hash_of
from coachloop.core.model.conversation import Speaker, Turn
from coachloop.core.model.spoken import Phrase, Place, looked_for, places

SHOWN = 2
"""Turns shown of each conversation that is found."""

AROUND = 90
"""Characters shown on both sides of what is found."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of one turn, verbatim, around what was looked for; `marks` are places in `text`."""

    turn: int
    speaker: Speaker
    at: float | None
    text: str
    marks: tuple[Place, ...]
    begins: bool
    ends: bool


def says(query: str) -> Q:
    """Conversations that say every word of the query; words in quotes side by side. Everything where it asks for nothing."""
    phrases = looked_for(query)
    if not phrases:
        return Q() if not query.strip() else Q(pk__in=())
    return Q(pk__in=_sqlite(phrases) if connection.vendor == "sqlite" else _postgresql(phrases))


def passages(rows: Iterable[Conversation], query: str) -> Mapping[int, tuple[Passage, ...]]:
    """The first turns of each conversation that say what was looked for, by id; one query."""
    phrases = looked_for(query)
    if not phrases:
        return {}
    stored = Revision.objects.filter(conversation__in=list(rows), number=F("conversation__revision"))
    documents = stored.values_list("conversation_id", "document")
    return {key: _passages(mapping.conversation(document).turns, phrases) for key, document in documents}


def _sqlite(phrases: Sequence[Phrase]) -> RawSQL:
    asked = " AND ".join(f"({' OR '.join(f'"{one}"' for one in _stored(phrase))})" for phrase in phrases)
    return RawSQL("SELECT rowid FROM coachloop_spoken_fts WHERE coachloop_spoken_fts MATCH %s", [asked])


def _postgresql(phrases: Sequence[Phrase]) -> RawSQL:
    stored = [_stored(phrase) for phrase in phrases]
    asked = " && ".join(f"({' || '.join(["phraseto_tsquery('simple', %s)"] * len(ways))})" for ways in stored)
    found = f"SELECT conversation_id FROM coachloop_spoken WHERE to_tsvector('simple', words) @@ ({asked})"  # noqa: S608 -- only our own words in it
    return RawSQL(found, [one for ways in stored for one in ways])  # noqa: S611 -- parameters


def _stored(phrase: Phrase) -> list[str]:
    """A phrase as it may stand in the table: as it is said, and hashed by each key for the search that there is."""
    keys = keyring().search() if keyring().site.keys else ()
    return [" ".join(phrase), *(" ".join(hash_of(word, key.secret) for word in phrase) for key in keys)]


def _passages(turns: Sequence[Turn], phrases: Sequence[Phrase]) -> tuple[Passage, ...]:
    """The turns with most of the phrases first, then in their order; a phrase that no single turn holds is shown by its words."""
    found = _found(turns, phrases) or _found(turns, [(word,) for phrase in phrases for word in phrase])
    best = sorted(found, key=lambda pair: -len(pair[1]))[:SHOWN]
    return tuple(_passage(index, turns[index], marks) for index, marks in sorted(best))


def _found(turns: Sequence[Turn], phrases: Sequence[Phrase]) -> list[tuple[int, list[Place]]]:
    return [(index, marks) for index, turn in enumerate(turns) if (marks := places(turn.text, phrases))]


def _passage(index: int, turn: Turn, marks: Sequence[Place]) -> Passage:
    first, last = _cut(turn.text, marks[0])
    inside = (mark for mark in marks if first <= mark.start and mark.end <= last)
    shown = tuple(Place(mark.start - first, mark.end - first) for mark in inside)
    return Passage(index, turn.speaker, turn.start, turn.text[first:last], shown, first == 0, last == len(turn.text))


def _cut(text: str, mark: Place) -> Place:
    """Some words on both sides of a mark, cut where a word ends."""
    first, last = max(0, mark.start - AROUND), min(len(text), mark.end + AROUND)
    if first:
        first = next((i for i in range(first, mark.start) if text[i - 1].isspace()), first)
    if last < len(text):
        last = next((i for i in range(last, mark.end, -1) if text[i].isspace()), last)
    return Place(first, last)
